"""Connections before there is a session: challenges, signatures, versions, and who does not sign in."""

import pytest

from pypeer.identity import Identity
from signaling.core.effects import Tally
from signaling.core.names import Names
from signaling.protocol import limits
from signaling.protocol.codes import CloseCode, ErrorCode
from signaling.protocol.encoding import b64
from signaling.protocol.messages import Ping
from signaling.protocol.rendezvous import Open
from signaling.protocol.sign_in import Hello, Welcome
from tests.support.scene import HOST, Scene, hello, refused


def test_sign_in_tells_the_timers_and_a_token(scene: Scene) -> None:
    guest = scene.guest()
    assert guest.welcome == Welcome(
        session=guest.welcome.session,
        token=guest.welcome.token,
        resumed=False,
        received=0,
        ping=limits.PING_S,
        idle=limits.IDLE_S,
        grace=limits.GRACE_S,
        server="byway/test",
        caps=(limits.CAP_CONTACTS, limits.CAP_DELEGATES),
    )
    assert scene.counts[Tally.SIGN_INS, "new"] == 1


def test_each_challenge_is_another(scene: Scene) -> None:
    nonces = {scene.challenge(scene.connect()).nonce for _ in range(20)}
    assert len(nonces) == 20


def test_a_signature_over_another_nonce_is_refused(scene: Scene) -> None:
    first, second = scene.connect(), scene.connect()
    stolen = hello(Identity.new(), scene.challenge(first).nonce)
    scene.challenge(second)
    assert refused(scene, second, stolen) == (ErrorCode.BAD_SIGNATURE, CloseCode.SIGN_IN)


def test_a_signature_by_another_key_is_refused(scene: Scene) -> None:
    connection = scene.connect()
    real = hello(Identity.new(), scene.challenge(connection).nonce)
    forged = Hello(v=1, client="x", key=b64(Identity.new().key), host=real.host, sig=real.sig)
    assert refused(scene, connection, forged) == (ErrorCode.BAD_SIGNATURE, CloseCode.SIGN_IN)


def test_a_sign_in_made_for_another_host_is_refused(scene: Scene) -> None:
    connection = scene.connect()
    message = hello(Identity.new(), scene.challenge(connection).nonce, host="evil.example")
    assert refused(scene, connection, message) == (ErrorCode.WRONG_HOST, CloseCode.SIGN_IN)


def test_behind_a_public_name_only_that_name_counts() -> None:
    scene = Scene(names=Names("share.example.org"))
    connection = scene.connect(host="anything")
    identity = Identity.new()
    scene.say(connection, hello(identity, scene.challenge(connection).nonce, host="Share.Example.org"))
    assert isinstance(scene.take(connection)[0], Welcome)
    other = scene.connect(host="192.168.1.5:8080")
    message = hello(identity, scene.challenge(other).nonce, host="192.168.1.5:8080")
    assert refused(scene, other, message) == (ErrorCode.WRONG_HOST, CloseCode.SIGN_IN)


def test_another_version_is_refused(scene: Scene) -> None:
    connection = scene.connect()
    message = hello(Identity.new(), scene.challenge(connection).nonce, v=2)
    assert refused(scene, connection, message) == (ErrorCode.UNSUPPORTED_VERSION, CloseCode.VERSION)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (Open(id=1), ErrorCode.OUT_OF_ORDER),
        (Ping(seen=0), ErrorCode.OUT_OF_ORDER),
        ('{"t":"hello"}', ErrorCode.BAD_MESSAGE),
        ('{"t":"later"}', ErrorCode.UNKNOWN_TYPE),
    ],
)
def test_nothing_goes_before_sign_in(scene: Scene, message: Open | Ping | str, code: ErrorCode) -> None:
    connection = scene.connect()
    scene.challenge(connection)
    assert refused(scene, connection, message) == (code, CloseCode.SIGN_IN)


def test_who_does_not_sign_in_is_closed(scene: Scene) -> None:
    connection = scene.connect()
    scene.wait(limits.SIGN_IN_S - 0.1)
    assert connection not in scene.closed
    scene.wait(0.1)
    assert scene.closed[connection] is CloseCode.SIGN_IN_TIMEOUT


def test_the_host_header_is_what_must_be_signed(scene: Scene) -> None:
    connection = scene.connect(host="LOCALHOST:8080")
    scene.say(connection, hello(Identity.new(), scene.challenge(connection).nonce, host=HOST))
    assert isinstance(scene.take(connection)[0], Welcome)
