"""docs/protocol.md: every code is there with its action, and the numbers are those of the program."""

import re
from pathlib import Path

import pytest

from pypeer.protocol import limits as peers
from pypeer.protocol.codes import EndCode, RefusalCode
from signaling.core.policy import Policy
from signaling.http import wire
from signaling.protocol import limits
from signaling.protocol.codes import CloseCode, ErrorCode

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "protocol.md").read_text("utf-8")


def section(title: str) -> str:
    """The text under a heading, up to the next one."""
    match = re.search(rf"^##+ {re.escape(title)}\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert match, title
    return match[1]


def table(title: str) -> dict[str, str]:
    """A table by its first column; the value is the last."""
    rows = [line.strip("| ").split(" | ") for line in section(title).splitlines() if line.startswith("| ")]
    return {row[0]: row[-1] for row in rows[2:]}


def test_every_error_code_has_its_action() -> None:
    assert table("Of `error`") == {code.value: code.action.value for code in ErrorCode}


def test_every_close_code_has_its_action() -> None:
    rows = table("Of a close")
    assert set(rows) == {str(int(code)) for code in CloseCode}
    for code in CloseCode:
        assert rows[str(int(code))].startswith(code.action.value)


def test_every_code_between_peers_is_there() -> None:
    assert set(table("Between peers")) == {code.value for code in EndCode}
    for refusal in RefusalCode:
        assert f"`{refusal.value}`" in section("Between peers")


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("message", f"{limits.MESSAGE_BYTES // 1024} KiB"),
        ("`signal` body", f"{limits.BODY_CHARS:,} characters"),
        ("sign-in", f"{limits.SIGN_IN_S} s"),
        ("`ping`", f"{limits.PING_S} s"),
        ("`idle`", f"{limits.IDLE_S} s"),
        ("`grace`", f"{limits.GRACE_S} s"),
        ("kept for a resume", f"{limits.BACKLOG_MESSAGES} messages, {limits.BACKLOG_BYTES // 1024} KiB"),
        (
            "life of a code",
            f"{limits.TTL_DEFAULT_S // 3600} h unless asked; {limits.TTL_MIN_S} s to {limits.TTL_MAX_S // 86400} days",
        ),
        ("a freed locator waits", f"{Policy().quarantine / 60:g} min"),
        ("sessions of one key", f"{Policy().sessions_per_key}"),
        ("codes, pairs of one session", f"{Policy().locators_per_session}, {Policy().pairs_per_session}"),
        ("requests of one session", f"{Policy().request_rate:g} a second, {Policy().requests.burst:g} at once"),
        ("knocks from one address", f"{Policy().knock_rate:g} a minute, {Policy().knocks.burst:g} at once"),
        (
            "message at `/relay`",
            f"{limits.RELAY_MESSAGE_BYTES_MAX // 1024} KiB at most, {limits.RELAY_MESSAGE_BYTES // 1024} KiB to who",
        ),
        (
            "at `/relay`: `join`, alone, idle",
            f"{limits.RELAY_JOIN_S} s, {limits.RELAY_ALONE_S} s, {limits.RELAY_IDLE_S} s",
        ),
        ("empty records; a silent link", f"after {peers.SILENCE_S} s; after {peers.GONE_S} s"),
        ("codes opened from one address", f"{Policy().open_rate:g} a minute, {Policy().opens.burst:g} at once"),
        ("tokens of contacts one session waits under", f"{limits.WAITING_TOKENS}"),
        (
            "tokens waited for from one address",
            f"{Policy().wait_rate:,g} a minute, {Policy().waiting.burst:,g} at once",
        ),
        (
            "calls of one identity, from one address",
            f"{Policy().call_rate:g} a minute, {Policy().calling.burst:g} at once; "
            f"{Policy().call_rate_per_address:g} a minute, {Policy().calling_address.burst:g} at once",
        ),
    ],
)
def test_the_numbers_are_those_of_the_program(what: str, value: str) -> None:
    rows = {
        line.strip("| ").split(" | ")[0].removesuffix(r" \*"): line
        for line in section("Timers and limits").splitlines()
    }
    assert f"| {value}" in rows[what]


def test_what_a_slow_reader_may_leave_waiting() -> None:
    row = next(line for line in section("Of a close").splitlines() if line.startswith("| 4008"))
    assert f"more than {wire.MESSAGES} messages or {wire.BYTES // 2**20} MiB" in row
