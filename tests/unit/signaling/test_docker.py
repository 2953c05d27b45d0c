"""The files in docker/ know the settings as they are."""

import re
import subprocess
import sys
from dataclasses import fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from signaling.cli import variable
from signaling.relay.turn.authentication import NONCE_S
from signaling.relay.turn.peers import DENIED_V4, DENIED_V6
from signaling.settings import Settings

FOLDER = Path(__file__).resolve().parents[3] / "docker"
OTHERS = {"BYWAY_DOMAIN", "BYWAY_UPSTREAM", "BYWAY_HOME"}
"""Variables of the compose file itself, and of the peer."""


def text(name: str) -> str:
    return (FOLDER / name).read_text("utf-8")


def test_variables_are_settings() -> None:
    known = {variable(field) for field in fields(Settings)} | OTHERS
    for file in FOLDER.iterdir():
        assert set(re.findall(r"BYWAY_[A-Z_]+", file.read_text("utf-8"))) <= known


def test_the_ports_are_those_of_the_settings() -> None:
    settings = Settings()
    both = " ".join(f"{port} {port}/udp" for port in settings.stun_ports)
    assert f"EXPOSE {settings.port} {both}\n" in text("Dockerfile")
    for port in settings.stun_ports:
        assert f'"0.0.0.0:{port}:{port}/tcp"' in text("compose.yaml")
        assert f'"0.0.0.0:{port}:{port}/udp"' in text("compose.yaml")
    assert f"signaling:{settings.port}}}" in text("Caddyfile")


def test_coturn_denies_what_the_server_denies_and_has_its_limits() -> None:
    denied = re.findall(r"--denied-peer-ip=(\S+)-(\S+)", text("coturn.yaml"))
    ranges: list[tuple[Any, Any]] = [(ip_address(first), ip_address(last)) for first, last in denied]
    networks: tuple[Any, ...] = (*DENIED_V4, *DENIED_V6)
    for network in networks:
        if network.is_multicast or network.prefixlen == 32:
            # Multicast has an option of its own; the single address is one of Azure's machines.
            continue
        ends = (network[0], network[-1])
        assert any(low.version == network.version and low <= ends[0] and ends[1] <= high for low, high in ranges)
    limits = Settings().relay_limits
    assert f"--user-quota={limits.per_pair}\n" in text("coturn.yaml")
    assert f"--total-quota={limits.total}\n" in text("coturn.yaml")
    assert f"--stale-nonce={NONCE_S:g}\n" in text("coturn.yaml")


def test_the_server_runs_without_privileges_and_has_time_to_end() -> None:
    assert "\nUSER byway\n" in text("Dockerfile")
    assert "HEALTHCHECK" in text("Dockerfile")
    for wish in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true"):
        assert wish in text("compose.yaml")
    grace = re.search(r"stop_grace_period: (\d+)s", text("compose.yaml"))
    assert grace
    assert int(grace[1]) > Settings().drain


def test_the_peer_has_its_codecs_and_the_server_neither_these_nor_the_command_that_needs_them() -> None:
    stages = dict(re.findall(r"^FROM \S+ AS (\w+)\n(.*?)(?=^FROM|\Z)", text("Dockerfile"), re.MULTILINE | re.DOTALL))
    assert list(stages)[-1] == "server"
    assert 'ENTRYPOINT ["pypeer"]' in stages["peer"]
    assert "uninstall" not in stages["peer"]
    assert 'ENTRYPOINT ["signaling"]' in stages["server"]
    assert "pip uninstall --yes av" in stages["server"]
    assert "rm /usr/local/bin/pypeer" in stages["server"]


def test_the_server_starts_without_the_codecs() -> None:
    code = "import sys; sys.modules['av'] = None; import signaling.cli; sys.exit('aiortc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
