"""Fetch what a code names, if it is not too large: `python docs/examples/get.py CODE FOLDER`."""

import asyncio
import sys

import pypeer
from pypeer.events import Done, FileFailed, Offered

LARGEST = 10 * 2**30
"""This example takes up to 10 GiB without asking."""


async def small_enough(offered: Offered) -> bool:
    """See the offer before anything is fetched."""
    print(f"{offered.files} files, {offered.bytes} bytes")
    return offered.bytes <= LARGEST


async def main(code: str, folder: str) -> None:
    """Get, and tell where things are."""
    async with pypeer.Peer() as peer:
        fetch = peer.get(code, into=folder, decide=small_enough)
        async for event in fetch:
            match event:
                case FileFailed():
                    print("Not received:", event.path, event.message)
                case Done():
                    print("Saved:", *event.into)
        await fetch.wait()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        asyncio.run(main(*sys.argv[1:]))
    except pypeer.PeerError as error:
        sys.exit(f"{error} ({error.code})")
