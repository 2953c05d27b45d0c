"""Conclusions from answers, where a whole discovery seldom leads."""

import pytest

from pypeer.doctor.asking import CHANGE_PORT, Question, Questions
from pypeer.doctor.behaviour import Reaction, filtering, mapping, ports, reaction
from pypeer.doctor.findings import Filtering, Mapping, Ports
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Method
from signaling.protocol.values import Address
from tests.unit.pypeer.doctor.simulated import entropy

LOCAL: Address = ("192.168.1.10", 5000)
A1, A2, B1 = ("8.8.8.1", 1), ("8.8.8.1", 2), ("8.8.8.2", 1)
OUT, OUT_2, OUT_3 = ("9.9.9.9", 4000), ("9.9.9.9", 4001), ("9.9.9.9", 4002)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({}, (Mapping.UNKNOWN, False)),
        ({A1: LOCAL}, (Mapping.NONE, True)),
        ({A1: OUT}, (Mapping.UNKNOWN, False)),
        ({A1: OUT, A2: OUT}, (Mapping.ENDPOINT_INDEPENDENT, False)),
        ({A1: OUT, B1: OUT}, (Mapping.ENDPOINT_INDEPENDENT, True)),
        ({A1: OUT, A2: OUT, B1: OUT_2}, (Mapping.ADDRESS_DEPENDENT, True)),
        ({A1: OUT, B1: OUT_2}, (Mapping.ADDRESS_AND_PORT_DEPENDENT, False)),
        ({A1: OUT, A2: OUT_2}, (Mapping.ADDRESS_AND_PORT_DEPENDENT, True)),
        ({A1: LOCAL, A2: OUT}, (Mapping.ADDRESS_AND_PORT_DEPENDENT, True)),
    ],
)
def test_mapping(seen: dict[Address, Address], expected: tuple[Mapping, bool]) -> None:
    assert mapping(LOCAL, seen) == expected


@pytest.mark.parametrize(
    ("both", "port", "expected"),
    [
        (Reaction.CAME, Reaction.SILENT, (Filtering.ENDPOINT_INDEPENDENT, True)),
        (Reaction.SILENT, Reaction.CAME, (Filtering.ADDRESS_DEPENDENT, True)),
        (Reaction.UNKNOWN, Reaction.CAME, (Filtering.ADDRESS_DEPENDENT, False)),
        (Reaction.SILENT, Reaction.SILENT, (Filtering.ADDRESS_AND_PORT_DEPENDENT, True)),
        (Reaction.SILENT, Reaction.UNKNOWN, (Filtering.ADDRESS_AND_PORT_DEPENDENT, False)),
        (Reaction.UNKNOWN, Reaction.UNKNOWN, (Filtering.UNKNOWN, False)),
    ],
)
def test_filtering(both: Reaction, port: Reaction, expected: tuple[Filtering, bool]) -> None:
    assert filtering(both, port) == expected


@pytest.mark.parametrize(
    ("source", "kind", "expected"),
    [
        (A2, Class.SUCCESS, Reaction.CAME),
        (A1, Class.SUCCESS, Reaction.UNKNOWN),
        (B1, Class.SUCCESS, Reaction.UNKNOWN),
        (A2, Class.ERROR, Reaction.UNKNOWN),
    ],
    ids=["as asked", "not understood", "otherwise", "refused"],
)
def test_reactions_to_a_change_of_port(source: Address, kind: Class, expected: Reaction) -> None:
    questions = Questions(entropy())
    question = Question(1, A1, CHANGE_PORT)
    [send] = questions.ask(question, 0.0)
    transaction = stun.decode(send.data).transaction
    value = values.xor_address(OUT, transaction)
    answer = stun.encode(Method.BINDING, kind, transaction, [(Attribute.XOR_MAPPED_ADDRESS, value)])
    questions.receive(1, source, answer, 0.1)
    assert reaction(question, questions, {A1, A2}) is expected


def test_what_was_not_asked_is_not_known() -> None:
    assert reaction(Question(1, A1, CHANGE_PORT), Questions(entropy()), {A1, A2}) is Reaction.UNKNOWN


def test_ports() -> None:
    assert ports([], {}) == (Ports.UNKNOWN, 0)
    assert ports([(LOCAL, OUT)], {A1: OUT}) == (Ports.UNKNOWN, 0)
    assert ports([(LOCAL, LOCAL)], {A1: LOCAL}) == (Ports.KEPT, 0)
    assert ports([(LOCAL, OUT), (LOCAL, OUT_2)], {A1: OUT}) == (Ports.SEQUENTIAL, 1)
    assert ports([(LOCAL, OUT)], {A1: OUT, A2: OUT_2, B1: OUT_3}) == (Ports.SEQUENTIAL, 1)
    assert ports([(LOCAL, OUT)], {A1: OUT, A2: ("9.9.9.9", 60_000)}) == (Ports.RANDOM, 0)
