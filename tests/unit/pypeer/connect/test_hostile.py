"""Messages that are not the peer's, or are not new, change nothing; whatever arrives, nothing breaks."""

from collections.abc import Callable
from copy import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.connect.ice import checks
from pypeer.connect.ice.agent import Agent
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.effects import Send
from signaling.protocol import stun
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import Address, StunError
from tests.support.virtual_net import VirtualNet
from tests.support.virtual_peer import VirtualPeer, neighbours, settled

HERE, THERE, EVE = ("192.31.196.10", 5000), ("192.52.193.20", 5000), ("192.175.48.66", 6666)
STRANGER = Credentials("eve1", "x" * 24)

addresses = st.sampled_from([HERE, THERE, EVE, ("192.52.193.20", 1), ("2620:4f:8000::66", 5000)])
values = st.one_of(st.binary(max_size=40), st.sampled_from([bytes(4), bytes(8), b"\xff" * 8]))
attributes = st.lists(st.tuples(st.sampled_from(Attribute).map(int), values), max_size=6)


def standing(seconds: float = 3) -> tuple[VirtualNet, VirtualPeer, VirtualPeer]:
    net = VirtualNet()
    one, other = neighbours(net)
    net.run(seconds)
    return net, one, other


def snapshot(agent: Agent) -> tuple[Any, ...]:
    """All that counts, but for what was sent."""
    pairs = tuple(tuple(copy(getattr(pair, name)) for name in pair.__slots__) for pair in agent.pairs)
    return agent.state, agent.role, agent.selected, pairs, tuple(agent.remotes), agent.wake_at()


def resigned(message: Message, key: bytes) -> Message:
    kept = [(kind, value) for kind, value in message.attributes if kind != Attribute.MESSAGE_INTEGRITY]
    return stun.decode(stun.encode(message.method, message.kind, message.transaction, kept, key))


def unsigned(message: Message) -> Message:
    kept = [(kind, value) for kind, value in message.attributes if kind != Attribute.MESSAGE_INTEGRITY]
    return stun.decode(stun.encode(message.method, message.kind, message.transaction, kept))


def altered(message: Message) -> Message:
    return Message(
        message.method,
        message.kind,
        message.transaction,
        message.attributes,
        tuple((kind, covered[:-1] + bytes([covered[-1] ^ 1])) for kind, covered in message.signed),
    )


FORGERIES: dict[str, Callable[[Message], Message]] = {
    "unsigned": unsigned,
    "altered": altered,
    "signed with another key": lambda message: resigned(message, STRANGER.key),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
@pytest.mark.parametrize("seconds", [0.1, 0.19, 3])
def test_forged_messages_change_nothing(forge: Callable[[Message], Message], seconds: float) -> None:
    net, one, other = standing(seconds)
    for peer in (one, other):
        genuine = [stun.decode(each.data) for each in net.sent]
        for message in genuine:
            before = snapshot(peer.agent)
            for source in (HERE, THERE, EVE):
                assert peer.agent.receive(0, source, forge(message), net.now) == []
            assert snapshot(peer.agent) == before


def test_replayed_answers_change_nothing_and_replayed_checks_are_only_answered() -> None:
    net, one, other = standing()
    for peer in (one, other):
        for base, source, data in peer.heard:
            message = stun.decode(data)
            pairs, selected = list(peer.agent.pairs), peer.agent.selected
            for origin in (source, EVE):
                before = snapshot(peer.agent)
                effects = peer.agent.receive(base, origin, message, net.now)
                if message.kind is Class.REQUEST:
                    assert [effect.to for effect in effects if isinstance(effect, Send)][:1] == [origin]
                    assert all(isinstance(effect, Send) for effect in effects)
                else:
                    assert effects == []
                    assert snapshot(peer.agent) == before
            assert peer.agent.selected is selected
            assert set(pairs) <= set(peer.agent.pairs)
    net.run(60)
    assert settled(one, other)
    assert one.agent.selected is not None
    assert one.agent.selected.remote.address == THERE


def test_answers_from_another_address_or_socket_do_not_count() -> None:
    net = VirtualNet(delay=0.3)
    one, other = neighbours(net)
    net.run(0.13)
    transaction = stun.decode(one.sent[0].data).transaction
    answer = stun.decode(checks.success(transaction, HERE, other.agent.local))
    one.open(("192.31.196.11", 5000))
    for base, source in ((0, EVE), (1, THERE)):
        one.take(base, source, answer)
        assert not one.agent.works
    one.take(0, THERE, answer)
    assert one.agent.works


def test_answers_without_a_readable_address() -> None:
    net = VirtualNet(delay=0.3)
    one, other = neighbours(net)
    net.run(0.13)
    transaction = stun.decode(one.sent[0].data).transaction
    broken = [(Attribute.XOR_MAPPED_ADDRESS, b"?")]
    one.take(0, THERE, stun.decode(stun.encode(1, Class.SUCCESS, transaction, broken, other.agent.local.key)))
    assert not one.agent.works


@pytest.mark.parametrize("kind", Class)
def test_other_methods_and_indications(kind: Class) -> None:
    net, one, other = standing()
    before = snapshot(one.agent)
    for method in Method:
        if method is not Method.BINDING or kind is Class.INDICATION:
            signed = stun.encode(method, kind, net.entropy(12), [], other.agent.local.key)
            assert one.agent.receive(0, THERE, stun.decode(signed), net.now) == []
    assert snapshot(one.agent) == before


def test_checks_on_sockets_that_take_no_part() -> None:
    net, one, other = standing()
    check = next(each for each in other.sent if stun.decode(each.data).kind is Class.REQUEST)
    before = snapshot(one.agent)
    assert one.agent.receive(77, THERE, stun.decode(check.data), net.now) == []
    assert snapshot(one.agent) == before


@given(st.binary(max_size=120), st.booleans())
def test_any_bytes(data: bytes, header: bool) -> None:
    net, one, _ = standing()
    if header:
        data = b"\x00\x01" + len(data).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + bytes(12) + data
    before = snapshot(one.agent)
    try:
        message = stun.decode(data)
    except StunError:
        return
    assert one.agent.receive(0, THERE, message, net.now) == []
    assert snapshot(one.agent) == before


@given(st.sampled_from(Method), st.sampled_from(Class), attributes, addresses, st.integers(-1, 1), st.booleans())
def test_any_message_of_a_stranger(
    method: Method, kind: Class, told: list[tuple[int, bytes]], source: Address, base: int, signed: bool
) -> None:
    net, one, _ = standing()
    before = snapshot(one.agent)
    skipped = (Attribute.MESSAGE_INTEGRITY, Attribute.MESSAGE_INTEGRITY_SHA256, Attribute.FINGERPRINT)
    kept = [(each, value) for each, value in told if each not in skipped]
    data = stun.encode(method, kind, bytes(12), kept, STRANGER.key if signed else None)
    assert one.agent.receive(base, source, stun.decode(data), net.now) == []
    assert snapshot(one.agent) == before


@given(st.lists(st.tuples(st.sampled_from(Class), attributes, addresses, st.integers(0, 3)), max_size=8))
def test_any_message_of_the_peer(said: list[tuple[Class, list[tuple[int, bytes]], Address, int]]) -> None:
    """Authentic and senseless: nothing breaks, and what is in use is a pair of the list."""
    net = VirtualNet(delay=0.1)
    one, other = neighbours(net)
    net.run(0.25)
    skipped = (Attribute.MESSAGE_INTEGRITY, Attribute.MESSAGE_INTEGRITY_SHA256, Attribute.FINGERPRINT)
    username = (int(Attribute.USERNAME), f"{one.agent.local.ufrag}:x".encode())
    flights = [stun.decode(each.data).transaction for each in one.sent]
    for kind, told, source, which in said:
        kept = [username] + [(each, value) for each, value in told if each not in skipped]
        key = one.agent.local.key if kind is Class.REQUEST else other.agent.local.key
        transaction = flights[which % len(flights)]
        one.take(0, source, stun.decode(stun.encode(Method.BINDING, kind, transaction, kept, key)))
        net.run(0.01)
        assert one.agent.selected is None or one.agent.selected in one.agent.pairs
    net.run(40)
    assert one.agent.role in IceRole
