"""What an uninvited side learns: nothing. Recorded at both clients, compared with all that there is to know."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

import pytest

from tests.nat.capture import revealed
from tests.nat.driver import Driver
from tests.nat.lab import Lab
from tests.nat.places import Client
from tests.nat.server import serving
from tests.nat.sites import BY_NAME

WITHIN_S: Final = 60.0
"""For what has to come, on a busy machine too."""

UDP: Final = 17
DNS_PORTS: Final = frozenset((53, 5353))

WATCH_S: Final = 3.0
"""How long after the end nothing may come: checks would come at once."""


def addresses(client: Client) -> set[str]:
    """By which anybody could find this client."""
    return {each for each in (client.v4, client.v6, client.place.public, client.place.plan.wan6) if each}


async def _wrong_words(sender: Driver, receiver: Driver) -> None:
    await asyncio.gather(sender.start(), receiver.start())
    sender.tell(do="send", text="secret")
    code = (await sender.until("ready", WITHIN_S))["code"]
    number = code.partition("-")[0]
    receiver.tell(do="get", code=f"{number}-acoustic-zebra", into=str(receiver.folder / "got"))
    await receiver.until("error", WITHIN_S)
    await asyncio.sleep(WATCH_S)
    await asyncio.gather(sender.stop(), receiver.stop())


async def _declined(sender: Driver, receiver: Driver) -> None:
    await asyncio.gather(sender.start(), receiver.start())
    sender.tell(do="send", text="secret")
    code = (await sender.until("ready", WITHIN_S))["code"]
    receiver.tell(do="get", code=code, into=str(receiver.folder / "got"), accept=False)
    assert (await receiver.until("error", WITHIN_S))["code"] == "declined"
    assert (await sender.until("error", WITHIN_S))["code"] == "declined"
    await asyncio.sleep(WATCH_S)
    await asyncio.gather(sender.stop(), receiver.stop())


async def _call_declined(sender: Driver, receiver: Driver) -> None:
    """Two that know each other from a code that came to nothing: one waits for the other, is called, and declines."""
    await asyncio.gather(sender.start(), receiver.start())
    sender.tell(do="send", text="secret")
    code = (await sender.until("ready", WITHIN_S))["code"]
    receiver.tell(do="get", code=code, into=str(receiver.folder / "got"), accept=False)
    called, calling = (await receiver.until("contact", WITHIN_S)), (await sender.until("contact", WITHIN_S))
    await sender.when(lambda event: event["event"] == "error", WITHIN_S)
    receiver.tell(do="add", who=called["peer"])
    await receiver.until("added", WITHIN_S)
    receiver.tell(do="inbox", into=str(receiver.folder / "got"), answer="decline")
    await receiver.until("inbox", WITHIN_S)
    since = len(sender.events)
    sender.tell(do="deliver", to=calling["peer"], text="secret")
    assert (await receiver.until("declined", WITHIN_S))["reason"] == "no"
    assert (await sender.until("error", WITHIN_S, since))["code"] == "declined"
    await asyncio.sleep(WATCH_S)
    await asyncio.gather(sender.stop(), receiver.stop())


async def _page_declines(sender: Driver, page: Driver) -> None:
    """The same, where a page is called."""
    await asyncio.gather(sender.start(), page.start())
    sender.tell(do="send", text="secret")
    code = (await sender.until("ready", WITHIN_S))["code"]
    page.tell(do="get", code=code, accept=False)
    who = (await sender.until("contact", WITHIN_S))["peer"]
    assert (await sender.until("error", WITHIN_S))["code"] == "declined"
    page.tell(do="inbox")
    await page.until("inbox", WITHIN_S)
    since = len(sender.events)
    sender.tell(do="deliver", to=who, text="secret")
    await page.when(lambda event: event["of"] == "inbox" and event["event"] == "declined", WITHIN_S)
    assert (await sender.until("error", WITHIN_S, since))["code"] == "declined"
    await asyncio.sleep(WATCH_S)
    await asyncio.gather(sender.stop(), page.stop())


async def _page_is_declined(page: Driver, receiver: Driver) -> None:
    """And where a page calls."""
    await asyncio.gather(page.start(), receiver.start())
    secret = page.folder / "secret.txt"
    secret.write_text("secret")
    page.tell(do="send", paths=[str(secret)])
    code = (await page.until("ready", WITHIN_S))["code"]
    receiver.tell(do="get", code=code, into=str(receiver.folder / "got"), accept=False)
    who = (await receiver.until("contact", WITHIN_S))["peer"]
    assert (await receiver.until("error", WITHIN_S))["code"] == "declined"
    receiver.tell(do="add", who=who)
    await receiver.until("added", WITHIN_S)
    receiver.tell(do="inbox", into=str(receiver.folder / "got"), answer="decline")
    await receiver.until("inbox", WITHIN_S)
    page.tell(do="deliver", paths=[str(secret)])
    assert (await receiver.until("declined", WITHIN_S))["reason"] == "no"
    assert (await page.until("error", WITHIN_S))["code"] == "declined"
    await asyncio.sleep(WATCH_S)
    await asyncio.gather(page.stop(), receiver.stop())


@pytest.mark.parametrize(("meet", "page"), [(_page_declines, "far"), (_page_is_declined, "near")])
def test_nothing_is_revealed_by_a_page_that_calls_or_is_called(
    meet: Callable[[Driver, Driver], Coroutine[Any, Any, None]], page: str
) -> None:
    """The same of Chromium; and it opens no socket for it: no datagram leaves but to ask for names."""
    with Lab() as lab, serving():
        near, far = (lab.add(BY_NAME[name]).clients[0] for name in ("public", "dual"))
        one, other = (Driver(each, "page" if name == page else "peer") for each, name in ((near, "near"), (far, "far")))
        with lab.capture(near) as at_near, lab.capture(far) as at_far:
            asyncio.run(meet(one, other))
    assert revealed(at_near, addresses(far)) == set()
    assert revealed(at_far, addresses(near)) == set()
    at_page = at_near if page == "near" else at_far
    assert len(at_page) > 10
    assert {each.dport for each in at_page if each.outgoing and each.protocol == UDP} <= DNS_PORTS


@pytest.mark.parametrize(
    "meet", [_wrong_words, _declined, _call_declined], ids=["wrong words", "declined", "call declined"]
)
def test_nothing_is_revealed(meet: Callable[[Driver, Driver], Coroutine[Any, Any, None]]) -> None:
    """No packet goes to the other side, and neither side's address comes to the other one in any."""
    with Lab() as lab, serving():
        near, far = (lab.add(BY_NAME[name]).clients[0] for name in ("public", "dual"))
        with lab.capture(near) as at_near, lab.capture(far) as at_far:
            asyncio.run(meet(Driver(near), Driver(far)))
    assert len(at_near) > 10
    assert len(at_far) > 10
    assert revealed(at_near, addresses(far)) == set()
    assert revealed(at_far, addresses(near)) == set()
