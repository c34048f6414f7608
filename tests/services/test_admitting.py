"""Founding, admitting, and coming back when every passphrase is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive import bootstrap
from archive.config import Config
from archive.domain.errors import CannotSignIn, Damaged, Invalid, NotFound, Refused, SignedOut
from archive.domain.identifiers import new_id
from archive.domain.rooms import WITH_KEY, RoomPurpose
from archive.sealing import kits
from archive.services import (
    accessioning,
    admitting,
    checking,
    disclosing,
    founding,
    rooms,
    signing_in,
    transparency,
)
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.founding import Founded, Founder
from archive.services.keying import Enrolled
from tests.archives import CALLED, Standing, draft
from tests.services.services_cast import raw


class Two:
    """An archive of two officers, and a custodian who is none."""

    def __init__(self, archive: Archive, founded: Founded) -> None:
        self.archive = archive
        self.founded = founded
        self.passphrases = {one.login: one.passphrase for one in founded.people}

    def acting(self, login: str) -> Acting:
        return signing_in.unlock(self.archive, login, self.passphrases[login])


@pytest.fixture
def two(tmp_path: Path, cheap_kdf: None) -> Iterator[Two]:
    config = Config(instance=tmp_path / "two")
    people = [
        Founder(login="first", name="Example First", officer=True),
        Founder(login="second", name="Example Second", officer=True),
        Founder(login="keeper", name="Example Keeper", custodian=True),
    ]
    with bootstrap.founding(config) as ground:
        founded = founding.found(ground, people, names_of_rooms=CALLED)
    with bootstrap.opened(config) as archive:
        yield Two(archive, founded)


def newcomer(login: str = "newcomer", *, officer: bool = False) -> admitting.Newcomer:
    return admitting.Newcomer(login=login, name="Example Newcomer", roles=("researcher",), officer=officer)


def held(archive: Archive, acting: Acting) -> set[RoomPurpose]:
    return {room.purpose for room in rooms.rooms(archive, acting)}


def test_each_founder_holds_what_their_part_asks_for(two: Two) -> None:
    everything = {
        RoomPurpose.CUSTODY,
        RoomPurpose.IDENTITY,
        RoomPurpose.READING,
        RoomPurpose.MATTER,
    }
    assert held(two.archive, two.acting("first")) == {RoomPurpose.AUDIT}
    assert held(two.archive, two.acting("second")) == {RoomPurpose.AUDIT}
    assert held(two.archive, two.acting("keeper")) == everything
    assert two.archive.row.quorum == 2
    account = rooms.account(two.archive, two.acting("keeper"))
    assert (account.profile.name, account.profile.roles, account.officer) == (
        "Example Keeper",
        ("custodian",),
        False,
    )
    assert checking.fsck(two.archive, two.acting("first")) == ()


def test_a_solo_archive_asks_for_one_officer(standing: Standing) -> None:
    assert standing.archive.row.quorum == 1
    admitting.admit(standing.archive, [standing.acting("keeper")], newcomer())


@pytest.mark.parametrize(
    ("people", "where"),
    [
        ([], {"officer", "custodian"}),
        ([Founder(login="a", name="A", officer=True)], {"custodian"}),
        ([Founder(login="a", name="A", custodian=True)], {"officer"}),
        ([Founder(login=" ", name="A", officer=True, custodian=True)], {"login"}),
        (
            [
                Founder(login="a", name="A", officer=True, custodian=True),
                Founder(login="A ", name="B", officer=True),
            ],
            {"login"},
        ),
    ],
)
def test_what_no_archive_can_begin_with_is_said_at_once(
    tmp_path: Path, cheap_kdf: None, people: list[Founder], where: set[str]
) -> None:
    config = Config(instance=tmp_path / "none")
    with pytest.raises(Invalid) as invalid, bootstrap.founding(config) as ground:
        founding.found(ground, people, names_of_rooms=CALLED)
    assert {problem.where for problem in invalid.value.problems} == where
    assert list(config.instance.iterdir()) == []


def test_admitting_takes_two_different_officers(two: Two) -> None:
    first, second, keeper = (two.acting(login) for login in ("first", "second", "keeper"))
    for too_few in ([], [first], [first, first], [first, keeper], [keeper, second]):
        with pytest.raises(Refused):
            admitting.admit(two.archive, too_few, newcomer())
    made = admitting.admit(two.archive, [first, second], newcomer())
    there = signing_in.unlock(two.archive, "newcomer", made.passphrase)
    assert rooms.rooms(two.archive, there) == ()
    listed = {one.id: one for one in admitting.members(two.archive, first)}
    assert listed[made.member].profile is not None
    assert listed[made.member].profile.name == "Example Newcomer"  # type: ignore[union-attr]
    with pytest.raises(Refused):
        admitting.members(two.archive, there)


def test_an_admitted_officer_may_admit_with_another(two: Two) -> None:
    made = admitting.admit(
        two.archive, [two.acting("first"), two.acting("second")], newcomer("third", officer=True)
    )
    third = signing_in.unlock(two.archive, "third", made.passphrase)
    admitting.admit(two.archive, [third, two.acting("second")], newcomer())
    assert checking.fsck(two.archive) == ()


@pytest.mark.parametrize(
    ("who", "where"),
    [
        (admitting.Newcomer(login=" ", name="Example"), "login"),
        (admitting.Newcomer(login="new", name=" "), "name"),
        (admitting.Newcomer(login=" READER", name="Example"), "login"),
    ],
)
def test_a_newcomer_needs_a_login_of_their_own_and_a_name(
    standing: Standing, who: admitting.Newcomer, where: str
) -> None:
    with pytest.raises(Invalid) as invalid:
        admitting.admit(standing.archive, [standing.acting("keeper")], who)
    assert [problem.where for problem in invalid.value.problems] == [where]


def test_every_passphrase_lost_and_everybody_comes_back_with_their_kit(standing: Standing) -> None:
    archive = standing.archive
    [record] = accessioning.accession(archive, standing.acting("keeper"), standing.custody, [draft()])
    sessions = {
        login: signing_in.sign_in(archive, login, one.passphrase, standing.code(login))
        for login, one in standing.people.items()
    }
    for login, lost in standing.people.items():
        again = admitting.recover(archive, login.upper(), lost.kit.lower())
        assert again.member == lost.member
        assert {again.passphrase, again.totp, again.kit}.isdisjoint({lost.passphrase, lost.totp, lost.kit})
        with pytest.raises(CannotSignIn):
            signing_in.unlock(archive, login, lost.passphrase)
        with pytest.raises(CannotSignIn):
            admitting.recover(archive, login, lost.kit)
        with pytest.raises(SignedOut):
            signing_in.resume(archive, sessions[login].token)
        code, _ = signing_in.code_now(lost.totp, int(archive.clock().timestamp()) + 30)
        with pytest.raises(CannotSignIn):  # the old second factor is dead too
            signing_in.sign_in(archive, login, again.passphrase, code)
        standing.people[login] = again
    for login, room in (("keeper", standing.custody), ("reader", standing.reading)):
        back = signing_in.unlock(archive, login, standing.people[login].passphrase)
        assert disclosing.show(archive, back, room, record).record.id == record
    assert checking.fsck(archive, back) == ()


def test_a_kit_opens_for_its_own_member_alone(standing: Standing) -> None:
    kit = standing.people["reader"].kit
    for login, typed in (
        ("keeper", kit),
        ("nobody", kit),
        ("reader", kits.write(kits.draw())),
        ("reader", ""),
        ("reader", kit[:-1]),
        ("reader", standing.archive_kit),
    ):
        with pytest.raises(CannotSignIn) as refused:
            admitting.recover(standing.archive, login, typed)
        assert str(refused.value) == str(CannotSignIn())


def test_a_new_passphrase_for_whoever_knows_the_old_one(standing: Standing) -> None:
    archive, old = standing.archive, standing.people["reader"]
    for login, typed in (("reader", "wrong"), ("nobody", old.passphrase)):
        with pytest.raises(CannotSignIn):
            admitting.change_passphrase(archive, login, typed)
    new = admitting.change_passphrase(archive, "reader", old.passphrase)
    with pytest.raises(CannotSignIn):
        signing_in.unlock(archive, "reader", old.passphrase)
    assert held(archive, signing_in.unlock(archive, "reader", new.passphrase)) == {RoomPurpose.READING}


def test_the_archive_kit_gives_rooms_again_when_their_custodian_is_gone(two: Two) -> None:
    archive, keeper = two.archive, two.acting("keeper")
    custody = two.founded.rooms[RoomPurpose.CUSTODY]
    [record] = accessioning.accession(archive, keeper, custody, [draft()])
    officers = [two.acting("first"), two.acting("second")]
    heir = admitting.admit(archive, officers, newcomer("heir"))
    acting = signing_in.unlock(archive, "heir", heir.passphrase)
    with pytest.raises(NotFound):
        disclosing.show(archive, acting, custody, record)
    with pytest.raises(Refused):
        admitting.regrant(archive, officers[:1], two.founded.archive_kit, heir.member)
    for typed in (kits.write(kits.draw()), "", heir.kit):
        with pytest.raises(CannotSignIn):
            admitting.regrant(archive, officers, typed, heir.member)
    with pytest.raises(NotFound):
        admitting.regrant(archive, officers, two.founded.archive_kit, new_id())
    assert admitting.regrant(archive, officers, two.founded.archive_kit, heir.member) == 5
    acting = signing_in.unlock(archive, "heir", heir.passphrase)
    assert disclosing.show(archive, acting, custody, record).record.id == record
    accessioning.accession(archive, acting, custody, [draft()])
    assert checking.fsck(archive, acting) == ()


def test_a_room_whose_kit_grant_was_changed_is_not_given_again(standing: Standing) -> None:
    """Whoever writes the database can wrap a seed of their own to the kit's public key."""
    archive, keeper = standing.archive, standing.acting("keeper")
    with raw(standing) as database:
        database.execute(
            "UPDATE grants SET wrap = (SELECT wrap FROM grants WHERE grantee = ?1 AND room <> ?2 LIMIT 1) "
            "WHERE grantee = ?1 AND room = ?2",
            (archive.row.recovery.hex, standing.reading.hex),
        )
    with pytest.raises(Damaged):
        admitting.regrant(archive, [keeper], standing.archive_kit, standing.people["outsider"].member)
    outsider = standing.acting("outsider")
    assert rooms.rooms(archive, outsider) == ()


def test_a_name_that_no_officer_wrote_is_not_shown(standing: Standing) -> None:
    keeper, names = (
        standing.acting("keeper"),
        [standing.people[who].member.hex for who in ("reader", "counsel")],
    )
    with raw(standing) as database:
        database.execute(
            "UPDATE members SET profile_audit = (SELECT profile_audit FROM members WHERE id = ?) WHERE id = ?",
            names,
        )
    with pytest.raises(Damaged):
        admitting.members(standing.archive, keeper)
    assert "member" in {finding.what for finding in checking.fsck(standing.archive, keeper)}


class Lost(Exception):
    """Somebody did not keep what they were shown."""


def lose(_person: Enrolled) -> None:
    raise Lost


def test_secrets_that_were_not_kept_change_nothing(standing: Standing) -> None:
    archive, keeper, old = standing.archive, standing.acting("keeper"), standing.people["reader"]
    before = len(transparency.entries(archive, keeper))
    for attempt in (
        lambda: admitting.admit(archive, [keeper], newcomer(), lose),
        lambda: admitting.recover(archive, "reader", old.kit, lose),
        lambda: admitting.change_passphrase(archive, "reader", old.passphrase, lose),
    ):
        with pytest.raises(Lost):
            attempt()
    with pytest.raises(NotFound):
        admitting.find(archive, "newcomer")
    assert len(transparency.entries(archive, keeper)) == before + 1  # that the log was read
    assert admitting.recover(archive, "reader", old.kit).member == old.member


def test_what_is_shown_to_be_kept_is_what_opens_afterwards(standing: Standing) -> None:
    shown: list[Enrolled] = []
    made = admitting.admit(standing.archive, [standing.acting("keeper")], newcomer(), shown.append)
    again = admitting.recover(standing.archive, "newcomer", made.kit, shown.append)
    assert shown == [made, again]
    assert signing_in.unlock(standing.archive, "newcomer", shown[1].passphrase).member == made.member


def test_nobody_writes_secrets_down_for_a_login_that_is_taken(standing: Standing) -> None:
    who = admitting.Newcomer(login="reader", name="Another Reader")
    with pytest.raises(Invalid):
        admitting.admit(standing.archive, [standing.acting("keeper")], who, lose)
    with pytest.raises(Refused):
        admitting.admit(standing.archive, [standing.acting("reader")], newcomer(), lose)


def test_a_kit_that_was_replaced_in_the_meantime_has_not_the_last_word(standing: Standing) -> None:
    archive, old = standing.archive, standing.people["reader"]
    newer: list[Enrolled] = []

    def slow(_person: Enrolled) -> None:
        newer.append(admitting.change_passphrase(archive, "reader", old.passphrase))

    with pytest.raises(CannotSignIn):
        admitting.recover(archive, "reader", old.kit, slow)
    assert signing_in.unlock(archive, "reader", newer[0].passphrase).member == old.member


def test_what_admitting_does_is_logged(two: Two) -> None:
    officers = [two.acting("first"), two.acting("second")]
    made = admitting.admit(two.archive, officers, newcomer())
    admitting.recover(two.archive, "newcomer", made.kit)
    admitting.regrant(two.archive, officers, two.founded.archive_kit, made.member)
    said = [entry.action for entry in transparency.entries(two.archive, officers[0])]
    assert said == ["init", "sign-in", "sign-in", "admit", "recover", "regrant", "log-read"]


def test_capabilities_of_the_founders(two: Two) -> None:
    [custody] = [
        room for room in rooms.rooms(two.archive, two.acting("keeper")) if room.purpose is RoomPurpose.CUSTODY
    ]
    assert custody.capabilities == {word.value for word in WITH_KEY}
    assert custody.only_you
