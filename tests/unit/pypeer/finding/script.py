"""A server that answers as it is told, and remembers what it was asked."""

from collections.abc import Callable
from typing import cast

from pypeer.finding.directory import Directory
from pypeer.finding.sought import OPEN
from pypeer.signaling_client.client import SignalingClient
from pypeer.spaces.everywhere import Everywhere
from signaling.protocol.messages import Request

Answer = object
"""What is answered; an exception is raised."""


class Scripted:
    """In place of a SignalingClient."""

    def __init__(self, answer: Callable[[Request], Answer], caps: tuple[str, ...] = ("directory",)) -> None:
        self.url = "http://server/"
        self.host = "server"
        self.caps = caps
        self.asked: list[Request] = []
        self.posted: list[Request] = []
        self._answer = answer

    async def ask(self, request: Request, reply: type[object], patience: float = 0.0) -> object:
        """Answer by the script."""
        self.asked.append(request)
        answer = self._answer(request)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, reply)
        return answer

    def post(self, request: Request) -> None:
        """Nobody answers."""
        self.posted.append(request)

    @property
    def client(self) -> SignalingClient:
        """As what it stands for."""
        return cast(SignalingClient, self)

    @property
    def directory(self) -> Directory:
        """The directory of this server."""
        return Directory(self.client)

    @property
    def everywhere(self) -> Everywhere:
        """The same, as what is fetched is looked for."""
        return Everywhere(self.client, list, OPEN)
