"""How long a hole stays open, against simulated routers with known times."""

from typing import Final

import pytest

from pypeer.doctor.findings import Filtering, Lifetime, Mapping, Ports, Status, Udp
from pypeer.doctor.lifetime import WAITS_S, How, LifetimeTest, State, how
from signaling.protocol.values import Address
from tests.unit.pypeer.doctor.simulated import OTHER, PRIMARY, Nat, World, entropy

FIRST: Final[Address] = (PRIMARY, 3478)
SECOND_PORT: Final[Address] = (PRIMARY, 3479)
SECOND_HOST: Final[Address] = (OTHER, 3479)
STRICT: Final = Filtering.ADDRESS_AND_PORT_DEPENDENT


def measure(nat: Nat, by: How, other: Address = SECOND_HOST) -> tuple[Lifetime | None, float]:
    """What is found, and how long it took."""
    world = World(nat, (PRIMARY, OTHER))
    test = LifetimeTest(by, FIRST, other, entropy())
    world.open(len(WAITS_S))
    began = world.now
    world.run(test)
    assert test.state is State.DONE
    return test.lifetime(), world.now - began


@pytest.mark.parametrize("other", [SECOND_HOST, SECOND_PORT])
@pytest.mark.parametrize(
    ("lifetime", "found"), [(30.0, Lifetime(29.0, 34.0)), (60.5, Lifetime(59.0, 74.0)), (3.0, Lifetime(0.0, 4.0))]
)
def test_who_lets_in_answers_only_is_measured_by_late_answers(lifetime: float, found: Lifetime, other: Address) -> None:
    seen, took = measure(Nat(filtering=STRICT, lifetime=lifetime), How.CALL_BACK, other)
    assert seen == found
    assert took < (found.below or 0) + 5


def test_where_the_hole_outlives_the_test_that_is_said_within_two_minutes() -> None:
    seen, took = measure(Nat(filtering=STRICT, lifetime=300), How.CALL_BACK)
    assert seen == Lifetime(WAITS_S[-1], None)
    assert took < 120


def test_a_port_that_is_another_for_each_destination_tells_by_itself() -> None:
    nat = Nat(Mapping.ADDRESS_AND_PORT_DEPENDENT, ports=Ports.RANDOM, lifetime=20)
    assert measure(nat, How.SAME_PORT)[0] == Lifetime(19.0, 24.0)


def test_where_nothing_comes_back_nothing_is_said() -> None:
    assert measure(Nat(blocked=True), How.CALL_BACK)[0] is None
    assert measure(Nat(blocked=True), How.SAME_PORT)[0] is None


@pytest.mark.parametrize(
    ("mapping", "ports", "filtering", "sure", "expected"),
    [
        (Mapping.ENDPOINT_INDEPENDENT, Ports.KEPT, STRICT, True, How.CALL_BACK),
        (Mapping.NONE, Ports.KEPT, STRICT, True, How.CALL_BACK),
        (Mapping.ENDPOINT_INDEPENDENT, Ports.KEPT, Filtering.ADDRESS_DEPENDENT, False, None),
        (Mapping.ENDPOINT_INDEPENDENT, Ports.KEPT, Filtering.ENDPOINT_INDEPENDENT, True, None),
        (Mapping.ADDRESS_AND_PORT_DEPENDENT, Ports.RANDOM, STRICT, True, How.SAME_PORT),
        (Mapping.ADDRESS_DEPENDENT, Ports.KEPT, STRICT, True, None),
    ],
)
def test_how_it_is_measured(
    mapping: Mapping, ports: Ports, filtering: Filtering, sure: bool, expected: How | None
) -> None:
    udp = Udp(4, Status.WORKS, mapping=mapping, ports=ports, filtering=filtering, filtering_sure=sure)
    assert how(udp) is expected
