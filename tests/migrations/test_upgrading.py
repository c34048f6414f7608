"""Making and upgrading a database: whole or not at all, from a checkout as from a wheel."""

import re
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from archive.domain.errors import Conflict, Damaged, SchemaMismatch
from archive.storage import migrating, tables
from archive.storage.database import Database
from archive.storage.sqlite import File, new_file

NEXT = """
from alembic import op
revision = "9999"
down_revision = "{head}"


def upgrade():
    op.execute("CREATE TABLE later (id)")
    op.execute("INSERT INTO later VALUES (1)")
    {then}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "instance" / "main.db"
    migrating.create(path)
    return path


def with_next(folder: Path, then: str) -> Path:
    """A copy of the migrations with one revision more."""
    copy = shutil.copytree(migrating.folder(), folder / "copy", ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "versions" / "9999_later.py").write_text(NEXT.format(head=tables.SCHEMA, then=then))
    return copy


def names(path: Path) -> set[str]:
    raw = sqlite3.connect(path)
    found = {row[0] for row in raw.execute("SELECT name FROM sqlite_master")}
    raw.close()
    return found


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(migrating.folder()))
    return ScriptDirectory.from_config(config)


def schema(path: Path) -> dict[str, str]:
    raw = sqlite3.connect(path)
    found = raw.execute(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    )
    shapes = {name: re.sub(r"\s+", " ", sql) for name, sql in found}
    raw.close()
    return shapes


def test_it_makes_just_what_the_program_expects(path: Path, tmp_path: Path) -> None:
    plain = tmp_path / "plain.db"
    with new_file(plain) as file, file.writing() as opened:
        tables.metadata.create_all(opened)
    assert schema(path) == schema(plain)
    assert sum(name.endswith(("_no_update", "_no_delete", "_no_insert")) for name in schema(path)) == 6


def test_alembic_finds_no_difference_either(path: Path) -> None:
    file = File(path)
    with file.reading() as opened:
        context = MigrationContext.configure(opened, opts={"compare_type": False})
        assert compare_metadata(context, tables.metadata) == []
        assert context.get_current_revision() == tables.SCHEMA
    file.close()


def test_the_program_names_the_newest_revision() -> None:
    assert scripts().get_heads() == [tables.SCHEMA]


def test_every_revision_is_numbered_named_and_tested() -> None:
    revisions = [script.revision for script in scripts().walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    for script in scripts().walk_revisions():
        file = Path(script.path)
        assert file.name.startswith(f"{script.revision}_")
        assert Path(__file__).with_name(f"test_{file.name}").is_file()


def test_a_new_database_is_its_owners_alone(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    Database(path).close()


def test_a_database_is_not_made_over_another(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(Conflict, match="already"):
        migrating.create(path)
    assert path.read_bytes() == before


def test_a_database_that_cannot_be_made_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = with_next(tmp_path, then="raise ZeroDivisionError")
    monkeypatch.setattr(migrating, "folder", lambda: broken)
    with pytest.raises(ZeroDivisionError):
        migrating.create(tmp_path / "new" / "main.db")
    assert list((tmp_path / "new").iterdir()) == []


def test_upgrading_what_is_new_changes_nothing(path: Path) -> None:
    before = names(path)
    migrating.upgrade(path)
    assert names(path) == before


def test_an_older_database_is_refused_until_it_is_upgraded(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = with_next(tmp_path, then="pass")
    monkeypatch.setattr(migrating, "folder", lambda: newer)
    monkeypatch.setattr(tables, "SCHEMA", "9999")
    with pytest.raises(SchemaMismatch, match="run guwah upgrade"):
        Database(path)
    migrating.upgrade(path)
    Database(path).close()
    monkeypatch.undo()
    for deed in (Database, migrating.upgrade):
        with pytest.raises(SchemaMismatch, match="newer version"):
            deed(path)


def test_an_upgrade_that_fails_changes_nothing(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = with_next(tmp_path, then="raise ZeroDivisionError")
    monkeypatch.setattr(migrating, "folder", lambda: broken)
    before = names(path)
    with pytest.raises(ZeroDivisionError):
        migrating.upgrade(path)
    assert names(path) == before
    monkeypatch.undo()
    Database(path).close()


def test_there_is_nothing_to_upgrade(tmp_path: Path) -> None:
    with pytest.raises(Damaged, match="no database"):
        migrating.upgrade(tmp_path / "main.db")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_database_of_ours_is_not_upgraded(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as raw:
        raw.execute("CREATE TABLE other (id)")
    raw.close()
    with pytest.raises(SchemaMismatch, match="not a database of this program"):
        migrating.upgrade(path)
    assert names(path) == {"other"}


def test_in_a_wheel_the_migrations_lie_inside_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "archive"
    shutil.copytree(migrating.folder(), package / "_migrations")
    monkeypatch.setattr(migrating, "__file__", str(package / "storage" / "migrating.py"))
    assert migrating.folder() == package / "_migrations"
    migrating.create(tmp_path / "main.db")
    Database(tmp_path / "main.db").close()
