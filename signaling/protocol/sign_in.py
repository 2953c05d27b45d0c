"""Signing in: the first messages of a connection, after which both sides know who they talk to."""

from signaling.protocol.fields import (
    Capabilities,
    Count,
    Host,
    Ice,
    Key,
    Label,
    Message,
    Nonce,
    Proof,
    Resume,
    Seconds,
    SessionId,
    Signature,
    Token,
)


class Challenge(Message, frozen=True, tag="challenge"):
    """First message of the server: the nonce to sign."""

    v: int
    nonce: Nonce
    server: Label


class Hello(Message, frozen=True, tag="hello"):
    """First message of the client. `sig` is over SIGN_IN_CONTEXT, the 32 nonce bytes, and the host in UTF-8; `access`
    proves that it knows the access word, if the server has one (signaling.protocol.access)."""

    v: int
    client: Label
    key: Key
    host: Host
    sig: Signature
    access: Proof | None = None
    caps: Capabilities = ()
    resume: Resume | None = None


class Welcome(Message, frozen=True, tag="welcome"):
    """Answer to `hello`. `resumed` false after a `resume` means that codes and pairs are gone: open and knock again."""

    session: SessionId
    token: Token
    resumed: bool
    received: Count
    """The last request id that took effect; the client sends the later ones again."""
    ping: Seconds
    idle: Seconds
    grace: Seconds
    server: Label
    caps: Capabilities = ()
    ice: Ice = ()
