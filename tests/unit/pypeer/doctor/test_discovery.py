"""Discovery against simulated NATs of each kind, servers of each kind, lost packets, and servers that lie."""

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.doctor.asking import Send
from pypeer.doctor.discovery import Discovery, Role, State
from pypeer.doctor.findings import Filtering, Mapping, Ports, Status, Support, Udp
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class
from signaling.protocol.values import Address
from tests.unit.pypeer.doctor.simulated import OTHER, PRIMARY, PUBLIC, STUN_PORTS, TRIP_S, Nat, World, entropy

MAPPINGS: Final = [each for each in Mapping if each is not Mapping.UNKNOWN]
FILTERINGS: Final = [each for each in Filtering if each is not Filtering.UNKNOWN]
PORTS: Final = [each for each in Ports if each is not Ports.UNKNOWN]
SERVERS: Final = [(PRIMARY, port) for port in STUN_PORTS]
TWO, ONE = (PRIMARY, OTHER), (PRIMARY,)

nats = st.builds(
    Nat,
    mapping=st.sampled_from(MAPPINGS),
    filtering=st.sampled_from(FILTERINGS),
    ports=st.sampled_from(PORTS),
    hairpin=st.booleans(),
)
seldom = st.sets(st.integers(1, 60)).map(lambda lost: lambda number: number in lost and number - 1 not in lost)


def discover(nat: Nat, hosts: tuple[str, ...], lost: Callable[[int], bool] = lambda number: False) -> tuple[Udp, World]:
    """What is found."""
    world = World(nat, hosts, lost)
    discovery = Discovery(4, SERVERS, world.open(len(Role)), entropy())
    began = world.now
    world.run(discovery)
    assert discovery.state is State.DONE
    assert world.now - began <= 4.0, "the promise: all within four seconds"
    return discovery.findings(), world


@given(nats)
def test_with_two_addresses_everything_is_found_and_sure(nat: Nat) -> None:
    found, _ = discover(nat, TWO)
    assert (found.status, found.support) == (Status.WORKS, Support.FULL)
    assert (found.mapping, found.mapping_sure) == (nat.mapping, True)
    assert (found.filtering, found.filtering_sure) == (nat.filtering, True)
    assert found.public == (PUBLIC,)
    assert found.nat is (nat.mapping is not Mapping.NONE)
    assert found.hairpin is (nat.hairpin if found.nat else None)
    assert found.rtt == pytest.approx(3 * TRIP_S)
    assert found.asked == found.answered == (f"{PRIMARY}:3478", f"{PRIMARY}:3479")


@given(nats, seldom)
def test_lost_packets_change_nothing(nat: Nat, lost: Callable[[int], bool]) -> None:
    found, _ = discover(nat, TWO, lost)
    assert (found.mapping, found.filtering) == (nat.mapping, nat.filtering)


@given(nats)
def test_with_one_address_the_likeliest_is_said_and_marked(nat: Nat) -> None:
    found, _ = discover(nat, ONE)
    hidden = {Mapping.ADDRESS_DEPENDENT: Mapping.ENDPOINT_INDEPENDENT}
    assert found.mapping is hidden.get(nat.mapping, nat.mapping)
    assert found.mapping_sure is (nat.mapping in (Mapping.NONE, Mapping.ADDRESS_AND_PORT_DEPENDENT))
    lets_in = {Filtering.ENDPOINT_INDEPENDENT: Filtering.ADDRESS_DEPENDENT}
    assert found.filtering is lets_in.get(nat.filtering, nat.filtering)
    assert found.filtering_sure is (nat.filtering is Filtering.ADDRESS_AND_PORT_DEPENDENT)
    assert found.support is Support.PORT


@given(nats)
def test_nobody_is_written_to_but_the_server_and_ourselves(nat: Nat) -> None:
    _, world = discover(nat, TWO)
    allowed = {(host, port) for host in TWO for port in STUN_PORTS}
    own = {send.to for send in world.sent} - allowed
    assert own <= nat.owners.keys()
    assert len(world.sent) <= 40


@pytest.mark.parametrize(
    ("mapping", "ports", "found"),
    [
        (Mapping.ENDPOINT_INDEPENDENT, Ports.KEPT, (Ports.KEPT, 0)),
        (Mapping.ENDPOINT_INDEPENDENT, Ports.SEQUENTIAL, (Ports.SEQUENTIAL, 1)),
        (Mapping.ENDPOINT_INDEPENDENT, Ports.RANDOM, (Ports.RANDOM, 0)),
        (Mapping.ADDRESS_AND_PORT_DEPENDENT, Ports.SEQUENTIAL, (Ports.SEQUENTIAL, 1)),
        (Mapping.ADDRESS_AND_PORT_DEPENDENT, Ports.RANDOM, (Ports.RANDOM, 0)),
        (Mapping.NONE, Ports.KEPT, (Ports.KEPT, 0)),
    ],
)
def test_how_ports_are_chosen(mapping: Mapping, ports: Ports, found: tuple[Ports, int]) -> None:
    udp, _ = discover(Nat(mapping, ports=ports), TWO)
    assert (udp.ports, udp.step) == found


def test_a_blocked_network_is_told_within_the_time_of_four_requests() -> None:
    found, world = discover(Nat(blocked=True), TWO)
    assert found.status is Status.BLOCKED
    assert found.nat is None
    assert found.answered == ()
    assert len(world.sent) == 8


def test_what_is_not_over_yet_is_not_called_blocked() -> None:
    world = World(Nat(), TWO)
    discovery = Discovery(4, SERVERS, world.open(len(Role)), entropy())
    assert discovery.second_port is None
    discovery.start(0.0)
    assert discovery.findings().status is Status.UNTESTED
    assert discovery.wake_at() == 0.25


def test_one_dead_port_delays_nothing_and_silence_from_there_proves_nothing() -> None:
    world = World(Nat(), ONE)
    world.server.endpoints.discard((PRIMARY, 3479))
    discovery = Discovery(4, SERVERS, world.open(len(Role)), entropy())
    world.run(discovery)
    found = discovery.findings()
    assert (found.mapping, found.filtering) == (Mapping.UNKNOWN, Filtering.UNKNOWN)
    assert found.answered == (f"{PRIMARY}:3478",)
    assert found.support is Support.NONE


def test_another_port_of_the_chosen_server_is_known_afterwards() -> None:
    world = World(Nat(), ONE)
    discovery = Discovery(4, SERVERS, world.open(len(Role)), entropy())
    world.run(discovery)
    assert (discovery.primary, discovery.other, discovery.second_port) == (*SERVERS[:1], None, SERVERS[1])


# A server that lies, played by hand


def talk(servers: list[Address] = SERVERS[:1]) -> tuple[Discovery, Send]:
    """A discovery that has asked its first question."""
    discovery = Discovery(4, servers, [("192.168.1.10", 5000 + role) for role in Role], entropy())
    return discovery, discovery.start(0.0)[0]


def answer(send: Send, mapped: Address, other: Address | None = None, kind: Class = Class.SUCCESS) -> bytes:
    """An answer to a request."""
    request = stun.decode(send.data)
    attributes = [(Attribute.XOR_MAPPED_ADDRESS, values.xor_address(mapped, request.transaction))]
    attributes += [(Attribute.OTHER_ADDRESS, values.plain_address(other))] if other else []
    return stun.encode(request.method, kind, request.transaction, attributes)


@pytest.mark.parametrize("other", [("192.168.1.1", 3479), ("0.0.0.0", 3479), (OTHER, 0), ("2001:db8::1", 3479)])
def test_a_server_cannot_send_us_to_doors_in_our_own_network(other: Address) -> None:
    discovery, send = talk()
    sends = discovery.receive(0, send.to, answer(send, (PUBLIC, 4000), other), 0.8)
    assert {each.to for each in sends} == {send.to}
    assert discovery.other is None


@pytest.mark.parametrize("mapped", ["192.168.1.1", "127.0.0.1", "224.0.0.1"])
def test_hairpinning_is_tried_on_the_internet_only(mapped: str) -> None:
    discovery, send = talk()
    sends = discovery.receive(0, send.to, answer(send, (mapped, 53)), 0.8)
    hairpin = next(each for each in sends if each.socket == Role.HAIRPIN)
    assert discovery.receive(Role.HAIRPIN, send.to, answer(hairpin, (mapped, 54)), 0.9) == []
    assert discovery.findings().hairpin is None
    assert discovery.findings().inside


def test_what_was_heard_so_far_is_told_at_any_time() -> None:
    discovery, send = talk([*SERVERS])
    discovery.receive(0, send.to, answer(send, (PUBLIC, 4000)), 0.1)
    found = discovery.findings()
    assert (discovery.state, found.status, found.filtering) == (State.ASKING, Status.WORKS, Filtering.UNKNOWN)


def test_a_refusal_is_no_answer() -> None:
    discovery, send = talk()
    discovery.receive(0, send.to, answer(send, (PUBLIC, 4000), kind=Class.ERROR), 0.1)
    assert discovery.findings().status is Status.BLOCKED


@given(st.lists(st.tuples(st.integers(0, 2), st.binary(max_size=80)), max_size=20))
def test_rubbish_changes_nothing(datagrams: list[tuple[int, bytes]]) -> None:
    discovery, send = talk()
    for socket, data in datagrams:
        assert discovery.receive(socket, send.to, data, 0.1) == []
    assert discovery.state is State.ASKING
