"""Settings that cannot be, or that this machine does not allow, and how that is said."""

import ipaddress
import math

from signaling.core.address import Network


class SettingsError(ValueError):
    """A setting that cannot be: the message names it and says what it must be."""


class ListenError(Exception):
    """The server cannot listen where it was told to."""


def require(condition: bool, name: str, text: str) -> None:
    """Raise SettingsError unless it is so."""
    if not condition:
        raise SettingsError(f"{name}: {text}")


def check_range(name: str, value: float | str, low: float | None, high: float | None) -> None:
    """Raise SettingsError unless a number is between its bounds."""
    if isinstance(value, str) or low is None:
        return
    require(math.isfinite(value), name, f"{value} is not a number")
    require(value >= low, name, f"{value:g} is less than {low:g}")
    require(high is None or value <= high, name, f"{value:g} is more than {high or 0:g}")


def network(name: str, text: str) -> Network:
    """An address or a network."""
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise SettingsError(f"{name}: {text!r} is no address or network, e.g. 10.0.0.0/8") from None


def address(name: str, text: str, otherwise: str) -> str:
    """An address, not one that stands for all of them; `otherwise` says what else it might have been."""
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        raise SettingsError(f"{name}: {text!r} is no address{otherwise}") from None
    require(not found.is_unspecified, name, f"{text} is no address{': use *' if otherwise else ''}")
    return str(found)
