"""STUN questions: which answers count, and how often a question is repeated."""

import itertools

import pytest

from pypeer.doctor.asking import ASK_S, CHANGE_PORT, Question, Questions, Send
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Attributes, Class, Method
from signaling.protocol.values import Address
from tests.unit.pypeer.doctor.simulated import entropy

SERVER: Address = ("8.8.8.1", 3478)
ELSEWHERE: Address = ("8.8.8.1", 3479)
PLAIN = Question(0, SERVER)
MAPPED: Address = ("9.9.9.9", 4000)


def reply(send: Send, attributes: Attributes = (), kind: Class = Class.SUCCESS) -> bytes:
    """An answer."""
    return stun.encode(Method.BINDING, kind, stun.decode(send.data).transaction, attributes)


def mapped(send: Send) -> bytes:
    """An answer that names MAPPED."""
    value = values.xor_address(MAPPED, stun.decode(send.data).transaction)
    return reply(send, [(Attribute.XOR_MAPPED_ADDRESS, value)])


def test_a_question_is_asked_four_times_and_given_up() -> None:
    questions = Questions(entropy())
    sends = questions.ask(PLAIN, 0.0)
    assert questions.ask(PLAIN, 0.0) == [], "it has been asked"
    for at in itertools.accumulate(ASK_S):
        assert questions.wake_at() == at
        assert questions.tick(at - 0.01) == []
        sends += questions.tick(at)
    assert len(sends) == 4
    assert len({send.data for send in sends}) == 1, "the same transaction"
    assert (questions.silent, questions.is_quiet, questions.wake_at()) == ([PLAIN], True, None)


def test_an_answer_counts_from_whom_it_was_asked_of_and_at_the_socket_that_asked() -> None:
    questions = Questions(entropy())
    [send] = questions.ask(PLAIN, 0.0)
    questions.receive(0, ELSEWHERE, mapped(send), 0.1)
    questions.receive(1, SERVER, mapped(send), 0.1)
    assert questions.answers == {}
    questions.receive(0, SERVER, mapped(send), 0.1)
    assert questions.answers[PLAIN].mapped == MAPPED
    assert questions.answers[PLAIN].rtt == pytest.approx(0.1)
    questions.receive(0, SERVER, mapped(send), 0.2)
    assert questions.answers[PLAIN].rtt == pytest.approx(0.1), "a second answer changes nothing"


def test_who_is_asked_to_answer_from_elsewhere_may_do_so() -> None:
    questions = Questions(entropy())
    question = Question(0, SERVER, CHANGE_PORT)
    [send] = questions.ask(question, 0.0)
    assert stun.decode(send.data).number(Attribute.CHANGE_REQUEST) == CHANGE_PORT
    questions.receive(0, ELSEWHERE, mapped(send), 0.1)
    assert questions.answers[question].source == ELSEWHERE


def test_a_question_that_comes_back_to_another_socket_is_noticed() -> None:
    questions = Questions(entropy())
    [send] = questions.ask(PLAIN, 0.0)
    questions.receive(0, MAPPED, send.data, 0.1)
    assert questions.returned == [], "an echo to the same socket is no hairpin"
    questions.receive(1, MAPPED, send.data, 0.1)
    assert (questions.returned, questions.is_quiet) == ([PLAIN], True)


@pytest.mark.parametrize(
    ("attributes", "kind", "found"),
    [
        ([(Attribute.MAPPED_ADDRESS, values.plain_address(MAPPED))], Class.SUCCESS, MAPPED),
        ([(Attribute.MAPPED_ADDRESS, b"short")], Class.SUCCESS, None),
        ([(Attribute.ERROR_CODE, values.error_code(420))], Class.ERROR, None),
        ([], Class.SUCCESS, None),
    ],
    ids=["of RFC 3489", "malformed", "refused", "empty"],
)
def test_answers_of_all_kinds_are_read(attributes: Attributes, kind: Class, found: Address | None) -> None:
    questions = Questions(entropy())
    [send] = questions.ask(PLAIN, 0.0)
    questions.receive(0, SERVER, reply(send, attributes, kind), 0.1)
    assert questions.answers[PLAIN].mapped == found
