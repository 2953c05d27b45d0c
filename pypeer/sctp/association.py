"""An association from its handshake to its end (RFC 9260, sections 4 and 5); sans-I/O.

    receive   a packet came;  send   a message is to leave;  tick   time passes;  flush   fill packets

Several packets may be received before one `flush`: acknowledgements are then as few as can be. Where both sides told
their INIT before, in the description that brought them together, there is no handshake (draft-hancke-tsvwg-snap).
"""

import os
from collections.abc import Callable
from math import inf
from typing import Final

from pypeer.octets import Lasting
from pypeer.sctp import chunks
from pypeer.sctp.chunks import (
    CHUNK_HEADER_BYTES,
    Chunk,
    Header,
    Init,
    Kind,
    PacketError,
    Parameter,
)
from pypeer.sctp.control import BACKGROUND, FOREGROUND, MakeController
from pypeer.sctp.handshake import Event, Handshake, State
from pypeer.sctp.inbox import WINDOW_BYTES, Inbox
from pypeer.sctp.outbox import Outbox
from pypeer.sctp.packing import Packing

STREAMS: Final = 65_535
"""Asked for and allowed (RFC 8831, section 6.2), though one is used."""

COOKIE_BYTES: Final = 16
"""Only the other side of the DTLS connection can send one back, so it tells nothing and is not signed."""


class Association:
    """One side; `random` gives bytes, `most` is the longest message that is taken, in bytes."""

    def __init__(self, port: int, most: int, random: Callable[[int], bytes] = os.urandom) -> None:
        self.why = ""
        """Why it has ended, for the log."""
        self._port = self._remote_port = port
        self._most = most
        init = Init(_number(random) or 1, WINDOW_BYTES, STREAMS, STREAMS, _number(random), random(COOKIE_BYTES))
        self._shaking = Handshake(init, self._say, self._meet)
        self.packing = Packing(random)
        """What leaves: to be taken out and sent."""
        self._control: list[bytes] = []
        self._inbox: Inbox | None = None
        self._outbox: Outbox | None = None
        self._controller: MakeController = FOREGROUND
        self._waiting: list[tuple[int, bytes]] = []

    @property
    def local_init(self) -> bytes:
        """Our INIT chunk, for the description."""
        return self._shaking.local_init

    @property
    def state(self) -> State:
        """Where it stands."""
        return self._shaking.state

    @property
    def queued(self) -> int:
        """Bytes of messages that have not left."""
        return self._outbox.queued if self._outbox else sum(len(message) for _, message in self._waiting)

    @property
    def is_idle(self) -> bool:
        """Whether all that was sent has arrived."""
        return self._outbox.is_empty if self._outbox else not self._waiting

    def start(self, remote_port: int, remote_init: bytes, now: float) -> None:
        """Begin; `remote_init` is the other side's INIT chunk if its description had one."""
        self._remote_port = remote_port
        if self.state is not State.CLOSED:
            return
        if remote_init:
            self._shaking.agreed(chunks.read_init(remote_init[CHUNK_HEADER_BYTES:]))
        else:
            self._shaking.begin(now)

    def send(self, protocol: int, message: bytes, rest: Lasting = b"") -> None:
        """Queue a message, which must not be empty and may be in two parts; the second must not change any more."""
        if self._outbox is None:
            self._waiting.append((protocol, message + rest))
        else:
            self._outbox.put(protocol, message, rest)

    def messages(self) -> list[tuple[int, int, bytes]]:
        """Stream, protocol and bytes of messages that have come and were not taken out yet.

        None before it is established: what overtook the COOKIE ACK, or came while that was lost, waits for it.
        """
        inbox = self._inbox
        if inbox is None or not inbox.messages or self.state is State.COOKIE_ECHOED:
            return []
        taken, inbox.messages = inbox.messages, []
        return taken

    def receive(self, packet: bytes, now: float) -> None:
        """A packet came; one that cannot be read is dropped, one that breaks the rules ends the association."""
        shaking, inbox = self._shaking, self._inbox
        if shaking.state is State.ENDED:
            return
        try:
            if inbox is not None and (data := chunks.read_only_data(packet, shaking.init.tag)) is not None:
                inbox.take(data)
            else:
                self._read(packet, now)
        except PacketError as error:
            self.abort(str(error))

    def tick(self, now: float) -> None:
        """Time has passed; call it at `wake_at`, and `flush` after it."""
        if self.state is State.ENDED:
            return
        if now >= self._shaking.resend_at and not self._shaking.shake(now):
            self._end("no answer to the handshake")
        if self._outbox is not None and now >= self._outbox.wake_at():
            chunk = self._outbox.tick(now)
            if chunk is not None:
                self.packing.emit([chunk])
            if self._outbox.is_stuck:
                self.abort("large packets do not get through any more")

    def wake_at(self) -> float:
        """When to call `tick` and `flush`; infinity if there is nothing to wait for."""
        if self.state is State.ENDED:
            return inf
        parts = [part.wake_at() for part in (self._inbox, self._outbox) if part is not None]
        return min(self._shaking.resend_at, self.packing.wake_at, *parts)

    def flush(self, now: float) -> None:
        """Fill packets with what is to be said now."""
        if self.state is State.ENDED:
            return
        parts, self._control = self._control, []
        if self._inbox is not None and (sack := self._inbox.due(now)):
            parts.append(chunks.write_sack(sack))
        if self._outbox is not None and self.state is State.ESTABLISHED:
            self.packing.fill(self._outbox, parts, now)
        elif parts:
            self.packing.emit(parts)

    def give_way(self) -> None:
        """Send in the background from now on: what others leave."""
        self._controller = BACKGROUND
        if self._outbox is not None:
            self._outbox.use(BACKGROUND)

    def path_changed(self, now: float) -> None:
        """Another path is in use."""
        self.packing.path_changed()
        if self._outbox is not None:
            self._outbox.path_changed(self.packing.room, now)

    def abort(self, why: str) -> None:
        """End it at once, and tell the other side."""
        if self.state is not State.ENDED:
            self.packing.emit([chunks.write(Kind.ABORT)])
            self._end(why)

    # What arrives

    def _read(self, packet: bytes, now: float) -> None:
        tag = chunks.tag_of(packet)
        for chunk in chunks.parse(packet):
            is_ours = tag == self._shaking.init.tag or (chunk.kind == Kind.INIT and not tag)
            if is_ours and not self._chunk(chunk, now):
                return

    def _chunk(self, chunk: Chunk, now: float) -> bool:
        """False if the rest of the packet is to be left (section 3.2)."""
        match chunk.kind:
            case Kind.DATA if self._inbox is not None:
                self._inbox.take(chunks.read_data(chunk))
            case Kind.SACK if self._outbox is not None:
                self._outbox.acknowledged(chunks.read_sack(chunk.value), now)
            case Kind.INIT:
                self._shaking.asked(chunks.read_init(chunk.value))
            case Kind.INIT_ACK if self.state is State.COOKIE_WAIT:
                self._shaking.answered(chunks.read_init(chunk.value), now)
            case Kind.COOKIE_ECHO if self._shaking.echoed(chunk.value):
                self._control.append(chunks.write(Kind.COOKIE_ACK))
            case Kind.COOKIE_ACK if self.state is State.COOKIE_ECHOED:
                self._shaking.established()
            case Kind.HEARTBEAT:
                self._control.append(chunks.write(Kind.HEARTBEAT_ACK, chunk.value))
            case Kind.HEARTBEAT_ACK if self.packing.acknowledged(chunk.value) and self._outbox is not None:
                self._outbox.resize(self.packing.room)
            case Kind.RE_CONFIG:
                self._reset(chunk.value)
            case Kind.ABORT | Kind.SHUTDOWN_COMPLETE:
                self._end("the other side ended it")
            case Kind.SHUTDOWN | Kind.SHUTDOWN_ACK:
                self._shut_down(chunk.kind)
            case _:
                return chunk.kind in Kind.__members__.values() or bool(chunk.kind & 0x80)
        return self.state is not State.ENDED

    def _meet(self, init: Init) -> None:
        """The other side's INIT is known: there is somebody to talk with."""
        self.packing.header = Header(self._port, self._remote_port, init.tag)
        self._inbox = Inbox(init.tsn, self._most)
        self._outbox = Outbox(self._shaking.init.tsn, self.packing.room, init.window)
        self._outbox.use(self._controller)
        waiting, self._waiting = self._waiting, []
        for protocol, message in waiting:
            self._outbox.put(protocol, message)

    # The end

    def _reset(self, value: bytes) -> None:
        """RE-CONFIG (RFC 6525): a browser that resets our stream closes the channel, which is all there is."""
        for kind, data in chunks.parameters(value):
            if kind == Parameter.OUTGOING_RESET and len(data) >= CHUNK_HEADER_BYTES:
                performed = data[:CHUNK_HEADER_BYTES] + (1).to_bytes(4, "big")
                response = chunks.write_parameter(Parameter.RESET_RESPONSE, performed)
                self.packing.emit([chunks.write(Kind.RE_CONFIG, response)])
                self._end("the other side closed the channel")
                return

    def _shut_down(self, kind: int) -> None:
        """The other side leaves in order (section 9.2); what is not there by now will not come."""
        answer = Kind.SHUTDOWN_ACK if kind == Kind.SHUTDOWN else Kind.SHUTDOWN_COMPLETE
        self.packing.emit([chunks.write(answer)])
        self._end("the other side shut it down")

    def _end(self, why: str) -> None:
        self.why = why
        self._shaking.happens(Event.END)

    def _say(self, chunk: bytes, tag: int | None) -> None:
        self.packing.emit([chunk], None if tag is None else Header(self._port, self._remote_port, tag))


def _number(random: Callable[[int], bytes]) -> int:
    return int.from_bytes(random(4), "big")
