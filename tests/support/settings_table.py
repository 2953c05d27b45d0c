"""The table of settings in docs/deployment.md: `python -m tests.support.settings_table` writes it anew."""

import re
from pathlib import Path
from typing import Final

from signaling.cli import flag
from signaling.settings import declared

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "deployment.md"
PLACE: Final = re.compile(r"(?<=<!-- settings -->\n).*?(?=<!-- end of settings -->)", re.DOTALL)


def table() -> str:
    """All settings, as they are declared."""
    rows = ["| flag | default | what it does | why |", "| --- | --- | --- | --- |"]
    for field in declared():
        default = f"`{field.default:g}`" if isinstance(field.default, float) else f"`{field.default}`"
        shown = default if field.default or (field.default == 0 and field.type is not bool) else ""
        rows.append(f"| `{flag(field)}` | {shown} | {field.metadata['help']} | {field.metadata['reason']} |")
    return "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(PLACE.sub(lambda _: table(), PAGE.read_text("utf-8")), "utf-8")
