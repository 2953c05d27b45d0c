"""Datagrams that arrive together, and by a route that is known, are treated as if they had come one by one."""

from collections.abc import Callable, Sequence
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.relay import forwarder as module
from signaling.relay.forwarder import Exit, Forwarder
from signaling.relay.turn.allocation import CHANNEL_S
from signaling.relay.turn.effects import CloseRelay, ManyToClient, ManyToPeer, ToClient, ToPeer, together
from signaling.relay.turn.kinds import Refusal
from signaling.relay.turn.quota import Limits
from signaling.relay.turn.routes import Route
from tests.unit.signaling.relay.turn.stage import PEER, Client, Stage

KINDS: Final[dict[str, Callable[[Client], bytes]]] = {
    "to a peer": lambda client: b"\x40\0\0\4sent",
    "to a peer, more": lambda client: b"\x40\0\0\5again",
    "to a peer, empty": lambda client: b"\x40\0\0\0",
    "to the other member": lambda client: b"\x40\1\0\4sent",
    "nobody's channel": lambda client: b"\x40\2\0\4sent",
    "cut off": lambda client: b"\x40\0\0\4se",
    "padded": lambda client: b"\x40\0\0\1s\0\0\0",
    "too short": lambda client: b"\x40\0",
    "too large": lambda client: b"\x40\0\xff\xf0" + bytes(0xFFF0),
    "nothing": lambda client: b"",
    "neither": lambda client: b"\x80\0\0\0",
    "a refresh": lambda client: client.request(0x004, transaction=bytes(12)),
    "the end": lambda client: client.request(0x004, (0x00D, bytes(4)), transaction=bytes(12)),
}
SENT: Final = b"\x40\0\0\4sent"


class Quick:
    """A stage whose data goes by the forwarder, as far as that takes it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.forwarder = Forwarder(stage.turn, self._exit)
        self.sent: list[ToClient | ToPeer] = []

    def _exit(self, route: Route) -> Exit:
        def leave(datagrams: Sequence[bytes]) -> None:
            self.sent += self.stage.do(route.effects(datagrams))

        return leave

    def client_sends(self, client: Client, *datagrams: bytes) -> bool:
        """Together; false if it is not for the forwarder."""
        return self.forwarder.from_client(datagrams, client.at.remote, client.at.local, self.stage.now)

    def send(self, client: Client, *datagrams: bytes) -> None:
        """As the shell does."""
        if not self.client_sends(client, *datagrams):
            for data in datagrams:
                if not self.client_sends(client, data):
                    self.sent += client.send(data)

    def arrive(self, client: Client, *datagrams: bytes) -> bool:
        """From the peer outside."""
        return self.forwarder.from_peer(datagrams, PEER, client.relays[0], self.stage.now)


def scene(**limits: float) -> tuple[Stage, Client, Client]:
    """A pair, with a channel to a peer outside and one to each other."""
    stage = Stage(limits=Limits(**limits))  # type: ignore[arg-type]
    one, other = stage.client(port=1), stage.client(member="b", port=2)
    one.allocate()
    other.allocate()
    assert one.bind(PEER) == 0
    assert one.bind(other.relays[0], 0x4001) == 0
    assert other.bind(one.relays[0]) == 0
    return stage, one, other


@given(st.lists(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=4), min_size=1, max_size=4))
def test_from_a_client(bursts: list[list[str]]) -> None:
    (stage, client, _), (same, alone, _) = scene(), scene()
    quick = Quick(stage)
    for kinds in bursts:
        quick.send(client, *(KINDS[kind](client) for kind in kinds))
    assert quick.sent == [effect for kinds in bursts for kind in kinds for effect in alone.send(KINDS[kind](alone))]
    assert stage.turn.stats == same.turn.stats


@pytest.mark.parametrize("sender", ["a peer", "a stranger"])
def test_from_a_peer(sender: str) -> None:
    (stage, one, _), (same, alone, _) = scene(), scene()
    peer = PEER if sender == "a peer" else ("203.0.113.77", 1)
    datagrams = [b"one", b"two", b""]
    together = stage.do(stage.turn.arrived(datagrams, one.relays[0], peer, stage.now))
    assert together == [effect for data in datagrams for effect in same.arrives(alone.relays[0], peer, data)]
    assert len(together) == (3 if sender == "a peer" else 0)
    assert stage.turn.stats == same.turn.stats


def test_by_indications_too() -> None:
    stage = Stage()
    client = stage.client()
    client.allocate()
    client.permit(PEER)
    sent = stage.do(stage.turn.arrived([b"one", b"two"], client.relays[0], PEER, stage.now))
    assert [client.hears([each]) for each in sent] == [(PEER, b"one"), (PEER, b"two")]


def test_of_what_comes_together_so_much_passes_as_the_rate_allows() -> None:
    stage, one, _ = scene(rate=1000)
    quick = Quick(stage)
    full = b"\x40\0\x4e\x20" + bytes(20_000)
    assert quick.client_sends(one, *[full] * 4)
    assert len(quick.sent) == 3
    assert stage.refused(Refusal.BANDWIDTH) == 1
    assert quick.client_sends(one, *[full] * 2)
    assert len(quick.sent) == 3
    assert stage.refused(Refusal.BANDWIDTH) == 3
    assert stage.turn.stats.to_peers == 60_000


def test_a_known_route_is_used_until_its_channel_expires() -> None:
    stage, one, _ = scene()
    quick = Quick(stage)
    assert quick.client_sends(one, SENT)
    assert quick.arrive(one, b"back")
    assert quick.sent == [ToPeer(one.relays[0], b"sent", PEER), ToClient(one.at, b"\x40\0\0\4back")]
    stage.now += CHANNEL_S
    assert not quick.client_sends(one, SENT)
    assert not quick.arrive(one, b"back")
    assert len(quick.sent) == 2


def test_a_route_through_the_server_ends_with_what_the_other_member_permits() -> None:
    stage, one, other = scene()
    quick = Quick(stage)
    stage.now += CHANNEL_S - 1
    assert one.bind(other.relays[0], 0x4001) == 0
    assert quick.client_sends(one, b"\x40\1\0\4sent")
    stage.now += 1
    assert not quick.client_sends(one, b"\x40\1\0\4sent")


END: Final[dict[str, Callable[[Stage, Client], object]]] = {
    "given back": lambda stage, client: client.send(KINDS["the end"](client)),
    "the connection is lost": lambda stage, client: stage.do(stage.turn.lost(client.at, stage.now)),
    "the server ends": lambda stage, client: stage.do(stage.turn.close(stage.now)),
    "its time is over": lambda stage, client: stage.do(stage.turn.tick(stage.now + 10_000)),
}


@pytest.mark.parametrize("way", END)
def test_no_route_outlives_its_allocation(way: str) -> None:
    stage, one, _ = scene()
    quick = Quick(stage)
    assert quick.client_sends(one, SENT)
    assert quick.arrive(one, b"back")
    END[way](stage, one)
    assert not quick.client_sends(one, SENT)
    assert not quick.arrive(one, b"back")


def test_requests_of_strangers_cost_nobody_a_route() -> None:
    stage, one, _ = scene()
    before = stage.turn.epoch
    stranger = stage.client(port=9)
    stranger.send(stranger.request(0x003, key=b"wrong"))
    stranger.send(b"\0\3")
    assert stage.turn.epoch == before
    one.send(KINDS["a refresh"](one))
    assert stage.turn.epoch > before


def test_so_many_routes_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LANES", 2)
    stage, one, other = scene()
    quick = Quick(stage)
    for _ in range(2):
        assert quick.client_sends(one, SENT)
        assert quick.client_sends(one, b"\x40\1\0\4sent")
        assert quick.client_sends(other, SENT)
        assert len(quick.forwarder._lanes) <= 2
    assert len(quick.sent) == 6


def test_an_indication_of_who_has_no_allocation_is_dropped() -> None:
    stage = Stage()
    assert stage.client().say(PEER, b"hello") == []
    assert stage.refused(Refusal.MALFORMED) == 1


def test_what_follows_each_other_to_one_place_goes_together() -> None:
    at = Stage().client().at
    one, other = [ToPeer(PEER, data, PEER) for data in (b"1", b"2")]
    to_client, over = ToClient(at, b"3"), CloseRelay(PEER)
    assert list(together([one, other, to_client, to_client, one, over, over])) == [
        ManyToPeer(PEER, [b"1", b"2"], PEER),
        ManyToClient(at, [b"3", b"3"]),
        one,
        over,
        over,
    ]


def test_an_exit_is_asked_for_once_until_it_is_forgotten() -> None:
    stage, one, _ = scene()
    asked: list[Route] = []

    def exit_of(route: Route) -> Exit:
        asked.append(route)
        return lambda _: None

    forwarder = Forwarder(stage.turn, exit_of)

    def pass_both() -> int:
        assert forwarder.from_client([SENT], one.at.remote, one.at.local, stage.now)
        assert forwarder.from_peer([b"back"], PEER, one.relays[0], stage.now)
        return len(asked)

    assert [pass_both(), pass_both()] == [2, 2]
    forwarder.forget()
    assert pass_both() == 4
    assert not forwarder.from_peer([b"x"], ("203.0.113.77", 1), one.relays[0], stage.now)
    stage.turn.epoch += 1
    assert not forwarder.from_peer([b"x"], ("203.0.113.77", 1), one.relays[0], stage.now)
    assert pass_both() == 6
