"""A backup brings back what was saved, and never what was shredded: keyless, whole, and only with the newest list."""

from __future__ import annotations

import stat
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from archive import bootstrap
from archive.config import Config
from archive.crypto import merkle
from archive.crypto.errors import CannotOpen
from archive.domain.errors import Conflict, Damaged, NotFound
from archive.domain.keeping import BodyKind, SealedBody
from archive.domain.rooms import RoomPurpose
from archive.sealing import backups as manifests
from archive.sealing import bodies
from archive.services import (
    backing_up,
    cataloguing,
    checking,
    disclosing,
    searching,
    shredding,
    signing_in,
    upkeep,
    withdrawing,
)
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.backing_up import ListNeeded
from archive.storage.backups import NotEmpty
from archive.storage.database import Database
from archive.storage.shares import ShareStore
from tests.archives import Standing, account, consent, draft, place
from tests.backing import back_up, copied, fresh, restore, restored
from tests.services.services_cast import CANARY, COUNTED, Scene, append, store

LOGINS = ("keeper", "reader", "counsel")


def members(archive: Archive, standing: Standing) -> list[Acting]:
    return [signing_in.unlock(archive, login, standing.people[login].passphrase) for login in LOGINS]


def bodies_in(backup: Path) -> list[SealedBody]:
    """Every body about a record in a backup's main half."""
    database = Database(backup / "main" / "archive.db")
    try:
        with database.read() as unit:
            found = [unit.records.body(id) for id in unit.records.owners()]
            return [body for body in found if body and body.kind not in (BodyKind.LOG, BodyKind.REGISTER)]
    finally:
        database.close()


def readable(archive: Archive, who: list[Acting], body: SealedBody, shares: ShareStore | None = None) -> bool:
    """Whether any room seed that any of them holds opens the body."""
    for acting in who:
        for wrapped in body.wraps:
            with suppress(CannotOpen):
                share = (shares or archive.shares).find(body.id)
                bodies.unseal(archive.row.id, body, wrapped.room, acting.keys, share)
                return True
    return False


def test_the_copy_is_whole_and_its_owners_alone(scene: Scene, tmp_path: Path) -> None:
    made = back_up(scene.archive, scene.standing.instance, tmp_path / "a" / "b", tmp_path / "c")
    found = {path.relative_to(tmp_path) for path in (tmp_path / "a").rglob("*") if path.is_file()}
    found |= {path.relative_to(tmp_path) for path in (tmp_path / "c").rglob("*") if path.is_file()}
    assert {str(path) for path in found} == {
        "a/b/main/archive.db", "a/b/main/manifest", "c/shares/shares.db", "c/shares/manifest",
    }  # fmt: skip
    assert {stat.S_IMODE((tmp_path / path).stat().st_mode) for path in found} == {0o600}
    folders = [path for home in ("a/b", "c") for path in (tmp_path / home, *(tmp_path / home).iterdir())]
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}
    raw = (tmp_path / "c/shares/manifest").read_bytes()
    assert raw == (tmp_path / "a/b/main/manifest").read_bytes()
    assert manifests.read_manifest(scene.archive.host, raw) == made
    with scene.archive.read() as unit:
        head, last = unit.log.head(), unit.log.entries(made.log_size - 1, 1)
    assert last[0].action == "backup"
    assert (made.log_size, made.log_root) == (head.size, merkle.Frontier(head.size, head.peaks).root.hex())


def test_no_word_of_it_is_in_the_copy(scene: Scene, tmp_path: Path) -> None:
    back_up(scene.archive, scene.standing.instance, tmp_path / "backup")
    raw = b"".join(path.read_bytes() for path in (tmp_path / "backup").rglob("*") if path.is_file())
    assert scene.one.hex.encode() in raw, "ids stand in the clear: what is looked for would be found"
    for word in (CANARY, "counted us", "Example", "keeper", "xj-hotan", "none@example.org"):
        for written in (word.encode(), word.encode("utf-16-le")):
            assert written not in raw, word
    for person in scene.standing.people.values():
        assert person.passphrase.encode() not in raw
    host = (scene.standing.instance / "host").iterdir()
    assert not any(secret.read_bytes() in raw for secret in host)


def test_it_comes_back_on_a_new_machine(scene: Scene, tmp_path: Path) -> None:
    back_up(scene.archive, scene.standing.instance, tmp_path / "backup")
    newest = backing_up.shred_list(scene.archive)
    with restored(tmp_path / "new", tmp_path / "backup", newest, scene.standing.instance) as archive:
        assert checking.fsck(archive) == ()
        keeper, reader, _counsel = members(archive, scene.standing)
        assert checking.fsck(archive, keeper) == ()
        shown = disclosing.show(archive, reader, scene.standing.reading, scene.one).record
        assert shown.texts[0].body == account().texts[0].body
        for room, acting in ((scene.standing.custody, keeper), (scene.standing.reading, reader)):
            assert searching.search(archive, acting, room, COUNTED).result.total == 2
        bootstrap.upkeep(archive).run()
        bootstrap.upkeep(archive).run()
        assert checking.fsck(archive, keeper) == ()
        with archive.read() as unit:
            actions = [row.action for row in unit.log.entries(0, 1000)]
        assert "restore" in actions
        store(replace(scene.standing, archive=archive, _unlocked={}), draft())


def test_what_was_withdrawn_since_stays_withdrawn(scene: Scene, tmp_path: Path) -> None:
    archive, standing = scene.archive, scene.standing
    back_up(archive, standing.instance, tmp_path / "backup")
    before = archive.shares.owners()
    withdrawing.withdraw(archive, scene.keeper, scene.two)
    gone = before - archive.shares.owners()
    copied = [body for body in bodies_in(tmp_path / "backup") if body.id in gone]
    assert {body.kind for body in copied} >= {BodyKind.MASTER, BodyKind.RENDITION, BodyKind.IDENTITY}
    yesterday = ShareStore(tmp_path / "backup" / "shares" / "shares.db", archive.host)
    assert all(readable(archive, members(archive, standing), body, yesterday) for body in copied)
    yesterday.close()
    newest = backing_up.shred_list(archive)
    renewed = restore(fresh(tmp_path / "new", standing.instance), tmp_path / "backup", [newest])
    assert renewed.withdrawn == (scene.two,)
    with bootstrap.opened(Config(instance=tmp_path / "new")) as again:
        who = members(again, standing)
        assert not any(readable(again, who, body) for body in copied)
        raw = b"".join(path.read_bytes() for path in (tmp_path / "new").rglob("*") if path.is_file())
        assert not any(part in raw for body in copied for part in body.parts.values())
        for room, acting in ((standing.custody, who[0]), (standing.reading, who[1])):
            with pytest.raises(NotFound):
                disclosing.show(again, acting, room, scene.two)
            assert searching.search(again, acting, room, COUNTED).result.total == 1
        with pytest.raises(Conflict):
            shredding.undo(again, who[0], standing.archive_kit, scene.two, consent(scene.two))
        assert again.shares.shredded().extends(archive.shares.shredded())
        assert checking.fsck(again) == checking.fsck(again, who[0]) == ()


def test_what_was_withdrawn_before_stays_withdrawn_and_its_days_are_over(
    scene: Scene, tmp_path: Path
) -> None:
    withdrawing.withdraw(scene.archive, scene.keeper, scene.two)
    back_up(scene.archive, scene.standing.instance, tmp_path / "backup")
    newest = backing_up.shred_list(scene.archive)
    with restored(tmp_path / "new", tmp_path / "backup", newest, scene.standing.instance) as again:
        assert again.shares.aside() == {}
        with again.read() as unit:
            assert unit.records.bodies_about([scene.two]) == {}
        assert checking.fsck(again, members(again, scene.standing)[0]) == ()


def test_a_mistake_that_was_undone_since_is_no_withdrawal(scene: Scene, tmp_path: Path) -> None:
    archive, standing = scene.archive, scene.standing
    back_up(archive, standing.instance, tmp_path / "backup")
    withdrawing.withdraw(archive, scene.keeper, scene.two)
    shredding.undo(archive, scene.keeper, standing.archive_kit, scene.two, consent(scene.two))
    newest = backing_up.shred_list(archive)
    with restored(tmp_path / "new", tmp_path / "backup", newest, standing.instance) as again:
        keeper = members(again, standing)[0]
        assert disclosing.show(again, keeper, standing.custody, scene.two).identity
        assert checking.fsck(again) == checking.fsck(again, keeper) == ()


def test_what_was_replaced_since_is_placed_anew(scene: Scene, tmp_path: Path) -> None:
    archive, standing = scene.archive, scene.standing
    back_up(archive, standing.instance, tmp_path / "backup")
    cataloguing.retag(archive, scene.keeper, standing.custody, scene.one, [place("xj-urumqi")])
    newest = backing_up.shred_list(archive)
    with restored(tmp_path / "new", tmp_path / "backup", newest, standing.instance) as again:
        keeper, reader, _counsel = members(again, standing)
        with pytest.raises(NotFound):
            disclosing.show(again, reader, standing.reading, scene.one)
        assert disclosing.show(again, keeper, standing.custody, scene.one).record.id == scene.one
        assert searching.search(again, reader, standing.reading, COUNTED).result.total == 1
        assert cataloguing.place_waiting(again, keeper, standing.custody) == 0
        assert disclosing.show(again, reader, standing.reading, scene.one).record.id == scene.one
        assert searching.search(again, reader, standing.reading, COUNTED).result.total == 2
        assert checking.fsck(again, keeper) == ()


def test_what_was_limited_since_stays_limited(scene: Scene, tmp_path: Path) -> None:
    archive, standing = scene.archive, scene.standing
    back_up(archive, standing.instance, tmp_path / "backup")
    withdrawing.limit(archive, scene.keeper, scene.one, [RoomPurpose.READING])
    cataloguing.place_waiting(archive, scene.keeper, standing.custody)
    newest = backing_up.shred_list(archive)
    with restored(tmp_path / "new", tmp_path / "backup", newest, standing.instance) as again:
        keeper, reader, counsel = members(again, standing)
        assert cataloguing.place_waiting(again, keeper, standing.custody) == 0
        cataloguing.retag(again, keeper, standing.custody, scene.one, [place("xj-turpan")])
        with pytest.raises(NotFound):
            disclosing.show(again, reader, standing.reading, scene.one)
        for room, acting in ((standing.custody, keeper), (standing.rooms[RoomPurpose.MATTER], counsel)):
            assert disclosing.show(again, acting, room, scene.one).record.id == scene.one
        assert checking.fsck(again) == checking.fsck(again, keeper) == ()


def test_a_record_whose_consent_was_renewed_since_is_not_lost(scene: Scene, tmp_path: Path) -> None:
    """Each entry makes a new master of the same words and destroys the old one, which is all that the backup has."""
    archive, standing = scene.archive, scene.standing
    back_up(archive, standing.instance, tmp_path / "backup")
    for _ in range(2):
        append(standing, consent(scene.one))
    newest = backing_up.shred_list(archive)
    with restored(tmp_path / "new", tmp_path / "backup", newest, standing.instance) as again:
        keeper = members(again, standing)[0]
        assert disclosing.show(again, keeper, standing.custody, scene.one).identity
        append(replace(standing, archive=again, _unlocked={}), consent(scene.one))
        shown = disclosing.show(again, members(again, standing)[1], standing.reading, scene.one)
        assert shown.record.id == scene.one
        assert checking.fsck(again) == checking.fsck(again, keeper) == ()


def test_a_record_that_was_renewed_and_then_withdrawn_is_gone(scene: Scene, tmp_path: Path) -> None:
    archive, standing = scene.archive, scene.standing
    back_up(archive, standing.instance, tmp_path / "backup")
    append(standing, consent(scene.one))
    withdrawing.withdraw(archive, scene.keeper, scene.one)
    newest = backing_up.shred_list(archive)
    copied = [body for body in bodies_in(tmp_path / "backup") if body.record == scene.one]
    with restored(tmp_path / "new", tmp_path / "backup", newest, standing.instance) as again:
        who = members(again, standing)
        assert not any(readable(again, who, body) for body in copied)
        assert checking.fsck(again) == checking.fsck(again, who[0]) == ()


def test_a_share_destroyed_while_the_halves_were_copied(scene: Scene, tmp_path: Path) -> None:
    archive, standing, config = scene.archive, scene.standing, Config(instance=scene.standing.instance)

    class Slow:
        def __init__(self, copies: backing_up.Copies) -> None:
            self._copies = copies

        def __getattr__(self, name: str) -> object:
            return getattr(self._copies, name)

        def main(self, advance: object) -> object:
            head = self._copies.main(advance)  # type: ignore[arg-type]
            cataloguing.retag(archive, scene.keeper, standing.custody, scene.one, [place("xj-urumqi")])
            return head

    with bootstrap.backing_up(archive, config, tmp_path / "backup", tmp_path / "backup") as copies:
        backing_up.back_up(archive, Slow(copies), "0", lambda _done, _total: None)  # type: ignore[arg-type]
    newest = backing_up.shred_list(archive)
    with restored(tmp_path / "new", tmp_path / "backup", newest, standing.instance) as again:
        assert checking.fsck(again) == ()
        assert checking.fsck(again, members(again, standing)[0]) == ()


def test_without_the_newest_list_nothing_is_restored(scene: Scene, tmp_path: Path) -> None:
    archive, standing = scene.archive, scene.standing
    older = backing_up.shred_list(archive)
    cataloguing.retag(archive, scene.keeper, standing.custody, scene.one, [place("xj-urumqi")])
    back_up(archive, standing.instance, tmp_path / "backup")
    new = fresh(tmp_path / "new", standing.instance)
    with pytest.raises(ListNeeded, match="no shred list but the one inside"):
        restore(new, tmp_path / "backup")
    with pytest.raises(ListNeeded, match=r"is older than the backup \(\d+ entries\)"):
        restore(new, tmp_path / "backup", [older])
    newest = backing_up.shred_list(archive)
    for wrong in (
        newest[:-1],
        newest[:-44],
        newest.replace(b"guwah.invalid/", b"guwah.invalid/0"),
        newest.replace(b"-", b"+", 1),
        b"".join(newest.splitlines(keepends=True)[:1] + newest.splitlines(keepends=True)[2:]),
        newest + b"2026-11-24 0123456789abcdef0123456789abcdef\n",
        b"",
        b"\n",
    ):
        with pytest.raises(Damaged, match="no shred list of this archive"):
            restore(new, tmp_path / "backup", [wrong])
    assert [path.name for path in new.iterdir()] == ["host"]
    restore(new, tmp_path / "backup", [newest, older])


def test_lists_that_contradict_each_other_are_refused(scene: Scene, tmp_path: Path) -> None:
    archive, standing = scene.archive, scene.standing
    back_up(archive, standing.instance, tmp_path / "backup")
    with archive.read() as unit:
        owners = sorted(unit.records.owners())
    archive.shares.destroy(owners[:1])
    one = backing_up.shred_list(archive)
    with restored(tmp_path / "new", tmp_path / "backup", one, standing.instance) as other:
        other.shares.destroy(owners[1:3])
        two = backing_up.shred_list(other)
    archive.shares.destroy(owners[3:4])
    with pytest.raises(ListNeeded, match="contradict"):
        restore(
            fresh(tmp_path / "newer", standing.instance),
            tmp_path / "backup",
            [backing_up.shred_list(archive), two],
        )


def test_the_store_in_use_is_a_list_too_and_what_was_there_is_kept(
    founded: Standing, cheap_kdf: None, tmp_path: Path
) -> None:
    config = Config(instance=tmp_path / "instance")
    with copied(founded, config.instance) as standing:
        archive = standing.archive
        [one] = store(standing, draft())
        back_up(archive, config.instance, tmp_path / "backup")
        gone = owner_of(archive, one)
        [two] = store(standing, draft())
        archive.shares.destroy([gone])
        bootstrap.upkeep(archive).run()
        with pytest.raises(Conflict, match="in use"):
            restore(config.instance, tmp_path / "backup", aside=True)
        words, code = standing.people["reader"].passphrase, standing.code("reader")
        session = signing_in.sign_in(archive, "reader", words, code).acting.holder
        assert archive.sessions.get(session)
    with pytest.raises(bootstrap.Taken, match="--replace"):
        restore(config.instance, tmp_path / "backup")
    restore(config.instance, tmp_path / "backup", aside=True)
    with bootstrap.opened(config) as again:
        assert gone not in again.shares.owners()
        assert checking.fsck(again, members(again, standing)[0]) == ()
        upkeep.compare(again.read, again.shares)
        assert again.sessions.get(session) is None
        with again.read() as unit:
            assert unit.records.get(one)
            assert unit.records.get(two) is None
    aside = {path.parent.name: path for path in bootstrap.replaced(config)}
    assert set(aside) == {"main", "shares"}
    before = Database(aside["main"] / "archive.db")
    with before.read() as unit:
        assert unit.records.get(two)
    before.close()


def owner_of(archive: Archive, record: UUID) -> UUID:
    with archive.read() as unit:
        row = unit.records.get(record)
    assert row
    return row.master


def test_a_folder_that_holds_anything_is_refused(standing: Standing, tmp_path: Path) -> None:
    to = tmp_path / "backup"
    (to / ".unfinished-0123").mkdir(parents=True)  # of a run that was killed
    back_up(standing.archive, standing.instance, to)
    assert sorted(path.name for path in to.iterdir()) == ["main", "shares"]
    with pytest.raises(NotEmpty):
        back_up(standing.archive, standing.instance, to)
    with pytest.raises(NotEmpty):
        back_up(standing.archive, standing.instance, tmp_path / "other", to)
    assert not (tmp_path / "other").exists()
