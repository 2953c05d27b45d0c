"""A pair: the sealed way to one other peer through the server, from the first body to the last."""

import asyncio
from collections.abc import Callable
from typing import Final

from pypeer.errors import MeetError, PeerError, RefusedError
from pypeer.no_way import cut_off
from pypeer.protocol.codes import EndCode, RefusalCode
from pypeer.protocol.sealed import Delegate, Invite, Meet, Part, Preview, SealedMessage, Want
from pypeer.secure.encoding import b64, unb64
from pypeer.secure.keys import Role
from pypeer.secure.meeting import Effect, Ended, Meeting, Opened, Received, Send, State, WrongWords
from pypeer.signaling_client.client import SignalingClient
from signaling.protocol.rendezvous import Leave, Phases, Report, Signal

MEET_S = 30.0
"""Bound of a meeting: four messages each way over the slowest network that could carry a file."""

_SILENT: Final = "The other side does not say what it offers: is its program up to date?"
_INVITATION: Final = "This code is an invitation to a sealed space: join it with pypeer spaces join and the code."
_NO_INVITATION: Final = "This code is for files, and no invitation to a space: fetch them with pypeer get and the code."
_UNANSWERED: Final = "The person at the other side does not answer: try again later."


class Pair:
    """One pair: `meet`, then `listen`; what arrives in between is kept."""

    def __init__(self, client: SignalingClient, pair_id: str, peer_key: bytes, meeting: Meeting) -> None:
        self.id = pair_id
        self.peer_key = peer_key
        self.on_wrong_words: Callable[[], int | None] = lambda: 0
        """Role B: the other side guessed wrong: how many guesses are left; None where there is nothing to guess."""
        self.on_proven: Callable[[], None] = lambda: None
        """Role B: the other side knows the words; only its identity has not come yet."""
        self.explain_part: Callable[[EndCode | None], PeerError] = _offer_is_over
        """Role A: what it means that the other side parts instead of saying what it offers."""
        self._client = client
        self._meeting = meeting
        self._met: asyncio.Future[Meet] = asyncio.get_running_loop().create_future()
        self._ended = False
        self._end_error: PeerError | None = None
        self._preview: asyncio.Future[Preview | Invite | Delegate] = asyncio.get_running_loop().create_future()
        self._want: asyncio.Future[Want] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self._early: list[SealedMessage] = []
        self._on_message: Callable[[SealedMessage], None] = self._early.append
        self._on_end: Callable[[PeerError | None], None] = lambda _error: None

    def __repr__(self) -> str:
        return f"<Pair {self.id} {self._meeting!r}>"

    @property
    def role(self) -> Role:
        """Which side this is."""
        return self._meeting.role

    @property
    def is_reachable(self) -> bool:
        """Whether the server is there to carry messages; those sent meanwhile wait until it is back."""
        return self._client.is_connected

    @property
    def bind(self) -> bytes:
        """What other keys of this pair are bound to; only once the two have met."""
        return self._meeting.bind

    def can(self, capability: str) -> bool:
        """Whether the other side has listed a capability when the two met, and can still be told so."""
        is_open = self._met.done() and self._met.exception() is None and self._meeting.state is State.OPEN
        return is_open and capability in self._met.result().caps

    @property
    def name(self) -> str:
        """What the other side calls itself; only once the two have met."""
        return self._met.result().name

    async def meet(self) -> Meet:
        """Prove the code to each other; raises MeetError."""
        self._perform(self._meeting.start())
        try:
            async with asyncio.timeout(MEET_S):
                return await asyncio.shield(self._met)
        except TimeoutError:
            raise MeetError("The other side does not answer: is its page or command still open?") from None

    async def preview(self, patience: float = MEET_S) -> Preview:
        """Role A: what the other side offers; raises MeetError, and what `explain_part` makes of it."""
        told = await self.told(patience)
        if not isinstance(told, Preview):
            raise MeetError(_INVITATION if isinstance(told, Invite) else _SILENT)
        return told

    async def invitation(self) -> Invite:
        """Role A: the space to which the other side invites; raises MeetError."""
        told = await self.told(MEET_S)
        if not isinstance(told, Invite):
            raise MeetError(_NO_INVITATION)
        return told

    async def told(self, patience: float = MEET_S) -> Preview | Invite | Delegate:
        """Role A: what the other side says first; raises as `preview`."""
        try:
            async with asyncio.timeout(patience):
                return await asyncio.shield(self._preview)
        except TimeoutError:
            raise MeetError(_UNANSWERED if patience > MEET_S else _SILENT) from None

    async def want(self) -> Want:
        """Role B, where a library is asked: what the other side wants of it; raises MeetError."""
        try:
            async with asyncio.timeout(MEET_S):
                return await asyncio.shield(self._want)
        except TimeoutError:
            raise MeetError("The other side does not say what it wants: is its program up to date?") from None

    async def wait_over(self) -> None:
        """Return once the other side has left, or has said that it is over."""
        await self._over.wait()

    def listen(self, on_message: Callable[[SealedMessage], None], on_end: Callable[[PeerError | None], None]) -> None:
        """Get what the other side sealed, and, once, the end of the pair unless it is ours, with its error if any."""
        self._on_message, self._on_end = on_message, on_end
        for message in self._early:
            on_message(message)
        if self._ended:
            on_end(self._end_error)

    def send(self, message: SealedMessage) -> None:
        """Seal and send."""
        if not self._ended and self._meeting.state is State.OPEN:
            self._perform([self._meeting.seal(message)])

    def refuse(self, refusal: RefusalCode) -> None:
        """Turn the other side away before anything is proven."""
        self._perform([self._meeting.refuse(refusal)])
        self.leave(refusal.value)

    def report(self, outcome: str, phases: Phases | None) -> None:
        """Tell the operator's counters how the pair got connected, and how fast."""
        if not self._ended:
            self._client.post(Report(id=1, pair=self.id, outcome=outcome, phases=phases))

    def part(self, code: EndCode | None = None) -> None:
        """Say that the session is over, and leave."""
        self.send(Part(code=code))
        self.leave("done" if code is None else code.value)

    def leave(self, reason: str = "") -> None:
        """Leave; safe to call twice."""
        if not self._ended:
            self._ended = True
            self._client.post(Leave(id=1, pair=self.id, reason=reason))

    def signaled(self, body: str) -> None:
        """A body arrived."""
        try:
            data = unb64(body)
        except ValueError:
            data = b""
        before = self._meeting.state
        self._perform(self._meeting.receive(data))
        if before is State.CONFIRM and self._meeting.state is State.MEET:
            self.on_proven()

    def left(self, by_server: bool = False) -> None:
        """The other side left, or `by_server`: the session with the server was lost."""
        if self._ended:
            return
        self._ended = True
        self._over.set()
        self._give_up(MeetError("The other side went away before anything was sent: try again."))
        self._on_end(cut_off(has_begun=False) if by_server else None)

    def _perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send():
                    self._client.post(Signal(id=1, pair=self.id, body=b64(effect.body)))
                case Opened():
                    self._met.set_result(effect.meet)
                case Received(message=message) if self.role is Role.A and not self._preview.done():
                    self._on_preview(message)
                case Received(message=Want() as want) if self.role is Role.B and not self._want.done():
                    self._want.set_result(want)
                case Received():
                    self._on_other(effect.message)
                case WrongWords():
                    self._wrong_words()
                case Ended():
                    self._fail(effect)

    def _on_preview(self, message: SealedMessage) -> None:
        if isinstance(message, Preview | Invite | Delegate):
            self._preview.set_result(message)
        elif isinstance(message, Part):
            self._give_up(self.explain_part(message.code))

    def _on_other(self, message: SealedMessage) -> None:
        if isinstance(message, Part):
            self._over.set()
            self._give_up(MeetError("The other side went away before anything was sent."))
        self._on_message(message)

    def _wrong_words(self) -> None:
        left = self.on_wrong_words()
        refusal = RefusalCode.BROKEN if left is None else RefusalCode.WRONG_WORDS if left else RefusalCode.BURNED
        self._perform([self._meeting.refuse(refusal, left or 0)])
        self._fail(Ended(refusal, left))

    def _fail(self, ended: Ended) -> None:
        was_over = self._ended
        self._end_error = error = RefusedError(_explain(ended), ended.refusal)
        self.leave(ended.refusal.value)
        self._over.set()
        has_met = self._met.done()
        self._give_up(error)
        if has_met and not was_over:
            self._on_end(error)

    def _give_up(self, error: PeerError) -> None:
        """Whoever waits for the meeting, or for the first word after it, waits in vain."""
        for waiting in (self._met, self._preview, self._want):
            if not waiting.done():
                waiting.set_exception(error)
                waiting.exception()  # it may be that nobody waits


def _offer_is_over(_code: EndCode | None) -> PeerError:
    return MeetError("The offer is over: ask the sender for a new one.")


def _explain(ended: Ended) -> str:
    match ended.refusal:
        case RefusalCode.WRONG_WORDS:
            left = f" {ended.left} attempts are left before the code is worthless." if ended.left else ""
            return f"The words of the code are wrong: check the spelling and try again.{left}"
        case RefusalCode.BURNED:
            return "The words were wrong too often, so the code is worthless now: ask the sender for a new one."
        case RefusalCode.USED:
            return "The code was for one receiver, and has been used: ask the sender for a new one."
        case RefusalCode.BUSY:
            return "The sender serves as many receivers as it can: try again in a while."
        case RefusalCode.BROKEN:
            return "A message on the way was altered or repeated: the server or the network cannot be trusted."
