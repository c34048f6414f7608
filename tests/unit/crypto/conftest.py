"""Knows where the vectors lie; the tests ask for them by name.

Must not know what is in them.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

VECTORS = Path(__file__).parents[2] / "vectors"

# Argon2id and big messages take their time on a busy machine: no example may fail for slowness.
settings.register_profile("crypto", settings.default, deadline=None)
settings.load_profile("crypto")


@pytest.fixture(scope="session")
def vectors() -> Callable[[str], Any]:
    """Read one published or own vector file, which must say where it comes from."""

    def read(name: str) -> Any:
        content = json.loads((VECTORS / f"crypto_{name}.json").read_text())
        assert content["source"]
        return content

    return read
