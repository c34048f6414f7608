"""What was said to the archive, in any field and by any door, can be read nowhere on the disk; nor can a key or secret.

Other than the searches of single modules, this one takes the archive as a whole: everything is founded, entered,
searched and refused as in use, then every byte that any of it wrote is searched for every word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import get_type_hints

import pytest
from flask import Flask

from archive.domain.consent import Audience, ConsentEntry, DataClass, GrantItem, Purpose
from archive.domain.facilities import Facility
from archive.domain.family_report import FamilyReport, FollowUp, MissingPerson, Statement
from archive.domain.records import KnownPerson, Passage, Present, Source, Text
from archive.domain.rooms import RoomPurpose
from archive.domain.tags import Tag
from archive.domain.testimony import Testimony as Account
from archive.services import signing_in
from archive.services.archive import Archive
from tests.functional.canary import by_command, by_page, by_program, by_server
from tests.functional.canary.planting import DAY, SCRIPTS, SECRET, WHOLE
from tests.functional.canary.stage import Stage, opened, raised
from tests.functional.canary.sweeping import Found, Sweep
from tests.web.browsing import Browser

pytestmark = pytest.mark.slow

TESTIMONY = ("add texts", "add present", "tag place xj-kashgar", "tag abuse solitary-confinement")
REPORT = ("add statements", "add follow_ups", "add missing-0-statements")


@dataclass(frozen=True)
class Told:
    """What there was to see: in the archive by right, and on the disk, while all was open and when all was over."""

    stage: Stage
    sweep: Sweep
    by_right: str
    while_open: list[Found]
    afterwards: list[Found]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The journeys by every door, once; nothing is patched any more when it returns."""
    with raised(tmp_path_factory.mktemp("canary"), seed=20261124) as stage:
        by_command.found(stage)
        plant_terms(stage)
        with (
            by_server.served(stage) as server,
            opened(stage) as (archive, app),
            pages(stage, archive, app),
            api(stage, app),
        ):
            counsel(stage, app)
            commands(stage, archive)
            processes(stage, server)
            sweep = Sweep(stage.aviary.canaries)
            while_open = [*sweep.folder(stage.root)]
            for folder in server.folders():
                while_open += sweep.folder(folder)
            for name, content in server.deleted_files():
                while_open += sweep.content(name, content)
        by_right = by_command.read_all(stage)
        return Told(stage, sweep, by_right, while_open, [*sweep.folder(stage.root)])


def plant_terms(stage: Stage) -> None:
    """The words of lists in which records and consents are described; a room's purpose stands in clear, by design."""
    terms = [*by_command.TERMS.values(), *by_program.TERMS.values(), by_command.ROLE, *TESTIMONY[-1].split()]
    plain = [word for one in terms for word in (one if isinstance(one, list) else [one])]
    for word in {*plain, *Purpose, *Audience, *DataClass} - {*RoomPurpose}:
        stage.aviary.secret("word of a list", str(word))


def commands(stage: Stage, archive: Archive) -> None:
    by_command.imports(stage)
    by_command.rooms(stage)
    by_command.catalogue(stage)
    by_command.mistake(stage)
    by_command.recover(stage)
    by_command.back_up(stage)
    keeper = stage.people["keeper"]
    stage.note_keys(signing_in.unlock(archive, keeper.login, keeper.passphrase))


@contextmanager
def pages(stage: Stage, archive: Archive, app: Flask) -> Iterator[None]:
    """A cataloguer and a reader in their browsers, signed in until the block ends."""
    facility = by_command.facility(stage)
    browser, other = Browser(app.test_client()), Browser(app.test_client())
    by_page.sign_in(stage, browser, stage.people["keeper"])
    by_page.sign_in(stage, other, stage.people["reader"])
    visit = by_page.Visit(stage, browser, stage.rooms["custody"])
    record = by_page.enter(visit, "testimony", *TESTIMONY)
    report = by_page.enter(visit, "family-report", *REPORT)
    by_page.tag(visit, record, facility)
    by_page.mark(visit, record)
    by_page.read(visit, record)
    by_page.read(visit, report)
    title = stage.aviary.first("page testimony: title")
    by_page.search(visit, title)
    by_page.search(by_page.Visit(stage, other, stage.rooms["reading"]), title)
    by_page.consent(visit, record)
    by_page.refusals(visit, f"/rooms/{stage.rooms['audit']}/records/{stage.rooms['audit']}")
    by_page.upload(visit)
    by_page.defect(visit)
    by_page.ended(visit, lambda token: signing_in.sign_out(archive, token), stage.people["keeper"])
    yield
    by_page.sign_out(browser)
    by_page.sign_out(other)


@contextmanager
def api(stage: Stage, app: Flask) -> Iterator[None]:
    """A program, signed in until the block ends."""
    program, custody = by_program.Program(stage, app.test_client()), stage.rooms["custody"]
    program.sign_in(stage.people["keeper"])
    program.register(custody)
    record = program.store(custody, Account)
    program.store(custody, FamilyReport)
    title = stage.aviary.first("API: Testimony.title")
    program.read(custody, program.search(custody, title))
    program.search(stage.rooms["reading"], title)
    program.tag(custody, record)
    program.mark(custody, record)
    program.exhibits(stage.rooms["matter"], program.search(stage.rooms["matter"], title))
    yield
    program.sign_out()


def counsel(stage: Stage, app: Flask) -> None:
    """Exhibit sheets of what programs stored, made and read in a browser."""
    browser = Browser(app.test_client())
    by_page.sign_in(stage, browser, stage.people["keeper"])
    by_page.exhibits(
        by_page.Visit(stage, browser, stage.rooms["matter"]), stage.aviary.first("API: Testimony.title")
    )
    by_page.sign_out(browser)


def processes(stage: Stage, server: by_server.Served) -> None:
    """The same against gunicorn and from a shell, where nothing was made easier."""
    server.wait()
    custody = stage.rooms["custody"]
    browser = Browser(by_server.Client(server.port))  # type: ignore[arg-type]
    by_page.sign_in(stage, browser, stage.people["served"])
    visit = by_page.Visit(stage, browser, custody)
    by_page.search(visit, stage.aviary.first("API: Testimony.title"))
    by_page.refusals(visit, f"/rooms/{stage.rooms['audit']}/records/{stage.rooms['audit']}")
    by_page.upload(visit)
    by_server.malform(stage, server.port)
    program = by_program.Program(stage, by_server.Client(server.port))
    program.sign_in(stage.people["served"], ahead=1)
    program.store(custody, Account)
    by_server.command(stage)


def test_nothing_stands_in_clear_while_the_archive_is_open(told: Told) -> None:
    assert not told.while_open, summary(told.while_open)


def test_nothing_stands_in_clear_when_everybody_has_left(told: Told) -> None:
    assert not told.afterwards, summary(told.afterwards)


def test_what_was_entered_is_there_for_those_who_hold_the_key(told: Told) -> None:
    """Else the search would have proved nothing but that it was lost."""
    kept = [canary for canary in told.stage.aviary.canaries if canary.kept]
    lost = Counter(canary.kind for canary in kept if canary.text not in told.by_right)
    assert len(kept) > 1000
    assert not lost


def test_no_file_was_written_that_was_not_searched(told: Told) -> None:
    watch = told.stage.watch
    assert watch.written > 50
    assert watch.removed > 10
    assert not watch.outside
    assert not watch.nameless, "a file without a name cannot be searched"
    files = {str(path.relative_to(told.stage.root)) for path in told.stage.root.rglob("*")}
    assert {"instance/main/archive.db", "instance/sessions/sessions.db", "logs/serve.err"} <= files
    assert {"backup/main/archive.db", "backup/shares/shares.db", "shred-list"} <= files
    assert told.sweep.searched > 5_000_000


def test_every_field_of_every_shape_was_planted_in_every_script(told: Told) -> None:
    kinds = told.stage.aviary.kinds()
    for shape in (
        Account, FamilyReport, Text, Passage, Present, Source, KnownPerson, MissingPerson, Statement, FollowUp, Tag,
        Facility, ConsentEntry, GrantItem,
    ):  # fmt: skip
        hints = get_type_hints(shape)
        for one in fields(shape):
            words = hints[one.name] in (str, tuple[str, ...]) or "Mapping" in str(hints[one.name])
            if words and one.name not in by_program.LEFT and (shape, one.name) not in by_program.TERMS:
                assert f"API: {shape.__name__}.{one.name}" in kinds
    scripts: dict[str, set[str]] = {}
    for canary in told.stage.aviary.canaries:
        scripts.setdefault(canary.kind, set()).add(canary.script)
    whole = ({*SCRIPTS, WHOLE}, set(SCRIPTS), {DAY}, {SECRET})
    partial = {kind for kind, found in scripts.items() if found not in whole}
    assert not partial


def test_the_doors_logged_that_they_refused_and_failed(told: Told) -> None:
    """So that the logs which were searched are those in which a word could have stood."""
    logs = {path.name: path.read_text() for path in told.stage.logs.iterdir()}
    assert "ValueError at web/rooms/views.py" in logs["python.log"]
    assert "could not be read and was refused" in logs["serve.err"]
    assert "Something failed unexpectedly" in logs["guwah.err"]


def summary(found: list[Found]) -> str:
    counts = Counter((one.where, one.kind, one.encoding) for one in found)
    return "\n".join(
        f"{where}: {kind} as {how}, {count} times" for (where, kind, how), count in counts.items()
    )
