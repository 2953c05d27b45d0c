"""Offer files and serve them to one receiver: `python docs/examples/send.py FILE...`."""

import asyncio
import sys

import pypeer
from pypeer.events import Done, PathChanged, Progress, Ready


async def main(paths: list[str]) -> None:
    """Send, and tell what happens."""
    async with pypeer.Peer() as peer:
        offer = await peer.send(paths, once=True, expires=600)
        async for event in offer:
            match event:
                case Ready():
                    print("Tell the other person:", event.code, "or send the link:", event.link, flush=True)
                case PathChanged():
                    print(f"Connected: {event.way}, {event.local} to {event.remote}")
                case Progress():
                    print(f"{event.bytes / event.total:.0%}" if event.total else "", end="\r")
                case Done():
                    print(f"{event.files} files arrived, all verified, in {event.seconds:.1f} s")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    try:
        asyncio.run(main(sys.argv[1:]))
    except pypeer.PeerError as error:
        sys.exit(f"{error} ({error.code})")
