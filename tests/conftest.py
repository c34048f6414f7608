"""What all tests share: a marked test that lacks its browser or its data skips, and says why."""

import shutil
from pathlib import Path

import pytest

from tests.archives import cheap_kdf, standing
from tests.naughty import naughty

__all__ = ["cheap_kdf", "naughty", "standing"]  # fixtures for every test

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "data"


def missing(item: pytest.Item) -> str | None:
    """Why this test cannot run here; None if it can."""
    if item.get_closest_marker("browser") and not shutil.which("chromium"):
        return "no `chromium` on the PATH: `make test` installs it where it may, else install it"
    if item.get_closest_marker("shared") and not SHARED.is_dir():
        return "the shared data is not beside this checkout (../shared/data); its fictional twin runs instead"
    return None


def pytest_runtest_setup(item: pytest.Item) -> None:
    if reason := missing(item):
        pytest.skip(reason)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of shared data; for tests marked `shared`."""
    return SHARED
