"""Two connectors with real sockets, DTLS and SCTP: connecting, restarting, and what strangers try."""

import asyncio
import contextlib
import socket
from functools import partial

import pytest

from pypeer.connect import description as sdp
from pypeer.connect.attempt import Attempt
from pypeer.connect.ice.effects import State as IceState
from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.connect.servers import Servers, Stun
from pypeer.links.channel import Channel
from pypeer.protocol.report import Reason
from pypeer.protocol.sealed import Description
from pypeer.secure.keys import Role
from tests.support.linked import Side, echo, joined, links, ufrags, until


async def test_a_link_opens_and_carries_frames_both_ways() -> None:
    a, b = Side(Role.A), Side(Role.B)
    async with joined(a, b):
        await echo(a, b)
        for side in (a, b):
            [report] = side.reports
            assert report.outcome == "direct"
            assert report.chosen is not None
            assert report.reasons == ()
            times = report.phases
            assert None not in (times.gathered, times.described, times.checked, times.secured, times.opened)


async def test_closing_one_end_closes_the_other() -> None:
    a, b = Side(Role.A), Side(Role.B)
    async with joined(a, b):
        one, _ = await links(a, b)
        await one.close()
        await b.closed.wait()


def has_restarted(attempt: Attempt, before: str) -> bool:
    """Whether ICE has other credentials by now, and a path."""
    agent = attempt.transport.agent
    return agent.local.ufrag != before and agent.state is IceState.CONNECTED


@pytest.mark.parametrize("restarts", ["a", "b", "ab", "ba"])
async def test_a_restart_keeps_the_link(restarts: str) -> None:
    """From either side, and from both at once (glare): frames that are on their way arrive, and it is the same link."""
    a, b = Side(Role.A), Side(Role.B)
    async with joined(a, b):
        await echo(a, b)
        attempts = {"a": a.connector._live, "b": b.connector._live}
        before = {
            name: attempt.transport.agent.local.ufrag for name, attempt in attempts.items() if attempt is not None
        }
        for name in restarts:
            attempt = attempts[name]
            assert attempt is not None
            attempt.restart()
        await echo(a, b, b"while it restarts")
        for name, attempt in attempts.items():
            assert attempt is not None
            await until(partial(has_restarted, attempt, before[name]))
        await echo(a, b, b"after it has restarted")
        assert not a.closed.is_set()
        assert not b.closed.is_set()
        assert len(set(ufrags(a))) >= 2


async def test_dead_servers_cost_nothing() -> None:
    """One does not answer, one has no such name, one has nobody at the port: the link is as quick as without."""
    dead = Servers(stun=(Stun("10.111.0.200", 3478), Stun("no-such-host.invalid", 3478), Stun("127.0.0.1", 9)))
    a, b = Side(Role.A, dead), Side(Role.B, dead)
    async with joined(a, b):
        await echo(a, b)
        assert a.reports[0].phases.gathered is None  # still being waited for, and nothing waited for it


async def test_what_strangers_send_changes_nothing() -> None:
    a, b = Side(Role.A), Side(Role.B)
    async with joined(a, b):
        one, _ = await links(a, b)
        host, _, port = one.path.local.rpartition(":")
        host = host.strip("[]")
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for datagram in (
                b"",
                b"\x00",
                b"\x16\xfe\xfd" + bytes(50),
                b"\x00\x01\x00\x00\x21\x12\xa4\x42" + bytes(12),
            ):
                for _ in range(20):
                    stranger.sendto(datagram, (host, int(port)))
            stranger.settimeout(0.3)
            with pytest.raises(TimeoutError):
                await asyncio.to_thread(stranger.recv, 100)
        await echo(a, b)


async def test_what_is_closed_while_it_is_secured_stays_closed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A handshake that ends at the very moment may not notice that it was cancelled."""
    secure, secured = Channel.secure, asyncio.Event()

    async def deaf(channel: Channel, remote: sdp.Description, setup: sdp.Setup) -> bool:
        found = await secure(channel, remote, setup)
        secured.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return found

    monkeypatch.setattr(Channel, "secure", deaf)
    async with joined(Side(Role.A), Side(Role.B)):
        await secured.wait()
    assert caplog.messages == []


@pytest.mark.parametrize("text", ["", "v=0", "nonsense\r\n" * 500])
async def test_a_description_that_cannot_be_used_fails_in_words(text: str) -> None:
    a, b = Side(Role.A), Side(Role.B)
    async with joined(a, b):
        b.connector.handle(Description(link=7, kind="offer", sdp=text))
        error = await b.failed
        assert "connection data cannot be used" in str(error)


async def test_no_addresses_is_told_within_the_bound() -> None:
    """A side that may use relays only, and has none, names no address: both learn that there is no way."""
    a, b = Side(Role.A, options=ConnectOptions(relaying=Relaying.ONLY)), Side(Role.B)
    async with joined(a, b):
        await a.failed
        await b.failed
        assert a.reports[0].reasons == (Reason.RELAY_ONLY,)
        assert b.reports[0].reasons == (Reason.NO_CANDIDATES_THERE, Reason.NO_RELAY)
        assert not a.reports[0].local
