"""The directory across NATs: three owners of the same file, and a page that searches, looks and fetches from all."""

import asyncio
import hashlib
import os
import shutil
from pathlib import Path
from typing import Final

from tests.nat.driver import Driver, Event
from tests.nat.lab import Lab
from tests.nat.large import MIB
from tests.nat.server import serving
from tests.nat.sites import BY_NAME

OWNERS: Final = ("port-restricted", "cgnat", "upnp")
READER: Final = "fullcone"

FILE_BYTES: Final = 12 * MIB
LIMIT: Final = 1.5 * MIB
"""What an owner gives a second: three together need seconds, in which all of them are there."""

DOCUMENTS: Final = 60
"""Files of this machine's own documentation in each library, half of which its neighbour has as well."""

WITHIN_S: Final = 120.0


def documents() -> list[Path]:
    """Real files, as every Debian has them."""
    found = sorted(path for path in Path("/usr/share/doc").rglob("*") if path.is_file() and not path.is_symlink())
    return found[: DOCUMENTS * len(OWNERS)]


def stock(folder: Path, number: int, data: bytes) -> None:
    """One library: a slice of the documents, a text that one alone has, and the file that all have."""
    first = number * DOCUMENTS // 2
    for path in documents()[first : first + DOCUMENTS]:
        target = folder / path.relative_to("/usr/share/doc")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    (folder / "Pictures").mkdir()
    (folder / "Pictures" / f"volcano {number}.bin").write_bytes(data)
    (folder / f"notes of {['one', 'two', 'three'][number]}.txt").write_text(f"lava, by {number}")


async def _publish(owner: Driver, number: int, data: bytes) -> None:
    folder = owner.folder / "shelf"
    folder.mkdir()
    stock(folder, number, data)
    await owner.start()
    owner.tell(do="share", folders=[str(folder)], name=f"Shelf {number}", limit=LIMIT)
    await owner.when(lambda event: event["event"] == "announced" and bool(event.get("whole")), WITHIN_S)


async def _run(owners: list[Driver], page: Driver, data: bytes) -> Event:
    await asyncio.gather(page.start(), *(_publish(owner, number, data) for number, owner in enumerate(owners)))
    page.tell(do="look", words="notes two")
    shown = await page.until("shown", WITHIN_S)
    assert shown["text"] == "lava, by 1"
    await page.reset()
    page.tell(do="find", words="volc")
    hit = await page.until("hit", WITHIN_S)
    assert "and 2 more" in hit["text"]
    done = await page.until("done", WITHIN_S)
    await asyncio.gather(page.stop(), *(owner.stop() for owner in owners))
    return done


def test_a_page_finds_looks_and_fetches_from_three_owners_behind_nats() -> None:
    data = os.urandom(FILE_BYTES)
    with Lab(shaped=True) as lab, serving():
        clients = [lab.add(BY_NAME[name]).clients[0] for name in (*OWNERS, READER)]
        owners, page = [Driver(client) for client in clients[:-1]], Driver(clients[-1], "page")
        done = asyncio.run(_run(owners, page, data))
        assert hashlib.sha256(Path(done["path"]).read_bytes()).digest() == hashlib.sha256(data).digest()
    assert len(done["counts"]) == len(OWNERS)
    assert min(done["counts"]) > MIB, "each gave a part of it"
    assert sum(done["counts"]) < 1.3 * FILE_BYTES, "and little came twice"
    ways = [[event["way"] for event in owner.events if event["event"] == "path"][-1] for owner in owners]
    assert not {"turn-udp", "turn-tcp", "websocket"} & set(ways), ways
