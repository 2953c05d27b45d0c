"""Where what this user's programs remember is kept."""

import os
from pathlib import Path

from platformdirs import user_state_path


def state_path(name: str) -> Path:
    """Of a file or a folder: in BYWAY_HOME, else in the user's folder for state."""
    home = os.environ.get("BYWAY_HOME")
    return (Path(home) if home else user_state_path("byway")) / name
