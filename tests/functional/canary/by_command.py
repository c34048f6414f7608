"""Knows the journeys by the command line: founding, admitting, importing, cataloguing, searching, failing.
Must not know pages, or what is searched for afterwards."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

import pytest

from archive.cli import saying
from archive.cli.refusals import BUSY, DEFECT, IN_PART, REFUSED, WRONG
from archive.crypto import kdf
from archive.domain.log import QUERIES, LogFilter
from archive.domain.searching import SearchQuery
from archive.domain.tags import Facet
from archive.sealing import bodies, kits
from archive.services import admitting, disclosing, registering, searching, signing_in
from archive.services.acting import Acting
from archive.services.admitting import Newcomer
from archive.services.archive import Archive
from archive.services.imports import mapping, naming
from archive.services.imports.templates import named_in
from archive.text.fold import fold
from tests.functional.canary.stage import Stage, opened

REAL = kdf.FLOOR
TERMS = {
    "kind": "court-evidence",
    "original_lang": "ug-Arab",
    "translation_lang": "ru",
    "summary_lang": "zh-Hans",
    "content_note": "family-separation",
    "place": "xj-kashgar",
    "abuse": "death-from-denied-care",
    "ethnic": "dongxiang",
    "goods": "caustic-soda",
    "relation": "religious-teacher",
    "status": "died-in-custody",
    "knowledge": "leaked-document",
    "facility": "",
}
"""What stands in the columns that take a word of a list."""
ROLE = "translator"
DAYS = ("collected", "period", "born", "as_of", "last_contact", "opened", "closed")
EXTRA = "extra column"
OWN_TERMS = """
record = "testimony"
required = ["number", "told"]
key = "{number}"
title = "{heading}"
kind = "survivor"
[[texts]]
role = "original"
lang = "und"
body = "{told}"
translator = "CANARY"
[[tags]]
facet = "place"
name = "{village}"
within = ["xj-hotan", "{township}"]
[[tags]]
facet = "subject"
each = "topics"
key = "{address}"
name = "{called}"
own = true
lang = "ru"
[[tags]]
facet = "facility"
name = "{camp}"
own = true
lang = "ug"
kind = "internment"
"""


def found(stage: Stage) -> None:
    """A solo archive; then a reader, somebody who will lose everything, and one whose slot costs what it costs."""
    login, name = stage.aviary.value("login"), stage.aviary.value("member's name", kept=True)
    told = json.loads(stage.command("init", "--solo", login, "--name", name, "--json", "--no-check"))
    stage.rooms = told["rooms"]
    stage.enrolled("keeper", told["people"][0])
    stage.aviary.secret("archive kit", told["archive_kit"], kits.read(told["archive_kit"]))
    for who, room in (("reader", "reading"), ("lost", "matter")):
        login, name = stage.aviary.value("login"), stage.aviary.value("member's name", kept=True)
        stage.enrolled(
            who, stage.acting("keeper", "member", "admit", login, "--role", ROLE, said=f"{name}\n")
        )
        stage.acting("keeper", "grant", stage.rooms[room], login)
    with opened(stage) as (archive, _app):
        keeper = signing_in.unlock(archive, stage.people["keeper"].login, stage.people["keeper"].passphrase)
        login, name = stage.aviary.value("login"), stage.aviary.value("member's name", kept=True)
        with pytest.MonkeyPatch.context() as patch:  # for the served process, where nothing can be made cheap
            patch.setattr(kdf, "FLOOR", REAL)
            new = admitting.admit(archive, [keeper], Newcomer(login=login, name=name))
    stage.enrolled("served", {"login": login, "passphrase": new.passphrase, "totp": new.totp, "kit": new.kit})
    for room in ("custody", "reading"):
        stage.acting("keeper", "grant", stage.rooms[room], login, "--capability", "place")


def mistake(stage: Stage) -> None:
    """Wrong logins, passphrases and kits, until there is a wait; flags that only demos take; a defect."""
    keeper, bred = stage.people["keeper"], stage.aviary
    for attempt in range(6):
        code = REFUSED if attempt < 5 else BUSY
        said = bred.value("wrong passphrase") + "\n"
        stage.command("room", "list", "--as", stage.people["lost"].login, said=said, code=code)
    stage.command("room", "list", "--as", bred.value("wrong login"), "--json", said="x\n", code=REFUSED)
    kit = bred.value("wrong recovery kit")
    stage.command("member", "recover", stage.people["lost"].login, said=f"{kit}\n", code=REFUSED)
    for flag in ("--query", "--filter", "--passphrase"):
        said = f"{keeper.passphrase}\n" * 2
        word = bred.value(f"refused flag {flag}")
        word = f"place={word}" if flag == "--filter" else word
        stage.command("search", "--as", keeper.login, flag, word, "--room", "custody", said=said, code=WRONG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(disclosing, "show", _fail(bred.value("words of a defect")))
        stage.acting("keeper", "show", "0" * 32, "--room", "custody", code=DEFECT)


def recover(stage: Stage) -> None:
    """New secrets, by the kit and by the old passphrase; the old ones stay canaries."""
    person = stage.people["lost"]
    told = json.loads(stage.command("member", "recover", person.login, "--json", said=f"{person.kit}\n"))
    stage.enrolled("lost", told)
    stage.enrolled("lost", stage.acting("lost", "member", "passphrase"))


def back_up(stage: Stage) -> None:
    """Both halves and the shred list, to be searched like the archive that they come from."""
    stage.command("backup", str(stage.root / "backup"))
    stage.command("shredlist", "--out", str(stage.root / "shred-list"))


def rooms(stage: Stage) -> None:
    """A room with a name and a scope; a name and a day that are not taken."""
    bred = stage.aviary
    scope = ["", "", "", "", "", "", bred.day("scope", kept=True), bred.day("scope", ahead=True, kept=True)]
    lines = "\n".join([bred.value("room's name", kept=True), *scope])
    stage.acting("keeper", "room", "create", "reading", said=f"{lines}\n")
    wrong = f"{bred.value('refused room')}\n{bred.value('refused scope')}\n"
    stage.acting("keeper", "room", "create", "matter", said=wrong, code=WRONG)


def facility(stage: Stage) -> str:
    """An entry of the facility register; return how it is called in English."""
    name = stage.aviary.name("name of an imported file")
    _imported(stage, f"{name}.csv", _csv(_row(stage, "facility")))
    return stage.aviary.first("import facility: label_en")


def imports(stage: Stage) -> None:
    """Both kinds of record come in, by built-in mappings and by one of our own; some rows are refused."""
    bred = stage.aviary
    name = bred.name("name of an imported file")
    basis = [bred.value(f"import: {of} of the basis", kept=True) for of in ("reason", "source", "licence")]
    public = ("--basis", "already-public"), "\n".join(basis) + "\n"
    good = [_row(stage, "testimony") for _ in range(2)]
    wrong = [_row(stage, "testimony", refused=True), good[0] | {"source_key": good[1]["source_key"]}]
    _imported(stage, f"{name}-1.csv", _csv(*good, *wrong), *public, refused=2)
    report = _row(stage, "family-report") | {"missing": [_missing(stage)]}
    wrong = [_row(stage, "family-report", refused=True) | {bred.name(EXTRA): bred.value("refused column")}]
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in (report, *wrong))
    broken = f'\n{{"title": "{bred.value("broken row")}"\n'
    _imported(stage, f"{name}-2.jsonl", lines + broken, *public, refused=2)
    _imported(stage, f"{name}-3.jsonl", lines, *public, "--dry-run", refused=1)
    _own(stage, name)


def _own(stage: Stage, name: str) -> None:
    """Own terms, whose ids are made of their names and so would confirm a guess."""
    bred = stage.aviary
    how = OWN_TERMS.replace("CANARY", bred.value("mapping's own words", kept=True))
    called = bred.name("name of a mapping", kept=True)
    terms = [
        bred.value(f"import: own {facet}", kept=True) for facet in ("place", "township", "camp", "topic")
    ]
    address = bred.value("import: own address")
    row = {
        "number": bred.value("import: own source key"),
        "told": bred.value("import: own text", kept=True),
        "heading": bred.value("import: own title", kept=True),
        "village": terms[0],
        "township": terms[1],
        "camp": terms[2],
        "topics": [{"address": address, "called": terms[3]}],
    }
    reason = bred.value("import: reason of the basis", kept=True)
    chosen = ("--basis", "public-interest", "--mapping", stage.file(f"{called}.toml", how))
    _imported(stage, f"{name}-4.jsonl", json.dumps(row), chosen, f"{reason}\n")
    for facet, key in (
        (Facet.SUBJECT, address),
        (Facet.FACILITY, f"name:{fold(terms[2])}"),
    ):
        own = naming.own_id(facet, naming.reference(key))
        bred.secret(f"id made of the name of a {facet.value}", f"reg-{own.hex}", own.bytes)
        bred.secret(f"id made of the name of a {facet.value}", str(own))


def catalogue(stage: Stage) -> None:
    """Find what was imported, read it, tag it; then everything that keeps an archive."""
    bred = stage.aviary
    custody = ("--room", stage.rooms["custody"])
    title = bred.first("import testimony: title")
    record = stage.acting("keeper", "search", *custody, said=f'"{title}"\n')["hits"][0]["id"]
    subject = bred.value("subject", kept=True)
    stage.acting("keeper", "tag", record, *custody, said=f"+ subject={subject}\n\n")
    stage.acting("keeper", "tag", record, *custody, said=f"{bred.value('refused change')}\n\n", code=WRONG)
    for room in ("custody", "reading"):
        found = stage.acting("keeper", "search", "--room", stage.rooms[room], said=f"{title}\n")
        assert found["total"] == 1, room
    for query in ('"%s" OR title:%s*', 'place:"%s" NOT ('):
        stage.acting(
            "keeper",
            "search",
            *custody,
            said=query.replace("%s", bred.value("search term", kept=True)) + "\n",
        )
    stage.acting("keeper", "reindex", *custody)
    stage.acting("keeper", "fsck")
    stage.acting("lost", "show", record, code=REFUSED)


def read_all(stage: Stage) -> str:
    """Everything that a lawful member gets to see, as one text: whatever was kept stands in it."""
    keeper = stage.people["keeper"]
    stage.answers.clear()
    for words in (("log", "show", "--count", "1000"), ("member", "list"), ("room", "list")):
        stage.acting("keeper", *words)
    for report in stage.acting("keeper", "rejects")["reports"]:
        stage.acting("keeper", "rejects", report["id"])
    custody = UUID(stage.rooms["custody"])
    with opened(stage) as (archive, _app):
        acting = signing_in.unlock(archive, keeper.login, keeper.passphrase)
        found = searching.search(archive, acting, custody, SearchQuery(size=100)).result.hits
        records = [disclosing.show(archive, acting, custody, hit.record) for hit in found]
        register = registering.facilities(archive, acting, custody)
        asked = [said.decode() for said in _searched_for(archive, acting)]
    opened_up = json.dumps([records, register, asked], default=saying._plain, ensure_ascii=False)
    return "\n".join([*stage.answers, opened_up])


def _searched_for(archive: Archive, acting: Acting) -> Iterator[bytes]:
    """What the log keeps of searches and suggestions: shown to nobody, but kept."""
    with archive.read() as unit:
        rows = [row for action in QUERIES for row in unit.log.find(LogFilter(action=action), None, 1000)]
        for row in rows:
            body, share = unit.records.body(row.id), archive.shares.find(row.id)
            assert body
            yield from bodies.unseal(archive.row.id, body, archive.row.audit, acting.keys, share).values()


def _row(stage: Stage, named: str, *, refused: bool = False) -> dict[str, Any]:
    """A row in which every column that takes words holds canaries. Refused: its days and words of lists are wrong."""
    columns = mapping.load(named).fields() - {"missing"}
    return _filled(stage, f"import {named}", columns, refused=refused)


def _missing(stage: Stage) -> dict[str, Any]:
    """One of several missing people in a row."""
    rule = next(rule for rule in mapping.load("family-report").missing if rule.each)
    columns = [name for template in dict(rule).values() for name in named_in(template)]
    return _filled(stage, "import one missing person", columns)


def _filled(stage: Stage, of: str, columns: Iterable[str], *, refused: bool = False) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in sorted(columns):
        kind = f"{of}: {column}"
        if refused:
            row[column] = stage.aviary.value(f"refused {kind}")
        elif column in DAYS:
            row[column] = stage.aviary.day(kind, kept=True)
        elif column in TERMS:
            row[column] = TERMS[column]
        else:
            row[column] = stage.aviary.value(kind, kept=column != "source_key")
    return row | ({"kind": "internment"} if "label_en" in row else {})


def _csv(*rows: dict[str, Any]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _imported(
    stage: Stage,
    name: str,
    content: str,
    flags: tuple[str, ...] = (),
    said: str = "",
    *more: str,
    refused: int = 0,
) -> None:
    path = stage.file(name, content)
    code = IN_PART if refused else 0
    told = stage.acting("keeper", "import", path, *flags, *more, said=said, code=code)
    assert told["refused"] == refused, told
    assert told["stored"] + told["known"] > 0, told


def _fail(words: str) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise ValueError(words)

    return fail
