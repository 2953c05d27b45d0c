"""Why relays cannot be used, in words."""

import json
import ssl

import pytest

from pypeer.connect import trouble
from pypeer.connect.servers import Relay, Transport
from pypeer.protocol import sentences
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
    ("code", "shown", "reason"),
    [(4510, 4510, sentences.RELAY_CLOSES[4510]), (0, 701, "detail"), (1006, 1006, "detail")],
)
def test_the_relay_inside_a_websocket(code: int, shown: int, reason: str) -> None:
    found = trouble.of_websocket("wss://a/relay", code, "detail")
    assert (found.code, found.text) == (shown, f"The relay of the server cannot be used: {reason}.")


def test_vectors_are_what_the_code_makes() -> None:
    assert make_troubles.build() == json.loads(make_troubles.FILE.read_text("utf-8"))


@pytest.mark.parametrize(
    ("is_http", "code", "reason"),
    [
        (True, 403, "it lets no connection to port 41000 out (403)"),
        (True, 407, "it wants a user and a password, or others than the URL of the variable has (407)"),
        (True, 418, "what it said (418)"),
        (True, 0, "what it said"),
        (False, 2, "it lets no connection to port 41000 out (2)"),
        (False, 0, "what it said"),
    ],
)
def test_a_proxy_that_says_no(is_http: bool, code: int, reason: str) -> None:
    found = trouble.of_proxy("http://proxy:3128", is_http, code, "port 41000", "what it said")
    assert found is not None
    assert found.text == f"The proxy http://proxy:3128 cannot be used: {reason}."
    assert (found.relay, found.code) == ("http://proxy:3128", code or trouble.UNREACHABLE)


@pytest.mark.parametrize(("is_http", "code"), [(True, 502), (True, 504), (False, 4), (False, 5), (False, 91)])
def test_a_proxy_that_did_not_reach_the_other_side_is_no_trouble(is_http: bool, code: int) -> None:
    assert trouble.of_proxy("http://proxy:3128", is_http, code, "port 41000", "") is None
