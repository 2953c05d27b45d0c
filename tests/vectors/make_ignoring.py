"""Make tests/vectors/ignoring.json with the Python implementation: `python -m tests.vectors.make_ignoring`.

What of a folder is published, and what is not: pypeer and the page leave out the same.
"""

import json
from pathlib import Path
from typing import Any

from pypeer.library.ignoring import PASSING, SECRETS, Ignored

FILE = Path(__file__).with_name("ignoring.json")


def paths() -> list[str]:
    """Something for each rule, in several places, and names that are nearly what is left out."""
    patterns = [each.rstrip("/").replace("*", "some") for each in (*SECRETS, *PASSING)]
    plain = [f"{folder}{name}" for name in patterns for folder in ("", "deep/down/")]
    inside = [f"{name}/inside.txt" for name in patterns]
    near = [f"x{name}" for name in patterns] + [f"{name}x" for name in patterns]
    hidden = [".env", ".git/config", "a/.ssh/id", "a.b/.c", "a/b.c", "..hidden", "a.", "~", "~$", "$"]
    return [*plain, *inside, *near, *hidden, "Server.PEM", "THUMBS.DB", "a\nb.key", "a\n.txt", "node_modules", "a.txt"]


def build() -> list[dict[str, Any]]:
    """All vectors of this file."""
    rules = Ignored()
    folders = (path.split("/")[:-1] for path in paths())
    above = [["/".join(each[: count + 1]) for count in range(len(each))] for each in folders]
    return [
        {"path": path, "left": rules.leaves_out(path, False) or any(rules.leaves_out(each, True) for each in outer)}
        for path, outer in zip(paths(), above, strict=True)
    ]


if __name__ == "__main__":
    FILE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", "utf-8")
