"""`guwah demo`: made whole, the same each time, kept when it is there, and never where a real archive is."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyotp
import pytest
from click.testing import CliRunner

from archive import bootstrap
from archive.cli.demo.building import CREDENTIALS
from archive.cli.main import guwah
from archive.cli.refusals import REFUSED, WRONG
from archive.config import load
from archive.services import signing_in
from tests.functional.cli.conftest import Cli

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Cli:
    cli = Cli(tmp_path_factory.mktemp("demo") / ".demo")
    cli.json("demo", "--no-serve")
    return cli


def people(demo: Cli) -> dict[str, dict[str, Any]]:
    return {one["login"]: one for one in json.loads((demo.instance / CREDENTIALS).read_text())}


def member(demo: Cli, login: str) -> tuple[str, ...]:
    return ("--as", login, "--passphrase", str(people(demo)[login]["passphrase"]))


def test_the_credentials_tell_who_can_sign_in(demo: Cli) -> None:
    told = people(demo)
    assert all(
        one.keys() == {"login", "name", "roles", "passphrase", "totp", "rooms"} for one in told.values()
    )
    assert {role for one in told.values() for role in one["roles"]} >= {"officer", "cataloguer", "researcher"}
    assert told["outsider"]["rooms"] == []
    assert (demo.instance / CREDENTIALS).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "login", ["officer-one", "custodian", "cataloguer", "researcher", "counsel", "outsider"]
)
def test_each_holds_the_rooms_that_are_told(demo: Cli, login: str) -> None:
    held = demo.json("room", "list", *member(demo, login))["rooms"]
    told = people(demo)[login]["rooms"]
    assert {(room["id"], room["name"], room["purpose"]) for room in held} == {
        (room["id"], room["name"], room["purpose"]) for room in told
    }


def test_somebody_sits_at_the_consent_desk_and_holds_no_room(demo: Cli) -> None:
    assert people(demo)["desk"]["rooms"] == []
    hits = demo.json("search", "--room", "matter", "--query", "", *member(demo, "counsel"))["hits"]
    code = hits[0]["code"]
    found = demo.json("consent", "withdraw", code, "--preview", *member(demo, "desk"))
    assert found["closes"]["matter"] == 1
    assert found["stored"] is False


def test_words_may_stand_on_the_command_line(demo: Cli) -> None:
    found = demo.json("search", "--room", "matter", "--query", "", *member(demo, "counsel"))
    assert found["total"] > 0
    assert demo("search", "--room", "matter", "--query", "", *member(demo, "outsider")).exit_code == REFUSED
    place = found["facets"]["place"][0]
    narrowed = ("search", "--room", "matter", "--filter", f"place={place['id']}", *member(demo, "counsel"))
    assert demo.json(*narrowed)["total"] == place["count"]
    wrong = ("search", "--room", "matter", "--filter", "place", *member(demo, "counsel"))
    assert "write FACET=ID" in demo.refused(WRONG, *wrong)


def test_the_code_signs_in(demo: Cli) -> None:
    told = demo.json("demo", "code", "researcher")
    secret = str(people(demo)["researcher"]["totp"])
    assert pyotp.TOTP(secret).verify(told["code"], valid_window=1)
    assert 0 < told["seconds"] <= signing_in.STEP
    with bootstrap.opened(load(demo.instance, {})) as archive:
        words = str(people(demo)["researcher"]["passphrase"])
        code = demo.json("demo", "code", "researcher")["code"]
        assert signing_in.sign_in(archive, "researcher", words, code).token


def test_a_login_that_nobody_has_is_said(demo: Cli) -> None:
    assert "nobody of this login" in demo.refused(WRONG, "demo", "code", "nobody")


def test_a_demonstration_that_is_there_is_kept(demo: Cli) -> None:
    before = (demo.instance / CREDENTIALS).read_text()
    assert demo.json("demo", "--no-serve")["members"]
    assert (demo.instance / CREDENTIALS).read_text() == before


def test_it_is_sound_and_its_indexes_are_whole(demo: Cli) -> None:
    assert demo.json("fsck") == {"findings": []}
    for room in demo.json("room", "list", *member(demo, "custodian"))["rooms"]:
        assert room["waiting"] == 0
        assert room["records"] > 0
    assert not list(demo.instance.glob(".*"))


def test_the_same_people_have_the_same_secrets_every_time(demo: Cli, tmp_path: Path) -> None:
    again = Cli(tmp_path / "again")
    again.json("demo", "--no-serve")
    for login, one in people(again).items():
        assert {**one, "rooms": None} == {**people(demo)[login], "rooms": None}


def test_a_real_archive_is_never_taken_for_one(cli: Cli) -> None:
    assert "no demonstration" in cli.refused(WRONG, "demo", "--no-serve")
    (cli.instance / CREDENTIALS).write_text("[]")
    assert "a real archive" in cli.refused(WRONG, "demo", "--no-serve")


def test_codes_without_a_demonstration_are_refused(tmp_path: Path) -> None:
    nowhere = Cli(tmp_path)
    assert "no demonstration" in nowhere.refused(WRONG, "demo", "code", "researcher")
    (tmp_path / CREDENTIALS).write_text('[{"login": 1}]')
    assert "cannot be read" in nowhere.refused(WRONG, "demo", "code", "researcher")


def test_it_tells_a_command_that_works_from_where_it_was_called(
    demo: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `make demo` calls it, which no shell finds by its name; and as whoever installed it does."""
    program = Path(sys.executable).with_name("guwah")
    monkeypatch.setattr(sys, "argv", [str(program), "demo"])
    for path, called in (("/nowhere", str(program)), (str(program.parent), "guwah")):
        monkeypatch.setenv("PATH", path)
        said = demo("demo", "--no-serve").stdout
        [hint] = [line for line in said.splitlines() if "demo code LOGIN" in line]
        words = hint.partition(": ")[2].replace("LOGIN", "researcher").split()
        assert words[0] == called
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        assert "seconds left" in done.stdout


def test_codes_are_found_where_make_demo_puts_it(
    demo: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(demo.instance.parent)
    assert CliRunner().invoke(guwah, ["demo", "code", "researcher"]).exit_code == 0
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(guwah, ["demo", "code", "researcher"]).exit_code == WRONG
