"""Numbers of codes come again: an offer that is over must not answer for the one that has its number now."""

import asyncio
from pathlib import Path

import pytest

import pypeer
from pypeer import sharing
from pypeer.identity import Identity
from signaling.protocol.rendezvous import Open
from tests.support.commands import PATIENCE_S, Server


async def test_a_number_that_comes_again_is_that_of_the_new_offer(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        asyncio.timeout(PATIENCE_S),
        pypeer.Peer(server.url, identity=Identity.new()) as sender,
        pypeer.Peer(server.url, identity=Identity.new()) as receiver,
    ):
        before = await sender.send(text="before", once=True)
        await before.stop()
        # by itself the server gives the number to nobody for some minutes
        monkeypatch.setattr(sharing, "Open", lambda id, ttl, locator: Open(id=id, ttl=ttl, locator=before.locator))
        offer = await sender.send(text="now", once=True)
        assert offer.locator == before.locator
        async with receiver.get(offer.code, tmp_path / "got") as fetch:
            texts = [event.text async for event in fetch if isinstance(event, pypeer.events.Text)]
            await fetch.wait()
    assert texts == ["now"]
