"""Why relays cannot be used, in words."""

import json
import ssl

import pytest

from pypeer.connect import trouble
from pypeer.connect.servers import Relay, Transport
from tests.vectors import make_troubles

UDP = Relay("turn.example", 3478, Transport.UDP, "u", "p")
TLS = Relay("::1", 443, Transport.TLS, "u", "p")


def untrusted() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "failed")
    error.verify_message = "self-signed certificate"
    return error


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), "it does not answer"),
        (untrusted(), "its certificate is not trusted (self-signed certificate)"),
        (ssl.SSLError(1, "wrong version"), "what answers there does not speak TLS as it should"),
        (ConnectionRefusedError(), "nothing listens there"),
        (OSError(101, "Network is unreachable"), "it cannot be reached (Network is unreachable)"),
        (OSError(), "it cannot be reached (OSError)"),
    ],
)
def test_a_relay_that_cannot_be_reached(error: Exception, reason: str) -> None:
    found = trouble.unreachable(TLS, error)
    assert found.text == f"The relay ::1, port 443, cannot be used over TLS: {reason}."
    assert (found.relay, found.code) == ("turns:[::1]:443?transport=tcp", trouble.UNREACHABLE)


def test_a_relay_that_says_no_or_leaves_or_leads_astray() -> None:
    start = "The relay turn.example, port 3478, cannot be used over UDP: "
    cases = [
        (trouble.refused(UDP, 486, "too many"), 486, "too many."),
        (trouble.refused(UDP, 0, "no answer"), 701, "no answer."),
        (trouble.unknown(UDP), 701, "its name is not known here."),
        (trouble.broken(UDP, None), 701, "the relay closed the connection."),
        (trouble.broken(UDP, OSError(104, "reset")), 701, "the connection broke (reset)."),
        (trouble.astray(UDP), 300, "it leads from one server to another without end."),
    ]
    for found, code, text in cases:
        assert (found.relay, found.code, found.text) == ("turn:turn.example:3478?transport=udp", code, start + text)


@pytest.mark.parametrize(
    ("code", "shown", "reason"), [(4510, 4510, trouble.WEBSOCKET[4510]), (0, 701, "detail"), (1006, 1006, "detail")]
)
def test_the_relay_inside_a_websocket(code: int, shown: int, reason: str) -> None:
    found = trouble.of_websocket("wss://a/relay", code, "detail")
    assert (found.code, found.text) == (shown, f"The relay of the server cannot be used: {reason}.")


def test_vectors_are_what_the_code_makes() -> None:
    assert make_troubles.build() == json.loads(make_troubles.FILE.read_text("utf-8"))
