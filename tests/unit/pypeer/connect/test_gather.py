"""What STUN servers tell: addresses, and what the NAT does."""

import pytest

from pypeer.connect.ice.effects import Send
from pypeer.connect.ice.gather import ASK_S, Gatherer, Mapped, step
from pypeer.protocol.codes import Mapping
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Method
from signaling.protocol.values import Address
from tests.support.virtual_net import Lets, Maps, Router, VirtualNet

ONE, TWO, SIX = ("192.88.99.1", 3478), ("192.88.99.2", 3478), ("2620:4f:8000::1", 3478)
INSIDE, OUTSIDE = ("10.0.0.2", 5000), "192.31.196.10"


def answer(send: Send, address: Address | None, kind: Class = Class.SUCCESS) -> stun.Message:
    """What a server says to this question."""
    transaction = stun.decode(send.data).transaction
    mapped = [] if address is None else [(Attribute.XOR_MAPPED_ADDRESS, values.xor_address(address, transaction))]
    return stun.decode(stun.encode(Method.BINDING, kind, transaction, mapped))


def gatherer() -> Gatherer:
    return Gatherer(VirtualNet().entropy)


def test_all_servers_of_the_family_are_asked_once_each() -> None:
    here = gatherer()
    sends = here.ask(0, INSIDE[0], [ONE, TWO, SIX], 5.0)
    assert [(send.base, send.to) for send in sends] == [(0, ONE), (0, TWO)]
    assert here.ask(0, INSIDE[0], [ONE], 5.0) == []
    assert [send.to for send in here.ask(1, "2620:4f:8000::9", [ONE, SIX], 5.0)] == [SIX]


def test_questions_are_repeated_and_given_up() -> None:
    here = gatherer()
    began = 5.0
    times = [began] * len(here.ask(0, INSIDE[0], [ONE], began))
    while (at := here.wake_at()) is not None:
        times += [at] * len(here.tick(at))
    assert times == pytest.approx([began + sum(ASK_S[:turn]) for turn in range(len(ASK_S))])
    assert here.is_done
    assert here.mapping() is Mapping.BLOCKED
    assert here.tick(99.0) == []


def test_who_gets_no_answer_to_three_requests_seems_blocked_until_one_comes() -> None:
    here = gatherer()
    here.ask(0, INSIDE[0], [ONE, TWO], 5.0)
    assert here.tick(5.2) != []
    assert here.mapping() is Mapping.UNKNOWN
    third = here.tick(5.5)
    assert here.mapping() is Mapping.BLOCKED
    assert not here.is_done
    here.receive(0, ONE, answer(third[0], (OUTSIDE, 7)), 5.6)
    assert here.mapping() is Mapping.UNKNOWN


def test_an_answer_counts_once_and_from_who_was_asked() -> None:
    here = gatherer()
    send, other = here.ask(0, INSIDE[0], [ONE, TWO], 5.0)
    told = answer(send, (OUTSIDE, 7))
    for base, source in ((1, ONE), (0, TWO)):
        assert here.receive(base, source, told, 5.1) is None
    assert here.receive(0, ONE, told, 5.25) == Mapped(0, ONE, (OUTSIDE, 7), 0.25)
    assert here.receive(0, ONE, told, 5.5) is None
    assert here.found == [Mapped(0, ONE, (OUTSIDE, 7), 0.25)]
    assert not here.is_done
    assert [each.to for each in here.tick(5.5)] == [other.to]


@pytest.mark.parametrize("kind", [Class.ERROR, Class.SUCCESS, Class.REQUEST])
def test_answers_without_an_address(kind: Class) -> None:
    here = gatherer()
    [send] = here.ask(0, INSIDE[0], [ONE], 5.0)
    assert here.receive(0, ONE, answer(send, None, kind), 5.1) is None
    assert here.is_done


def test_an_answer_that_cannot_be_read() -> None:
    here = gatherer()
    [send] = here.ask(0, INSIDE[0], [ONE], 5.0)
    broken = [(Attribute.XOR_MAPPED_ADDRESS, b"?")]
    told = stun.decode(stun.encode(1, Class.SUCCESS, stun.decode(send.data).transaction, broken))
    assert here.receive(0, ONE, told, 5.1) is None


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ([], Mapping.UNKNOWN),
        ([(OUTSIDE, 1)], Mapping.UNKNOWN),
        ([(OUTSIDE, 1), (OUTSIDE, 1)], Mapping.INDEPENDENT),
        ([(OUTSIDE, 1), (OUTSIDE, 17)], Mapping.SEQUENTIAL),
        ([(OUTSIDE, 17), (OUTSIDE, 1)], Mapping.SEQUENTIAL),
        ([(OUTSIDE, 1), (OUTSIDE, 18)], Mapping.RANDOM),
        ([(OUTSIDE, 1), ("192.31.196.11", 2)], Mapping.RANDOM),
        ([(INSIDE[0], 5000)], Mapping.NONE),
    ],
)
def test_mapping(addresses: list[Address], expected: Mapping) -> None:
    here = gatherer()
    sends = here.ask(0, INSIDE[0], [ONE, TWO], 5.0)
    here.ask(9, "2620:4f:8000::9", [SIX], 5.0)
    for send, address in zip(sends, addresses, strict=False):
        here.receive(0, send.to, answer(send, address), 5.1)
    assert here.mapping() is expected


def test_ipv6_says_nothing_of_nats() -> None:
    here = gatherer()
    assert here.mapping() is Mapping.UNKNOWN
    [send] = here.ask(0, "2620:4f:8000::9", [SIX], 5.0)
    assert here.receive(0, SIX, answer(send, ("2620:4f:8000::9", 5000)), 5.1) is not None
    assert here.mapping() is Mapping.UNKNOWN


def test_of_several_interfaces_the_best_counts() -> None:
    here = gatherer()
    first = here.ask(0, INSIDE[0], [ONE, TWO], 5.0)
    second = here.ask(1, "10.8.0.2", [ONE, TWO], 5.0)
    for port, send in enumerate(first):
        here.receive(0, send.to, answer(send, (OUTSIDE, 1 + 1000 * port)), 5.1)
    assert here.mapping() is Mapping.RANDOM
    for send in second:
        here.receive(1, send.to, answer(send, (OUTSIDE, 9)), 5.1)
    assert here.mapping() is Mapping.INDEPENDENT


@pytest.mark.parametrize(
    ("maps", "lets", "expected"),
    [
        (Maps.NOT, Lets.PORT, Mapping.NONE),
        (Maps.SAME, Lets.ANY, Mapping.INDEPENDENT),
        (Maps.COUNTING, Lets.PORT, Mapping.SEQUENTIAL),
        (Maps.RANDOM, Lets.PORT, Mapping.RANDOM),
        (Maps.SAME, Lets.NOBODY, Mapping.BLOCKED),
    ],
)
def test_behind_routers(maps: Maps, lets: Lets, expected: Mapping) -> None:
    net = VirtualNet()
    servers = [net.add_stun(host) for host, _ in (ONE, TWO)]
    inside = (OUTSIDE, 5000) if maps is Maps.NOT else INSIDE
    router = net.add_router(Router(OUTSIDE, maps, lets))
    here = Gatherer(net.entropy)

    def receive(source: Address, data: bytes) -> None:
        here.receive(0, source, stun.decode(data), net.now)

    net.bind(inside, router, receive)
    sends = here.ask(0, inside[0], servers, net.now)
    while sends or not here.is_done:
        for send in sends:
            net.send(inside, router, send.to, send.data)
        net.run(0.1)
        sends = here.tick(net.now)
    assert here.mapping() is expected


def test_step() -> None:
    found = [(OUTSIDE, port) for port in (7, 3, 9)]
    assert step(found) == 2
    assert step(found[:1]) == step([]) == 0
