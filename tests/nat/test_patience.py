"""A NAT that refuses a SYN by ICMP ends the call of role A, which dials again, and not that of role B, which waits."""

import socket
import time
from typing import Final

import pytest

from pypeer.connect.tcp import patience
from tests.nat import netns
from tests.nat.lab import Lab
from tests.nat.sites import BY_NAME

PORT: Final = 4711
"""Nobody behind that NAT has ever sent from it."""

WITHIN_S: Final = 0.5
"""A refusal takes milliseconds; the kernel's next SYN leaves after a second."""


def _dial(address: str, waits: bool) -> str:
    with socket.socket() as dialling:
        if waits:
            patience.prepare(dialling)
        dialling.settimeout(WITHIN_S)
        began = time.monotonic()
        try:
            dialling.connect((address, PORT))
        except ConnectionRefusedError:
            return "refused"
        except TimeoutError:
            return "waits" if time.monotonic() - began >= WITHIN_S else "gives up"
    return "connected"


@pytest.mark.parametrize(("waits", "outcome"), [(False, "refused"), (True, "waits")])
def test_who_waits_does_not_hear_that_it_is_refused(waits: bool, outcome: str) -> None:
    with Lab() as lab:
        near, far = lab.add(BY_NAME["port-restricted"]), lab.add(BY_NAME["port-restricted-icmp"])
        with netns.inside(near.clients[0].netns):
            assert _dial(far.public, waits) == outcome
