"""Make tests/vectors/names.json with the Python implementation: `python -m tests.vectors.make_names`."""

import json
from pathlib import Path
from typing import Any

from pypeer.protocol.messages import Entry
from pypeer.transfer.names import ManifestError, map_entries, safe_name

FILE = Path(__file__).with_name("names.json")

NAMES = [
    "report.pdf", "Zoë's notes.txt", "日本語.txt", "👍 ok.png", ".hidden", "..x", "a b", "CON", "con.txt",
    "Nul .tar.gz", "aux.c", "COM1", "com\u00b9.log", "LPT10", "conin$", "console", "name.", "name ", "name. . ",
    "...", "a<b>c:d\"e|f?g*h\\i", "tab\there", "line\nbreak", "esc\x1b[31m", "c1\x85", "del\x7f",
    "evil\u202egnp.exe", "zero\u200bwidth", "\ufeffbom", "soft\u00adhyphen", "join\u200der", "para\u2029graph",
    "blank\u3164filler", "\u2800", "tag\U000e0041", "x" * 255, "x" * 256, "x" * 1000 + ".txt",
    "é" * 200 + ".tar.gz", "👍" * 100 + ".png", "x" * 300 + "." + "y" * 40, "." + "x" * 300, "x" * 300 + ".",
    "x" * 251 + ".   ",
]  # fmt: skip

TREES: list[tuple[str, bool, list[str]]] = [
    ("an honest tree", True, ["top/", "top/empty/", "top/a.txt", "top/sub/", "top/sub/b.txt"]),
    ("folders that are not listed", True, ["top/a/b.txt", "top/a/c.txt", "top/"]),
    ("alike after replacement", True, ["a?.txt", "a*.txt", "a_.txt", "a_ (2).txt"]),
    ("case ignored", True, ["README", "readme", "Readme"]),
    ("case told apart", False, ["README", "readme", "Readme"]),
    ("composed and decomposed", False, ["caf\u00e9", "cafe\u0301"]),
    ("sharp s", True, ["straße", "STRASSE"]),
    ("folders alike", True, ["Docs/", "docs/", "Docs/a", "docs/a"]),
    ("folder and file alike", True, ["a/", "A"]),
    ("long names alike", True, ["x" * 300 + ".txt", "x" * 301 + ".txt"]),
    ("names that look numbered", True, ["a (2)", "a", "A", "a\u200b"]),
    ("parent folder", True, ["../x"]),
    ("parent folder inside", True, ["a/../../x"]),
    ("absolute", True, ["/etc/passwd"]),
    ("drive", True, ["C:/Windows/x"]),
    ("drive with backslash", True, ["c:\\x"]),
    ("dot", True, ["a/./b"]),
    ("empty part", True, ["a//b"]),
    ("trailing slash of a file", True, ["a/b//"]),
    ("NUL", True, ["a\0b"]),
    ("twice", True, ["a", "a"]),
    ("folder twice", True, ["a/", "a/"]),
    ("file as folder", True, ["a", "a/b"]),
    ("folder as file", True, ["a/b", "a"]),
    ("backslashes are no separators", True, ["..\\..\\x"]),
]


def mapped(paths: list[str], fold: bool) -> list[str] | None:
    """Where the paths go; a slash at the end marks a folder; None if the manifest must be refused."""
    try:
        return map_entries([Entry(path=p[:-1] if p[-1:] == "/" else p, folder=p[-1:] == "/") for p in paths], fold)
    except ManifestError:
        return None


def build() -> dict[str, Any]:
    """All vectors of this file."""
    return {
        "names": [{"name": name, "safe": safe_name(name)} for name in NAMES],
        "trees": [{"about": a, "fold": fold, "paths": p, "mapped": mapped(p, fold)} for a, fold, p in TREES],
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=True) + "\n", "utf-8")
