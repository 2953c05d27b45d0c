import pytest

from signaling.core.quota import Rate
from signaling.engine import memory
from signaling.engine.base import Claim, Holder, Presence, Push
from signaling.engine.memory import MemoryEngine
from signaling.protocol.rendezvous import Left


@pytest.fixture
def delivered() -> list[tuple[str, Push]]:
    return []


@pytest.fixture
def engine(delivered: list[tuple[str, Push]]) -> MemoryEngine:
    return MemoryEngine(lambda session, push: delivered.append((session, push)))


A, B = Holder("a", "key a", 100), Holder("b", "key b", 100)


async def test_a_locator_is_put_if_absent(engine: MemoryEngine) -> None:
    assert await engine.claim("5", A, False, 0) == Claim(True)
    assert await engine.claim("5", B, True, 0) == Claim(False)
    assert await engine.claim("5", A, False, 0) == Claim(False)
    assert await engine.claim("5", A, True, 0) == Claim(True)
    assert await engine.find("5", 99) == A
    assert await engine.find("5", 100) is None


async def test_its_own_key_takes_it_from_its_other_session(engine: MemoryEngine) -> None:
    await engine.claim("5", A, False, 0)
    assert await engine.claim("5", Holder("a2", "key a", 100), True, 0) == Claim(True, displaced="a")
    assert not await engine.release("5", "a", 10, 0)
    assert await engine.release("5", "a2", 10, 0)
    assert not await engine.release("5", "a2", 10, 0)


async def test_it_is_kept_for_its_key_after_release(engine: MemoryEngine) -> None:
    await engine.claim("5", A, False, 0)
    await engine.release("5", "a", 10, 0)
    assert await engine.claim("5", B, True, 9) == Claim(False)
    assert await engine.claim("5", A, False, 9) == Claim(False)
    assert (await engine.totals(9)).reserved == 1
    assert await engine.claim("5", B, False, 10) == Claim(True)
    assert (await engine.totals(10)).reserved == 0


async def test_presence(engine: MemoryEngine) -> None:
    await engine.set_presence("a", Presence.AWAY)
    assert await engine.presence("a") is Presence.AWAY
    await engine.set_presence("a", None)
    await engine.set_presence("a", None)
    assert await engine.presence("a") is None


async def test_pairs(engine: MemoryEngine) -> None:
    assert await engine.pair("p", ("a", "b"), most=1, charged="one")
    assert not await engine.pair("q", ("a", "c"), most=1, charged="one")
    assert await engine.other("p", "a") == "b"
    assert await engine.other("p", "b") == "a"
    assert await engine.other("p", "c") is None
    assert await engine.other("q", "a") is None
    assert await engine.pair("r", ("a", "c"), most=2, charged="two")
    assert await engine.pairs_of("a") == ("p", "r")
    assert await engine.part("p", "c") is None
    assert await engine.part("p", "b") == "a"
    assert await engine.pairs_of("a") == ("r",)
    assert await engine.pairs_of("b") == ()


async def test_what_a_pair_cost_is_given_back_once(engine: MemoryEngine) -> None:
    rate = Rate(burst=3, per_second=1)
    for pair in ("p", "q", "r"):
        assert await engine.take("one", rate, 1, 0) == 0
        assert await engine.pair(pair, ("a", pair), most=9, charged="one")
    assert await engine.take("one", rate, 1, 0) == 1
    await engine.forgive("p", rate, 0)
    await engine.forgive("p", rate, 0)
    await engine.forgive("unknown", rate, 0)
    await engine.part("q", "a")
    await engine.forgive("q", rate, 0)
    assert await engine.take("one", rate, 1, 0) == 0
    assert await engine.take("one", rate, 1, 0) == 1


async def test_delivery_keeps_the_order(engine: MemoryEngine, delivered: list[tuple[str, Push]]) -> None:
    pushes = [Left(seq=0, pair=str(number)) for number in range(5)]
    for push in pushes:
        await engine.deliver("a", push)
    assert delivered == [("a", push) for push in pushes]


async def test_buckets_are_apart_and_full_ones_are_dropped(
    engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "BUCKETS", 2)
    engine = MemoryEngine(lambda *_: None)
    rate = Rate(1, 1)
    for counter in "abc":
        assert await engine.take(counter, rate, 1, 0) == 0
    await engine.charge("a", rate, 5, 0)
    assert await engine.take("a", rate, 1, 3) == 3
    for counter in "defghi":
        assert await engine.take(counter, rate, 1, 3) == 0
    assert set(engine._buckets) == {"a", *"defghi"}
