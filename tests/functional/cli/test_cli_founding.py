"""`guwah init`: what it makes and prints, that the secrets were kept, and that a stopped ceremony leaves nothing."""

import re
from pathlib import Path

import pytest

from archive.cli import asking
from tests.functional.cli.conftest import Cli
from tests.functional.cli.terminal import Person

KIT = re.compile(r"([A-Z2-7]{4} ){13}[A-Z2-7]{4}")
SOLO = ("init", "--solo", "aygul", "--name", "Aygul Example")


@pytest.fixture
def empty(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "new" / "instance")


def test_it_prints_everything_once_as_an_object(empty: Cli) -> None:
    said = empty.json(*SOLO, "--no-check")
    [person] = said["people"]
    assert (person["login"], person["name"]) == ("aygul", "Aygul Example")
    assert len(person["passphrase"].split()) == 6
    assert person["otpauth"].startswith("otpauth://totp/Guwah:aygul?secret=" + person["totp"])
    assert KIT.fullmatch(person["kit"])
    assert KIT.fullmatch(said["archive_kit"])
    assert said["rooms"].keys() == {"custody", "identity", "reading", "matter", "audit"}


def test_every_file_is_for_its_owner_only(empty: Cli) -> None:
    empty.json(*SOLO, "--no-check")
    made = [empty.instance, *empty.instance.rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in made} == {0}


def test_two_officers_and_a_custodian(empty: Cli) -> None:
    words = ("--officer", "one", "--officer", "two", "--custodian", "three", "--custodian", "one")
    said = empty.json("init", *words, "--name", "One", "--name", "Two", "--name", "Three", "--no-check")
    assert [person["login"] for person in said["people"]] == ["one", "two", "three"]
    two = empty.json("room", "list", "--as", "two", said=said["people"][1]["passphrase"])
    assert [room["purpose"] for room in two["rooms"]] == ["audit"]


def test_names_are_asked_for(empty: Cli) -> None:
    words = ("--officer", "one", "--officer", "two", "--custodian", "one")
    said = empty.json("init", *words, "--name", "One", "--no-check", said="Two\n")
    assert [person["name"] for person in said["people"]] == ["One", "Two"]


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ((*SOLO, "--no-check"), "belong together"),
        ((*SOLO, "--json"), "belong together"),
        ((*SOLO, "--officer", "two", "--json", "--no-check"), "only --solo"),
        (("init", "--officer", "one", "--custodian", "one", "--json", "--no-check"), "--officer twice"),
        ((*SOLO, "--name", "Another", "--json", "--no-check"), "2 names for 1 logins"),
        (("init", "--json", "--no-check"), "standard input is empty"),
        (("init", "--solo", " ", "--name", "x", "--json", "--no-check"), "login cannot be empty"),
        (
            (
                "init",
                "--officer",
                "a",
                "--officer",
                "b",
                "--name",
                "a",
                "--name",
                "b",
                "--json",
                "--no-check",
            ),
            "holds",
        ),
        (("init", "--nonsense"), "No such option"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(empty: Cli, words: tuple[str, ...], remedy: str) -> None:
    assert remedy in empty.refused(2, *words)
    assert not list(empty.instance.glob("*"))


def test_an_archive_is_not_made_twice(cli: Cli) -> None:
    before = sorted(cli.instance.rglob("*"))
    assert "holds an archive" in cli.refused(2, *SOLO, "--json", "--no-check")
    assert sorted(cli.instance.rglob("*")) == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = Cli(tmp_path / "file" / "instance").refused(2, *SOLO, "--json", "--no-check")
    assert str(tmp_path / "file" / "instance") in said


def test_the_ceremony_shows_the_secrets_and_asks_for_parts_of_them(
    empty: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(monkeypatch)
    done = empty(*SOLO)
    assert done.exit_code == 0, done.output
    [one] = person.cards.values()
    for secret in (one.passphrase, one.totp, one.kit, person.archive_kit, "▄"):
        assert secret in done.stderr
    assert [what.split()[0] for what in person.asked] == ["written", "word", "word", "group", "group"]
    assert empty.json("room", "list", "--as", "aygul", said=one.passphrase)["rooms"]


def test_secrets_that_were_not_kept_make_no_archive(empty: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    Person(monkeypatch).answers = False
    assert "nothing was made" in empty.refused(2, *SOLO)
    assert not list(empty.instance.iterdir())


def test_a_stopped_ceremony_makes_no_archive(empty: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_args: object, **_more: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(asking, "somebody", lambda: True)
    monkeypatch.setattr(asking, "typed", stop)
    assert "Stopped" in empty.refused(130, *SOLO)
    assert not list(empty.instance.iterdir())


def test_what_a_killed_ceremony_left_is_cleared_away(empty: Cli) -> None:
    (empty.instance / ".founding-00000000" / "main").mkdir(parents=True)
    empty.json(*SOLO, "--no-check")
    assert not list(empty.instance.glob(".founding-*"))
