"""What the operator has decided: lists, the access word, and what is taken down."""

import base64
import contextlib
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.identity import Identity
from signaling.core.control import OPEN, Control, ControlError, peers_of, taken_of
from signaling.core.flags import Flags
from signaling.protocol.access import proof
from signaling.protocol.codes import ErrorCode
from signaling.protocol.encoding import b64
from signaling.protocol.sign_in import Hello
from tests.support.scene import HOST, hello

ADA, BOB = (Identity.from_seed(hashlib.sha256(name).digest()) for name in (b"ada", b"bob"))
NONCE = bytes(range(32))
ROOT = bytes(range(100, 132))
HANDLE = base64.b32encode(ROOT[:10]).decode().lower()
WORD = "correct horse"


def code(control: Control, identity: Identity, word: str = "", nonce: bytes = NONCE, host: str = HOST) -> str | None:
    """How a sign-in is refused."""
    said = hello(identity, b64(NONCE))
    access = proof(word, nonce, b64(identity.key), host) if word else None
    message = Hello(v=1, client="", key=said.key, host=said.host, sig=said.sig, access=access)
    refused = control.refusal(message, NONCE)
    return None if refused is None else refused.code


def test_everybody_may_come_in_where_nothing_is_said() -> None:
    assert code(OPEN, ADA) is None
    assert OPEN.barred(ADA.id) is None
    assert not OPEN.hides(b64(ROOT))


def test_only_who_is_listed() -> None:
    control = Control(allowed=frozenset({ADA.id}))
    assert code(control, ADA) is None
    assert code(control, BOB) == ErrorCode.NOT_ADMITTED
    assert code(control, BOB, WORD) == ErrorCode.NOT_ADMITTED
    assert control.barred(BOB.id) is not None


def test_who_knows_the_word_or_is_listed() -> None:
    control = Control(word=WORD)
    assert code(control, ADA) == ErrorCode.ACCESS_WORD
    assert code(control, ADA, "correct horsf") == ErrorCode.ACCESS_WORD
    assert code(control, ADA, WORD) is None
    both = Control(allowed=frozenset({ADA.id}), word=WORD)
    assert code(both, ADA) is None
    assert code(both, BOB) == ErrorCode.ACCESS_WORD
    assert code(both, BOB, WORD) is None
    assert both.barred(BOB.id) is None


def test_a_proof_is_worth_nothing_elsewhere_or_at_another_time() -> None:
    control = Control(word=WORD)
    assert code(control, ADA, WORD, nonce=bytes(32)) == ErrorCode.ACCESS_WORD
    assert code(control, ADA, WORD, host="other.example") == ErrorCode.ACCESS_WORD
    of_bob = proof(WORD, NONCE, b64(BOB.key), HOST)
    said = hello(ADA, b64(NONCE))
    message = Hello(v=1, client="", key=said.key, host=said.host, sig=said.sig, access=of_bob)
    assert control.refusal(message, NONCE) is not None


def test_the_proof_is_what_the_protocol_says_however_the_word_is_composed() -> None:
    statement = b"byway access v1\n" + NONCE + ADA.key + HOST.encode()
    expected = hmac.digest("caf\u00e9".encode(), statement, "sha256")
    assert proof("cafe\u0301", NONCE, b64(ADA.key), HOST) == b64(expected)


def test_who_is_blocked_stays_out_even_if_listed_and_with_the_word() -> None:
    control = Control(allowed=frozenset({ADA.id}), word=WORD, blocked=frozenset({ADA.id}))
    assert code(control, ADA, WORD) == ErrorCode.NOT_ADMITTED
    assert control.barred(ADA.id) is not None


def test_lists_as_people_write_them() -> None:
    assert peers_of(f"# friends\n\n  {ADA.id}  # Ada\n{BOB.id.upper()}\n") == {ADA.id, BOB.id}
    assert peers_of("") == frozenset()
    taken = taken_of(f"{ADA.id}\n{HANDLE}\n{ROOT.hex()}\n{b64(ROOT)} # the same\n")
    assert taken == (frozenset({ADA.id}), frozenset({ROOT[:10]}))


@pytest.mark.parametrize(
    "text", ["x", f"{ADA.id}x", HANDLE, ADA.id.replace(ADA.id[0], "1"), "!" * 32, f"{ADA.id} {BOB.id}"]
)
def test_what_is_no_id_is_told_with_its_line(text: str) -> None:
    with pytest.raises(ControlError, match="line 2"):
        peers_of(f"# ids\n{text}\n")


@pytest.mark.parametrize("text", ["x", HANDLE[:-1], HANDLE[:-1] + "1", ROOT.hex()[:-2], b64(ROOT)[:-1], "=" * 43])
def test_what_is_no_file_is_told_with_its_line(text: str) -> None:
    with pytest.raises(ControlError, match="line 1"):
        taken_of(text)


@given(st.text(max_size=200))
def test_no_list_fails_otherwise(text: str) -> None:
    for parse in (peers_of, taken_of):
        with contextlib.suppress(ControlError):
            parse(text)


def test_files_are_hidden_by_what_a_handle_tells() -> None:
    control = Control(taken_files=frozenset({ROOT[:10]}))
    assert control.hides(b64(ROOT))
    assert not control.hides(b64(bytes(32)))


def test_each_identity_counts_once_for_each_thing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signaling.core.flags.SUBJECTS", 2)
    monkeypatch.setattr("signaling.core.flags.REPORTERS", 2)
    flags = Flags()
    assert [flags.add("p", "h", by) for by in ("a", "a", "b", "c")] == [1, 1, 2, 2]
    assert flags.add("p", "", "a") == 1
    assert flags.add("q", "", "a") == 1
    assert len(flags) == 2
    assert flags.add("p", "h", "a") == 1
