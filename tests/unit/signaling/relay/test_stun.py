"""STUN Binding and behaviour discovery, against aioice's codec and the samples of RFC 5769."""

from collections.abc import Sequence

import pytest
from aioice import stun as reference
from hypothesis import given
from hypothesis import strategies as st

from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import Address
from signaling.relay.stun import (
    ANSWER_BYTES,
    RATE,
    REQUEST_BYTES,
    SOURCES,
    Outcome,
    StunServer,
    Verdict,
    over_stream,
)

SAMPLE_REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
"""RFC 5769, section 2.1: with SOFTWARE, PRIORITY, ICE-CONTROLLED, USERNAME, MESSAGE-INTEGRITY and FINGERPRINT."""

A, B, SIX, SEVEN = "198.51.100.1", "198.51.100.2", "2001:db8::6", "2001:db8::7"
PORTS = (3478, 3479)
SOURCE = ("192.0.2.1", 32853)
CHANGE_PORT, CHANGE_ADDRESS = 2, 4
IP_UDP = {4: 28, 6: 48}
"""Bytes of the headers before a datagram."""


def server(*hosts: str, ports: Sequence[int] = PORTS) -> StunServer:
    """A server with all endpoints of one or two addresses."""
    partners = {hosts[0]: hosts[1], hosts[1]: hosts[0]} if len(hosts) == 2 else {}
    made = StunServer(ports, partners)
    made.endpoints |= {(host, port) for host in hosts for port in ports}
    return made


def request(*attributes: tuple[int, bytes]) -> bytes:
    """A Binding request."""
    return stun.encode(Method.BINDING, Class.REQUEST, b"transaction!", attributes, fingerprint=False)


def change(flags: int) -> bytes:
    """A Binding request with CHANGE-REQUEST."""
    return request((Attribute.CHANGE_REQUEST, values.number32(flags)))


def ask(
    datagram: bytes, of: StunServer, at: Address = (A, 3478), source: Address = SOURCE, now: float = 0.0
) -> Outcome:
    """Send a datagram."""
    return of.receive(datagram, source, at, now)


def parsed(outcome: Outcome) -> Message:
    """The answer."""
    return stun.decode(outcome.answer)


@pytest.mark.parametrize(
    ("host", "seen"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8::9", "2001:db8::9"), ("::ffff:192.0.2.1", "192.0.2.1")],
)
def test_a_peer_learns_its_address(host: str, seen: str) -> None:
    asked = reference.Message(reference.Method.BINDING, reference.Class.REQUEST)
    outcome = ask(bytes(asked), server(A), source=(host, 32853))
    assert (outcome.verdict, outcome.leaves) == (Verdict.BINDING, (A, 3478))
    reply = reference.parse_message(outcome.answer)
    assert reply.message_class is reference.Class.RESPONSE
    assert reply.transaction_id == asked.transaction_id
    assert reply.attributes == {"XOR-MAPPED-ADDRESS": (seen, 32853)}


def test_the_sample_of_rfc_5769_is_answered() -> None:
    outcome = ask(SAMPLE_REQUEST, server(A))
    assert outcome.answer[20:].hex() == "002000080001a147e112a643", "the XOR-MAPPED-ADDRESS of RFC 5769, section 2.2"


def test_two_addresses_change_as_rfc_5780_says() -> None:
    both = server(A, B)
    for flags, leaves in {
        0: (A, 3478),
        CHANGE_PORT: (A, 3479),
        CHANGE_ADDRESS: (B, 3478),
        CHANGE_ADDRESS | CHANGE_PORT: (B, 3479),
    }.items():
        outcome = ask(change(flags), both)
        assert (outcome.verdict, outcome.leaves) == (Verdict.DISCOVERY, leaves)
        answer = parsed(outcome)
        assert answer.xor_address(Attribute.XOR_MAPPED_ADDRESS) == SOURCE
        assert answer.address(Attribute.MAPPED_ADDRESS) == SOURCE
        assert answer.address(Attribute.RESPONSE_ORIGIN) == leaves
        assert answer.address(Attribute.OTHER_ADDRESS) == (B, 3479)


def test_what_is_other_depends_on_what_was_asked() -> None:
    both = server(A, B)
    assert parsed(ask(change(0), both, at=(B, 3479))).address(Attribute.OTHER_ADDRESS) == (A, 3478)
    assert ask(change(CHANGE_PORT), both, at=(B, 3479)).leaves == (B, 3478)


def test_with_two_addresses_every_answer_says_so() -> None:
    outcome = ask(request(), server(A, B))
    assert outcome.verdict is Verdict.BINDING
    assert parsed(outcome).address(Attribute.RESPONSE_ORIGIN) == (A, 3478)
    assert parsed(outcome).address(Attribute.OTHER_ADDRESS) == (B, 3479)


def test_one_address_changes_its_port_and_names_no_other() -> None:
    outcome = ask(change(CHANGE_PORT), server(A))
    assert (outcome.verdict, outcome.leaves) == (Verdict.DISCOVERY, (A, 3479))
    assert parsed(outcome).address(Attribute.RESPONSE_ORIGIN) == (A, 3479)
    assert not parsed(outcome).has(Attribute.OTHER_ADDRESS)


def refused(outcome: Outcome) -> bytes | None:
    """What a refusal complains of."""
    assert outcome.verdict is Verdict.ATTRIBUTE
    answer = parsed(outcome)
    assert answer.kind is Class.ERROR
    assert answer.error() == (420, "")
    return answer.get(Attribute.UNKNOWN_ATTRIBUTES)


@pytest.mark.parametrize(
    ("flags", "hosts", "ports"),
    [(CHANGE_ADDRESS, (A,), PORTS), (CHANGE_PORT, (A,), (3478,)), (CHANGE_PORT | CHANGE_ADDRESS, (A, B), (3478,))],
)
def test_a_change_that_is_not_possible_is_refused(flags: int, hosts: tuple[str, ...], ports: Sequence[int]) -> None:
    outcome = ask(change(flags), server(*hosts, ports=ports))
    assert refused(outcome) == values.types([Attribute.CHANGE_REQUEST])
    assert outcome.leaves == (A, 3478)


def test_a_change_to_an_endpoint_that_is_closed_is_refused() -> None:
    both = server(A, B)
    both.endpoints.discard((B, 3479))
    assert refused(ask(change(CHANGE_PORT | CHANGE_ADDRESS), both)) == values.types([Attribute.CHANGE_REQUEST])
    assert not parsed(ask(request(), both)).has(Attribute.OTHER_ADDRESS)


@pytest.mark.parametrize("kind", [Attribute.RESPONSE_PORT, Attribute.PADDING, Attribute.REQUESTED_TRANSPORT, 0x7777])
def test_what_must_be_understood_and_is_not_is_refused(kind: int) -> None:
    asked = request((kind, bytes(4)), (kind, bytes(4)))
    assert refused(ask(asked, server(A, B))) == values.types([kind])


def test_an_answer_never_goes_to_another_port() -> None:
    asked = request((Attribute.RESPONSE_PORT, bytes((0, 53, 0, 0))), (Attribute.CHANGE_REQUEST, values.number32(2)))
    assert refused(ask(asked, server(A, B))) == values.types([Attribute.RESPONSE_PORT])


def test_an_optional_attribute_is_ignored() -> None:
    assert ask(request((0x8000, b""), (0xC000, b"x")), server(A)).verdict is Verdict.BINDING


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        request()[:19],
        request() + b"x",
        request((0x8000, b""))[:-2],
        request()[:4] + bytes(4) + request()[8:],
        request((0x8000, bytes(REQUEST_BYTES))),
        request((Attribute.CHANGE_REQUEST, b"")),
        request((Attribute.CHANGE_REQUEST, bytes(8))),
        stun.encode(Method.BINDING, Class.INDICATION, bytes(12)),
        stun.encode(Method.BINDING, Class.SUCCESS, bytes(12)),
        stun.encode(Method.BINDING, Class.ERROR, bytes(12)),
        stun.encode(Method.ALLOCATE, Class.REQUEST, bytes(12)),
        stun.encode(Method.BINDING, Class.REQUEST, bytes(12))[:-1] + b"\0",
    ],
)
def test_everything_else_gets_silence(datagram: bytes) -> None:
    assert ask(datagram, server(A, B)) == Outcome(Verdict.MALFORMED)


def test_an_address_gets_no_more_than_its_rate() -> None:
    one = server(A)
    for number in range(int(RATE.burst)):
        assert ask(request(), one, source=("192.0.2.1", 1 + number)).verdict is Verdict.BINDING
    assert ask(request(), one) == Outcome(Verdict.RATE)
    assert ask(change(CHANGE_ADDRESS), one) == Outcome(Verdict.RATE), "refusals count as well"
    assert ask(request(), one, source=("192.0.2.2", 1)).verdict is Verdict.BINDING
    answered = [ask(request(), one, now=second / 1000).verdict is Verdict.BINDING for second in range(1, 1001)]
    assert sum(answered) == RATE.per_second


def test_an_ipv6_network_counts_as_one() -> None:
    one = server(SIX)
    for number in range(int(RATE.burst)):
        ask(request(), one, at=(SIX, 3478), source=(f"2001:db8::{number:x}", 1))
    assert ask(request(), one, at=(SIX, 3478), source=("2001:db8::ffff", 1)).verdict is Verdict.RATE


def test_forged_sources_do_not_fill_the_memory() -> None:
    one = server(A)
    for number in range(SOURCES + 10):
        ask(request(), one, source=(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 1))
    assert len(one._buckets) == SOURCES


def test_how_much_larger_an_answer_is() -> None:
    sizes = {}
    for version, hosts, source in ((4, (A, B), SOURCE), (6, (SIX, SEVEN), ("2001:db8::9", 1))):
        for asked in (request(), change(0)):
            answer = ask(asked, server(*hosts), at=(hosts[0], 3478), source=source).answer
            assert len(answer) <= len(asked) + ANSWER_BYTES
            sizes[version, len(asked)] = (len(answer) + IP_UDP[version]) / (len(asked) + IP_UDP[version])
    assert max(sizes.values()) < 2.5


@given(
    st.binary(max_size=600),
    st.integers(0, 65535),
    st.sampled_from([(A, B), (SIX, SEVEN), (A,)]),
    st.sampled_from([0, 8, 20]),
)
def test_no_datagram_makes_it_raise_or_answer_at_length(
    datagram: bytes, port: int, hosts: tuple[str, ...], kept: int
) -> None:
    data = request()[:kept] + datagram
    if kept == 20:
        data = data[: len(data) & ~3]
        data = data[:2] + (len(data) - 20).to_bytes(2, "big") + data[4:]
    of = server(*hosts)
    outcome = ask(data, of, at=(hosts[0], 3478), source=("2001:db8::9", port))
    assert len(outcome.answer) <= len(data) + ANSWER_BYTES
    assert not outcome.answer or outcome.leaves in of.endpoints


@given(st.lists(st.tuples(st.sampled_from([*Attribute, 0x7777]), st.binary(max_size=40))))
def test_no_request_makes_it_raise_or_answer_at_length(attributes: list[tuple[int, bytes]]) -> None:
    data = request(*attributes)
    outcome = ask(data, server(SIX, SEVEN), at=(SIX, 3478), source=("2001:db8::9", 9))
    assert len(outcome.answer) <= len(data) + ANSWER_BYTES


def test_over_a_stream_there_is_nothing_to_discover() -> None:
    plain = stun.encode(Method.BINDING, Class.REQUEST, bytes(12))
    answer = over_stream(plain, ("192.0.2.1", 7))
    assert answer is not None
    assert stun.decode(answer).xor_address(Attribute.XOR_MAPPED_ADDRESS) == ("192.0.2.1", 7)
    change = stun.encode(Method.BINDING, Class.REQUEST, bytes(12), [(Attribute.CHANGE_REQUEST, bytes(4))])
    refused = over_stream(change, ("192.0.2.1", 7))
    assert refused is not None
    assert stun.decode(refused).error() == (420, "")
    assert over_stream(b"\x40\0\0\0", ("192.0.2.1", 7)) is None
