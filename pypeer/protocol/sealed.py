"""Messages that two peers seal and pass through the server, inside `signal` bodies (see pypeer.secure).

`meet`, in a library `want`, `preview`, `invite` or `delegate`, then `description`, `candidate`, `network`, `relay`,
`tcp`, `part`.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode, Mapping
from pypeer.protocol.messages import Bytes, Entry, Hash, Index, Title
from signaling.protocol.fields import END, Capabilities, Delegation, Label, Prose, Signature

Sdp = Annotated[str, Meta(max_length=11_000, description="session description, RFC 8866")]
Key = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{43}" + END, description="X25519 public key, 32 bytes, base64url, no padding")
]
Name = Annotated[str, Meta(max_length=128, description="what a person calls this peer; untrusted")]


Handover = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{22}" + END, description="16 random bytes, base64url, no padding")
]
Words = Annotated[
    str, Meta(pattern=r"^[a-z]{3,8}(-[a-z]{3,8}){1,7}" + END, description="of a code, without its locator; a secret")
]


class Sealed(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", omit_defaults=True):
    """Root of the messages that travel sealed through the server."""


class Meet(Sealed, frozen=True, tag="meet"):
    """First sealed message each way. `sig` is by the identity key over MEET_CONTEXT, the role byte and the binding."""

    v: int
    client: Label
    sig: Signature
    name: Name = ""
    caps: Capabilities = ()


class OnBehalf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """For whom a delegate serves: what its owner has signed, and what that calls itself (untrusted)."""

    delegation: Delegation
    name: Name = ""


class Preview(Sealed, frozen=True, tag="preview"):
    """What is offered, in sum, right after `meet`: the receiver decides on it before anything of a link is told.

    `entries` are the first of the manifest, as many as fit, for the person to see. `serve`, to a contact that lists the
    capability `delegate`, wishes that it keeps this to serve it; `by` tells for whom a delegate does so.
    """

    files: Bytes
    folders: Bytes
    bytes: Bytes
    title: Title = ""
    text: bool = False
    entries: Annotated[tuple[Entry, ...], Meta(max_length=limits.PREVIEW_ENTRIES)] = ()
    serve: Handover | None = None
    by: OnBehalf | None = None


class Delegate(Sealed, frozen=True, tag="delegate"):
    """Role B of a call, in place of `preview`: serve what was kept for this hand-over under the code that is delegated.

    A answers with `part`, without a code once it serves. Without a delegation: serve it no more, and keep nothing.
    """

    serve: Handover
    delegation: Delegation | None = None
    words: Words | None = None
    times: Annotated[int, Meta(ge=1, le=2**31 - 1, description="receivers after which the code ends")] | None = None
    guesses: Annotated[int, Meta(ge=1, le=limits.GUESSES, description="wrong ones that are left")] = limits.GUESSES


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a library: its root, and the name under which the asker wants it to be offered.

    So all who have it offer the same, whatever they call it, and one fetch draws from all of them.
    """

    root: Hash
    name: Annotated[str, Meta(min_length=1, max_length=255, description="without '/'; untrusted")]


class Want(Sealed, frozen=True, tag="want"):
    """Role A, right after `meet`, where it asked a library: what it wants of it. `preview` or `part` is the answer.

    Either files by their roots, or all that is in `folder` (empty: all of the library), under the names they have.
    """

    files: Annotated[tuple[Wanted, ...], Meta(max_length=limits.WANTED_FILES)] = ()
    folder: Annotated[str, Meta(max_length=1024)] | None = None
    why: Annotated[str, Meta(max_length=256, description="for the person who is asked; untrusted")] = ""


class Invite(Sealed, frozen=True, tag="invite"):
    """Role B, in place of `preview`, to who lists the capability `spaces`: the key of a sealed space, and its name.

    A answers with `part`, whose code says whether it is a member now: none, or `declined`.
    """

    name: Annotated[str, Meta(min_length=1, max_length=64, description="of the space; untrusted")]
    key: Annotated[
        str, Meta(pattern=r"^[A-Za-z0-9_-]{43}" + END, description="32 bytes, base64url, no padding; the secret itself")
    ]


class Description(Sealed, frozen=True, tag="description"):
    """An offer or answer of WebRTC; `link` numbers the attempts to connect, so that a late answer is recognised.

    A second offer for a link restarts its ICE (RFC 8445, section 9), and may come from either side.
    """

    link: Index
    kind: Literal["offer", "answer"]
    sdp: Sdp


class Candidate(Sealed, frozen=True, tag="candidate"):
    """Candidates gathered since the last; an empty list ends them."""

    link: Index
    candidates: Annotated[tuple[Annotated[str, Meta(max_length=512)], ...], Meta(max_length=64)]


class Network(Sealed, frozen=True, tag="network"):
    """What the NAT of this side does with UDP over IPv4, once it is known; for port prediction and for the report."""

    link: Index
    mapping: Mapping


class Relay(Sealed, frozen=True, tag="relay"):
    """Meet me at the relay inside the WebSocket: the number of this link there, and an X25519 key made for it.

    Sent only to who lists the capability `relay`. Role A begins, role B answers with the same number; links through
    the relay are counted apart from those of `description`.
    """

    link: Index
    key: Key


class Tcp(Sealed, frozen=True, tag="tcp"):
    """Where this side can be dialled by TCP for one link, and the certificate that it will show there.

    Sent only to who lists the capability `tcp`. Role A begins, role B answers with the same number; links over TCP are
    counted apart from those of `description`. More candidates may follow, without the certificate.
    """

    link: Index
    certificate: Annotated[str, Meta(max_length=2048, description="X.509 in DER, base64url, no padding")] = ""
    candidates: Annotated[tuple[Annotated[str, Meta(max_length=512)], ...], Meta(max_length=64)] = ()


class Part(Sealed, frozen=True, tag="part"):
    """The session is over."""

    code: EndCode | None = None
    message: Prose = ""


SealedMessage = Meet | Want | Preview | Invite | Delegate | Description | Candidate | Network | Relay | Tcp | Part
