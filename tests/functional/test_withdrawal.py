"""A record is withdrawn while the archive is served and read; then everything is searched for what is left of it.

A usual run has some 60 records; `make withdrawal` 2,100 in six rooms.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from archive import bootstrap
from archive.config import Config
from archive.domain.errors import NotFound
from archive.domain.rooms import RoomPurpose, Scope
from archive.services import accessioning, backing_up, disclosing, rooms, signing_in
from archive.services.archive import Archive
from tests.archives import Standing, account, draft, found, place
from tests.backing import back_up, fresh, restore
from tests.functional import hunting
from tests.functional.canary import by_server
from tests.web.browsing import Browser

RECORDS = int(os.environ.get("GUWAH_TEST_RECORDS", "60"))
AT_MOST = 60.0
"""Seconds from the confirmation until no file holds anything of it."""
LONGEST = float(os.environ.get("GUWAH_TEST_LONGEST", 2 * AT_MOST))
BATCH = 64
WORDS = ("Zerdigulcanary", "Yulghuncanary", "Tamchecanary")
"""In title, text and a person's name of the record that is withdrawn: nowhere else."""

pytestmark = pytest.mark.slow


@dataclass
class Prey:
    """A furnished archive on disk, and the record that will be hunted."""

    standing: Standing
    record: UUID
    readers: dict[str, UUID]


def test_nothing_is_left_of_what_was_withdrawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GUWAH_")]:
        monkeypatch.delenv(name)  # the command refuses a setting that it does not know
    prey = furnished(tmp_path / "instance")
    (tmp_path / "logs").mkdir()
    stage: Any = SimpleNamespace(instance=prey.standing.instance, logs=tmp_path / "logs")
    with by_server.served(stage) as server:
        server.wait()
        browsers = {login: signed_in(prey, server.port, login) for login in prey.readers}
        browsers["outsider"] = signed_in(prey, server.port, "outsider")
        for login, room in prey.readers.items():
            read(browsers[login], room, prey.record)
        with bootstrap.opened(Config(instance=prey.standing.instance)) as archive:
            back_up(archive, prey.standing.instance, tmp_path / "backup")
            wanted, sealed = hunting.needles(prey.standing.instance, archive, prey.record)
        instance = prey.standing.instance
        assert hunting.in_files(instance, wanted) == wanted.keys(), "what is there was not found"
        pids = [server._process.pid, *by_server._children(server._process.pid)]
        assert hunting.in_memory(pids, ["gunicorn"]) in ({"gunicorn"}, None), "what is there was not found"
        before = hunting.in_memory(pids, WORDS)
        seconds = withdrawn(browsers, prey.record, lambda: hunting.in_files(instance, wanted))
        for login, room in prey.readers.items():
            assert browsers[login].get(f"/rooms/{room}/records/{prey.record}").status == 404
        after = waited(lambda: hunting.in_memory(pids, WORDS))
    assert hunting.in_files(instance, wanted) == set()
    keys = surviving(prey, wanted, sealed, tmp_path)
    figures = {
        "records": RECORDS,
        "rooms": 6,
        "needles": sum(map(len, wanted.values())),
        "bodies": len(sealed),
        "seconds until no file held any": round(seconds, 2),
        "words in memory before": None if before is None else len(before),
        "words in memory after": None if before is None else 0,
        "seconds until then": None if before is None else round(after, 2),
        "keyrings tried": keys,
        "opened": 0,
    }
    print(json.dumps(figures))
    assert seconds <= AT_MOST


def furnished(instance: Path) -> Prey:
    """Six rooms with RECORDS records in each but the identities; nothing of the cryptography is made cheap."""
    with found(instance) as made:
        archive, keeper, custody = made.archive, made.acting("keeper"), made.custody
        for number in range(2):
            rooms.create(archive, keeper, custody, RoomPurpose.READING, f"Reading {number}", Scope())
        rooms.appoint(archive, keeper, custody, made.people["outsider"].member)
        title, text, person = WORDS
        target = draft(
            account(f"I am {text}. They counted us. " * 40, title=title, tags=(place("xj-hotan"),))
        )
        people = tuple(type(one)(id=one.id, role=one.role, name=person) for one in target.people)
        others = [
            draft(account("They counted us at night.", tags=(place("xj-urumqi"),)))
            for _ in range(RECORDS - 1)
        ]
        drafts = [type(target)(record=target.record, consent=target.consent, people=people), *others]
        for start in range(0, len(drafts), BATCH):
            accessioning.accession(archive, keeper, custody, drafts[start : start + BATCH], index=False)
        matter = made.rooms[RoomPurpose.MATTER]
        return Prey(made, target.record.id, {"keeper": custody, "reader": made.reading, "counsel": matter})


def signed_in(prey: Prey, port: int, login: str) -> Browser:
    browser = Browser(by_server.Client(port))  # type: ignore[arg-type]
    form = browser.get("/sign-in").form("/sign-in")
    passphrase = prey.standing.people[login].passphrase
    page = browser.send(form, login=login, passphrase=passphrase, code=prey.standing.code(login))
    assert page.status == 303, page.text
    return browser


def read(browser: Browser, room: UUID, record: UUID) -> None:
    """Search for it, which opens the room's index, then open it."""
    form = browser.get(f"/rooms/{room}").form(f"/rooms/{room}/search")
    hits = browser.follow(browser.send(form, text=WORDS[1]))
    assert str(record) in hits.response.get_data(as_text=True)
    assert WORDS[1] in browser.get(f"/rooms/{room}/records/{record}").text


def withdrawn(browsers: dict[str, Browser], record: UUID, left: Callable[[], set[str] | None]) -> float:
    """The desk withdraws, a second member confirms; the seconds from then until it is gone."""
    for login, deed in (("outsider", "withdraw"), ("keeper", "destroy")):
        address = f"/desk/records/{record}"
        form = browsers[login].get(address).form(f"{address}/{deed}")
        confirmed = browsers[login].send(form, button=("step", "confirm"))
        assert confirmed.status == 303, confirmed.text
    return waited(left)


def waited(left: Callable[[], set[str] | None]) -> float:
    """The seconds until nothing is left."""
    begun = time.monotonic()
    while still := left():
        assert time.monotonic() < begun + LONGEST, f"it never went: {sorted(still)}"
        time.sleep(0.5)
    return time.monotonic() - begun


def surviving(prey: Prey, wanted: dict[str, list[bytes]], sealed: list[Any], folder: Path) -> int:
    """Every key that anybody holds, on what the archive holds now and on what yesterday's backup makes of it."""
    instance = prey.standing.instance
    with bootstrap.opened(Config(instance=instance)) as archive:
        tried = tries(prey, archive, sealed)
        assert not archive.shares.aside().keys() & {body.id for body in sealed}
        newest = backing_up.shred_list(archive)
    again = fresh(folder / "again", instance)
    restore(again, folder / "backup", [newest])
    with bootstrap.opened(Config(instance=again)) as archive:
        tried += tries(prey, archive, sealed)
    shares = {name: each for name, each in wanted.items() if name.startswith("share")}
    assert hunting.in_files(again, shares) == set()
    return tried


def tries(prey: Prey, archive: Archive, sealed: list[Any]) -> int:
    acting = {
        login: signing_in.unlock(archive, login, person.passphrase)
        for login, person in prey.standing.people.items()
    }
    assert hunting.opened(archive, [each.keys for each in acting.values()], sealed) == []
    for login, room in prey.readers.items():
        with pytest.raises(NotFound):
            disclosing.show(archive, acting[login], room, prey.record)
    return len(acting)
