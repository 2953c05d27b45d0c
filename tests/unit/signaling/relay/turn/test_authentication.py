"""Who may ask for what: challenges, credentials, nonces, and the two families of hashes."""

from typing import Any

import pytest

from signaling.protocol import stun
from signaling.protocol.stun import Attribute, Class, Method
from signaling.relay.turn.authentication import ALGORITHMS, COOKIE, MD5, NONCE_S, SHA256
from signaling.relay.turn.core import ANSWER_BYTES, RATE
from signaling.relay.turn.kinds import Refusal, Transport
from tests.unit.signaling.relay.turn.stage import UDP, Stage

HEADERS_BYTES = 28
"""Of IPv4 and UDP."""


def test_a_first_request_is_challenged_and_then_granted() -> None:
    stage = Stage()
    client = stage.client()
    answer = client.answer(stun.encode(Method.ALLOCATE, Class.REQUEST, client.transaction(), [UDP]))
    assert answer.error() == (401, "")
    assert answer.get(Attribute.REALM) == b"byway"
    assert answer.get(Attribute.PASSWORD_ALGORITHMS) == ALGORITHMS
    assert not answer.signed
    client.nonce = answer.get(Attribute.NONCE) or b""
    assert client.nonce.startswith(b"obMatJos2AAAB")
    client.allocate()
    assert stage.refused(Refusal.CHALLENGE) == 1


@pytest.mark.parametrize("method", [Method.ALLOCATE, Method.REFRESH, Method.CREATE_PERMISSION, Method.CHANNEL_BIND])
def test_an_answer_to_a_stranger_is_short_and_as_short_as_said(method: Method) -> None:
    client = Stage().client()
    request = stun.encode(method, Class.REQUEST, client.transaction(), fingerprint=False)
    [effect] = client.send(request)
    assert len(effect.data) == ANSWER_BYTES
    assert (ANSWER_BYTES + HEADERS_BYTES) / (len(request) + HEADERS_BYTES) < 2.5
    assert (ANSWER_BYTES + HEADERS_BYTES) / (len(request) + 8 + HEADERS_BYTES) < 2.1


def test_an_address_gets_no_more_answers_than_its_rate() -> None:
    stage = Stage()
    client, same, other = stage.client(), stage.client(port=1), stage.client()
    other.at = other.at._replace(remote=("192.0.2.8", 1))
    bare = stun.encode(Method.ALLOCATE, Class.REQUEST, bytes(12))
    assert sum(len(client.send(bare)) for _ in range(int(RATE.burst) + 5)) == RATE.burst
    assert same.send(bare) == []
    assert other.send(bare)
    assert stage.refused(Refusal.RATE) == 6
    same.at = same.at._replace(transport=Transport.TCP)
    assert same.send(bare)
    same.at = same.at._replace(transport=Transport.UDP)
    client.allocate()
    stage.wait(1 / RATE.per_second)
    assert same.send(bare)


def test_sha256_for_key_and_integrity() -> None:
    client = Stage().client(sha256=True)
    answer = client.allocate()
    assert answer.has(Attribute.MESSAGE_INTEGRITY_SHA256)
    assert not answer.has(Attribute.MESSAGE_INTEGRITY)
    assert client.permit(("203.0.113.1", 1)) == 0


def test_md5_may_be_chosen_from_the_list() -> None:
    client = Stage().client()
    chosen = {"PASSWORD_ALGORITHM": MD5, "PASSWORD_ALGORITHMS": ALGORITHMS}
    assert client.code(Method.ALLOCATE, UDP, **chosen) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"USERNAME": None}, 400),
        ({"REALM": None}, 400),
        ({"NONCE": None}, 400),
        ({"PASSWORD_ALGORITHM": SHA256}, 400),
        ({"PASSWORD_ALGORITHMS": ALGORITHMS}, 400),
        ({"PASSWORD_ALGORITHM": MD5, "PASSWORD_ALGORITHMS": MD5}, 400),
        ({"PASSWORD_ALGORITHM": b"\0\3\0\0", "PASSWORD_ALGORITHMS": ALGORITHMS}, 400),
        ({"USERNAME": b"ada"}, 401),
        ({"USERNAME": b"1800000000:pair/b"}, 401),
        ({"REALM": b"elsewhere"}, 401),
        ({"key": b"x" * 16}, 401),
        ({"NONCE": b"x"}, 438),
        ({"NONCE": b"obMatJos2AAAB!!!!"}, 438),
        ({"NONCE": b"obMatJos2AAABAAAA"}, 438),
        ({"NONCE": COOKIE + b"A" * 16}, 438),
        ({"NONCE": b"\xff"}, 438),
    ],
)
def test_what_is_refused(change: dict[str, Any], code: int) -> None:
    client = Stage().client()
    answer = client.ask(Method.ALLOCATE, UDP, **change)
    assert answer.error() == (code, "")
    assert answer.has(Attribute.NONCE) is (code != 400)
    assert not answer.signed


def test_a_shortened_integrity_is_refused() -> None:
    client = Stage().client(sha256=True)
    whole = client.request(Method.ALLOCATE, UDP)[:-8]
    short = whole[:2] + (len(whole) - 36).to_bytes(2, "big") + whole[4:-34] + b"\0\x10" + whole[-32:-16]
    assert client.answer(short).error() == (400, "")


def test_a_nonce_ends_and_is_of_use_at_one_address_only() -> None:
    stage = Stage()
    client, other = stage.client(), stage.client(port=1)
    client.nonce = other.nonce = stage.authenticator.nonce(client.at, stage.now)
    assert other.code(Method.ALLOCATE, UDP) == 438
    client.allocate()
    stage.wait(NONCE_S - 1)
    assert client.code(Method.REFRESH) == 0
    stage.wait(1)
    answer = client.ask(Method.REFRESH)
    assert answer.error() == (438, "")
    client.nonce = answer.get(Attribute.NONCE) or b""
    assert client.code(Method.REFRESH) == 0


def test_credentials_that_have_expired_keep_what_there_is_but_get_nothing_new() -> None:
    stage = Stage()
    client, late = stage.client(lasts=10), stage.client(port=1, lasts=10)
    client.allocate()
    stage.wait(11)
    assert client.code(Method.REFRESH) == 0
    answer = late.ask(Method.ALLOCATE, UDP)
    assert answer.error() == (401, "")
    assert not answer.signed


def test_only_who_made_an_allocation_may_use_it() -> None:
    stage = Stage()
    client, other = stage.client(), stage.client(member="b")
    client.allocate()
    assert other.code(Method.REFRESH) == 441
    renewed = stage.client(lasts=7200)
    assert renewed.code(Method.REFRESH) == 0
