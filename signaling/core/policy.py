"""The numbers by which the server decides, each an option of the command with its reason."""

from dataclasses import dataclass, field
from typing import Any

from signaling.core.quota import Rate
from signaling.protocol import limits


def option(default: Any, help: str, reason: str = "", low: float | None = None, high: float | None = None) -> Any:
    """A setting: its default, what it does, why the default is what it is, and between which bounds it must be."""
    return field(default=default, metadata={"help": help, "reason": reason, "low": low, "high": high})


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Timers in seconds, rates, and how much of anything one client may hold."""

    ping: float = option(
        limits.PING_S, "Seconds of silence after which a client pings.", "proxies drop idle sockets after 30 to 60 s", 1
    )
    idle: float = option(
        limits.IDLE_S,
        "Seconds of silence after which a connection is closed.",
        "two lost pings and a slow third; must be more than --ping",
        2,
    )
    sign_in_timeout: float = option(
        limits.SIGN_IN_S,
        "Seconds within which a connection has to sign in.",
        "enough for a slow phone, too short to hoard sockets",
        0.1,
    )
    grace: float = option(
        limits.GRACE_S,
        "Seconds for which a session waits for its client after the connection broke.",
        "covers a change of network or a restart of a proxy",
        0,
    )
    ttl: float = option(
        limits.TTL_DEFAULT_S,
        "Seconds a code lives unless its sender asks otherwise.",
        "a link sent in the evening works in the morning",
        limits.TTL_MIN_S,
        limits.TTL_MAX_S,
    )
    max_ttl: float = option(
        limits.TTL_MAX_S,
        "Seconds a code lives at most.",
        "a locator is a scarce, guessable number; a week covers a weekend",
        limits.TTL_MIN_S,
        limits.TTL_MAX_S,
    )
    quarantine: float = option(
        600,
        "Seconds for which a freed locator is not given to another key.",
        "a code read out a minute too late must not lead to a stranger",
        0,
    )
    sessions_per_key: int = option(
        16, "Sessions one identity may have.", "tabs and commands of one person; beyond, the oldest is closed", 1
    )
    locators_per_session: int = option(
        16, "Codes one session may hold open.", "more at once is no person's doing, and locators are scarce", 1
    )
    pairs_per_session: int = option(
        256, "Pairs one session may be in.", "a link posted to a large group; about 1 KiB each", 1
    )
    libraries_per_session: int = option(
        8, "Libraries one session may publish.", "a person's few; all folders of one command are in one", 1
    )
    files_per_library: int = option(
        200_000, "Files one library may have, and folders.", "the pictures of a life; as many as one offer may have", 1
    )
    directory_files: int = option(
        2_000_000, "Files and folders of all libraries.", "about 350 bytes each: 700 MB of memory", 1
    )
    announce_rate: float = option(
        60_000,
        "Files a minute announced from one address (IPv6: /64), and by one identity; four minutes' worth at once.",
        "one whole library of the largest kind, or an office of 240 with 1,000 each that comes back after a restart",
        1,
    )
    search_rate: float = option(
        5,
        "Searches, and looks into folders, a second of one identity, ten seconds' worth at once.",
        "one for each letter as somebody types",
        0.01,
    )
    search_rate_per_address: float = option(
        50,
        "Searches, and looks into folders, a second from one address (IPv6: /64), ten seconds' worth at once.",
        "an office in which ten people type; a tenth of what the index does",
        0.01,
    )
    ask_rate: float = option(
        120,
        "Libraries a minute asked for from one address (IPv6: /64), and by one identity; two minutes' worth at once.",
        "each fetch asks up to eight who have the file; each may ring at a person",
        0.01,
    )
    flag_rate: float = option(
        6,
        "Files and libraries a minute that the operator is told of from one address (IPv6: /64), and by one identity; "
        "five minutes' worth at once.",
        "a person who goes through what was found; each is a line in the log",
        0.01,
    )
    call_rate: float = option(
        30,
        "Calls of contacts a minute of one identity, two minutes' worth at once.",
        "a person who sends something to everybody in a class; nobody guesses a token",
        0.01,
    )
    call_rate_per_address: float = option(
        120,
        "Calls of contacts a minute from one address (IPv6: /64), two minutes' worth at once.",
        "an office behind one address; each call may ring at a person",
        0.01,
    )
    wait_rate: float = option(
        6_000,
        "Tokens of contacts a minute waited under from one address (IPv6: /64), four minutes' worth at once.",
        "an office of 240 with 100 contacts each that comes back after a restart",
        1,
    )
    waiting_tokens: int = option(
        500_000, "Tokens of contacts that all sessions wait under.", "about 250 bytes each: 125 MB of memory", 1
    )
    request_rate: float = option(
        100,
        "Requests a second of one session, after four seconds' worth at once; what comes sooner waits.",
        "connecting takes a pair about 25 messages in all: sixteen receivers at once, and four more each second",
        0.01,
    )
    knock_rate: float = option(
        30,
        "Knocks a minute from one address (IPv6: /64), as many at once; one with the right words does not count.",
        "an office behind one address may mistype; a guesser gets a fifth of it, see docs/deployment.md",
        0.01,
    )
    open_rate: float = option(
        60,
        "Codes a minute opened from one address (IPv6: /64), as many at once.",
        "a restart brings everybody of an office back within a minute",
        0.01,
    )
    error_budget: int = option(
        20,
        "Faulty messages on one connection before it is closed; one is forgiven every five seconds.",
        "a program that is a version ahead asks for a few unknown things, a broken one never stops",
        1,
    )

    @property
    def requests(self) -> Rate:
        """Bound of one session's requests."""
        return Rate(burst=4 * self.request_rate, per_second=self.request_rate)

    @property
    def knocks(self) -> Rate:
        """Bound of the knocks from one address."""
        return Rate(burst=self.knock_rate, per_second=self.knock_rate / 60)

    @property
    def opens(self) -> Rate:
        """Bound of the codes opened from one address."""
        return Rate(burst=self.open_rate, per_second=self.open_rate / 60)

    @property
    def announcing(self) -> Rate:
        """Bound of the files announced from one address."""
        return Rate(burst=4 * self.announce_rate, per_second=self.announce_rate / 60)

    @property
    def searching(self) -> Rate:
        """Bound of the searches of one identity."""
        return Rate(burst=10 * self.search_rate, per_second=self.search_rate)

    @property
    def searching_address(self) -> Rate:
        """Bound of the searches from one address."""
        return Rate(burst=10 * self.search_rate_per_address, per_second=self.search_rate_per_address)

    @property
    def asking(self) -> Rate:
        """Bound of the libraries asked for, by one identity and from one address."""
        return Rate(burst=2 * self.ask_rate, per_second=self.ask_rate / 60)

    @property
    def flagging(self) -> Rate:
        """Bound of what the operator is told of, by one identity and from one address."""
        return Rate(burst=max(1.0, 5 * self.flag_rate), per_second=self.flag_rate / 60)

    @property
    def calling(self) -> Rate:
        """Bound of the calls of one identity."""
        return Rate(burst=2 * self.call_rate, per_second=self.call_rate / 60)

    @property
    def calling_address(self) -> Rate:
        """Bound of the calls from one address."""
        return Rate(burst=2 * self.call_rate_per_address, per_second=self.call_rate_per_address / 60)

    @property
    def waiting(self) -> Rate:
        """Bound of the tokens that sessions from one address wait under anew."""
        return Rate(burst=4 * self.wait_rate, per_second=self.wait_rate / 60)

    @property
    def errors(self) -> Rate:
        """Bound of the faults on one connection."""
        return Rate(burst=self.error_budget, per_second=0.2)
