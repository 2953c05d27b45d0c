"""Names of files as people have them: photographs, music, documents, programs; some of them are at many people's."""

import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from signaling.protocol.encoding import b64
from signaling.protocol.listed import File, Folder

WORDS: Final = Path(__file__).resolve().parent.parent / "pypeer" / "secure" / "words.txt"
SHARED: Final = 0.3
"""Of what somebody has that others have, too: music and books, of which some are at hundreds."""

WORKS: Final = 20_000
"""Things that many have."""


@cache
def words() -> Sequence[str]:
    """Words that names are made of; the first are used more often than the last."""
    found = WORDS.read_text("utf-8").split()
    random.Random(0).shuffle(found)
    return found


class Names:
    """Makes files, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def library(self, files: int) -> list[Folder]:
        """The folders of one library."""
        folders: list[Folder] = []
        made = 0
        while made < files:
            count = min(files - made, self._random.randint(4, 40))
            folders.append(self._folder(made, count))
            made += count
        return folders

    def query(self) -> str:
        """What somebody types: a word or two, the last one often only begun."""
        chosen = [self._word() for _ in range(self._random.choice((1, 1, 2)))]
        last = chosen[-1]
        chosen[-1] = last[: self._random.randint(2, len(last))]
        return " ".join(chosen)

    def _folder(self, first: int, count: int) -> Folder:
        dice = self._random.random()
        if dice < SHARED:
            return self._album(first, count)
        if dice < 0.7:
            return self._pictures(first, count)
        return self._papers(first, count)

    def _album(self, first: int, count: int) -> Folder:
        work = int(WORKS * self._random.random() ** 3)
        same = random.Random(work)
        artist, title = _title(same, 2), _title(same, 3)
        names = [f"{number + 1:02} - {_title(same, 3)}.{same.choice(('mp3', 'flac'))}" for number in range(count)]
        files = [self._file(first + at, name, same) for at, name in enumerate(names)]
        return Folder(f"Music/{artist}/{title}", tuple(files))

    def _pictures(self, first: int, count: int) -> Folder:
        year, month = self._random.randint(2003, 2025), self._random.randint(1, 12)
        place, number = _title(self._random, 1), self._random.randint(1, 9000)
        names = [f"IMG_{year}{month:02}{1 + at % 28:02}_{number + at:06}.jpg" for at in range(count)]
        files = [self._file(first + at, name, self._random) for at, name in enumerate(names)]
        return Folder(f"Pictures/{year}/{year}-{month:02} {place}", tuple(files))

    def _papers(self, first: int, count: int) -> Folder:
        endings = ("pdf", "docx", "txt", "odt", "xlsx", "zip", "py", "md")
        names = [f"{self._word()}-{self._word()}_v{self._random.randint(1, 9)}" for _ in range(count)]
        files = [
            self._file(first + at, f"{name}.{self._random.choice(endings)}", self._random)
            for at, name in enumerate(names)
        ]
        return Folder(
            "/".join(["Documents", *(_title(self._random, 1) for _ in range(self._random.randint(1, 3)))]), tuple(files)
        )

    def _word(self) -> str:
        return _word(self._random)

    def _file(self, number: int, name: str, source: random.Random) -> File:
        return File(number, name, int(source.lognormvariate(13, 2)), b64(source.randbytes(32)))


def _word(source: random.Random) -> str:
    return words()[int(len(words()) * source.random() ** 3)]


def _title(source: random.Random, count: int) -> str:
    return " ".join(_word(source).capitalize() for _ in range(count))
