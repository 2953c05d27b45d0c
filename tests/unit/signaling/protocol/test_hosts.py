"""Which names nobody can register, and what stands for a server in what its clients derive for it."""

import pytest

from signaling.protocol.hosts import bare, is_local, realm

LOCAL = ["localhost", "nas", "nas.local", "a.b.internal", "x.home.arpa", "box.lan", "127.0.0.1", "192.168.1.7", "::1"]


@pytest.mark.parametrize("name", LOCAL)
def test_names_near_by_are_all_one(name: str) -> None:
    assert is_local(name)
    host = f"[{name}]:8080" if ":" in name else f"{name}:8080"
    assert bare(host) == name
    assert realm(host) == ""


@pytest.mark.parametrize("host", ["byway.example", "Byway.Example", "byway.example:8443", "local.example"])
def test_a_name_that_can_be_registered_stands_for_itself(host: str) -> None:
    assert realm(host) == host.lower()


def test_nothing_is_no_name() -> None:
    assert not is_local("")
