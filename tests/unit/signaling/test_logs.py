import logging

import pytest

from signaling.logs import configure, hide, line


def test_a_line_is_read_by_machines_and_by_people() -> None:
    assert line("closed", code=4008, ip="ab12") == "closed code=4008 ip=ab12"
    assert line("x", a="two words", b='q"', c="", d="n\nl", e="k=v") == r'x a="two words" b="q\"" c="" d="n\nl" e="k=v"'


def test_an_address_is_hidden_and_can_be_told_apart() -> None:
    assert hide("192.0.2.1") == hide("192.0.2.1") != hide("192.0.2.2")
    assert "192" not in hide("192.0.2.1")


def test_the_level_counts_for_this_program_only(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    log = logging.getLogger("signaling")
    before = log.level
    try:
        configure("debug")
        assert log.isEnabledFor(logging.DEBUG)
        assert not logging.getLogger("aiohttp").isEnabledFor(logging.INFO)
    finally:
        log.setLevel(before)
