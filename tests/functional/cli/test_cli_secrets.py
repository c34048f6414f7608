"""How secrets and query words come in: what is taken, what is refused with a remedy, and that none is repeated."""

import os
from pathlib import Path

import pytest

from archive.cli import asking
from archive.cli.refusals import BUSY, REFUSED, WRONG
from tests.functional.cli.conftest import SOLO, Cli

LIST = ("room", "list", "--as", SOLO)


def test_a_passphrase_comes_from_standard_input(lasting: Cli) -> None:
    assert lasting.json(*LIST, said=lasting.passphrase + "\n")["rooms"]
    assert lasting.json(*LIST, "--passphrase-file", "-", said=lasting.passphrase)["rooms"]


def test_a_passphrase_comes_from_a_file_only_its_owner_reads(lasting: Cli, kept: Path) -> None:
    assert lasting.json(*LIST, "--passphrase-file", str(kept))["rooms"]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_others_can_read_is_refused(lasting: Cli, kept: Path, mode: int) -> None:
    kept.chmod(mode)
    assert f"chmod 600 {kept}" in lasting.refused(WRONG, *LIST, "--passphrase-file", str(kept))


def test_a_file_of_another_account_is_refused(
    lasting: Cli, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    assert "another account" in lasting.refused(WRONG, *LIST, "--passphrase-file", str(kept))


def test_a_missing_or_empty_file_is_named(lasting: Cli, kept: Path, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")
    assert f"{missing} cannot be read" in lasting.refused(WRONG, *LIST, "--passphrase-file", missing)
    kept.write_text("")
    assert f"{kept} is empty" in lasting.refused(WRONG, *LIST, "--passphrase-file", str(kept))


def test_a_folder_or_pipe_is_no_file(lasting: Cli, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path, tmp_path / "pipe"):
        assert "is not a file" in lasting.refused(WRONG, *LIST, "--passphrase-file", str(path))


def test_no_passphrase_at_all_is_said(lasting: Cli) -> None:
    assert "No passphrase was given" in lasting.refused(WRONG, *LIST)


def test_a_wrong_passphrase_and_an_unknown_login_look_alike(lasting: Cli) -> None:
    wrong = lasting.refused(REFUSED, *LIST, said="not the right words\n")
    unknown = lasting.refused(REFUSED, "room", "list", "--as", "nobody", said="not the right words\n")
    assert wrong == unknown == "guwah: Login or passphrase is not right. Check both and try again.\n"


def test_many_tries_have_to_wait_even_with_the_right_words(cli: Cli) -> None:
    codes = [cli(*LIST, said="wrong\n").exit_code for _ in range(6)]
    assert codes[0] == REFUSED
    assert codes[-1] == BUSY
    assert "Wait" in cli.refused(BUSY, *LIST, said=cli.passphrase)


@pytest.mark.parametrize(
    "words",
    [
        ("search", "--room", "custody", "--query", "kamera-canary"),
        ("search", "--room", "custody", "--filter", "place=xj"),
        ("room", "create", "reading", "--name", "canary"),
        ("room", "create", "reading", "--places", "xj"),
        ("member", "admit", "omar", "--name", "canary"),
    ],
)
def test_words_that_a_shell_would_keep_are_refused_outside_demos(cli: Cli, words: tuple[str, ...]) -> None:
    said = cli.refused(WRONG, *words, "--as", SOLO, said=cli.passphrase + "\nname\n")
    assert "for demo archives only" in said
    assert "canary" not in said


def test_a_passphrase_on_the_command_line_is_refused_outside_demos(lasting: Cli) -> None:
    said = lasting.refused(WRONG, *LIST, "--passphrase", lasting.passphrase)
    assert "for demo archives only" in said
    assert lasting.passphrase not in said


def test_at_a_terminal_secrets_are_asked_for_unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[dict[str, object]] = []

    def prompt(what: str, **how: object) -> str:
        shown.append({"what": what, **how})
        return "typed"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("click.prompt", prompt)
    assert asking.secret("passphrase") == "typed"
    assert asking.typed("query", empty=True) == "typed"
    assert shown[0] == {"what": "Passphrase", "hide_input": True, "err": True}
    assert "hide_input" not in shown[1]
