"""Two real peers and a server that lies: whatever it does, it reads nothing, changes nothing, and is found out."""

import asyncio
import os
from pathlib import Path

import pytest

from pypeer.api import Peer
from pypeer.errors import MeetError, PeerError, RefusedError
from pypeer.events import Closed, Done, Event, Guessed
from pypeer.fetching import Fetch
from pypeer.identity import Identity
from pypeer.protocol.codes import RefusalCode
from pypeer.secure import code
from pypeer.secure.keys import Role
from pypeer.secure.meeting import Effect, Ended, Meeting, Send, State, WrongWords
from pypeer.sharing import Offer
from tests.support.hostile import HostileServer, honest

SECRET = b"the content of the file " * 1000


class Meet:
    """A sender and a receiver, each with an identity of its own, at one server."""

    def __init__(self, server: HostileServer, folder: Path) -> None:
        self.folder = folder
        self.ada = Peer(server.url, identity=Identity.new(), name="Ada Sender")
        self.bob = Peer(server.url, identity=Identity.new(), name="Bob Receiver")
        self.offer: Offer
        self.fetch: Fetch

    async def __aenter__(self) -> "Meet":
        await self.ada.__aenter__()
        await self.bob.__aenter__()
        (self.folder / "secret.txt").write_bytes(SECRET)
        self.offer = await self.ada.send([self.folder / "secret.txt"])
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.bob.__aexit__(None, None, None)
        await self.ada.__aexit__(None, None, None)

    async def get(self, text: str | None = None) -> None:
        """Fetch with the real code; raises what the person would see."""
        self.fetch = self.bob.get(text or self.offer.code, self.folder / "got")
        await asyncio.wait_for(self.fetch.wait(), 60)

    @property
    def arrived(self) -> bool:
        """Whether the file is there under its name."""
        return (self.folder / "got" / "secret.txt").exists()

    async def next_event(self, kind: type[Event]) -> Event:
        """The next event of this kind at the sender."""
        async for event in self.offer:
            if isinstance(event, kind):
                return event
        raise AssertionError(f"no {kind.__name__}")


async def test_an_honest_server_reads_nothing(tmp_path: Path) -> None:
    async with HostileServer() as server, Meet(server, tmp_path) as meet:
        await meet.get()
        assert meet.arrived
        assert isinstance(await meet.next_event(Done), Done)
        seen = b"".join(body for _, body in server.seen)
        words = meet.offer.code.split("-")[1:]
        for secret in (b"candidate", b"fingerprint", b"v=0", b"secret", b"Ada", b"Bob", *(w.encode() for w in words)):
            assert secret not in seen


MEETING = 7
"""Bodies until a receiver knows what is offered: pake, pake, confirm, confirm, meet, meet, preview."""

BODIES = MEETING + 1
"""And the offer of a link: from then on the order is not always the same."""

PAKE, CONFIRM = 1, 2
"""First bytes of bodies (docs/protocol.md, "Meeting")."""


@pytest.mark.parametrize("which", range(BODIES))
async def test_any_altered_body_stops_it_before_a_byte_of_content(tmp_path: Path, which: int) -> None:
    def alter(sender: str, body: bytes) -> list[tuple[str, bytes]]:
        if len(server.seen) - 1 == which:
            body = body[:-1] + bytes((body[-1] ^ 1,))
        return honest(sender, body)

    async with HostileServer(alter) as server, Meet(server, tmp_path) as meet:
        with pytest.raises(MeetError if which < MEETING else PeerError):
            await meet.get()
        assert not meet.arrived


@pytest.mark.parametrize("which", range(BODIES))
async def test_any_repeated_body_stops_it(tmp_path: Path, which: int) -> None:
    def repeat(sender: str, body: bytes) -> list[tuple[str, bytes]]:
        return honest(sender, body) * (2 if len(server.seen) - 1 == which else 1)

    async with HostileServer(repeat) as server, Meet(server, tmp_path) as meet:
        try:
            await meet.get()
        except PeerError:
            assert not meet.arrived
        else:
            assert which >= MEETING, "only what comes after the link may be repeated without harm"
            assert (tmp_path / "got" / "secret.txt").read_bytes() == SECRET


async def test_a_swapped_key_looks_like_wrong_words_to_both(tmp_path: Path) -> None:
    async with HostileServer(key_for={"a": Identity.new().key}) as server, Meet(server, tmp_path) as meet:
        with pytest.raises(RefusedError) as caught:
            await meet.get()
        assert caught.value.code == RefusalCode.WRONG_WORDS
        assert await meet.next_event(Guessed) == Guessed(left=2)
        assert not meet.arrived


class Middle:
    """The server in the middle: it plays the receiver to the sender, and the sender to the receiver."""

    def __init__(self, guess: str) -> None:
        self.identity = Identity.new()
        self.guess = code.parse(guess).password
        self.sides: dict[str, Meeting] = {}
        self.effects: list[Effect] = []

    def tamper(self, sender: str, body: bytes) -> list[tuple[str, bytes]]:
        """Answer each side itself."""
        out: list[tuple[str, bytes]] = []
        if sender not in self.sides:
            return out
        effects = self.sides[sender].receive(body)
        self.effects += effects
        return [(sender, effect.body) for effect in effects if isinstance(effect, Send)]


async def test_a_server_that_plays_both_sides_learns_nothing(tmp_path: Path) -> None:
    middle = Middle("7-zoo-zoo")
    lies = {"a": middle.identity.key, "b": middle.identity.key}
    async with HostileServer(middle.tamper, lies) as server, Meet(server, tmp_path) as meet:
        middle.sides["a"] = Meeting(Role.B, middle.identity, meet.bob.identity.key, middle.guess)
        fetching = asyncio.create_task(meet.get())
        while not any(isinstance(effect, WrongWords | Ended) for effect in middle.effects):
            server.passed.clear()
            await server.passed.wait()
        await server.forget("a")
        with pytest.raises(PeerError):
            await fetching
        assert middle.effects[-1] == WrongWords()
        assert not meet.arrived


async def test_three_guesses_of_the_server_burn_the_code(tmp_path: Path) -> None:
    middle = Middle("7-zoo-zoo")
    async with HostileServer(middle.tamper) as server, Meet(server, tmp_path) as meet:
        for number, left in enumerate((2, 1, 0)):
            pair = f"pair{number}"
            guesser = Meeting(Role.A, middle.identity, meet.ada.identity.key, middle.guess)
            middle.sides["b"] = guesser
            await server.knock_at_b(middle.identity.key, pair)
            for effect in guesser.start():
                assert isinstance(effect, Send)
                await server.deliver("b", effect.body, pair)
            assert await meet.next_event(Guessed) == Guessed(left=left)
            while guesser.state is not State.ENDED:
                server.passed.clear()
                await server.passed.wait()
        assert await meet.next_event(Closed) == Closed(reason="burned")
        server.tamper = honest
        with pytest.raises(RefusedError) as caught:
            await meet.get()
        assert caught.value.code == RefusalCode.BURNED


async def test_guesses_that_are_given_up_early_tell_nothing_and_cost_nothing(tmp_path: Path) -> None:
    middle = Middle("7-zoo-zoo")
    async with HostileServer(middle.tamper) as server, Meet(server, tmp_path) as meet:
        for number in range(10):
            pair = f"pair{number}"
            guesser = Meeting(Role.A, middle.identity, meet.ada.identity.key, middle.guess)
            await server.knock_at_b(middle.identity.key, pair)
            for effect in guesser.start():
                assert isinstance(effect, Send)
                await server.deliver("b", effect.body, pair)
        server.tamper = honest
        await meet.get()
        assert meet.arrived
        kinds = [body[0] for sender, body in server.seen if sender == "b"]
        assert kinds.count(PAKE) == 11
        assert kinds.count(CONFIRM) == 1, "only to the one who knew the words"


async def test_nonsense_to_both_sides_ends_in_clear_errors(tmp_path: Path) -> None:
    def noise(sender: str, body: bytes) -> list[tuple[str, bytes]]:
        return [(side, os.urandom(40)) for side in "ab"]

    async with HostileServer(noise) as server, Meet(server, tmp_path) as meet:
        with pytest.raises(MeetError):
            await meet.get()
        assert not meet.arrived
