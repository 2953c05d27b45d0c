"""Helping peers reach each other: STUN, and the relay, over UDP, TCP and TLS."""

import asyncio
import os
import ssl
import time
from collections.abc import Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from signaling.checks import ListenError
from signaling.http.listening import BACKLOG
from signaling.http.node import Node
from signaling.logs import line, log
from signaling.relay.offers import Ports
from signaling.relay.server import RelayServer
from signaling.relay.stream import PATIENCE_S, Connection
from signaling.relay.turn.authentication import Authenticator
from signaling.relay.turn.core import Turn
from signaling.relay.turn.credentials import SECRET_BYTES
from signaling.relay.turn.peers import Here, PeerPolicy
from signaling.relay.turn.table import Table
from signaling.relay.udp import StunSockets
from signaling.settings import EVERYWHERE, Settings


async def open_stun(
    stack: AsyncExitStack, node: Node, settings: Settings, named: Collection[str], context: ssl.SSLContext | None
) -> None:
    """Serve STUN, and relay, until the stack ends.

    Raises ListenError for a port that is `named`, and does without another.
    """
    await _Opening(stack, node, settings, named, context).open()


@dataclass(frozen=True, slots=True)
class _Opening:
    """Opens what is to be served, and has the stack close it."""

    stack: AsyncExitStack
    node: Node
    settings: Settings
    named: Collection[str]
    context: ssl.SSLContext | None

    async def open(self) -> None:
        """STUN at its ports, and the relay at the first."""
        settings = self.settings
        relay = None if settings.relay_off or not settings.turn_port else make_relay(self.node, settings)
        sockets = StunSockets(
            settings.stun_hosts, settings.stun_ports, time.monotonic, self.node.metrics.stun, relay=relay
        )
        self.stack.callback(sockets.close)
        await self._open_stun(sockets)
        if relay is not None and sockets.serves(settings.turn_port):
            await self._open_relay(relay, sockets)
        self.node.relays.stun_urls = sockets.urls
        if settings.public_url and not sockets.urls(settings.names.public_host) and settings.stun_ports:
            log.warning(line("stun-told-to-nobody", hint="only this machine can reach it: see --stun-address"))
        if sockets.follows:
            self.stack.callback(asyncio.create_task(sockets.follow()).cancel)

    async def _open_stun(self, sockets: StunSockets) -> None:
        for port, name in zip(self.settings.stun_ports, ("turn_port", "stun_alt_port"), strict=False):
            try:
                await sockets.open(port)
            except OSError as error:
                self._without(name, "UDP", error)
                break

    async def _open_relay(self, relay: RelayServer, sockets: StunSockets) -> None:
        self.stack.callback(relay.close)
        self.stack.callback(asyncio.create_task(relay.run_clock()).cancel)
        relay.socket_at = sockets.socket_at
        tcp = await self._open_streams(relay, "turn_port", None)
        if tcp and sockets.serves(self.settings.stun_alt_port):
            await self._open_streams(relay, "stun_alt_port", None)
        tls = await self._open_streams(relay, "turn_tls_port", self.context) if self.context else 0
        relay.ports = Ports(self.settings.turn_port, tcp, tls)
        self.node.relays.server = relay

    async def _open_streams(self, relay: RelayServer, name: str, context: ssl.SSLContext | None) -> int:
        """Relay over TCP, or TLS with a context, and return the port; 0 where that is off or not possible."""
        port: int = getattr(self.settings, name)
        if not port:
            return 0
        hosts = None if self.settings.stun_hosts == (EVERYWHERE,) else self.settings.stun_hosts
        make, patience = partial(Connection, relay, context is not None), PATIENCE_S if context else None
        try:
            server = await asyncio.get_running_loop().create_server(
                make, hosts, port, backlog=BACKLOG, ssl=context, ssl_handshake_timeout=patience
            )
        except OSError as error:
            self._without(name, "TCP", error)
            return 0
        self.stack.callback(server.close)
        return port

    def _without(self, name: str, kind: str, error: OSError) -> None:
        """Do without a port, unless the operator has named it."""
        port, flag = getattr(self.settings, name), f"--{name.replace('_', '-')}"
        reason = error.strerror or str(error)
        if {name, "stun_address"} & set(self.named):
            hosts = ", ".join(self.settings.stun_hosts)
            raise ListenError(f"cannot listen on {hosts}, {kind} port {port}: {reason}; choose with {flag}")
        event = "stun-off" if kind == "UDP" or name == "stun_alt_port" else "relay-off"
        log.warning(line(event, port=port, reason=reason, hint=f"choose another with {flag}, or 0 for none"))


def make_relay(node: Node, settings: Settings) -> RelayServer:
    """A relay for the pairs that meet at a node, with its secret, accounts and counters."""
    here = Here(told=settings.relay_told)
    policy = PeerPolicy(here, settings.relay_allowed)
    turn = Turn(
        Table(here, settings.relay_range, os.urandom),
        policy,
        settings.relay_limits,
        Authenticator(node.relays.offers.secret, os.urandom(SECRET_BYTES), time.time),
        os.urandom,
        node.relays.known.of,
        node.relays.accounts,
    )
    most, each = settings.relay_allocations, settings.connections_per_address
    return RelayServer(turn, here, policy, time.monotonic, most, each)
