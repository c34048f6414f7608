"""Knows how the main database comes to its present shape: made once, upgraded by the revisions in `migrations/`.
Must not know when that is due."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

from archive.domain.errors import Conflict, Damaged, message
from archive.storage.sqlite import File, new_file


def create(path: Path) -> None:
    """Make a new, empty main database. Raises Conflict when there is a file, DiskFull; then there is none."""
    try:
        new_file(path)
    except FileExistsError:
        raise Conflict(
            message("There is a database at %(path)s already. It was left as it is."), path=str(path)
        ) from None
    try:
        _to(path, "head")
    except BaseException:
        path.unlink()
        raise


def upgrade(path: Path) -> None:
    """Bring a database to the present shape, wholly or not at all. Raises Damaged, DiskFull, Conflict."""
    if not path.is_file():
        raise Damaged(message("There is no database at %(path)s."), path=str(path))
    _to(path, "head")


def folder() -> Path:
    """The folder of the migrations: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "_migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def _to(path: Path, revision: str) -> None:
    file = File(path)
    try:
        file.check()
        with file.writing() as opened:
            config = Config(attributes={"connection": opened})
            config.set_main_option("script_location", str(folder()))
            command.upgrade(config, revision)
    finally:
        file.close()
