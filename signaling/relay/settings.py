"""The settings of the relay; see signaling.settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from signaling.checks import address, network, require
from signaling.core.address import Network
from signaling.core.policy import Policy, option
from signaling.relay.offers import URL
from signaling.relay.turn.kinds import Family, family_of
from signaling.relay.turn.quota import Limits

MIB: Final = 1024 * 1024

PORTS: Final = re.compile(r"(\d{1,5})-(\d{1,5})")


@dataclass(frozen=True, kw_only=True)
class RelaySettings(Policy):
    """What an operator may set about relaying."""

    relay_off: bool = option(
        False,
        "Do not relay; the ports are then for STUN alone.",
        "only pairs that have met get credentials, so it is on: without a relay some never connect",
    )
    turn_tls_port: int = option(
        5349,
        "TCP port for the relay over TLS, with the certificate of --tls-cert; 0 is off.",
        "the registered port; 443 on an address of its own passes more firewalls",
        0,
        65535,
    )
    turn_secret: str = option(
        "",
        "Secret that credentials of the relay are made from; a random one of each start if empty.",
        "needed only where something else makes or checks them; better in the file than where `ps` shows it",
    )
    turn_ttl: float = option(
        6 * 3600,
        "Seconds for which a pair that has met may allocate at the relay; what it has by then it may keep.",
        "a change of network in a long transfer needs a new allocation",
        1,
        7 * 86400,
    )
    turn_server: tuple[str, ...] = option(
        (),
        "Relay of yours that pairs are told beside this one, e.g. turn:turn.example.org:3478?transport=tcp; may be "
        "repeated.",
        "one that does more than this machine can; needs --turn-server-secret",
    )
    turn_server_secret: str = option(
        "", "Secret that those relays share with this server: `static-auth-secret` of coturn."
    )
    turn_allow_peer: tuple[str, ...] = option(
        (),
        "Network to relay to although it is not the open internet, e.g. 192.168.0.0/16; may be repeated.",
        "who could relay to anywhere would reach what your firewall hides",
    )
    relay_only_known: bool = option(
        False,
        "Relay only to addresses that the pair's members signed in from, and between its two members.",
        "a peer whose own relay fails may be reached under others",
    )
    relay_ports: str = option(
        "49152-65535", "UDP ports that relayed addresses are taken from.", "the dynamic ports of RFC 6335"
    )
    relay_address: tuple[str, ...] = option(
        (),
        "Public address that leads to this machine's relay ports, where a NAT stands before it; one of IPv4, one of "
        "IPv6.",
        "without it both members of a pair must relay, which works everywhere",
    )
    relay_allocations: int = option(1000, "Allocations of all pairs.", "each holds a port or two, and a file each", 1)
    relay_per_pair: int = option(
        32, "Allocations of one pair.", "a browser takes one for each transport and network, and again at a restart", 1
    )
    relay_peers: int = option(
        128, "Addresses, and channels, that one allocation may have.", "a peer names dozens at most", 1
    )
    relay_lifetime: float = option(
        86_400, "Seconds an allocation lives at most, however often it is refreshed.", "nobody's for ever", 600
    )
    max_relay_rate: float = option(
        0, "MiB a second relayed for one pair, both ways together; 0 is as fast as it goes.", "your line is yours", 0
    )
    max_relay_total: float = option(
        0, "MiB a second relayed in all; 0 is as fast as it goes.", "less than your line keeps the page quick", 0
    )

    def check_relays(self) -> None:
        """Raise SettingsError for what cannot be."""
        for url in self.turn_server:
            text = f"{url!r} is not of the form turn:HOST:PORT?transport=udp"
            require(bool(URL.fullmatch(url)) and len(url) <= 256, "turn_server", text)
        require(len(self.turn_server) <= 8, "turn_server", "at most 8")
        together = bool(self.turn_server) == bool(self.turn_server_secret)
        require(together, "turn_server", "other relays and --turn-server-secret go together")
        _ = self.relay_range, self.relay_told, self.relay_allowed

    @property
    def relay_range(self) -> range:
        """The ports of relayed addresses."""
        match = PORTS.fullmatch(self.relay_ports)
        first, last = (int(match[1]), int(match[2])) if match else (0, 0)
        text = f"{self.relay_ports!r} is not of the form 49152-65535"
        require(1024 <= first <= last <= 65535, "relay_ports", text)
        return range(first, last + 1)

    @property
    def relay_told(self) -> Mapping[Family, str]:
        """Addresses told instead of this machine's own."""
        found = [address("relay_address", text, "") for text in self.relay_address]
        told = {family_of(each): each for each in found}
        require(len(told) == len(found), "relay_address", "at most one of IPv4 and one of IPv6")
        return told

    @property
    def relay_allowed(self) -> tuple[Network, ...]:
        """Networks that are relayed to although they are not the open internet."""
        return tuple(network("turn_allow_peer", text) for text in self.turn_allow_peer)

    @property
    def relay_limits(self) -> Limits:
        """How much a pair, and all together, may have."""
        return Limits(
            per_pair=self.relay_per_pair,
            total=self.relay_allocations,
            peers=self.relay_peers,
            lifetime=self.relay_lifetime,
            rate=self.max_relay_rate * MIB,
            total_rate=self.max_relay_total * MIB,
            known_only=self.relay_only_known,
        )
