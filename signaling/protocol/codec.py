"""Messages to text and back; what is no message of the contract is refused with a reason."""

from typing import TypeVar

import msgspec

from signaling.protocol.codes import ErrorCode
from signaling.protocol.fields import Message
from signaling.protocol.messages import ClientMessage, ServerMessage

T = TypeVar("T")

_encoder = msgspec.json.Encoder()
_client_decoder: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_server_decoder: msgspec.json.Decoder[ServerMessage] = msgspec.json.Decoder(ServerMessage)
CLIENT_TYPES = frozenset(m.__struct_config__.tag for m in ClientMessage.__args__)
SERVER_TYPES = frozenset(m.__struct_config__.tag for m in ServerMessage.__args__)


class MessageError(ValueError):
    """Text that is no message of the contract.

    `code` says why, `malformed` that it is not even JSON with a type, `id` which request it would have been.
    """

    def __init__(self, text: str, code: ErrorCode, malformed: bool = False, id: int | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.malformed = malformed
        self.id = id


def encode(message: Message) -> str:
    """Serialise a message to the text of one WebSocket frame."""
    return _encoder.encode(message).decode()


def decode_client(text: str | bytes) -> ClientMessage:
    """Parse and validate what a client sent; raises MessageError."""
    return _decode(_client_decoder, CLIENT_TYPES, text)


def decode_server(text: str | bytes) -> ServerMessage:
    """Parse and validate what a server sent; raises MessageError."""
    return _decode(_server_decoder, SERVER_TYPES, text)


def _decode(decoder: msgspec.json.Decoder[T], known: frozenset[object], text: str | bytes) -> T:
    try:
        return decoder.decode(text)
    except msgspec.MsgspecError as error:
        raise _explain(text, known, error) from None
    except (UnicodeError, RecursionError) as error:
        raise MessageError(f"not JSON: {error}", ErrorCode.BAD_MESSAGE, malformed=True) from None


_EXPLANATION = 256
"""Longest explanation of a bad message; some quote the input."""


class _Envelope(msgspec.Struct):
    t: str
    id: object = None


def _explain(text: str | bytes, known: frozenset[object], error: msgspec.MsgspecError) -> MessageError:
    try:
        envelope = msgspec.json.decode(text, type=_Envelope)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return MessageError(f"not a JSON object with a type: {error}", ErrorCode.BAD_MESSAGE, malformed=True)
    kind, number = envelope.t, envelope.id
    request = number if isinstance(number, int) and not isinstance(number, bool) else None
    if kind not in known:
        return MessageError(f"unknown type of message: {kind[:32]!r}", ErrorCode.UNKNOWN_TYPE, id=request)
    return MessageError(f"{kind}: {error}"[:_EXPLANATION], ErrorCode.BAD_MESSAGE, id=request)
