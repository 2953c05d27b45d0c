"""The files in docker/ know the settings as they are."""

import re
from dataclasses import fields
from pathlib import Path

from signaling.cli import variable
from signaling.settings import Settings

FOLDER = Path(__file__).resolve().parents[3] / "docker"
OTHERS = {"BYWAY_DOMAIN", "BYWAY_UPSTREAM"}
"""Variables of the compose file itself."""


def text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def test_variables_are_settings() -> None:
    known = {variable(field) for field in fields(Settings)} | OTHERS
    for file in FOLDER.iterdir():
        assert set(re.findall(r"BYWAY_[A-Z_]+", file.read_text("utf-8"))) <= known


def test_the_ports_are_those_of_the_settings() -> None:
    settings = Settings()
    udp = [f"{port}/udp" for port in settings.stun_ports]
    assert f"EXPOSE {settings.port} {' '.join(udp)}\n" in text("Dockerfile")
    for port in settings.stun_ports:
        assert f'"0.0.0.0:{port}:{port}/udp"' in text("compose.yaml")
    assert f"signaling:{settings.port}}}" in text("Caddyfile")


def test_the_server_runs_without_privileges_and_has_time_to_end() -> None:
    assert "\nUSER byway\n" in text("Dockerfile")
    assert "HEALTHCHECK" in text("Dockerfile")
    for wish in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true"):
        assert wish in text("compose.yaml")
    grace = re.search(r"stop_grace_period: (\d+)s", text("compose.yaml"))
    assert grace
    assert int(grace[1]) > Settings().drain
