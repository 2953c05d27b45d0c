"""Which names nobody can register."""

import pytest

from signaling.protocol.hosts import bare, is_local

LOCAL = ["localhost", "nas", "nas.local", "a.b.internal", "x.home.arpa", "box.lan", "127.0.0.1", "192.168.1.7", "::1"]


@pytest.mark.parametrize("name", LOCAL)
def test_names_near_by(name: str) -> None:
    assert is_local(name)
    host = f"[{name}]:8080" if ":" in name else f"{name}:8080"
    assert bare(host) == name


@pytest.mark.parametrize("host", ["byway.example", "Byway.Example", "byway.example:8443", "local.example"])
def test_names_that_can_be_registered(host: str) -> None:
    assert not is_local(bare(host))


def test_nothing_is_no_name() -> None:
    assert not is_local("")
