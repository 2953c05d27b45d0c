"""A thread that does work piece by piece: what somebody waits for comes first, and what is long goes by turns."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
Work = Generator[None, None, T]
"""Each step is a piece of the work, after which other work may come; what it returns is the answer."""

JOIN_S: Final = 5.0
"""How long the end of the thread is waited for: a piece takes a few milliseconds."""

RUN: Final = 10
"""Pieces of one job before that of another name: FTS5 writes down what it has whenever it has to go back."""

QUICK: Final = 4
"""Jobs without a name before a piece of another: however much is searched, what is announced gets on."""


@dataclass(slots=True)
class Job(Generic[T]):
    """Work and who waits for the answer, if anybody. Jobs of one name are done one after the other."""

    work: Work[T]
    name: int | None = None
    answer: "asyncio.Future[T] | None" = None


class Turns:
    """What is to be done: jobs without a name first, in their order; of the others a few pieces each, by turns."""

    def __init__(self) -> None:
        self._quick: deque[Job[Any]] = deque()
        self._names: deque[int] = deque()
        self._slow: dict[int, deque[Job[Any]]] = {}
        self._run = 0
        self._in_a_row = 0

    def __bool__(self) -> bool:
        return bool(self._quick or self._names)

    def add(self, job: Job[Any]) -> None:
        """One more."""
        if job.name is None:
            self._quick.append(job)
        elif job.name in self._slow:
            self._slow[job.name].append(job)
        else:
            self._slow[job.name] = deque((job,))
            self._names.append(job.name)

    def take(self) -> Job[Any]:
        """The job of which a piece is to be done next; then it has to be given `back`."""
        if self._quick and not (self._names and self._in_a_row >= QUICK):
            self._in_a_row += 1
            return self._quick.popleft()
        self._in_a_row = 0
        return self._slow[self._names[0]][0]

    def back(self, job: Job[Any], over: bool) -> None:
        """A piece of a job is done; `over`: it was the last."""
        if job.name is None:
            if not over:
                self._quick.appendleft(job)
            return
        waiting = self._slow[job.name]
        self._run += 1
        if over:
            waiting.popleft()
        if not waiting:
            del self._slow[job.name]
        elif self._run < RUN:
            return
        else:
            self._names.append(job.name)
        self._names.popleft()
        self._run = 0


class Worker:
    """The thread. It starts with the first job, and ends with `close`, which leaves the rest undone.

    `fault` is told, in the thread, what went wrong with work that nobody waits for.
    """

    def __init__(self, name: str, fault: Callable[[Exception], None]) -> None:
        self._fault = fault
        self._turns = Turns()
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._closing = False

    async def ask(self, work: Work[T], name: int | None = None) -> T:
        """Have it done, and wait for the answer."""
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(Job(work, name, answer))
        return await answer

    def leave(self, work: Work[None], name: int) -> None:
        """Have it done some time."""
        self._put(Job(work, name))

    def close(self) -> None:
        """End the thread after the piece that it is at."""
        with self._news:
            self._closing = True
            self._news.notify()
        if self._thread.is_alive():
            self._thread.join(JOIN_S)

    def _put(self, job: Job[Any]) -> None:
        with self._news:
            self._turns.add(job)
            self._news.notify()
            if self._thread.ident is None and not self._closing:
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._news:
                while not self._turns and not self._closing:
                    self._news.wait()
                if self._closing:
                    return
                job = self._turns.take()
            over = self._step(job)
            with self._news:
                self._turns.back(job, over)

    def _step(self, job: Job[Any]) -> bool:
        """A piece of a job; whether it was the last."""
        try:
            next(job.work)
        except StopIteration as end:
            result = end.value
            _tell(job.answer, lambda answer: answer.set_result(result))
        except Exception as error:
            failed = error
            if job.answer is None:
                self._fault(error)
            _tell(job.answer, lambda answer: answer.set_exception(failed))
        else:
            return False
        return True


def _tell(answer: "asyncio.Future[Any] | None", how: Callable[["asyncio.Future[Any]"], None]) -> None:
    if answer is None:
        return

    def tell() -> None:
        if not answer.done():
            how(answer)

    try:
        answer.get_loop().call_soon_threadsafe(tell)
    except RuntimeError:
        return  # the loop is closed, and whoever waited is gone with it
