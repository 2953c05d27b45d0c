"""Searches at a rate, from a process of its own: `python -m bench.searching URL RATE SECONDS` prints what each took.

So nothing that others do, who come and go in another process, is counted as time of the server's.
"""

import asyncio
import sys
from statistics import fmean
from typing import Final

import msgspec

from bench.names import Names
from pypeer.identity import Identity
from pypeer.loops import loop_factory
from pypeer.signaling_client.client import SignalingClient
from signaling.protocol.directory import Found, Search

PATIENCE_S: Final = 120.0
"""How long a request is repeated."""

CLIENTS: Final = 20
"""Connections that search by turns."""


class Searched(msgspec.Struct):
    """What came of it: seconds of each search since it was due, and how many of them this process was late to begin it;
    hits of one on average, and how long all took."""

    took: list[float]
    late: list[float]
    hits: float
    seconds: float


async def search(url: str, rate: float, seconds: float) -> Searched:
    """Search what people would; each search begins when it is due, whether those before are answered or not."""
    clients = [SignalingClient(url, Identity.new(), lambda _: None) for _ in range(CLIENTS)]
    await asyncio.gather(*(client.start() for client in clients))
    names, loop = Names(7), asyncio.get_running_loop()
    took: list[float] = []
    late: list[float] = []
    hits: list[int] = []

    async def one(client: SignalingClient, due: float) -> None:
        late.append(loop.time() - due)
        found = await client.ask(Search(id=1, words=names.query()), Found, PATIENCE_S)
        took.append(loop.time() - due)
        hits.append(len(found.hits))

    began = loop.time()
    asked: list[asyncio.Task[None]] = []
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0, due - loop.time()))
        asked.append(asyncio.create_task(one(clients[number % CLIENTS], due)))
    await asyncio.gather(*asked)
    result = Searched(took, late, fmean(hits), loop.time() - began)
    await asyncio.gather(*(client.close() for client in clients))
    return result


def main() -> None:
    """Search and print."""
    url, rate, seconds = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        print(msgspec.json.encode(runner.run(search(url, rate, seconds))).decode())


if __name__ == "__main__":
    main()
