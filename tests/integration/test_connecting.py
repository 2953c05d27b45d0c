"""Ways of connecting that a person asked for or ruled out, with real commands."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Command, running_server

Start = Callable[..., Command]

PORTS = range(41000, 41100)


def code_of(sender: Command) -> str:
    return str(sender.until("ready")["code"])


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def reports(command: Command) -> list[dict[str, Any]]:
    """What became of each attempt to connect."""
    return [event["report"] for event in command.events if event["event"] == "report"]


def test_local_ports_are_taken_from_the_range(pypeer: Start, tmp_path: Path) -> None:
    options = ("--ports", f"{PORTS[0]}-{PORTS[-1]}")
    sender = pypeer("send", "--text", "hello", "--once", *options)
    receiver = pypeer("get", code_of(sender), "-o", tmp_path, *options)
    assert (receiver.end(), sender.end()) == (0, 0)
    for command in (sender, receiver):
        paths = [event for event in command.events if event["event"] == "path"]
        assert paths
        for path in paths:
            assert port_of(path["local"]) in PORTS
            assert port_of(path["remote"]) in PORTS
        for report in reports(command):
            assert {port_of(each["address"]) for each in report["local"]} <= set(PORTS)


def test_only_the_named_interface_is_used(pypeer: Start, tmp_path: Path) -> None:
    sender = pypeer("send", "--text", "hello", "--once")
    receiver = pypeer("get", code_of(sender), "-o", tmp_path, "--interface", "lo")
    assert (receiver.end(), sender.end()) == (0, 0)
    local = [each["address"] for report in reports(receiver) for each in report["local"]]
    assert local
    assert all(each.startswith(("127.0.0.1:", "[::1]:")) for each in local)


def test_without_a_relay_relay_only_fails_in_words_and_names_no_address(pypeer: Start, tmp_path: Path) -> None:
    with running_server(tmp_path / "server", "--relay-off") as server:
        sender = pypeer("send", "--text", "hello", "--once", url=server.url)
        receiver = pypeer("get", code_of(sender), "-o", tmp_path, "--relay-only", url=server.url)
        assert receiver.end() == 1
        assert receiver.one("error")["code"] == "no-path"
        report = reports(receiver)[0]
        assert (report["outcome"], report["reasons"]) == ("failed", ["relay-only"])
        assert "local" not in report
        assert sender.interrupt() == 130
        assert all("remote" not in report for report in reports(sender))


def test_relay_only_goes_through_the_server_and_names_no_address(pypeer: Start, tmp_path: Path) -> None:
    sender = pypeer("send", "--text", "hello", "--once")
    receiver = pypeer("get", code_of(sender), "-o", tmp_path, "--relay-only")
    assert (receiver.end(), sender.end()) == (0, 0)
    assert receiver.one("path")["way"] == sender.one("path")["way"] == "websocket"
    assert all("remote" not in report for report in reports(sender))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--relay-only", "--no-relay"), "leave no way"),
        (("--interface", "nonesuch0"), "no interface nonesuch0"),
        (("--ports", "40000"), "no range of ports"),
        (("--ports", "40100-40000"), "no range of ports"),
    ],
)
def test_what_cannot_be_is_wrong_usage(pypeer: Start, options: tuple[str, ...], words: str) -> None:
    command = pypeer("get", "7-guitar-sunset", *options)
    assert command.end() == 2
    assert words in command.errors


@pytest.mark.parametrize("wishes", ["send", "get"])
def test_in_the_background_nothing_goes_by_tcp_whoever_wished_it(pypeer: Start, tmp_path: Path, wishes: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(2_000_000))
    background = {which: ["--background"] * (which == wishes) for which in ("send", "get")}
    sender = pypeer("send", source, "--once", *background["send"])
    receiver = pypeer("get", sender.until("ready")["code"], "-o", tmp_path / "got", *background["get"])
    assert (receiver.end(), sender.end()) == (0, 0)
    assert (tmp_path / "got" / "source").read_bytes() == source.read_bytes()
    for command in (sender, receiver):
        found = reports(command)
        assert found
        assert "tcp" not in {each.get("transport", "udp") for report in found for each in report["local"]}
