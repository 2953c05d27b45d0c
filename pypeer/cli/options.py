"""Options that several commands have, and their types."""

import logging
import os
import re
import sys
from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from pypeer.connect.options import ConnectOptions, OptionError, Relaying, parse_ports
from pypeer.environment import ACCESS_VARIABLE, default_server
from pypeer.transfer.scanning import Links
from signaling.protocol.limits import TTL_MAX_S, TTL_MIN_S

FACTORS: Final = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}

SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Duration(click.ParamType[float]):
    """A time like 90, 30s, 10m, 2h, 1d or 1w, in seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it, within what codes may live."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d{1,7})([smhdw]?)", str(value).strip().lower())
        if match is None:
            self.fail(f"{value!r} is no time: use a number and s, m, h, d or w, like 10m", param, ctx)
        seconds = float(int(match[1]) * SECONDS[match[2]])
        if not TTL_MIN_S <= seconds <= TTL_MAX_S:
            self.fail(f"{value!r} is out of range: a code lives 30 seconds to 7 days", param, ctx)
        return seconds


class Bytes(click.ParamType[float]):
    """A number of bytes a second like 500K or 1.5M."""

    name = "rate"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it; K, M and G are powers of 1024, as everywhere here."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d{1,7}(?:\.\d{1,3})?)([kmg]?)", str(value).strip().lower())
        rate = float(match[1]) * FACTORS[match[2]] if match else 0.0
        if rate <= 0:
            self.fail(f"{value!r} is no rate: use bytes a second with K, M or G, like 500K or 5M", param, ctx)
        return rate


class Ports(click.ParamType[tuple[int, int]]):
    """A range of ports like 40000-40100."""

    name = "ports"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Read it."""
        try:
            return value if isinstance(value, tuple) else parse_ports(str(value))
        except OptionError as error:
            self.fail(str(error), param, ctx)


def _log_more(_ctx: click.Context, _param: click.Parameter, verbose: bool) -> None:
    if verbose:
        logging.basicConfig(stream=sys.stderr, format="%(relativeCreated)7d ms %(name)s: %(message)s")
        logging.getLogger("byway").setLevel(logging.DEBUG)


def _keep_access_word(_context: click.Context, _parameter: click.Parameter, word: str | None) -> None:
    """It goes where it is looked for, by this process and by those that it starts."""
    if word:
        os.environ[ACCESS_VARIABLE] = word


def common(command: _Command) -> _Command:
    """Options of every command that meets others."""
    return basic(click.option("--name", default="", metavar="NAME", help="Shown beside your short name.")(command))


def basic(command: _Command) -> _Command:
    """Options of every command."""
    command = click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_log_more,
        help="Tell on standard error what it does.",
    )(command)
    command = click.option(
        "--access-word",
        metavar="WORD",
        expose_value=False,
        callback=_keep_access_word,
        help=f"Of a private server; better in {ACCESS_VARIABLE}.",
    )(command)
    command = click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")(command)
    return click.option("--server", metavar="URL", default=default_server, help="BYWAY_SERVER, or this machine.")(
        command
    )


limit = click.option("--limit", type=Bytes(), metavar="RATE", help="Bytes a second at most, like 500K or 5M.")


background = click.option("--background", is_flag=True, help="Give way to other traffic; either side may wish it.")


links = click.option(
    "--links",
    type=click.Choice([each.value for each in Links]),
    default=Links.INSIDE.value,
    show_default=True,
    help="Symbolic links inside folders: take those that stay inside, follow all, or leave out.",
)


def ways(command: _Command) -> _Command:
    """Options about how to connect."""
    options = (
        click.option("--relay-only", is_flag=True, help="Hide your address from the other side: relays only."),
        click.option("--no-relay", is_flag=True, help="Rather fail than go through a relay."),
        click.option("--no-predict", is_flag=True, help="Never guess ports of a NAT that changes them."),
        click.option("--no-tcp", is_flag=True, help="Neither listen nor dial by TCP: WebRTC and relays only."),
        click.option("--no-port-mapping", is_flag=True, help="Never ask your router for a port."),
        click.option("--interface", multiple=True, metavar="NAME", help="Network interface to use; may be repeated."),
        click.option("--ports", type=Ports(), metavar="LOW-HIGH", help="Local ports to use, like 40000-40100."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def connect_options(
    relay_only: bool,
    no_relay: bool,
    no_predict: bool,
    no_tcp: bool,
    no_port_mapping: bool,
    interface: tuple[str, ...],
    ports: tuple[int, int] | None,
) -> ConnectOptions:
    """What the options about connecting come to; raises click.UsageError."""
    if relay_only and no_relay:
        raise click.UsageError("--relay-only and --no-relay leave no way to connect")
    if interface:
        _check_interfaces(interface)
    relaying = Relaying.ONLY if relay_only else Relaying.NEVER if no_relay else Relaying.ALLOWED
    return ConnectOptions(
        relaying, interface, ports, predict=not no_predict, tcp=not no_tcp, map_ports=not no_port_mapping
    )


def _check_interfaces(names: tuple[str, ...]) -> None:
    """Raises click.UsageError for what is none of this machine."""
    from pypeer.connect.addresses import interface_names  # loads ctypes, for those few who name one

    there = interface_names()
    if unknown := set(names) - set(there):
        raise click.UsageError(f"no interface {', '.join(sorted(unknown))}; there are {', '.join(there)}")
