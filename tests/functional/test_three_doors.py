"""The same question at the page, the API and the command line has the same answer, over an imported file.

`make imports` takes every account; a usual run takes GUWAH_TEST_ACCOUNTS of them.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from archive.app import create_app
from archive.cli.main import guwah
from archive.config import Config
from archive.services import accessioning, cataloguing, disclosing, signing_in
from tests.archives import Standing, abuse
from tests.unit.services.imports import twins
from tests.web.browsing import Browser

pytestmark = pytest.mark.slow


ACCOUNTS = int(os.environ.get("GUWAH_TEST_ACCOUNTS", "60"))
CAMPS = ("facility:Theresienstadt", '"death march"', 'place:"Prague"', "abuse:integrity")


@dataclass
class Doors:
    """One archive, one member, three ways in."""

    standing: Standing
    app: Flask

    @cached_property
    def browser(self) -> Browser:
        """Signed in at the first question: an import of everything outlasts a session."""
        keeper, browser = self.standing.people["keeper"], Browser(self.app.test_client())
        form = browser.get("/sign-in").form("/sign-in")
        code = self.standing.code("keeper")
        assert browser.send(form, login="keeper", passphrase=keeper.passphrase, code=code).status == 303
        return browser

    @cached_property
    def token(self) -> str:
        passphrase, code = self.standing.people["keeper"].passphrase, self.standing.code("keeper")
        return signing_in.sign_in(self.standing.archive, "keeper", passphrase, code).token

    def page(self, query: str) -> int:
        room = f"/rooms/{self.standing.custody}"
        form = self.browser.get(room).form(f"{room}/search")
        found = self.browser.follow(self.browser.send(form, text=query))
        said = re.search(r"(\d+) records? found", found.text)
        return int(said[1]) if said else 0

    def api(self, query: str) -> int:
        response = self.app.test_client(use_cookies=False).post(
            f"/api/v1/rooms/{self.standing.custody}/search",
            json={"q": query},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        assert response.status_code == 200, response.text
        assert response.json is not None
        return int(response.json["total"])

    def command(self, query: str) -> int:
        said = f"{self.standing.people['keeper'].passphrase}\n{query}\n"
        told = [
            "search",
            "--as",
            "keeper",
            "--room",
            "custody",
            "--json",
            "--instance",
            str(self.standing.instance),
        ]
        done = CliRunner().invoke(guwah, told, input=said)
        assert done.exit_code == 0, done.stderr
        return int(json.loads(done.stdout)["total"])

    def found(self, query: str) -> int:
        answers = {self.page(query), self.api(query), self.command(query)}
        assert len(answers) == 1, f"{query}: {answers}"
        return answers.pop()

    def imported(self, file: Path) -> int:
        said = f"{self.standing.people['keeper'].passphrase}\n"
        told = ["import", str(file), "--as", "keeper", "--json", "--instance", str(self.standing.instance)]
        done = CliRunner().invoke(guwah, told, input=said)
        assert done.exit_code == 0, done.output
        return int(json.loads(done.stdout.splitlines()[-1])["stored"])

    def tag_as_torture(self, keys: list[str]) -> None:
        """Catalogue a kind of abuse, which these sources do not name."""
        archive, keeper = self.standing.archive, self.standing.acting("keeper")
        known = accessioning.known(archive, keeper, self.standing.custody, keys)
        assert len(known) == len(keys)
        for record in known.values():
            tags = disclosing.show(archive, keeper, self.standing.custody, record).record.tags
            cataloguing.retag(archive, keeper, self.standing.custody, record, [*tags, abuse("beating")])


@pytest.fixture
def doors(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> Doors:
    for name in [name for name in os.environ if name.startswith("GUWAH_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(standing.archive.sessions, "take_step", lambda _member, _step: True)
    return Doors(standing, create_app(Config(instance=standing.instance), standing.archive))


def told(row: Mapping[str, Any], phrase: str) -> bool:
    """Whether an account says these words next to each other, whatever their case and what stands between."""
    written = rf"\b{phrase}\b".replace(" ", r"\W+")
    return re.search(written, f"{row['title']} {row['text']}", re.IGNORECASE) is not None


def check_accounts(doors: Doors, rows: Sequence[Mapping[str, Any]], phrase: str, tmp_path: Path) -> None:
    """All of these rows go in; a state with its towns, a phrase and a kind of abuse find what the file says."""
    file = tmp_path / "accounts.jsonl"
    file.write_bytes(twins.lines([dict(row) for row in rows]))
    began = time.monotonic()
    assert doors.imported(file) == len(rows)
    seconds = round(time.monotonic() - began)
    doors.tag_as_torture([f"wpa/{row['id']}" for row in rows[:2]])
    states = Counter(row["state"] for row in rows if row["state"])
    expected = {f'place:"{state}"': count for state, count in states.items()}
    expected |= {
        "": len(rows),
        "place:us": len(rows),
        f'"{phrase}"': sum(told(row, phrase) for row in rows),
        "abuse:integrity": 2,
        "nothing-of-this-kind": 0,
    }
    found = {query: doors.found(query) for query in expected}
    assert found == expected
    print(json.dumps({"accounts": len(rows), "seconds": seconds, "found": found}, ensure_ascii=False))


def test_a_fictional_file_is_found_alike_at_every_door(doors: Doors, tmp_path: Path) -> None:
    file = tmp_path / "twin.jsonl"
    file.write_bytes(twins.lines(twins.told_in_camps(12)))
    assert doors.imported(file) == 12
    doors.tag_as_torture(["ehri/TWIN-001", "ehri/TWIN-004"])
    assert doors.found("") == 12
    assert doors.found('facility:"Camp Nowhere"') == 12
    assert doors.found('"counted us at night"') == 12
    assert doors.found('"us counted"') == 0
    assert doors.found("place:de") == 12
    assert doors.found('place:"Example Town 1"') == 3
    assert doors.found("abuse:integrity") == doors.found("abuse:beating") == 2
    assert doors.found("nothing-of-this-kind") == 0


@pytest.mark.shared
def test_real_testimonies_are_found_alike_at_every_door(doors: Doors, shared: Path) -> None:
    file = shared / "ehri_testimonies" / "testimonies.jsonl"
    assert doors.imported(file) == 143
    first = [f"ehri/{json.loads(line)['id']}" for line in file.read_text().splitlines()[:3]]
    doors.tag_as_torture(first)
    camp = doors.found("facility:Theresienstadt")
    assert camp == doors.found("facility:Terezín") >= 42
    assert doors.found('"death march"') > 0
    assert doors.found('place:"Prague"') > doors.found("place:cz") > 0
    assert doors.found("abuse:integrity") == 3
    report = {query: doors.found(query) for query in CAMPS}
    print(json.dumps({"testimonies": 143, "found": report}, ensure_ascii=False))


def test_fictional_accounts_are_found_alike_at_every_door(doors: Doors, tmp_path: Path) -> None:
    check_accounts(doors, twins.accounts(24), "ten years old", tmp_path)


@pytest.mark.shared
def test_real_accounts_are_found_alike_at_every_door(doors: Doors, shared: Path, tmp_path: Path) -> None:
    with (shared / "wpa_narratives" / "accounts.jsonl").open() as file:
        rows = [json.loads(line) for line in islice(file, ACCOUNTS)]
    assert len(rows) == min(ACCOUNTS, 1958)
    check_accounts(doors, rows, "ten years old", tmp_path)
