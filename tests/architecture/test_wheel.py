"""The wheel carries what lies outside the package: templates, migrations, compiled translations, vocabularies."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = (
    "pyproject.toml", ".gitignore", "README.md", "LICENSE", "archive", "templates", "migrations",
)  # fmt: skip
TRANSLATION = "archive/web/translations/ug/LC_MESSAGES/messages.mo"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources with one planted file of each kind that packaging is apt to forget."""
    copy = tmp_path_factory.mktemp("checkout")
    for name in SOURCES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy)
    for planted in ("templates/planted/page.html", "migrations/versions/planted.py", TRANSLATION):
        (copy / planted).parent.mkdir(parents=True, exist_ok=True)
        (copy / planted).write_bytes(b"")
    return copy


@pytest.fixture(scope="module")
def wheel(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    folder = tmp_path_factory.mktemp("dist")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    [path] = folder.glob("guwah-*.whl")
    return set(zipfile.ZipFile(path).namelist())


def test_planted_files_are_inside(wheel: set[str]) -> None:
    assert {
        "archive/_templates/planted/page.html",
        "archive/_migrations/versions/planted.py",
        TRANSLATION,
    } <= wheel


@pytest.mark.parametrize(
    ("folder", "place"), [("templates", "_templates"), ("migrations", "_migrations"), ("archive", "")]
)
def test_every_file_is_inside(checkout: Path, wheel: set[str], folder: str, place: str) -> None:
    files = [path.relative_to(checkout / folder) for path in (checkout / folder).rglob("*") if path.is_file()]
    inside = {(Path("archive") / place / name).as_posix() for name in files}
    assert inside - wheel == set()


def test_the_licence_and_the_command_are_inside(wheel: set[str]) -> None:
    names = {name.partition(".dist-info/")[2] for name in wheel if ".dist-info/" in name}
    assert {"licenses/LICENSE", "entry_points.txt"} <= names


def test_nothing_of_an_instance_is_inside(wheel: set[str]) -> None:
    assert not [name for name in wheel if name.startswith(("instance", "tests", ".demo"))]
