"""The lock file holds what pyproject.toml asks for, each at one version and with a hash."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
WHOOSH = "sha256:fb9656781a8f42a6ddc273e6e9e456edd0ad8976f4899d9593c424b59a445539"


def asked_for() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lines = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    return [Requirement(line) for line in lines + project["build-system"]["requires"]]


def locked() -> dict[str, tuple[str, str]]:
    """Name -> (version, the text of its entry with the hashes)."""
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE)[1:]
    found = {}
    for entry in entries:
        pinned = re.match(r"([a-z0-9._-]+)==([^\s;]+)", entry)
        assert pinned, entry
        name, version = pinned.groups()
        assert name not in found, f"{name} is locked twice"
        found[name] = (version, entry)
    return found


def test_every_requirement_is_locked_at_a_version_it_accepts() -> None:
    lock = locked()
    for requirement in asked_for():
        version, _ = lock[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement} is locked at {version}: run make lock"


def test_everything_locked_has_hashes_and_a_reason() -> None:
    asked = {canonicalize_name(requirement.name) for requirement in asked_for()}
    for name, (_, entry) in locked().items():
        assert "--hash=sha256:" in entry, f"{name} has no hash"
        assert "# via" in entry or name in asked, f"{name} is locked for no stated reason: run make lock"
        assert "(pyproject.toml" not in entry or name in asked, (
            f"{name} is no longer asked for: run make lock"
        )


def test_whoosh_is_the_file_that_was_read() -> None:
    version, entry = locked()["whoosh3"]
    assert version == "3.54.0"
    assert WHOOSH in entry
