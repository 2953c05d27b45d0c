"""What was built: machines and sites, by the names of their namespaces."""

from dataclasses import dataclass, field
from typing import Final

from tests.nat.plan import HTTP_PORT, LAN_PREFIX, PROXY_PORT, SERVER_NAME, SERVER_V4, SERVER_V6, SOCKS_PORT, SitePlan
from tests.nat.sites import Out, Site

EXCHANGE: Final = "exchange"
SERVER: Final = "server"


@dataclass(slots=True)
class Client:
    """A machine at a site: a namespace with one interface."""

    netns: str
    place: "Place"
    home: int
    index: int
    v4: str | None = None
    v6: str | None = None
    moves: int = 0

    @property
    def device(self) -> str:
        """Its interface; another one after each move."""
        return f"eth{self.moves}"

    @property
    def url(self) -> str:
        """Where it finds the signaling server: by name and TLS where only port 443 is open."""
        out = self.place.site.router.out
        if out is Out.TCP_443 or out.is_proxy:
            return f"https://{SERVER_NAME}"
        if self.v4 and self.v6:
            return f"http://{SERVER_NAME}:{HTTP_PORT}"
        return f"http://{SERVER_V4[0]}:{HTTP_PORT}" if self.v4 else f"http://[{SERVER_V6[0]}]:{HTTP_PORT}"

    @property
    def proxies(self) -> dict[str, str]:
        """The variables that name the proxy that it has to use, if any."""
        match self.place.site.router.out:
            case Out.PROXY | Out.PROXY_443:
                return dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY"), f"http://{LAN_PREFIX}.1:{PROXY_PORT}")
            case Out.SOCKS:
                return {"ALL_PROXY": f"socks5h://{LAN_PREFIX}.1:{SOCKS_PORT}"}
            case _:
                return {}


@dataclass(slots=True)
class Place:
    """A site that was built."""

    site: Site
    label: str
    plan: SitePlan
    life: int = 0
    clients: list[Client] = field(default_factory=list)
    guests: int = 0

    @property
    def public(self) -> str:
        """The outermost router's public IPv4 address."""
        return self.plan.wan(self.life)

    @property
    def pop(self) -> str:
        """The provider's namespace."""
        return f"{self.label}-pop"

    @property
    def edge(self) -> str:
        """The outermost router's namespace."""
        return self.home(0) if self.site.operator is None else f"{self.label}-operator"

    @property
    def inner(self) -> str:
        """The outermost router's interfaces towards the inside, as nftables has them."""
        return "lan" if self.site.operator is None else "home*"

    def home(self, number: int) -> str:
        """A home router's namespace."""
        return f"{self.label}-router{number}"

    def admit(self, client: Client) -> None:
        """A client of another site comes here, to the first home."""
        client.place, client.home, client.index = self, 0, self.site.clients + self.guests
        client.moves += 1
        self.guests += 1
