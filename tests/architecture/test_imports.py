"""The rings hold, and each rule is shown to catch its own violation.

An import rule that never fails proves nothing, so every contract is tried on a copy with one planted import.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# contract -> (file in which the violation is planted, the planted line)
PLANTED = {
    "rings": ("archive/services/planted.py", "import archive.web"),
    "no cycles between siblings": ("archive/text/planted.py", "import archive.crypto.planted"),
    "storage cannot name a plaintext record": (
        "archive/storage/planted.py",
        "from archive.domain import testimony",
    ),
    "jobs hold no keys": ("archive/jobs/planted.py", "from archive.crypto import wrap"),
    "only the web knows Flask": ("archive/services/planted.py", "import flask"),
    "only storage knows SQL": ("archive/web/planted.py", "import sqlalchemy"),
    "only search knows Whoosh": ("archive/web/planted.py", "import whoosh"),
    "only crypto knows cryptography": ("archive/sealing/planted.py", "import cryptography"),
}


def lint_imports(checkout: Path) -> str:
    """What import-linter says about the rings of a checkout."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def contracts() -> list[str]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [contract["name"] for contract in config["tool"]["importlinter"]["contracts"]]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "archive", tmp_path / "archive", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(checkout: Path, module: str, line: str) -> None:
    (checkout / module).write_text(f'"""Planted by a test."""\n\n{line}\n')


def test_every_import_rule_holds() -> None:
    report = lint_imports(ROOT)
    assert f"Contracts: {len(contracts())} kept, 0 broken." in report, report


@pytest.mark.parametrize("contract", contracts())
def test_a_planted_import_breaks_its_rule(copy: Path, contract: str) -> None:
    plant(copy, *PLANTED[contract])
    if contract == "no cycles between siblings":
        plant(copy, "archive/crypto/planted.py", "import archive.text.planted")
    report = lint_imports(copy)
    assert f"{contract} BROKEN" in report, report


def test_a_module_outside_the_rings_breaks_the_build(copy: Path) -> None:
    plant(copy, "archive/utils.py", "import os")
    report = lint_imports(copy)
    assert "rings BROKEN" in report, report
    assert "archive.utils" in report


def test_keys_may_not_be_reached_from_jobs_through_services(copy: Path) -> None:
    plant(copy, "archive/jobs/planted.py", "import archive.services.planted")
    plant(copy, "archive/services/planted.py", "import archive.sealing.planted")
    plant(copy, "archive/sealing/planted.py", "import archive.domain")
    report = lint_imports(copy)
    assert "jobs hold no keys BROKEN" in report, report
