"""One pypeer in a client's namespace: commands are JSON lines on standard input, all that happens is lines out.

Commands: `{"do": "send", "text": TEXT}` or `{"do": "send", "paths": [...]}`, `{"do": "get", "code": CODE, "into":
FOLDER, "accept": true}`, `{"do": "share", "folders": [...], "name": NAME, "limit": BYTES}`, `{"do": "add", "who": ID}`
makes a contact, `{"do": "inbox", "into": FOLDER, "answer": ANSWER}`, `{"do": "deliver", "to": ID, "text": TEXT}`,
`{"do": "pause"}` and `{"do": "resume"}` for all fetches, `{"do": "stop"}` ends all of it, `{"do": "exit"}`. Every line
out has `of` (send, get, share, inbox, deliver or peer) and `at`, in seconds of a clock that all processes of the
machine share. The API is the public one.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import msgspec

import pypeer
from pypeer.contacts.delivery import Delivery
from pypeer.contacts.inbox import Inbox
from pypeer.contacts.policy import Answer
from pypeer.contacts.reception import Ask
from pypeer.contacts.standing import Change
from pypeer.contacts.store import Store, default_path
from pypeer.events import Called
from pypeer.library.library import Library
from pypeer.transfer.deciding import accept_all

Work = pypeer.Offer | pypeer.Fetch | Library | Inbox | Delivery

TASKS: set[asyncio.Task[None]] = set()


def say(of: str, **fields: object) -> None:
    """One line out."""
    print(json.dumps({"of": of, "at": monotonic(), **fields}), flush=True)


async def lines() -> AsyncIterator[dict[str, Any]]:
    """Commands as they come, until standard input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    async for line in reader:
        yield json.loads(line)


async def follow(of: str, work: Work) -> None:
    """Pass on its events."""
    async for event in work:
        say(of, **msgspec.to_builtins(event))
    say(of, event="ended")


class Driven:
    """What the commands do."""

    def __init__(self, peer: pypeer.Peer, contacts: Store) -> None:
        self._peer = peer
        self._contacts = contacts
        self._work: list[Work] = []

    async def obey(self, command: dict[str, Any]) -> None:
        """Carry out one command."""
        match command:
            case {"do": "send", "text": str(text)}:
                self._begin("send", await self._peer.send(text=text, once=True))
            case {"do": "send", "paths": list(paths)}:
                self._begin("send", await self._peer.send(paths, once=True))
            case {"do": "get", "code": str(code), "into": str(into)}:
                decide = accept_all if command.get("accept", True) else decline
                self._begin("get", self._peer.get(code, into, decide))
            case {"do": "share", "folders": list(folders), "name": str(name)}:
                self._begin("share", await self._peer.share(folders, name=name, limit=command.get("limit")))
            case {"do": "add", "who": str(who)}:
                self._contacts.change(who, Change.ADD)
                say("peer", event="added")
            case {"do": "inbox", "into": str(into), "answer": str(answer)}:
                self._begin("inbox", await self._peer.inbox(into, ask=always(Answer(answer))))
            case {"do": "deliver", "to": str(to), "text": str(text)}:
                self._begin("deliver", await self._peer.deliver(to=to, text=text))
            case {"do": "pause" | "resume" as what}:
                for each in self._work:
                    if isinstance(each, pypeer.Fetch):
                        each.pause() if what == "pause" else each.resume()
            case {"do": "stop"}:
                work, self._work = self._work, []
                await asyncio.gather(*(each.stop() for each in work))
                say("peer", event="stopped")
            case _:
                raise ValueError(f"unknown command {command!r}")

    def _begin(self, of: str, work: Work) -> None:
        self._work.append(work)
        task = asyncio.create_task(follow(of, work))
        TASKS.add(task)
        task.add_done_callback(TASKS.discard)


async def decline(_: object) -> bool:
    """A person who does not want it."""
    return False


def always(answer: Answer) -> Ask:
    """A person who says the same to all calls."""

    async def ask(_: Called) -> Answer:
        return answer

    return ask


async def main(url: str) -> None:
    """Sign in and obey."""
    with Store(default_path()) as contacts:
        await work(url, contacts)


async def work(url: str, contacts: Store) -> None:
    """With these contacts."""
    async with pypeer.Peer(url, contacts=contacts) as peer:
        driven = Driven(peer, contacts)
        say("peer", event="signed-in")
        async for command in lines():
            if command == {"do": "exit"}:
                return
            try:
                await driven.obey(command)
            except pypeer.PeerError as error:
                say("peer", event="failed", code=error.code, message=str(error))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the one who drives it ends it
    os.environ.setdefault("NO_COLOR", "1")
    asyncio.run(main(sys.argv[1]))
