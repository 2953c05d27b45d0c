from hypothesis import given
from hypothesis import strategies as st

from signaling.core.quota import Bucket, Buckets, Rate


def test_a_burst_then_the_rate() -> None:
    bucket = Bucket(Rate(burst=3, per_second=2))
    assert [bucket.take(10.0) for _ in range(5)] == [0, 0, 0, 0.5, 0.5]
    assert bucket.take(10.5) == 0
    assert bucket.take(10.5) == 0.5


def test_what_is_refused_costs_nothing() -> None:
    bucket = Bucket(Rate(burst=1, per_second=1))
    bucket.take(0.0)
    for _ in range(10):
        assert bucket.take(0.5) == 0.5
    assert bucket.take(1.0) == 0


def test_a_charge_may_go_into_debt() -> None:
    bucket = Bucket(Rate(burst=2, per_second=1))
    bucket.charge(0.0, 5)
    assert bucket.wait(0.0) == 4
    assert bucket.wait(3.0) == 1
    assert bucket.wait(4.0) == 0


def test_what_is_given_back_never_more_than_fills_it() -> None:
    bucket = Bucket(Rate(burst=2, per_second=1))
    bucket.charge(0.0, 3)
    bucket.give(0.0, 2)
    assert bucket.take(0.0) == 0
    bucket.give(0.0, 100)
    assert [bucket.take(0.0) for _ in range(3)] == [0, 0, 1]


def test_rest_does_not_save_up_more_than_a_burst() -> None:
    bucket = Bucket(Rate(burst=2, per_second=1))
    bucket.take(0.0)
    assert [bucket.take(1e6) > 0 for _ in range(3)] == [False, False, True]


@given(
    st.integers(1, 20),
    st.sampled_from([0.5, 1.0, 4.0]),
    st.lists(st.integers(0, 40).map(lambda quarters: quarters / 4), max_size=60),
)
def test_never_more_than_burst_and_rate_allow(burst: int, rate: float, pauses: list[float]) -> None:
    bucket = Bucket(Rate(burst, rate))
    now, granted = 0.0, 0
    for pause in pauses:
        now += pause
        granted += bucket.take(now) == 0
        assert granted <= burst + rate * now


@given(st.integers(1, 20), st.lists(st.floats(0.5, 3), max_size=40))
def test_waiting_as_told_is_enough(burst: int, costs: list[float]) -> None:
    bucket = Bucket(Rate(burst + 3, 1.0))
    now = 0.0
    for cost in costs:
        now += bucket.wait(now, cost) + 1e-6
        assert bucket.take(now, cost) == 0


def test_each_name_has_a_bucket_of_its_own() -> None:
    buckets = Buckets(Rate(burst=1, per_second=1), most=10)
    assert buckets.take("a", 0.0) == 0
    assert buckets.take("b", 0.0) == 0
    assert buckets.take("a", 0.5) == 0.5


def test_those_used_last_are_kept() -> None:
    buckets = Buckets(Rate(burst=1, per_second=0.001), most=2)
    for name in ("a", "b", "a", "c"):
        buckets.take(name, 0.0)
    assert len(buckets) == 2
    assert buckets.take("a", 0.0) > 0, "kept, since it was used after b"
    assert buckets.take("b", 0.0) == 0, "forgotten"
