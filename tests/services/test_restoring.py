"""A restore is whole or not at all: whatever was tampered with, cut off or killed, what was there stays."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from archive import bootstrap
from archive.config import Config
from archive.domain.errors import Damaged, DiskFull, SchemaMismatch
from archive.sealing import backups as manifests
from archive.sealing.host import HostSecretsMissing
from archive.services import backing_up, checking, checkpoints, signing_in, upkeep
from archive.storage import backups as files
from archive.storage import tables
from tests.archives import Standing, draft
from tests.backing import back_up, copied, fresh, restore
from tests.migrations.migrations_cast import made_by
from tests.services.services_cast import store


@pytest.fixture
def newest(standing: Standing, tmp_path: Path) -> bytes:
    """The newest shred list; the backup lies in ``backup``, and ``new`` is a new machine."""
    store(standing, draft())
    back_up(standing.archive, standing.instance, tmp_path / "backup")
    fresh(tmp_path / "new", standing.instance)
    return backing_up.shred_list(standing.archive)


def flipped(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def both(deed: Callable[[Path], object]) -> Callable[[Path], None]:
    def done(backup: Path) -> None:
        for half in ("main", "shares"):
            deed(backup / half / "manifest")

    return done


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (lambda backup: flipped(backup / "main" / "archive.db"), "was changed or cut short"),
        (lambda backup: flipped(backup / "shares" / "shares.db"), "was changed or cut short"),
        (lambda backup: (backup / "main" / "archive.db").write_bytes(b""), "was changed or cut short"),
        (lambda backup: flipped(backup / "main" / "manifest"), "of different backups"),
        (both(flipped), "manifest in .* was changed"),
        (both(lambda path: path.write_bytes(path.read_bytes()[:-1])), "manifest in .* was changed"),
        (both(lambda path: path.write_bytes(b"")), "manifest in .* was changed"),
        (both(lambda path: path.write_bytes(path.read_bytes().replace(b"0.0.0", b"9.0.0"))), "manifest in"),
        (lambda backup: shutil.rmtree(backup / "shares"), "no whole backup: .*shares lacks its files"),
        (lambda backup: (backup / "main" / "archive.db").unlink(), "no whole backup: .*main lacks its files"),
        (lambda backup: (backup / "shares" / "manifest").unlink(), "no whole backup"),
        (shutil.rmtree, "no whole backup"),
    ],
)
def test_a_backup_that_is_not_what_it_was(
    tmp_path: Path, newest: bytes, deed: Callable[[Path], object], said: str
) -> None:
    deed(tmp_path / "backup")
    with pytest.raises(Damaged, match=said):
        restore(tmp_path / "new", tmp_path / "backup", [newest])
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["host"]


def test_two_halves_of_different_backups(standing: Standing, tmp_path: Path, newest: bytes) -> None:
    back_up(standing.archive, standing.instance, tmp_path / "other")
    shutil.rmtree(tmp_path / "backup" / "shares")
    shutil.copytree(tmp_path / "other" / "shares", tmp_path / "backup" / "shares")
    with pytest.raises(Damaged, match="different backups"):
        restore(tmp_path / "new", tmp_path / "backup", [newest])


def test_the_hosts_secrets_come_first_and_must_be_the_right_ones(tmp_path: Path, newest: bytes) -> None:
    with pytest.raises(bootstrap.NotAnInstance, match="secrets are not in"):
        restore(tmp_path / "nowhere", tmp_path / "backup", [newest])
    for secret in (tmp_path / "new" / "host").iterdir():
        secret.write_bytes(bytes(32))
    with pytest.raises(Damaged, match=r"secrets in .* are those of another"):
        restore(tmp_path / "new", tmp_path / "backup", [newest])
    (tmp_path / "new" / "host" / "host.key").unlink()
    with pytest.raises(HostSecretsMissing):
        restore(tmp_path / "new", tmp_path / "backup", [newest])


def rewritten(standing: Standing, backup: Path, schema: str) -> None:
    """The backup as another version would have made it."""
    main = backup / "main" / "archive.db"
    with sqlite3.connect(main) as raw:
        raw.execute("UPDATE alembic_version SET version_num = ?", [schema])
        raw.execute("PRAGMA journal_mode = DELETE")
    raw.close()
    made = manifests.claimed((backup / "main" / "manifest").read_bytes())
    described = {
        half: files._described(half, backup / half / files._FILES[half]) for half in ("main", "shares")
    }
    again = replace(made, schema=schema, files=tuple(described.values()))
    signed = manifests.write_manifest(standing.archive.host, again)
    for half in ("main", "shares"):
        (backup / half / "manifest").write_bytes(signed)


def test_a_newer_versions_backup_is_refused(standing: Standing, tmp_path: Path, newest: bytes) -> None:
    rewritten(standing, tmp_path / "backup", "9999")
    with pytest.raises(SchemaMismatch, match="newer version"):
        restore(tmp_path / "new", tmp_path / "backup", [newest])
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["host"]


def test_an_older_versions_backup_is_brought_to_this_one(
    standing: Standing, tmp_path: Path, newest: bytes
) -> None:
    """A database of the first version, with what this one keeps in the columns that there were then."""
    main, older = tmp_path / "backup" / "main" / "archive.db", tmp_path / "older.db"
    made_by(older, "0001", "")
    with closing(sqlite3.connect(older)) as raw, raw:
        raw.execute("ATTACH ? AS now", [str(main)])
        found = raw.execute("SELECT name FROM main.sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE%'")
        for (table,) in found.fetchall():
            columns = ", ".join(f'"{row[1]}"' for row in raw.execute(f"PRAGMA main.table_info({table})"))
            if table not in {"alembic_version", "sqlite_sequence"}:
                raw.execute(f"INSERT INTO main.{table} ({columns}) SELECT {columns} FROM now.{table}")
    shutil.copy(older, main)
    rewritten(standing, tmp_path / "backup", "0001")
    restore(tmp_path / "new", tmp_path / "backup", [newest])
    with bootstrap.opened(Config(instance=tmp_path / "new")) as archive, archive.read() as unit:
        assert len(unit.records.of_collection(standing.custody)) == 1
        assert unit.log.entries(unit.log.head().size - 1, 1)[0].action == "restore"


def test_a_full_disk_changes_nothing(tmp_path: Path, newest: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "sync", full)
    with pytest.raises(DiskFull):
        restore(tmp_path / "new", tmp_path / "backup", [newest])
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["host"]


class Killed(BaseException):
    """As when the process ends there: nothing after it is done."""


@pytest.fixture
def two_states(founded: Standing, cheap_kdf: None, tmp_path: Path) -> Config:
    """An archive that has gone on since its backup was made."""
    config = Config(instance=tmp_path / "instance")
    with copied(founded, config.instance) as standing:
        store(standing, draft())
        back_up(standing.archive, config.instance, tmp_path / "backup")
        store(standing, draft())
    return config


STEPS = 8
"""How often a name changes in a restore: the staged sessions' file, the decision, two files moved aside and two put in
their place, the old sessions, the mark of the decision."""
DECIDED = 2


@pytest.mark.parametrize("moment", range(1, STEPS + 1))
def test_cut_off_at_any_step_it_is_the_old_archive_or_the_restored_one(
    two_states: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    """At each of them the power may go; whoever opens the archive next finishes what was decided."""
    steps = 0

    def counted(step: Callable[..., object]) -> Callable[..., object]:
        def done(*args: object, **kwargs: object) -> object:
            nonlocal steps
            steps += 1
            if steps == moment:
                raise Killed
            return step(*args, **kwargs)

        return done

    with monkeypatch.context() as patch:
        for name in ("rename", "unlink"):
            patch.setattr(Path, name, counted(getattr(Path, name)))
        patch.setattr(files, "_write", counted(files._write))
        patch.setattr(bootstrap, "_unstaged", lambda _places, _made: None)  # nobody clears away
        with pytest.raises(Killed):
            restore(two_states.instance, tmp_path / "backup", aside=True)
    assert newest_deed(two_states) == ("restore" if moment > DECIDED else "accession")
    assert bool(bootstrap.replaced(two_states)) == (moment > DECIDED)
    assert not list(two_states.instance.glob(".restored-*"))
    restore(two_states.instance, tmp_path / "backup", aside=True)
    assert not list(two_states.instance.rglob(".restor*"))
    assert newest_deed(two_states) == "restore"


def newest_deed(config: Config) -> str:
    """What the log speaks of last, of an archive in which all is well."""
    with bootstrap.opened(config) as archive:
        assert checking.fsck(archive) == ()
        upkeep.compare(archive.read, archive.shares)
        with archive.read() as unit:
            return unit.log.entries(unit.log.head().size - 1, 1)[0].action


def test_a_restore_is_no_rollback_but_a_rollback_after_it_is(
    two_states: Config, founded: Standing, tmp_path: Path
) -> None:
    restore(two_states.instance, tmp_path / "backup", aside=True)
    with bootstrap.opened(two_states) as archive:
        bootstrap.upkeep(archive).run()
        signing_in.unlock(archive, "keeper", founded.people["keeper"].passphrase)
        bootstrap.upkeep(archive).run()
    shutil.copy(tmp_path / "backup" / "main" / "archive.db", bootstrap.Places(two_states.instance).main)
    with bootstrap.opened(two_states) as archive, pytest.raises(Damaged, match="rolled back"):
        bootstrap.upkeep(archive).run()


def test_what_the_host_signed_since_the_backup_is_signed_anew(two_states: Config, tmp_path: Path) -> None:
    with bootstrap.opened(two_states) as archive:
        kept = checkpoints.checkpoint(archive)
        newest = backing_up.shred_list(archive)
    restore(two_states.instance, tmp_path / "backup", aside=True)
    with bootstrap.opened(two_states) as archive:
        assert [finding.id for finding in checking.fsck(archive)] == ["signed last"]
        assert backing_up.settle(archive) == ()
        [finding] = checking.fsck(archive, since=kept)
        assert "does not begin with what this checkpoint" in finding.text
    for half in ("main", "shares"):
        name = "archive.db" if half == "main" else "shares.db"
        shutil.copy(tmp_path / "backup" / half / name, two_states.instance / half / name)
    with bootstrap.opened(two_states) as archive:
        assert checking.fsck(archive) != (), "both put back without a restore: the host remembers"
        assert archive.shares.shredded() == backing_up.read_list(archive, newest)


def test_the_log_goes_on_where_the_backup_was(two_states: Config, tmp_path: Path) -> None:
    restore(two_states.instance, tmp_path / "backup", aside=True)
    with bootstrap.opened(two_states) as archive, archive.read() as unit:
        rows = unit.log.entries(0, 1000)
    assert [row.action for row in rows[-2:]] == ["backup", "restore"]
    assert rows[-1].actor is None
    assert rows[-1].day - rows[-2].day < timedelta(days=2)
    made = manifests.claimed((tmp_path / "backup" / "main" / "manifest").read_bytes())
    assert (made.log_size, made.schema) == (rows[-1].number, tables.SCHEMA)
