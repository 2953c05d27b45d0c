"""What goes to peers and comes from them: permissions, channels, data; and what nobody asked for."""

import pytest

from pypeer.connect.turn import words
from pypeer.connect.turn.peers import CHANNELS_MOST, HOSTS, RENEW_S
from pypeer.connect.turn.transactions import SENDS
from pypeer.connect.turn.words import PeerRefused, Received
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Method
from signaling.relay.turn.quota import Limits
from tests.unit.pypeer.connect.turn.scene import CHECK, Scene
from tests.unit.signaling.relay.turn.stage import PEER, PEER6, Stage


@pytest.mark.parametrize("peer", [PEER, PEER6])
def test_the_first_datagram_goes_right_behind_the_request_that_permits_it(peer: tuple[str, int]) -> None:
    scene = Scene()
    granted = scene.opened()
    scene.say(peer, CHECK)
    [sent] = scene.peers
    assert (sent.data, sent.peer) == (CHECK, peer)
    relay = next(each for each in granted.relayed if (":" in each[0]) is (":" in peer[0]))
    scene.arrives(scene.stage.arrives(relay, peer, b"answer"))
    assert scene.told == [Received(peer, b"answer")]


def test_checks_need_no_channel_and_data_has_one() -> None:
    scene = Scene()
    relay = scene.opened().relayed[1]
    scene.methods()
    scene.say(PEER, CHECK)
    scene.say(PEER, CHECK)
    assert scene.methods() == [Method.CREATE_PERMISSION, Method.SEND, Method.SEND]
    scene.say(PEER, b"\x16data")
    assert scene.methods() == [Method.CHANNEL_BIND, Method.SEND]
    scene.say(PEER, b"\x16more")
    assert scene.methods() == []
    assert [each.data for each in scene.peers] == [CHECK, CHECK, b"\x16data", b"\x16more"]
    scene.arrives(scene.stage.arrives(relay, PEER, b"back"))
    assert scene.told == [Received(PEER, b"back")]


@pytest.mark.parametrize("stream", [False, True])
def test_in_a_stream_data_of_a_channel_is_padded(stream: bool) -> None:
    scene = Scene(stream=stream)
    scene.opened()
    scene.say(PEER, b"\x16")
    wrapped = scene.client.wrap(PEER, b"\x16")
    assert wrapped is not None
    assert len(wrapped) == (8 if stream else 5)


def test_permissions_and_channels_are_renewed_after_losses() -> None:
    scene = Scene()
    relay = scene.opened().relayed[1]
    scene.loses = 3
    scene.say(PEER, b"\x16data")  # permission, bind, data: all are lost, and the requests are repeated
    scene.wait(1)
    assert scene.client.wrap(PEER, b"x") is not None
    scene.loses = 2 * SENDS
    scene.wait(RENEW_S + 60)
    scene.arrives(scene.stage.arrives(relay, PEER, b"there"))
    assert scene.told == [Received(PEER, b"there")]


def test_a_peer_that_the_server_does_not_want_is_told_once_and_left_alone() -> None:
    scene = Scene()
    scene.opened()
    scene.methods()
    for payload in (CHECK, b"\x16data", b"\x16data"):
        scene.say(("10.0.0.1", 5), payload)
    assert scene.told == [PeerRefused("10.0.0.1", 403, words.meaning(403))]
    assert scene.methods() == [Method.CREATE_PERMISSION, Method.SEND]
    assert scene.peers == []
    scene.wait(RENEW_S * 2)
    assert Method.CREATE_PERMISSION not in scene.methods()


def test_without_a_channel_data_goes_by_indications() -> None:
    scene = Scene(Stage(limits=Limits(peers=1)))
    scene.opened()
    scene.say(PEER, b"\x16one")
    scene.say((PEER[0], 9), b"\x16two")
    scene.say((PEER[0], 9), b"\x16three")
    assert scene.told == [PeerRefused(PEER[0], 508, words.meaning(508))]
    assert [each.data for each in scene.peers] == [b"\x16one", b"\x16two", b"\x16three"]


def test_channels_and_hosts_have_an_end() -> None:
    scene = Scene()
    scene.opened()
    scene.methods()
    for port in range(1, CHANNELS_MOST + 5):
        scene.say((PEER[0], port), b"\x16")
    methods = scene.methods()
    assert methods.count(Method.CHANNEL_BIND) == CHANNELS_MOST
    assert len(scene.peers) == CHANNELS_MOST + 4
    for number in range(HOSTS + 5):
        scene.say((f"203.0.{113 + number // 250}.{number % 250}", 1), CHECK)
    assert scene.methods().count(Method.CREATE_PERMISSION) == HOSTS - 1


def test_too_large_is_dropped() -> None:
    scene = Scene()
    scene.opened()
    scene.say(PEER, b"\x16")
    scene.methods()
    scene.say(PEER, bytes(65_001))
    assert scene.methods() == []


def test_of_what_arrives_only_what_was_asked_for_counts() -> None:
    scene = Scene()
    scene.opened()
    scene.say(PEER, b"\x16data")
    forged = [
        b"",
        b"\x40",
        b"\x40\0\0\5abcd",
        b"\x40\1\0\1a",
        b"\xff" * 30,
        CHECK,
        stun.encode(Method.DATA, Class.INDICATION, bytes(12)),
        stun.encode(Method.SEND, Class.INDICATION, bytes(12), _from(PEER)),
        stun.encode(Method.DATA, Class.INDICATION, bytes(12), _from(("198.51.100.77", 1))),
        stun.encode(Method.DATA, Class.INDICATION, bytes(12), [(Attribute.XOR_PEER_ADDRESS, b"\0\1")]),
        stun.encode(Method.REFRESH, Class.SUCCESS, bytes(12), [(Attribute.LIFETIME, values.number32(0))]),
    ]
    for data in forged:
        assert scene.client.unwrap(data) is None
        assert scene.client.receive(data, scene.now) == []
    assert scene.client.receive(stun.encode(Method.DATA, Class.INDICATION, bytes(12), _from(PEER)), scene.now)


def _from(peer: tuple[str, int]) -> list[tuple[int, bytes]]:
    return [(Attribute.XOR_PEER_ADDRESS, values.xor_address(peer, bytes(12))), (Attribute.DATA, b"x")]
