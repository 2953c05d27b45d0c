"""Ports of routers: asked for, renewed, given back."""

import asyncio

import pytest

from pypeer.connect.mapping import leases, route
from pypeer.connect.mapping.leases import Leases
from pypeer.connect.mapping.routers import MappingError
from pypeer.connect.mapping.wire import Granted, Protocol, Wish
from signaling.protocol.values import Address
from tests.support.linked import until

HOME = ("192.168.1.7", 5000)


class Router:
    """Grants, or not."""

    def __init__(self, host: str = "192.88.99.9", lifetime: int = 120) -> None:
        self.asked: list[Wish] = []
        self.found: list[tuple[Address, Protocol, Address]] = []
        self.host = host
        self.lifetime = lifetime
        self.leases = Leases(lambda *found: self.found.append(found), self.ask)

    async def ask(self, wish: Wish) -> Granted:
        """See pypeer.connect.mapping.routers."""
        self.asked.append(wish)
        await asyncio.sleep(0)
        if not self.host:
            raise MappingError("it does not")
        return Granted(self.host, 6000, self.lifetime if wish.lifetime else 0)


async def test_a_port_is_told_and_given_back() -> None:
    router = Router()
    router.leases.want(HOME, Protocol.UDP)
    await until(lambda: bool(router.found))
    assert router.found == [(HOME, Protocol.UDP, ("192.88.99.9", 6000))]
    router.leases.close()
    await router.leases.wait_closed()
    asked, back = router.asked
    assert (asked.lifetime, back.lifetime) == (leases.LEASE_S, 0)
    assert (back.nonce, back.outside) == (asked.nonce, ("192.88.99.9", 6000))


async def test_it_is_renewed_by_what_was_granted_and_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEW_LEAST_S", 0.01)
    router = Router(lifetime=0)
    router.leases.want(HOME, Protocol.TCP)
    await until(lambda: len(router.asked) > 2)
    assert [each.outside for each in router.asked[:3]] == [None, ("192.88.99.9", 6000), ("192.88.99.9", 6000)]
    assert len(router.found) == 1
    router.host = "192.88.99.10"
    await until(lambda: len(router.found) > 1)
    assert router.found[-1][2] == ("192.88.99.10", 6000)
    await router.leases.wait_closed()
    assert [each.lifetime for each in router.asked].count(0) == 1


@pytest.mark.parametrize("host", ["10.0.0.1", "", "nonsense"])
async def test_what_leads_nowhere_is_not_told(host: str) -> None:
    router = Router(host)
    router.leases.want(HOME, Protocol.UDP)
    await until(lambda: bool(router.asked))
    await asyncio.sleep(0.01)
    assert router.found == []
    await router.leases.wait_closed()


@pytest.mark.parametrize("host", ["127.0.0.1", "2001:db8::1"])
async def test_what_is_not_behind_a_nat_is_not_asked_for(host: str) -> None:
    router = Router()
    router.leases.want((host, 5000), Protocol.UDP)
    await asyncio.sleep(0.01)
    assert router.asked == []


TABLE = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0
"""


@pytest.mark.parametrize(("interface", "router"), [("eth0", "192.168.1.1"), ("tun0", None), ("lo", None)])
def test_the_router_of_an_interface_is_in_the_table(interface: str, router: str | None) -> None:
    assert route.read(TABLE, interface) == router
