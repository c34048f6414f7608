"""Admitting, recovering and changing secrets: shown once, asked for again, and nothing stored unless they were kept."""

from pathlib import Path

import pytest

from archive.cli import asking
from archive.cli.refusals import REFUSED, WRONG
from tests.functional.cli.conftest import SOLO, Cli
from tests.functional.cli.terminal import Person

ADMIT = ("member", "admit", "omar", "--as", SOLO)
ASKED = ["written", "word", "word", "group"]


def recover(cli: Cli, tmp_path: Path) -> tuple[str, ...]:
    kit = tmp_path / "kit"
    kit.write_text(cli.secrets["people"][0]["kit"])
    kit.chmod(0o600)
    return ("member", "recover", SOLO, "--kit-file", str(kit))


def test_a_newcomer_is_admitted_when_their_secrets_were_kept(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(monkeypatch, says="Omar Example")
    done = cli(*ADMIT, said=f"{cli.passphrase}\n")
    assert done.exit_code == 0, done.output
    omar = person.cards["omar"]
    for secret in (omar.passphrase, omar.totp, omar.kit, "otpauth://totp/Guwah:omar", "▄"):
        assert secret in done.stderr
        assert secret not in done.stdout
    assert [what.split()[0] for what in person.asked] == ["their", *ASKED]
    assert cli.json("room", "list", "--as", "omar", said=omar.passphrase)["rooms"] == []


def test_a_recovered_member_has_shown_that_the_new_secrets_were_kept(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = Person(monkeypatch)
    done = cli(*recover(cli, tmp_path))
    assert done.exit_code == 0, done.output
    assert [what.split()[0] for what in person.asked] == ASKED
    assert cli.json("room", "list", "--as", SOLO, said=person.cards[SOLO].passphrase)["rooms"]
    cli.refused(REFUSED, "room", "list", "--as", SOLO, said=cli.passphrase)


def test_a_new_passphrase_was_kept(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(monkeypatch)
    done = cli("member", "passphrase", "--as", SOLO, said=f"{cli.passphrase}\n")
    assert done.exit_code == 0, done.output
    assert [what.split()[0] for what in person.asked] == ASKED
    assert cli.json("room", "list", "--as", SOLO, said=person.cards[SOLO].passphrase)["rooms"]


@pytest.mark.parametrize("which", ["admit", "recover", "passphrase"])
def test_secrets_that_were_not_kept_change_nothing(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, which: str
) -> None:
    words = {
        "admit": ADMIT,
        "recover": recover(cli, tmp_path),
        "passphrase": ("member", "passphrase", "--as", SOLO),
    }
    with monkeypatch.context() as patch:
        Person(patch, says="Omar Example").answers = False
        said = cli.refused(WRONG, *words[which], said=f"{cli.passphrase}\n")
    assert "nothing was made or changed" in said
    assert len(cli.acting("member", "list")["members"]) == 1
    assert cli.json(*recover(cli, tmp_path))["login"] == SOLO


def test_whoever_stops_while_writing_down_has_changed_nothing(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_args: object, **_more: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(asking, "somebody", lambda: True)
        patch.setattr(asking, "typed", stop)
        assert "Stopped" in cli.refused(130, *recover(cli, tmp_path))
    assert cli.acting("room", "list")["rooms"]


def test_a_script_is_told_to_ask_for_json_and_sees_no_secret(cli: Cli) -> None:
    said = cli.refused(WRONG, *ADMIT, said=f"{cli.passphrase}\nOmar Example\n")
    assert "add --json" in said
    assert "otpauth" not in said
    assert len(cli.acting("member", "list")["members"]) == 1


def test_a_program_is_asked_nothing(cli: Cli) -> None:
    told = cli.acting("member", "admit", "omar", said="Omar Example\n")
    assert told.keys() == {"login", "passphrase", "totp", "otpauth", "kit"}
    assert cli.json("room", "list", "--as", "omar", said=told["passphrase"])["rooms"] == []
