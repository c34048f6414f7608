"""Knows how the main database comes to its present shape: made once, upgraded by the revisions in `migrations/`.
Must not know when that is due."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from archive.domain.errors import Conflict, message
from archive.storage.database import check_schema, check_there
from archive.storage.sqlite import File, new_file


def create(path: Path) -> None:
    """Make a new, empty main database, whole or not at all. Raises Conflict when there is a file, DiskFull."""
    try:
        with new_file(path) as file, file.writing() as opened:
            _to_head(opened)
    except FileExistsError:
        raise Conflict(
            message("There is a database at %(path)s already. It was left as it is."), path=str(path)
        ) from None


def upgrade(path: Path) -> None:
    """Bring a database to the present shape, whole or not at all.

    Raises Damaged when it is missing or faulty, SchemaMismatch for a newer one, Conflict, DiskFull.
    """
    check_there(path)
    file = File(path)
    try:
        file.check()
        with file.writing() as opened:
            check_schema(opened, path, older=True)
            _to_head(opened)
    finally:
        file.close()


def folder() -> Path:
    """The folder of the migrations: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).parents[1]
    inside = package / "_migrations"
    return inside if inside.is_dir() else package.parent / "migrations"


def _to_head(opened: Connection) -> None:
    config = Config(attributes={"connection": opened})
    config.set_main_option("script_location", str(folder()).replace("%", "%%"))
    command.upgrade(config, "head")
