"""Checkpoints: what the host signs, what it refuses to sign, and what shows when the log is not what it was."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from archive import bootstrap
from archive.config import Config
from archive.crypto import merkle
from archive.domain.errors import Damaged, NotFound
from archive.services import checking, checkpoints, transparency
from archive.services.archive import Archive
from archive.services.checkpoints import Unproven, verify
from archive.storage.columns import blobs
from tests.archives import Standing
from tests.services.services_cast import Scene, raw

NAMED = {"log", "checkpoint"}


def grow(archive: Archive, by: int = 1) -> None:
    with archive.work() as unit:
        for _ in range(by):
            transparency.append(archive, unit, None, "fsck", {})
        unit.commit()


def size_of(archive: Archive) -> int:
    with archive.read() as unit:
        return unit.log.head().size


def rehash(standing: Standing) -> None:
    """What an attacker does after changing an entry: every leaf, every head, hashed anew."""
    with standing.archive.read() as unit:
        rows = unit.log.entries(0, 10_000)
        signed = unit.records.commits({row.commit for row in rows if row.commit})
    frontier, done = merkle.Frontier(), []
    for row in rows:
        leaf = transparency.leaf_of(row, row.digest, signed.get(row.commit) if row.commit else None)
        frontier.append(leaf)
        done.append((leaf, blobs().process_bind_param(frontier.peaks, None), row.number))  # type: ignore[arg-type]
    with raw(standing) as database:
        database.executemany("UPDATE log SET leaf = ?, peaks = ? WHERE number = ?", done)


@contextmanager
def reopened(standing: Standing) -> Iterator[Archive]:
    with bootstrap.opened(Config(instance=standing.instance)) as archive:
        yield archive


def test_a_checkpoint_says_how_far_the_log_came(standing: Standing) -> None:
    archive = standing.archive
    note, key = checkpoints.checkpoint(archive), checkpoints.key(archive)
    proven = verify(key.lines, note)
    with archive.read() as unit:
        leaves = unit.log.leaves(10_000)
    assert (proven.size, proven.root) == (len(leaves), merkle.root(leaves).hex())
    assert proven.origin == f"guwah.invalid/{archive.row.id.hex}"
    assert checkpoints.fingerprint(key.lines) == key.fingerprint
    assert archive.host.last_checkpoint() == note
    path = standing.instance / "host" / "log.checkpoint"
    assert path.stat().st_mode & 0o777 == 0o600
    assert checking.fsck(archive, since=note) == ()


def test_signing_needs_no_key_and_changes_no_log(standing: Standing) -> None:
    before = size_of(standing.archive)
    first, second = (checkpoints.checkpoint(standing.archive) for _ in range(2))
    assert first.splitlines()[:5] == second.splitlines()[:5]
    assert size_of(standing.archive) == before


def test_every_entry_is_proven(scene: Scene) -> None:
    archive, key = scene.archive, checkpoints.key(scene.archive).lines
    with archive.read() as unit:
        rows = unit.log.entries(0, 1000)
    for row in rows:
        proof = checkpoints.inclusion(archive, row.number)
        proven = verify(key, proof)
        assert (proven.index, proven.size) == (row.number, len(rows))
        assert proven.entry is not None
        assert proven.entry["action"] == row.action
        assert proven.entry["actor"] == (row.actor.hex if row.actor else None)
        assert proven.entry.get("about") == (row.about.hex if row.about else None)
        assert verify(key, archive.host.last_checkpoint(), proof) == proven
    for number in (len(rows), -1, 10**12):
        with pytest.raises(NotFound):
            checkpoints.inclusion(archive, number)


def test_an_entry_from_before_the_columns_is_proven(scene: Scene) -> None:
    with raw(scene.standing) as database:
        database.execute("UPDATE log SET digest = x''")
    proof = checkpoints.inclusion(scene.archive, 3)
    assert verify(checkpoints.key(scene.archive).lines, proof).index == 3


def test_growth_is_proven_from_any_checkpoint_on(standing: Standing) -> None:
    archive, key = standing.archive, checkpoints.key(standing.archive).lines
    kept = []
    for _ in range(5):
        kept.append(checkpoints.checkpoint(archive))
        grow(archive, 3)
    for note in kept:
        proven = verify(key, note, checkpoints.growth(archive, note))
        assert proven.since == verify(key, note).size
        assert proven.size == size_of(archive)
    with pytest.raises(Unproven):
        verify(key, kept[0], checkpoints.growth(archive, kept[1]))


def test_what_proves_nothing(standing: Standing, tmp_path: Path) -> None:
    archive, key = standing.archive, checkpoints.key(standing.archive).lines
    note = checkpoints.checkpoint(archive)
    grow(archive)
    entry, growth = checkpoints.inclusion(archive, 0), checkpoints.growth(archive, note)
    other = replace(archive, host=type(archive.host).create(tmp_path / "host", archive.row.id))
    theirs = checkpoints.checkpoint(other)
    said = set()
    for verifier, given, proof in (
        (key, theirs, ""),
        (checkpoints.key(other).lines, note, ""),
        ("", note, ""),
        (key, "", ""),
        (key, note, entry),  # of the tree one entry later
        (key, growth, ""),
        (key, note, "x"),
        (key, note, note),
        (key, note.replace("\n", "\n\n", 1), ""),
    ):
        with pytest.raises(Unproven) as error:
            verify(verifier, given, proof)
        said.add(str(error.value))
    assert len(said) == 1
    for deed in (lambda: checkpoints.growth(archive, theirs), lambda: checkpoints.growth(archive, "")):
        with pytest.raises(Unproven):
            deed()
    assert [(found.what, found.id) for found in checking.fsck(archive, since=theirs)] == [
        ("checkpoint", "given")
    ]


def tampered(scene: Scene, how: str) -> None:
    """The log, made to look whole: only somebody who remembers sees the difference."""
    with raw(scene.standing) as database:
        match how:
            case "cut":
                last = "(SELECT max(number) FROM log)"
                database.execute("PRAGMA foreign_keys = ON")
                database.execute(f"DELETE FROM bodies WHERE id = (SELECT id FROM log WHERE number = {last})")
                database.execute(f"DELETE FROM log WHERE number = {last}")
            case "an action changed":
                database.execute("UPDATE log SET action = 'fsck' WHERE number = 2")
            case "a member changed":
                database.execute("UPDATE log SET actor = NULL WHERE number = 2")
            case "a day changed":
                database.execute("UPDATE log SET day = '2020-01-01' WHERE number = 2")
            case "two entries exchanged":
                database.execute("UPDATE log SET number = -1 WHERE number = 2")
                database.execute("UPDATE log SET number = 2 WHERE number = 3")
                database.execute("UPDATE log SET number = 3 WHERE number = -1")
            case "a record put in":
                database.execute("UPDATE log SET about = ? WHERE number = 2", (scene.one.hex,))
    rehash(scene.standing)
    with raw(scene.standing, "shares/shares.db") as shares:
        shares.execute("DELETE FROM checkpoint")


HOW = [
    "cut",
    "an action changed",
    "a member changed",
    "a day changed",
    "two entries exchanged",
    "a record put in",
]


@pytest.mark.parametrize("how", HOW)
def test_a_log_hashed_anew_shows_against_what_was_signed(scene: Scene, how: str) -> None:
    archive = scene.archive
    note = checkpoints.checkpoint(archive)
    tampered(scene, how)
    last = [found for found in checking.fsck(archive) if found.what == "checkpoint"]
    assert [found.id for found in last] == ["signed last"]
    both = [found for found in checking.fsck(archive, since=note) if found.what == "checkpoint"]
    assert [found.id for found in both] == ["signed last", "given"]
    assert {found.text for found in both} == {last[0].text}
    assert ("shorter" in last[0].text) == (how == "cut")
    assert {found.what for found in checking.log(archive)} & NAMED
    for deed in (
        lambda: checkpoints.checkpoint(archive),
        lambda: checkpoints.inclusion(archive, 0),
        lambda: checkpoints.growth(archive, note),
    ):
        with pytest.raises(Damaged):
            deed()
    assert archive.host.last_checkpoint() == note, "what was signed last is not replaced"


@pytest.mark.parametrize("host_too", [False, True])
def test_everything_rolled_back(standing: Standing, tmp_path: Path, host_too: bool) -> None:
    """With the host's folder as well, only a checkpoint kept elsewhere shows it."""
    with reopened(standing) as archive:
        checkpoints.checkpoint(archive)
    shutil.copytree(standing.instance, tmp_path / "yesterday")
    with reopened(standing) as archive:
        grow(archive, 3)
        elsewhere = checkpoints.checkpoint(archive)
    for part in ("main", "shares", *(["host"] if host_too else [])):
        shutil.rmtree(standing.instance / part)
        shutil.copytree(tmp_path / "yesterday" / part, standing.instance / part)
    with reopened(standing) as archive:
        assert {(found.what, found.id) for found in checking.fsck(archive)} == (
            set() if host_too else {("checkpoint", "signed last")}
        )
        given = {(found.what, found.id) for found in checking.fsck(archive, since=elsewhere)}
        assert ("checkpoint", "given") in given
        grow(archive, 5)  # longer than before, and yet another log
        [found] = [found for found in checking.fsck(archive, since=elsewhere) if found.id == "given"]
        assert "hashed anew" in found.text


def test_after_a_restore_the_host_signs_only_when_told_to(standing: Standing, tmp_path: Path) -> None:
    shutil.copytree(standing.instance / "main", tmp_path / "main")
    with reopened(standing) as archive:
        grow(archive)
        elsewhere = checkpoints.checkpoint(archive)
    shutil.rmtree(standing.instance / "main")
    shutil.copytree(tmp_path / "main", standing.instance / "main")
    with reopened(standing) as archive:
        with pytest.raises(Damaged, match="--anew"):
            checkpoints.checkpoint(archive)
        checkpoints.checkpoint(archive, anew=True)
        assert checking.log(archive) == ()
        assert {found.id for found in checking.fsck(archive, since=elsewhere)} == {"given"}


def test_a_head_that_does_not_follow_is_not_signed(scene: Scene) -> None:
    with raw(scene.standing) as database:
        database.execute("UPDATE log SET leaf = zeroblob(32) WHERE number = 2")
    with pytest.raises(Damaged, match="recorded head"):
        checkpoints.checkpoint(scene.archive, anew=True)


def test_an_entry_changed_is_not_proven(scene: Scene) -> None:
    with raw(scene.standing) as database:
        database.execute("UPDATE log SET action = 'fsck' WHERE number = 2")
    with pytest.raises(Damaged, match="entry"):
        checkpoints.inclusion(scene.archive, 2)
    assert checkpoints.inclusion(scene.archive, 1)


def test_the_host_s_own_note_changed(scene: Scene) -> None:
    checkpoints.checkpoint(scene.archive)
    path = scene.standing.instance / "host" / "log.checkpoint"
    for wrong in ("nothing", path.read_text().replace("\n", "\r\n"), "\udcff"):
        path.write_bytes(wrong.encode(errors="surrogateescape"))
        assert ("checkpoint", "signed last") in {(f.what, f.id) for f in checking.fsck(scene.archive)}
        with pytest.raises(Damaged):
            checkpoints.checkpoint(scene.archive)
