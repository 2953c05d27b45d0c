"""Settings for all tests."""

from hypothesis import HealthCheck, settings

settings.register_profile("byway", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("byway")
# No test here is about time, and a busy machine makes any example slow once in a while.
