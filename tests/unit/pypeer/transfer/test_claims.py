"""What a receiver says of an offer, and what is not believed."""

import pytest

from pypeer.protocol.messages import Accept, Done, Offer, Progress
from pypeer.transfer.claims import Claims
from pypeer.transfer.effects import Outcome
from pypeer.transfer.subflow import ViolationError

OFFER = Offer(files=3, folders=0, bytes=100, title="t")


def accepted() -> Claims:
    claims = Claims(OFFER)
    assert claims.accept(Accept(files=2, bytes=60, have=10))
    return claims


def test_what_is_taken_is_news_once_and_what_is_here_is_as_it_was_said_last() -> None:
    claims = accepted()
    assert (claims.total, claims.stored) == (60, 10)
    claims.progress(Progress(bytes=40, files=1))
    assert claims.stored == 40
    assert not claims.accept(Accept(files=2, bytes=60, have=50)), "the same on another link"
    assert claims.stored == 50


@pytest.mark.parametrize(
    "accept", [Accept(files=4, bytes=60), Accept(files=2, bytes=101), Accept(files=2, bytes=60, have=61)]
)
def test_nobody_takes_more_than_is_offered(accept: Accept) -> None:
    with pytest.raises(ViolationError, match="does not fit"):
        Claims(OFFER).accept(accept)


@pytest.mark.parametrize("accept", [Accept(files=1, bytes=60), Accept(files=2, bytes=59)])
def test_nobody_takes_something_else_on_another_link(accept: Accept) -> None:
    with pytest.raises(ViolationError, match="differs"):
        accepted().accept(accept)


@pytest.mark.parametrize("progress", [Progress(bytes=61, files=1), Progress(bytes=60, files=3)])
def test_nobody_has_more_than_was_taken(progress: Progress) -> None:
    with pytest.raises(ViolationError, match="beyond"):
        accepted().progress(progress)


@pytest.mark.parametrize(
    "done", [Done(files=2, bytes=60, failed=0), Done(files=1, bytes=60, failed=1), Done(files=0, bytes=0, failed=2)]
)
def test_the_end_adds_up(done: Done) -> None:
    assert accepted().done(done) == Outcome(done.files, done.bytes, done.failed)


@pytest.mark.parametrize(
    "done", [Done(files=1, bytes=60, failed=0), Done(files=2, bytes=59, failed=0), Done(files=1, bytes=61, failed=1)]
)
def test_an_end_that_does_not_add_up(done: Done) -> None:
    with pytest.raises(ViolationError, match="add up"):
        accepted().done(done)
