"""What the tests of the migrations share: a database as an earlier version of the program made it."""

import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config

from archive.storage import migrating
from archive.storage.sqlite import new_file


def made_by(path: Path, revision: str, rows: str) -> None:
    """A database of that revision, with rows written by hand: what is held fast is how they lie in the file."""
    with new_file(path) as file, file.writing() as opened:
        config = Config(attributes={"connection": opened})
        config.set_main_option("script_location", str(migrating.folder()))
        command.upgrade(config, revision)
    raw = sqlite3.connect(path)
    with raw:
        raw.executescript(rows)
    raw.close()
