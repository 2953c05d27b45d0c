import itertools

import pytest

from signaling.core.states import (
    TRANSITIONS,
    ConnectionState,
    Event,
    IllegalTransitionError,
    SessionState,
    connection_after,
    session_after,
)


def test_each_state_has_a_row_and_stays_in_its_kind() -> None:
    assert set(TRANSITIONS) == {*ConnectionState, *SessionState}
    for state, row in TRANSITIONS.items():
        assert all(type(following) is type(state) for following in row.values())


def test_nothing_leads_out_of_the_end() -> None:
    assert TRANSITIONS[ConnectionState.GONE] == {}
    assert TRANSITIONS[SessionState.ENDED] == {}


@pytest.mark.parametrize(("state", "event"), list(itertools.product(ConnectionState, Event)))
def test_connections_follow_the_table(state: ConnectionState, event: Event) -> None:
    if event in TRANSITIONS[state]:
        assert connection_after(state, event) is TRANSITIONS[state][event]
    else:
        with pytest.raises(IllegalTransitionError, match=event.name):
            connection_after(state, event)


@pytest.mark.parametrize(("state", "event"), list(itertools.product(SessionState, Event)))
def test_sessions_follow_the_table(state: SessionState, event: Event) -> None:
    if event in TRANSITIONS[state]:
        assert session_after(state, event) is TRANSITIONS[state][event]
    else:
        with pytest.raises(IllegalTransitionError, match=event.name):
            session_after(state, event)
