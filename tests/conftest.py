"""Settings for all tests."""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("byway", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("byway")
# No property here is about time, and a busy machine makes any example slow once in a while.


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI everything a test needs can be installed, so a test that was skipped is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("skipped tests are failures in CI", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
