"""Signing in and out: one answer to every wrong try, one use of every code, and keys that go when a session ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from archive import bootstrap
from archive.config import Config
from archive.crypto import kdf
from archive.domain.errors import CannotSignIn, Damaged, SignedOut, Throttled
from archive.domain.identifiers import new_id
from archive.services import rooms, signing_in, transparency
from archive.services.archive import Archive
from archive.services.signing_in import SignedIn
from tests.archives import Standing
from tests.services.services_cast import dropped, later, raw


def signed_in(standing: Standing, login: str = "reader", ahead: int = 0) -> SignedIn:
    return signing_in.sign_in(
        standing.archive, login, standing.people[login].passphrase, standing.code(login, ahead), "192.0.2.1"
    )


@contextmanager
def another_process(standing: Standing) -> Iterator[Archive]:
    """A second archive over the same folder, as another worker has it."""
    with bootstrap.opened(Config(instance=standing.instance)) as other:
        yield other


def test_a_session_is_resumed_by_its_token_here_and_in_another_process(standing: Standing) -> None:
    made = signed_in(standing)
    assert made.token not in repr(made)
    here = signing_in.resume(standing.archive, made.token)
    assert here is made.acting
    assert [room.id for room in rooms.rooms(standing.archive, here)] == [standing.reading]
    with another_process(standing) as other:
        there = signing_in.resume(other, made.token)
        assert there.keys is not here.keys
        assert [room.id for room in rooms.rooms(other, there)] == [standing.reading]


def test_login_is_blind_to_case_and_code_to_spaces(standing: Standing) -> None:
    code = standing.code("reader")
    signing_in.sign_in(
        standing.archive, "  READER ", standing.people["reader"].passphrase, f" {code[:3]} {code[3:]} "
    )


WRONG = ["passphrase", "login", "code", "empty code", "letters", "other digits", "nothing"]


@pytest.mark.parametrize("what", WRONG)
def test_whatever_is_wrong_the_answer_is_the_same(standing: Standing, what: str) -> None:
    login, passphrase, code = "reader", standing.people["reader"].passphrase, standing.code("reader")
    wrong = {
        "passphrase": (login, standing.people["counsel"].passphrase, code),
        "login": ("nobody", passphrase, code),
        "code": (login, passphrase, f"{(int(code) + 500_000) % 1_000_000:06}"),
        "empty code": (login, passphrase, ""),
        "letters": (login, passphrase, "گۇۋاھ"),
        "other digits": (login, passphrase, "".join(chr(0x0660 + int(digit)) for digit in code)),
        "nothing": ("", "", ""),
    }[what]
    with pytest.raises(CannotSignIn) as refused:
        signing_in.sign_in(standing.archive, *wrong)
    assert str(refused.value) == str(CannotSignIn())
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    said = transparency.entries(standing.archive, standing.acting("keeper"))
    [entry] = [entry for entry in said if entry.action == "sign-in-refused"]
    assert entry.actor is None
    assert entry.detail is not None
    assert entry.detail.keys() == {"at"}, "the log does not say who tried"


def test_a_code_is_good_once(standing: Standing) -> None:
    signed_in(standing)
    with pytest.raises(CannotSignIn):
        signed_in(standing)
    signed_in(standing, ahead=1)
    with pytest.raises(CannotSignIn):  # nor one from before it
        signed_in(standing)


def test_tries_cost_ever_more_for_every_login_alike(standing: Standing) -> None:
    waits: dict[str, list[int]] = {"reader": [], "nobody": []}
    begun = standing.archive.clock()
    archive = replace(standing.archive, clock=lambda: begun)  # a second that passes between would count
    for login, waited in waits.items():
        elapsed = 0
        for _ in range(12):
            with pytest.raises(CannotSignIn):
                signing_in.sign_in(later(archive, elapsed), login, "wrong", "000000")
            try:
                signing_in.sign_in(later(archive, elapsed), login, "wrong", "000000")
            except Throttled as throttled:
                waited.append(throttled.seconds)
                elapsed += throttled.seconds
            except CannotSignIn:
                waited.append(0)
    assert waits["reader"] == waits["nobody"]
    assert waits["reader"][:2] == [0, 0]
    grown = [wait for wait in waits["reader"] if wait]
    assert grown == sorted(grown)
    assert grown[-1] >= 100 * grown[0]
    assert max(grown) <= 3600


def test_a_throttled_login_is_refused_the_right_passphrase_too_and_then_forgiven(standing: Standing) -> None:
    for _ in range(5):
        with pytest.raises(CannotSignIn):
            signing_in.sign_in(standing.archive, "reader", "wrong", "")
    with pytest.raises(Throttled):
        signed_in(standing)
    waited = later(standing.archive, 60)
    code, _left = signing_in.code_now(standing.people["reader"].totp, int(waited.clock().timestamp()))
    signing_in.sign_in(waited, "reader", standing.people["reader"].passphrase, code)
    for _ in range(4):  # the count began anew
        with pytest.raises(CannotSignIn):
            signing_in.sign_in(waited, "reader", "wrong", "")


def test_one_source_that_tries_many_logins_waits_too(standing: Standing) -> None:
    for number in range(5):
        with pytest.raises(CannotSignIn):
            signing_in.sign_in(standing.archive, f"nobody{number}", "wrong", "", "192.0.2.9")
    with pytest.raises(Throttled):
        signing_in.sign_in(standing.archive, "nobody9", "wrong", "", "192.0.2.9")
    signed_in(standing)  # others are not kept out


def test_tries_side_by_side_are_each_counted(standing: Standing) -> None:
    def once(_: int) -> type[Exception]:
        try:
            signing_in.sign_in(standing.archive, "reader", "wrong", "")
        except (CannotSignIn, Throttled) as refused:
            return type(refused)
        raise AssertionError

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(once, range(24)))
    assert answers.count(CannotSignIn) == 5
    assert answers.count(Throttled) == 19


def test_a_session_ends_when_idle_and_in_any_case_after_its_time(standing: Standing) -> None:
    archive, made = standing.archive, signed_in(standing)
    assert made.expires - int(archive.clock().timestamp()) == pytest.approx(archive.lasting, abs=2)
    for minutes in range(10, 8 * 60, 10):  # used every ten minutes
        signing_in.resume(later(archive, minutes * 60), made.token)
    with pytest.raises(SignedOut):
        signing_in.resume(later(archive, archive.lasting), made.token)
    assert dropped(made.acting)
    other = signing_in.sign_in(
        archive, "counsel", standing.people["counsel"].passphrase, standing.code("counsel")
    )
    with pytest.raises(SignedOut):
        signing_in.resume(later(archive, archive.idle + 1), other.token)
    with pytest.raises(SignedOut):  # and it stays ended
        signing_in.resume(archive, other.token)


def test_signing_out_drops_the_keys_in_every_process(standing: Standing) -> None:
    made = signed_in(standing)
    with another_process(standing) as other:
        there = signing_in.resume(other, made.token)
        signing_in.sign_out(standing.archive, made.token)
        assert dropped(made.acting)
        assert not dropped(there)
        signing_in.forget_ended(other)
        assert dropped(there)
        with pytest.raises(SignedOut):
            signing_in.resume(other, made.token)
    with pytest.raises(SignedOut):
        signing_in.resume(standing.archive, made.token)
    signing_in.sign_out(standing.archive, made.token)  # nothing more happens
    signing_in.sign_out(standing.archive, "no token")


def test_keys_of_a_command_outlive_the_sweep_and_go_with_its_lock(standing: Standing) -> None:
    made, run = signed_in(standing), standing.acting("keeper")
    signing_in.forget_ended(standing.archive)
    assert not dropped(made.acting)
    assert not dropped(run)
    signing_in.forget_ended(later(standing.archive, standing.archive.idle + 1))
    assert dropped(made.acting)
    assert not dropped(run)
    signing_in.lock(standing.archive, run)
    assert dropped(run)


def test_signing_out_everywhere_ends_every_session_of_the_member_alone(standing: Standing) -> None:
    one, two = signed_in(standing), signed_in(standing, ahead=1)
    counsel = signed_in(standing, "counsel")
    signing_in.sign_out_everywhere(standing.archive, one.acting)
    for ended in (one, two):
        with pytest.raises(SignedOut):
            signing_in.resume(standing.archive, ended.token)
        assert dropped(ended.acting)
    assert signing_in.resume(standing.archive, counsel.token) is counsel.acting


def test_a_member_who_is_removed_is_signed_out(standing: Standing) -> None:
    made = signed_in(standing)
    with raw(standing) as database:
        database.execute("PRAGMA foreign_keys=OFF")
        database.execute("DELETE FROM members WHERE id = ?", (made.acting.member.hex,))
    with pytest.raises(SignedOut):
        signing_in.resume(standing.archive, made.token)
    assert dropped(made.acting)


def test_a_session_remembers_sealed_things_for_itself_alone(standing: Standing) -> None:
    archive, one, other = standing.archive, signed_in(standing), signed_in(standing, "counsel")
    assert signing_in.state(archive, one.token) == {}
    signing_in.keep_state(archive, one.token, {"lang": "ug", "last": "گۇۋاھ"})
    assert signing_in.state(archive, one.token) == {"lang": "ug", "last": "گۇۋاھ"}
    assert signing_in.state(archive, other.token) == {}
    kept = archive.sessions.get(one.acting.holder)
    assert kept
    assert "گۇۋاھ".encode() not in kept.state
    note = new_id()
    signing_in.keep_note(archive, one.acting, note, b"a query")
    assert signing_in.kept_note(archive, one.acting, note) == b"a query"
    assert signing_in.kept_note(archive, other.acting, note) is None
    signing_in.sign_out(archive, one.token)
    for ended in (lambda: signing_in.state(archive, one.token), lambda: signing_in.state(archive, "x")):
        with pytest.raises(SignedOut):
            ended()


@pytest.mark.parametrize("change", ["expires = expires + 90000", "member = ?", "created = created - 1"])
def test_a_session_s_row_that_was_changed_ends_it(standing: Standing, change: str) -> None:
    made, other = signed_in(standing), standing.people["keeper"].member
    with sqlite3.connect(standing.instance / "sessions" / "sessions.db") as database:
        database.execute(f"UPDATE sessions SET {change}", (other.hex,) if "?" in change else ())
    database.close()
    with pytest.raises(SignedOut):
        signing_in.resume(standing.archive, made.token)
    assert dropped(made.acting)


@pytest.mark.parametrize("token", ["", "x", "گۇۋاھ", "A" * 43, "A" * 10_000, "=" * 43])
def test_what_is_no_token_is_signed_out(standing: Standing, token: str) -> None:
    with pytest.raises(SignedOut):
        signing_in.resume(standing.archive, token)


def test_a_slot_moved_to_another_member_opens_for_neither(standing: Standing) -> None:
    mine, theirs = standing.people["reader"], standing.people["keeper"]
    with raw(standing) as database:
        database.execute("DELETE FROM slots WHERE member = ?", (theirs.member.hex,))
        database.execute("UPDATE slots SET member = ? WHERE member = ?", (theirs.member.hex, mine.member.hex))
    for login in ("keeper", "reader"):
        with pytest.raises(CannotSignIn):
            signing_in.unlock(standing.archive, login, mine.passphrase)


def test_two_logins_exchanged_let_nobody_in_as_the_other(standing: Standing) -> None:
    """Rooms are granted by login: an exchanged login would give them to somebody else."""
    logins = {login: standing.archive.host.login(login) for login in ("reader", "counsel")}
    mine = standing.people["reader"]
    with raw(standing) as database:
        for login, mac in (("counsel", b"away"), ("reader", logins["counsel"])):
            database.execute(
                "UPDATE members SET login = ? WHERE id = ?", (mac, standing.people[login].member.hex)
            )
    with pytest.raises(Damaged):
        signing_in.unlock(standing.archive, "counsel", mine.passphrase)


@pytest.mark.parametrize("cost", [kdf.Cost(32, 1, 1), kdf.Cost(8, 1, 1), kdf.Cost(2**31, 2**31, 2**31)])
def test_a_slot_at_another_cost_is_refused(standing: Standing, cost: kdf.Cost) -> None:
    with raw(standing) as database:
        database.execute("UPDATE slots SET cost = ? WHERE kind = 'passphrase'", (cost.packed(),))
    with pytest.raises(CannotSignIn):
        signing_in.unlock(standing.archive, "reader", standing.people["reader"].passphrase)


@pytest.mark.parametrize("column", ["root_keys", "roots", "quorum", "recovery_public", "audit"])
def test_replaced_pins_are_refused_by_everybody_s_slot(standing: Standing, column: str) -> None:
    value = {"quorum": 0, "audit": standing.reading.hex}.get(column, b"")
    if column == "recovery_public":
        value = bytes(1216)
    with raw(standing) as database:
        database.execute(f"UPDATE instance SET {column} = ?", (value,))
    with another_process(standing) as other, pytest.raises(Damaged):
        signing_in.unlock(other, "reader", standing.people["reader"].passphrase)


def test_public_keys_replaced_in_a_member_s_row_are_noticed(standing: Standing) -> None:
    with raw(standing) as database:
        database.execute(
            "UPDATE members SET wrap_public = (SELECT wrap_public FROM members WHERE id = ?) WHERE id = ?",
            (standing.people["counsel"].member.hex, standing.people["reader"].member.hex),
        )
    with pytest.raises(Damaged):
        signing_in.unlock(standing.archive, "reader", standing.people["reader"].passphrase)


def test_keys_taken_for_a_session_end_with_its_grant(standing: Standing) -> None:
    made = signed_in(standing)
    assert standing.reading in made.acting.keys.held()
    keeper = standing.acting("keeper")
    yesterday = standing.archive.clock().date() - timedelta(days=1)
    rooms.grant(standing.archive, keeper, standing.reading, made.acting.member, [], not_after=yesterday)
    assert signing_in.resume(standing.archive, made.token).keys.held() == frozenset()


def test_a_clock_set_back_brings_nothing_back(standing: Standing) -> None:
    """Time is the later of the clock and the log's last entry."""
    made = signed_in(standing)
    today = standing.archive.clock().date()
    rooms.grant(
        standing.archive, standing.acting("keeper"), standing.reading, made.acting.member, [], not_after=today
    )
    tomorrow = later(standing.archive, 86_400)
    signing_in.lock(tomorrow, signing_in.unlock(tomorrow, "keeper", standing.people["keeper"].passphrase))
    with standing.archive.read() as unit:
        assert unit.log.last_day() == tomorrow.clock().date().isoformat()
    assert rooms.rooms(standing.archive, made.acting) == ()
