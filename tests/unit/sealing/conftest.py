"""Slow keys: no example may fail for slowness."""

import pytest
from hypothesis import HealthCheck, settings

from tests.unit.sealing.sealing_cast import Cast, cast

settings.register_profile(
    "sealing", settings.default, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("sealing")


@pytest.fixture(scope="module")
def players() -> Cast:
    """One cast a module: tests that change rows make copies."""
    return cast()


@pytest.fixture
def own() -> Cast:
    """A cast whose rows a test may change."""
    return cast()
