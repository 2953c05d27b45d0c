"""The settings of the server: declared once, here and in core.policy, read from flags, environment and a file.

Each field is a flag (`public_url`: `--public-url`), an environment variable (`BYWAY_PUBLIC_URL`) and a key of the
configuration file (`public_url`); a flag wins over the environment, that over the file, that over the default.
"""

from dataclasses import Field, dataclass, fields
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from signaling.checks import SettingsError, address, check_range, network, require
from signaling.core.address import Network
from signaling.core.names import Names, host_of
from signaling.core.policy import Policy, option
from signaling.protocol.fields import IceServer
from signaling.relay.settings import RelaySettings

EVERYWHERE: Final = "*"
"""The host that stands for all addresses of the machine, IPv4 and IPv6."""

ACCESS_CHARS: Final = 8
"""Letters of an access word: what is shorter is found out in minutes."""

LOG_LEVELS: Final = ("debug", "info", "warning", "error")


@dataclass(frozen=True, kw_only=True)
class Settings(RelaySettings):
    """Everything an operator may set."""

    host: str = option(
        EVERYWHERE,
        "Address to listen on; * is every address of this machine, IPv4 and IPv6.",
        "peers are on other machines; behind a proxy on the same machine use 127.0.0.1",
    )
    port: int = option(8080, "Port to listen on; 0 picks a free one.", "needs no privileges", 0, 65535)
    public_url: str = option(
        "", "Address of the page as people type it, e.g. https://share.example.org.", "required behind a domain name"
    )
    tls_cert: str = option("", "File with the certificate chain (PEM), to serve HTTPS itself; needs --tls-key.")
    tls_key: str = option("", "File with the private key (PEM) of --tls-cert.")
    trusted_proxy: tuple[str, ...] = option(
        (),
        "Address or network of a proxy whose X-Forwarded-For is believed; may be repeated.",
        "believed from anybody, the header would let everybody choose the address that limits count by",
    )
    allowed_origin: tuple[str, ...] = option(
        (),
        "Origin of another site whose pages may connect, e.g. https://example.org; may be repeated.",
        "a browser would let any page connect otherwise",
    )
    ice_server: tuple[str, ...] = option(
        (),
        "STUN server that peers are told, e.g. stun:stun.example.org:3478; may be repeated.",
        "nothing leaves unasked",
    )
    turn_port: int = option(
        3478,
        "Port for STUN (UDP), which tells peers the address others see them under, and for the relay (UDP and TCP); "
        "0 is off.",
        "the registered port (RFC 8489, section 18.6), so that nobody else's server is needed",
        0,
        65535,
    )
    stun_alt_port: int = option(
        3479,
        "Second port for STUN, over UDP and TCP, by which peers learn how their NAT treats them (RFC 5780); 0 is off.",
        "a NAT that maps by destination is seen only from two",
        0,
        65535,
    )
    stun_address: tuple[str, ...] = option(
        (),
        "Address to answer STUN on instead of --host, or *; may be repeated: two of one kind of IP complete RFC 5780.",
        "--host is right unless a proxy on this machine stands before the server, but not before STUN",
    )
    metrics_listen: str = option(
        "",
        "HOST:PORT for /metrics alone; it is then not served on the main address.",
        "one server needs no second port",
    )
    engine: str = option("memory", "Where shared state is kept; memory is the only one in this version.")
    directory_off: bool = option(
        False,
        "Keep no directory: peers then meet by code or link alone.",
        "nobody is in it who has not published a library, so it is on",
    )
    access_word: str = option(
        "",
        "Access word of a private server, which whoever signs in has to know, or be listed in --allow-peers.",
        "without either, everybody may come in; better in the environment or the file than where `ps` shows it",
    )
    allow_peers: str = option(
        "", "File with the ids of peers that may sign in, one a line; read again on SIGHUP.", "see --access-word"
    )
    block_peers: str = option("", "File with the ids of peers that may not sign in, one a line; read again on SIGHUP.")
    takedown: str = option(
        "",
        "File with ids of peers whose libraries are not here, and handles or roots of files that are not found, one a "
        "line; read again on SIGHUP.",
    )
    max_connections: int = option(
        10_000, "Connections in all.", "about 30 KiB each; needs as many file descriptors (ulimit -n)", 1
    )
    connections_per_address: int = option(
        100, "Connections from one address (IPv6: /64) at a time.", "an office behind one address", 1
    )
    connection_rate: float = option(
        120,
        "New connections a minute from one address (IPv6: /64), as many at once.",
        "an office that comes back after a restart",
        0.01,
    )
    drain: float = option(
        10,
        "Seconds for an orderly end after SIGTERM; a second signal ends it at once.",
        "what service managers allow before they kill",
        0,
        300,
    )
    restart_spread: float = option(
        10,
        "Seconds over which clients are told to come back after a restart.",
        "all at once would be a storm; more would be felt",
        0,
        300,
    )
    log_level: str = option("info", f"How much is logged: {', '.join(LOG_LEVELS)}.")

    def __post_init__(self) -> None:
        for field in fields(self):
            check_range(field.name, getattr(self, field.name), field.metadata["low"], field.metadata["high"])
        require(self.idle > self.ping, "idle", f"{self.idle:g} must be more than ping, {self.ping:g}")
        require(self.ttl <= self.max_ttl, "ttl", f"{self.ttl:g} must not be more than max_ttl, {self.max_ttl:g}")
        require(self.engine == "memory", "engine", f"{self.engine!r} is not known: use memory")
        require(self.log_level in LOG_LEVELS, "log_level", f"{self.log_level!r} is none of {', '.join(LOG_LEVELS)}")
        word = "has to have 8 characters at least: whoever listens at a sign-in may try words as fast as computers do"
        require(not self.access_word or len(self.access_word) >= ACCESS_CHARS, "access_word", word)
        require(bool(self.tls_cert) == bool(self.tls_key), "tls_cert", "a certificate and its key go together")
        require(len(set(self.stun_ports)) == len(self.stun_ports), "stun_alt_port", "must not be --turn-port as well")
        self.check_relays()
        for name in ("networks", "origins", "names", "ice", "stun_hosts", "metrics_address"):
            getattr(self, name)

    @property
    def networks(self) -> tuple[Network, ...]:
        """The proxies that are believed."""
        return tuple(network("trusted_proxy", text) for text in self.trusted_proxy)

    @property
    def origins(self) -> frozenset[str]:
        """The origins of other sites that may connect."""
        return frozenset(_origin("allowed_origin", text) for text in self.allowed_origin)

    @property
    def public_origin(self) -> str:
        """Scheme and host of the page; empty if it is not known."""
        return _origin("public_url", self.public_url) if self.public_url else ""

    @property
    def names(self) -> Names:
        """The hosts this server goes by."""
        host = self.public_origin.partition("://")[2]
        path = _split("public_url", self.public_url).path
        require(path in ("", "/"), "public_url", "the page has to be at the root of its host, without a path")
        return Names(host)

    @property
    def ice(self) -> tuple[IceServer, ...]:
        """What peers are told to use."""
        for url in self.ice_server:
            text = f"{url!r} is not of the form stun:HOST:PORT"
            require(url.startswith(("stun:", "stuns:")) and len(url) <= 256, "ice_server", text)
        require(len(self.ice_server) <= 8, "ice_server", "at most 8")
        return (IceServer(urls=self.ice_server),) if self.ice_server else ()

    @property
    def stun_ports(self) -> tuple[int, ...]:
        """The ports of STUN, the first and the one to change to."""
        return tuple(port for port in (self.turn_port, self.stun_alt_port) if port) if self.turn_port else ()

    @property
    def stun_hosts(self) -> tuple[str, ...]:
        """Where STUN is served: addresses, or one host that may be a name or stand for many addresses."""
        if self.stun_address in ((), (EVERYWHERE,)):
            return self.stun_address or (self.host,)
        hosts = tuple(address("stun_address", text, ", and not * alone") for text in self.stun_address)
        for six in (False, True):
            most = [host for host in hosts if (":" in host) is six]
            require(len(most) <= 2, "stun_address", "at most two of IPv4 and two of IPv6")
            require(len(set(most)) == len(most), "stun_address", "the same address twice")
        return hosts

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """Where /metrics is served by itself."""
        if not self.metrics_listen:
            return None
        parts = _split("metrics_listen", f"//{self.metrics_listen}")
        text = f"{self.metrics_listen!r} is not of the form HOST:PORT"
        require(parts.hostname is not None and parts.port is not None, "metrics_listen", text)
        return parts.hostname or "", parts.port or 0


def declared() -> list[Field[Any]]:
    """All settings, those of the process before those of the relay, and those before the rules."""
    rules = {field.name for field in fields(Policy)}
    relay = {field.name for field in fields(RelaySettings)}
    return sorted(fields(Settings), key=lambda field: (field.name in rules, field.name in relay))


def _split(name: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise SettingsError(f"{name}: {url!r}: {error}") from None
    return parts


def _origin(name: str, url: str) -> str:
    parts = _split(name, url)
    require(parts.scheme in ("http", "https") and bool(parts.hostname), name, f"{url!r} is not like https://HOST")
    return f"{parts.scheme}://{host_of(parts)}"
