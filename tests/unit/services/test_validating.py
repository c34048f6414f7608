from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from archive.domain.consent import Basis, DataClass, Decision, Event
from archive.domain.drafts import Draft, Record
from archive.domain.errors import Invalid
from archive.domain.family_report import FollowUp, MissingPerson, Statement
from archive.domain.records import KnownPerson, Passage, Present, Source
from archive.domain.tags import Facet, Tag
from archive.services.validating import check
from tests.unit.policy.policy_cast import (
    BEATEN,
    CAMP,
    CATALOGUE,
    KEPT,
    RESEARCH,
    STORE,
    TODAY,
    account,
    entry,
    item,
    items,
    named,
    report,
    text,
)

MARK = Passage(start=0, end=4, contains=(DataClass.MEDICAL,), reason="invented")
REGISTER = {CAMP.term}
CONSENT = entry(*KEPT)
SOMEBODY = KnownPerson(id=named("narrator"), role="narrator", name="Noor Invented", contact="a number")


def draft(record: Record | None = None, **more: Any) -> Draft:
    return replace(Draft(record=record or account(), consent=CONSENT), **more)


def problems(draft: Draft) -> dict[str, str]:
    """Field → what is said of it. A problem that does not read as a sentence fails here."""
    try:
        check(draft, REGISTER)
    except Invalid as invalid:
        said = {problem.where: str(problem) for problem in invalid.problems}
        assert all("%(" not in text for text in said.values())
        return said
    return {}


@pytest.mark.parametrize(
    "good",
    [
        draft(),
        draft(report()),
        draft(report(texts=(), statements=())),
        draft(report(texts=(), missing=())),
        draft(report(missing=(), statements=())),
        draft(
            account(
                tags=(CAMP, BEATEN, Tag(facet=Facet.SUBJECT, term="the kitchen", labels={"en": "Kitchen"}))
            )
        ),
        draft(
            account(
                texts=(text(), text("t2", "بىز ئۇردۇق", lang="ug-Arab", direction="rtl", role="translation"))
            )
        ),
        draft(account(texts=(text(lang="und", direction="rtl"),))),
        draft(account(texts=(text(body="two\r\nlines\tand a mark\u200f, \u202bturned\u202c"),), tags=())),
        draft(account(collected="", period="", title="a \u200fmark", source=Source(citation="a book"))),
        draft(people=(SOMEBODY,)),
        draft(account(texts=(text(passages=(MARK, MARK, replace(MARK, start=2, end=9))),))),
        draft(consent=entry(*items([STORE, CATALOGUE], [DataClass.NARRATIVE]))),
        draft(consent=entry(basis=Basis.VITAL_INTEREST, reason="she is in danger"), people=(SOMEBODY,)),
        draft(consent=entry(basis=Basis.ALREADY_PUBLIC, reason="in print", source="a book", licence="CC0")),
    ],
)
def test_a_good_draft_passes(good: Draft) -> None:
    assert problems(good) == {}


def changed(**more: Any) -> Draft:
    return draft(account(**more))


def reported(**more: Any) -> Draft:
    return draft(report(**more))


def tagged(**more: Any) -> Draft:
    return changed(tags=(replace(BEATEN, **more),))


def with_text(**more: Any) -> Draft:
    return changed(texts=(text(**more),), tags=())


def missing(**more: Any) -> Draft:
    return reported(missing=(replace(MissingPerson(id=named("m"), name="Mira Invented"), **more),))


@pytest.mark.parametrize(
    ("bad", "where", "said"),
    [
        (changed(title=" "), "title", "Give the account a title"),
        (changed(title="x" * 501), "title", "shorten it to 500 bytes"),
        (changed(title="چ" * 251), "title", "shorten it to 500 bytes"),
        (changed(title="two\nlines"), "title", "on one line"),
        (changed(title="tab\there"), "title", "on one line"),
        (changed(title="turned \u202eround"), "title", "invisible characters"),
        (changed(title="isolated \u2067round"), "title", "invisible characters"),
        (changed(title="half \ud800"), "title", "half a character"),
        (changed(title="nul \x00"), "title", r"control character \(U\+0000\)"),
        (changed(kind="gossip"), "kind", "“gossip” is not in the list “kinds”"),
        (changed(kind="survivors"), "kind", "Close to it: survivor"),
        (changed(kind=""), "kind", "Choose one of the list “kinds”"),
        (changed(collected="last spring"), "collected", "not a date"),
        (changed(period="2018-02-30"), "period", "no such day"),
        (changed(period="2019/2018"), "period", "ends before it begins"),
        (changed(collected_where="x\ny"), "collected_where", "on one line"),
        (changed(channel="x\x07"), "channel", "control character"),
        (changed(content_note=("gore",)), "content_note.0", "not in the list “content-notes”"),
        (changed(note="x" * 100_001), "note", "shorten"),
        (changed(source=Source(citation="")), "source.citation", "where it was published"),
        (changed(source=Source(citation="a", licence="x\n")), "source.licence", "on one line"),
        (changed(source=Source(citation="a", identifier="\x00")), "source.identifier", "control"),
        (changed(texts=(), tags=()), "texts", "in the words in which it was given"),
        (changed(texts=(text(role="translation"),)), "texts", "in the words in which it was given"),
        (changed(texts=tuple(text(f"t{n}") for n in range(201))), "texts", "There are 201 here; at most 200"),
        (changed(texts=(text(), text())), "texts.1.id", "stands twice"),
        (with_text(id=""), "texts.0.id", "An id is"),
        (with_text(id="a b"), "texts.0.id", "An id is"),
        (
            changed(texts=(text(), text("t2", role="poem"))),
            "texts.1.role",
            "one of these: original, translation",
        ),
        (with_text(lang="xx"), "texts.0.lang", "not in the list “languages”"),
        (with_text(lang="ug-arab"), "texts.0.lang", "Close to it: ug-"),
        (with_text(direction="up"), "texts.0.direction", "rtl or ltr"),
        (with_text(direction="rtl"), "texts.0.direction", "“en” is written ltr"),
        (with_text(lang="ug-Arab"), "texts.0.direction", "“ug-Arab” is written rtl"),
        (with_text(body="  \n"), "texts.0.body", "Enter this text"),
        (with_text(body="x" * 5_000_001), "texts.0.body", "5,000,000 bytes"),
        (with_text(body="چ" * 2_500_001), "texts.0.body", "5,000,000 bytes"),
        (with_text(body="a\x00"), "texts.0.body", "U.0000"),
        (with_text(body="a\x0b"), "texts.0.body", "U.000B"),
        (with_text(body="a\x85"), "texts.0.body", "U.0085"),
        (with_text(passages=(replace(MARK, end=99),)), "texts.0.passages.0.end", "within its text"),
        (with_text(passages=(replace(MARK, start=-1),)), "texts.0.passages.0.end", "within its text"),
        (with_text(passages=(replace(MARK, start=4),)), "texts.0.passages.0.end", "within its text"),
        (with_text(passages=(MARK, replace(MARK, end=3))), "texts.0.passages.1.start", "in which they stand"),
        (with_text(passages=(replace(MARK, contains=()),)), "texts.0.passages.0.contains", "which kinds"),
        (with_text(passages=(replace(MARK, reason=""),)), "texts.0.passages.0.reason", "why it is marked"),
        (with_text(passages=(MARK,) * 2001), "texts.0.passages", "at most 2000"),
        (with_text(body="a\ufffe"), "texts.0.body", "U.FFFE"),
        (with_text(body="a\udfff"), "texts.0.body", "half a character"),
        (with_text(translator="a\n"), "texts.0.translator", "on one line"),
        (with_text(method="a\n"), "texts.0.method", "on one line"),
        (changed(present=(Present(role="boss"),)), "present.0.role", "not in the list “present-roles”"),
        (changed(present=(Present(role="other", name="\n"),)), "present.0.name", "on one line"),
        (
            changed(present=(Present(role="other", organisation="\n"),)),
            "present.0.organisation",
            "on one line",
        ),
        (changed(tags=(BEATEN,) * 501), "tags", "There are 501 here; at most 500"),
        (tagged(term="tickling"), "tags.0.term", "not in the list “abuse-types”"),
        (tagged(facet=Facet.PLACE), "tags.0.term", "not in the list “places”"),
        (tagged(facet=Facet.FACILITY), "tags.0.term", "not in the list “facility-types”"),
        (tagged(facet=Facet.ETHNIC), "tags.0.term", "not in the list “ethnic-groups”"),
        (tagged(facet=Facet.GOODS), "tags.0.term", "not in the list “goods”"),
        (tagged(facet=Facet.SUBJECT, term=" "), "tags.0.term", "Name the subject"),
        (tagged(facet=Facet.SUBJECT, term="a\nb"), "tags.0.term", "on one line"),
        (
            tagged(facet=Facet.FACILITY, term="reg-unknown"),
            "tags.0.term",
            "register does not hold “reg-unknown”",
        ),
        (tagged(certainty="sure"), "tags.0.certainty", "not in the list “certainty”"),
        (tagged(kind="castle"), "tags.0.kind", "not in the list “facility-types”"),
        (tagged(text="t9"), "tags.0.text", "in which of the record's texts"),
        (tagged(text=""), "tags.0.text", "in which of the record's texts"),
        (tagged(passage="never said"), "tags.0.passage", "do not stand in that text"),
        (tagged(passage=""), "tags.0.passage", "do not stand in that text"),
        (tagged(labels={"en": "\n"}), "tags.0.labels", "on one line"),
        (tagged(labels={"e\n": "x"}), "tags.0.labels", "on one line"),
        (tagged(aliases=("\n",)), "tags.0.aliases.0", "on one line"),
        (tagged(broader=("a", "\n")), "tags.0.broader.1", "on one line"),
        (tagged(aliases=("a",) * 201), "tags.0.aliases", "There are 201"),
        (reported(missing=(), statements=(), texts=()), "missing", "Say who is missing"),
        (reported(missing=report().missing * 2), "missing.1.id", "stands twice"),
        (missing(name=""), "missing.0.name", "how the person is called"),
        (missing(other_names=("\n",)), "missing.0.other_names.0", "on one line"),
        (missing(relation="zz"), "missing.0.relation", "not in the list “relations”"),
        (missing(status="gone"), "missing.0.status", "not in the list “person-status”"),
        (missing(status_source="\n"), "missing.0.status_source", "on one line"),
        (missing(born="x"), "missing.0.born", "not a date"),
        (missing(as_of="x"), "missing.0.as_of", "not a date"),
        (missing(last_contact="x"), "missing.0.last_contact", "not a date"),
        (missing(statements=(Statement(text=""),)), "missing.0.statements.0.text", "Enter what was said"),
        (
            reported(statements=(Statement(text="a", knowledge="guess"),)),
            "statements.0.knowledge",
            "not in the list “knowledge”",
        ),
        (reported(sought="\x00"), "sought", "control"),
        (reported(safety="\x00"), "safety", "control"),
        (reported(objections="\x00"), "objections", "control"),
        (reported(when_freed="\x00"), "when_freed", "control"),
        (reported(follow_ups=(FollowUp(on="", note=""),)), "follow_ups.0.on", "when this contact was"),
        (reported(follow_ups=(FollowUp(on="soon", note=""),)), "follow_ups.0.on", "not a date"),
        (reported(follow_ups=(FollowUp(on="2024", note="\x00"),)), "follow_ups.0.note", "control"),
        (
            reported(follow_ups=(FollowUp(on="2024", note="", next_contact="2024"),)),
            "follow_ups.0.next_contact",
            "Write the day as 2024-03-09",
        ),
        (
            reported(follow_ups=(FollowUp(on="2024", note="", next_contact="20240309"),)),
            "follow_ups.0.next_contact",
            "Write the day as 2024-03-09",
        ),
        (draft(source_key="\n"), "source_key", "on one line"),
        (draft(people=(replace(SOMEBODY, role=""),)), "people.0.role", "who this is"),
        (draft(people=(replace(SOMEBODY, name="\n"),)), "people.0.name", "on one line"),
        (draft(people=(replace(SOMEBODY, other_names=("\n",)),)), "people.0.other_names.0", "on one line"),
        (draft(people=(replace(SOMEBODY, note="\x00"),)), "people.0.note", "control"),
        (draft(people=(SOMEBODY, SOMEBODY)), "people.1.id", "stands twice"),
    ],
)
def test_each_problem_is_named_with_its_place_and_remedy(bad: Draft, where: str, said: str) -> None:
    found = problems(bad)
    assert list(found) == [where]
    with pytest.raises(Invalid, match=said):
        check(bad, REGISTER)


NARRATIVE = DataClass.NARRATIVE
PUBLIC: dict[str, Any] = {
    "basis": Basis.ALREADY_PUBLIC,
    "reason": "in print",
    "source": "a book",
    "licence": "CC0",
}


@pytest.mark.parametrize(
    ("consent", "where", "said"),
    [
        (entry(), "consent", "Without consent or a legal basis"),
        (entry(*items([RESEARCH], DataClass)[:3]), "consent", "Without consent or a legal basis"),
        (entry(*items([STORE], [NARRATIVE])), "consent", "cataloguing"),
        (entry(*items([CATALOGUE], [NARRATIVE])), "consent", "keeping the account"),
        (entry(*items([STORE, CATALOGUE], [NARRATIVE], decision=Decision.ASK)), "consent", "cataloguing"),
        (
            entry(*items([STORE, CATALOGUE], [NARRATIVE], until=TODAY - timedelta(1))),
            "consent",
            "cataloguing",
        ),
        (entry(*KEPT, event=Event.LIMIT), "consent.event", "begins with a grant"),
        (entry(*KEPT, closes=(named("x"),)), "consent.closes", "no earlier grant"),
        (entry(*KEPT, given_by="me"), "consent.given_by", "not in the list “given-by”"),
        (entry(*KEPT, capacity="old"), "consent.capacity", "not in the list “capacities”"),
        (entry(*KEPT, method="nod"), "consent.method", "not in the list “consent-methods”"),
        (entry(*KEPT, script_language="xx"), "consent.script_language", "not in the list “languages”"),
        (entry(*KEPT, script_version="\n"), "consent.script_version", "on one line"),
        (entry(*KEPT, witness="\n"), "consent.witness", "on one line"),
        (entry(*KEPT, reason="\x00"), "consent.reason", "control"),
        (entry(*KEPT, KEPT[0]), f"consent.items.{len(KEPT)}.id", "stands twice"),
        (
            entry(*KEPT, item(*STORE, NARRATIVE, conditions="\x00")),
            f"consent.items.{len(KEPT)}.conditions",
            "control",
        ),
        (
            entry(*KEPT, item(*RESEARCH, NARRATIVE, since=TODAY, until=TODAY - timedelta(1))),
            f"consent.items.{len(KEPT)}.until",
            "ends before it begins",
        ),
        (
            entry(*KEPT, item(*RESEARCH, DataClass.THIRD_PARTY)),
            f"consent.items.{len(KEPT)}.data_class",
            "Nobody's consent covers other people",
        ),
        (entry(*KEPT, basis=Basis.CONTRACT), "consent.reason", "why this legal basis applies"),
        (entry(**{**PUBLIC, "source": " "}), "consent.source", "where the account was published"),
        (entry(**{**PUBLIC, "licence": " "}), "consent.licence", "on what terms"),
        (
            entry(*KEPT, item(*STORE, DataClass.PLACE_COARSE, Decision.NO)),
            "consent.items",
            "“place-coarse” was refused, but the record holds it",
        ),
    ],
)
def test_consent_is_complete_or_nothing_is_stored(consent: Any, where: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refusal:
        check(draft(consent=consent), REGISTER)
    assert where in [problem.where for problem in refusal.value.problems]


def test_people_are_kept_only_where_that_was_granted() -> None:
    nameless = entry(*items([STORE, CATALOGUE], [NARRATIVE]))
    assert list(problems(draft(consent=nameless, people=(SOMEBODY,)))) == ["people"]
    unreached = entry(*KEPT, item(*STORE, DataClass.CONTACT, Decision.NO))
    assert list(problems(draft(consent=unreached, people=(SOMEBODY,)))) == ["people.0.contact"]
    assert problems(draft(consent=unreached, people=(replace(SOMEBODY, contact=""),))) == {}


def test_all_problems_are_said_at_once() -> None:
    bad = changed(title="", kind="", collected="soon", texts=(text(lang="xx", direction="up", body=""),))
    assert set(problems(replace(bad, consent=entry()))) == {
        "title", "kind", "collected", "texts.0.lang", "texts.0.direction", "texts.0.body",
        "tags.1.passage", "consent",
    }  # fmt: skip


def test_what_was_entered_is_repeated_in_part_and_without_what_acts_on_a_page() -> None:
    [said] = problems(changed(kind="\u202e\x00\ud800" + "x" * 1_000)).values()
    assert said.isprintable()
    assert len(said) < 200


def test_the_largest_text_is_read_whole() -> None:
    assert problems(with_text(body="a" * 5_000_000)) == {}
    assert list(problems(with_text(body="a" * 4_999_999 + "\x00"))) == ["texts.0.body"]
