from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.domain.consent import DataClass
from archive.domain.drafts import Record
from archive.domain.family_report import FamilyReport
from archive.domain.records import WITHHELD, Present, Source, Text
from archive.domain.tags import Facet, Tag
from archive.policy import terms
from archive.policy.redaction import NOBODY, WORDS, holds, redact
from archive.policy.terms import abuse_class, coarse_place
from archive.vocabularies.load import vocabulary
from tests.unit.policy.policy_cast import (
    BEATEN,
    CAMP,
    COUNTY,
    HOTAN,
    RAPE,
    READ_FOR_ALL,
    STERILISED,
    account,
    report,
    text,
)

EVERY = frozenset(DataClass)
NARRATIVE = DataClass.NARRATIVE
SEXUAL = DataClass.SEXUAL_VIOLENCE
PRECISE, COARSE = DataClass.PLACE_PRECISE, DataClass.PLACE_COARSE


def tags(record: Record, *classes: DataClass) -> list[str]:
    return [tag.term for tag in redact(record, classes).tags]


# --- words -------------------------------------------------------------------------------------------------------


def test_nothing_is_read_without_the_narrative() -> None:
    seen = redact(account(), EVERY - {NARRATIVE})
    assert (seen.title, [one.body for one in seen.texts]) == (WITHHELD, [WITHHELD])


@pytest.mark.parametrize("data_class", sorted(WORDS - {PRECISE, COARSE}))
def test_words_not_read_for_a_closed_class_count_as_wholly_that_class(data_class: DataClass) -> None:
    unread = account(texts=(text(),), title_reviewed=())
    assert redact(unread, EVERY).texts[0].body == unread.texts[0].body
    closed = redact(unread, EVERY - {data_class})
    assert (closed.title, closed.texts[0].body) == (WITHHELD, WITHHELD)
    read = account(texts=(text(reviewed=(data_class,)),), title_reviewed=(data_class,))
    shown = redact(read, EVERY - {data_class})
    assert (shown.title, shown.texts[0].body) == (read.title, read.texts[0].body)


@pytest.mark.parametrize("data_class", list(DataClass))
def test_words_in_which_a_closed_class_was_found_are_withheld(data_class: DataClass) -> None:
    found = account(
        texts=(text(contains=(data_class,), reviewed=READ_FOR_ALL),),
        title_contains=(data_class,),
    )
    closed = EVERY - {data_class, PRECISE} if data_class is COARSE else EVERY - {data_class}
    assert redact(found, closed).texts[0] == Text(
        id="t1", role="original", lang="en", direction="ltr", body=WITHHELD, reviewed=READ_FOR_ALL
    )
    assert redact(found, closed).title == WITHHELD
    assert redact(found, EVERY).title == found.title
    for classes in (closed, EVERY):  # what a reader found, or looked for, is not told
        seen = redact(found, classes)
        assert (seen.title_contains, seen.texts[0].contains) == ((), ())
        assert seen.title_reviewed == seen.texts[0].reviewed == READ_FOR_ALL


def test_each_text_is_judged_by_itself() -> None:
    two = account(texts=(text("t1", "open", reviewed=READ_FOR_ALL), text("t2", "closed")))
    assert [one.body for one in redact(two, {NARRATIVE}).texts] == ["open", WITHHELD]


def test_words_without_a_letter_are_shown_as_they_are() -> None:
    assert redact(account(texts=(text(body="…", reviewed=READ_FOR_ALL),)), {NARRATIVE}).texts[0].body == "…"


# --- places ------------------------------------------------------------------------------------------------------


def test_exact_places_become_approximate_and_facilities_their_type() -> None:
    record = account(tags=(COUNTY, CAMP))
    assert tags(record, NARRATIVE, PRECISE) == [COUNTY.term, CAMP.term]
    assert tags(record, NARRATIVE, COARSE) == ["xj-hotan", "internment"]
    assert tags(record, NARRATIVE) == []


def test_the_named_place_is_gone_with_its_names_and_quotation() -> None:
    county, camp = redact(account(tags=(COUNTY, CAMP)), {NARRATIVE, COARSE}).tags
    assert county == Tag(facet=Facet.PLACE, term="xj-hotan")
    assert camp == Tag(facet=Facet.FACILITY, term="internment")
    shown = redact(account(tags=(COUNTY, CAMP)), {NARRATIVE, PRECISE}).tags
    assert (shown[0].passage, shown[1].labels) == ("near Hetian", CAMP.labels)


def test_two_that_become_one_are_one() -> None:
    other = Tag(facet=Facet.PLACE, term="xj-hotan-luopu")
    assert tags(account(tags=(COUNTY, other, HOTAN)), NARRATIVE, COARSE) == ["xj-hotan"]


@pytest.mark.parametrize(
    ("tag", "coarse"),
    [
        (Tag(facet=Facet.PLACE, term="xj"), ["xj"]),
        (Tag(facet=Facet.PLACE, term="xpcc-03"), ["xpcc-03"]),
        (Tag(facet=Facet.PLACE, term="xj-tumshuq"), ["xpcc-03"]),
        (Tag(facet=Facet.PLACE, term="cn-hubei"), ["cn-hubei"]),
        (Tag(facet=Facet.PLACE, term="kz-almaty"), ["kz"]),
        (
            Tag(facet=Facet.PLACE, term="reg-1", broader=("xj", "xj-hotan"), labels={"en": "a hamlet"}),
            ["xj-hotan"],
        ),
        (Tag(facet=Facet.PLACE, term="reg-1", broader=("nowhere",), labels={"en": "a hamlet"}), []),
        (Tag(facet=Facet.FACILITY, term="prison"), ["prison"]),
        (Tag(facet=Facet.FACILITY, term="reg-2", labels={"en": "a gate"}), []),
        (Tag(facet=Facet.FACILITY, term="reg-2", kind="a gate"), []),
    ],
)
def test_what_approximately_means(tag: Tag, coarse: list[str]) -> None:
    assert tags(account(tags=(tag,)), NARRATIVE, COARSE) == coarse
    assert tags(account(tags=(tag,)), NARRATIVE, PRECISE) == [tag.term]


def test_every_place_has_an_approximate_one_above_it() -> None:
    places = vocabulary("places")
    counties = [term.id for term in places if "gb2260" in term.codes and len(places.path(term.id)) > 2]
    assert len(counties) > 100
    for term in places:
        coarse = coarse_place(places.path(term.id))
        assert coarse in places.path(term.id)
        assert (coarse != term.id) or term.id not in counties


def test_where_it_was_told_is_a_place_too() -> None:
    assert redact(account(collected_where="kz-almaty"), EVERY).collected_where == "kz-almaty"
    assert redact(account(collected_where="kz-almaty"), {NARRATIVE, COARSE}).collected_where == "kz"
    assert redact(account(collected_where="kz-almaty"), {NARRATIVE}).collected_where == ""
    assert redact(account(collected_where="at Ada's, above the shop"), EVERY).collected_where == ""


# --- other tags and warnings -------------------------------------------------------------------------------------


def test_a_closed_class_takes_its_tags_and_their_warning() -> None:
    record = account(
        tags=(BEATEN, RAPE, STERILISED), content_note=("torture", "sexual-violence", "reproductive-harm")
    )
    everything = redact(record, EVERY)
    assert [tag.term for tag in everything.tags] == ["beating", "rape", "forced-sterilisation"]
    assert everything.content_note == record.content_note
    without = redact(record, EVERY - {SEXUAL})
    assert [tag.term for tag in without.tags] == ["beating", "forced-sterilisation"]
    assert without.content_note == ("torture", "reproductive-harm")
    without = redact(record, EVERY - {DataClass.MEDICAL})
    assert [tag.term for tag in without.tags] == ["beating", "rape"]
    assert without.content_note == ("torture", "sexual-violence")
    assert redact(record, {COARSE}).content_note == ()


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        ("rape", SEXUAL),
        ("sexual-violence", SEXUAL),
        ("forced-nudity", SEXUAL),
        ("forced-abortion", DataClass.MEDICAL),
        ("reproductive", DataClass.MEDICAL),
        ("denial-of-care", DataClass.MEDICAL),
        ("forced-medication", DataClass.MEDICAL),
        ("death-from-denied-care", DataClass.MEDICAL),
        ("beating", NARRATIVE),
        ("integrity", NARRATIVE),
    ],
)
def test_what_naming_an_abuse_gives_away(term: str, expected: DataClass) -> None:
    assert abuse_class(term) is expected


def test_the_cataloguers_own_terms_are_words_that_nobody_read() -> None:
    own = (
        Tag(facet=Facet.SUBJECT, term="kitchen", labels={"en": "the kitchen where it happened"}),
        Tag(facet=Facet.GOODS, term="reg-9", labels={"en": "invented gloves"}),
    )
    record = account(tags=(*own, Tag(facet=Facet.ETHNIC, term="uyghur")))
    assert tags(record, *EVERY) == ["kitchen", "reg-9", "uyghur"]
    assert tags(record, *(EVERY - {DataClass.CONTACT})) == ["uyghur"]
    assert tags(record, COARSE) == []


def test_a_tag_is_shown_with_the_words_it_rests_on_or_not_at_all() -> None:
    def quoted(record: Record, *classes: DataClass) -> list[str]:
        return [tag.passage for tag in redact(record, classes).tags]

    assert quoted(account(tags=(BEATEN,)), NARRATIVE) == ["They beat us"]
    assert quoted(account(tags=(BEATEN,), texts=(text(),)), NARRATIVE) == []
    assert quoted(account(tags=(replace(BEATEN, text="t9"),)), NARRATIVE) == []
    assert quoted(account(tags=(replace(BEATEN, passage="something else"),)), NARRATIVE) == []
    assert quoted(account(tags=(replace(BEATEN, passage="", text=""),), texts=(text(),)), NARRATIVE) == [""]


def test_names_of_those_present_take_both_their_own_and_the_narrators_class() -> None:
    assert redact(account(), EVERY).present == account().present
    for closed in (DataClass.IDENTITY, DataClass.THIRD_PARTY):
        assert redact(account(), EVERY - {closed}).present == (Present(role="interviewer", name=WITHHELD),)


def test_who_translated_and_how_are_words_about_somebody_else() -> None:
    translated = text(translator="Ada Invented", method="by ear", reviewed=READ_FOR_ALL)
    [open_text] = redact(account(texts=(translated,)), EVERY).texts
    assert (open_text.translator, open_text.method) == ("Ada Invented", "by ear")
    [narrow] = redact(account(texts=(translated,)), EVERY - {DataClass.IDENTITY}).texts
    assert (narrow.body, narrow.translator, narrow.method) == (translated.body, "", "")


def test_a_built_in_term_brings_no_names_of_the_archives_own() -> None:
    named = replace(HOTAN, labels={"en": "where Mira lives"}, aliases=("Mira's",), broader=("xj",), kind="x")
    assert redact(account(tags=(named,)), EVERY).tags == (HOTAN,)


def test_what_never_leaves_custody() -> None:
    whole = account(source=Source(citation="Invented Weekly", licence="CC0", identifier="row-9"))
    seen = redact(whole, EVERY)
    assert isinstance(seen, type(whole))
    assert (seen.narrator, seen.channel, seen.note) == (None, "", "")
    assert seen.source == Source(citation="Invented Weekly", licence="CC0")
    assert redact(whole, {NARRATIVE}).source == Source(citation=WITHHELD)


def test_the_people_reported_on_stay_withheld_whatever_was_granted() -> None:
    whole = report()
    seen = redact(whole, EVERY)
    assert isinstance(seen, FamilyReport)
    assert seen.reporter == NOBODY
    assert [person.name for person in seen.missing] == [WITHHELD]
    assert [said.text for said in seen.statements] == [WITHHELD]
    assert (seen.sought, seen.safety, seen.objections, seen.when_freed, seen.follow_ups) == (
        "",
        "",
        "",
        "",
        (),
    )
    assert seen.texts[0].body == whole.texts[0].body  # read for other people, and none found
    assert redact(report(texts=(text(),)), EVERY).texts[0].body == WITHHELD
    many = redact(report(missing=whole.missing * 9), EVERY)
    assert isinstance(many, FamilyReport)
    assert len(many.missing) == 1


def test_what_a_record_is_known_to_hold() -> None:
    record = account(
        texts=(text(contains=(DataClass.CONTACT,)),),
        title_contains=(DataClass.IDENTITY,),
        tags=(HOTAN, RAPE),
        content_note=("medical-harm",),
    )
    expected = {DataClass.CONTACT, DataClass.IDENTITY, COARSE, SEXUAL, DataClass.MEDICAL}
    assert holds(record) == expected
    assert holds(account(tags=(COUNTY,))) == holds(account(tags=(), collected_where="xj-hotan-hetian"))
    assert holds(account(tags=(COUNTY,))) == {PRECISE, COARSE}
    assert holds(account(tags=(Tag(facet=Facet.SUBJECT, term="soup"),))) == set()


# --- properties --------------------------------------------------------------------------------------------------

CLASSES = st.frozensets(st.sampled_from(DataClass))


def strings(value: object) -> set[str]:
    """Every string and id inside a value."""
    if is_dataclass(value) and not isinstance(value, type):
        return set().union(*(strings(getattr(value, field.name)) for field in fields(value)))
    if isinstance(value, dict):
        return set().union(*(strings(part) for pair in value.items() for part in pair))
    if isinstance(value, tuple | list):
        return set().union(*(strings(part) for part in value))
    if isinstance(value, DataClass):
        return set()  # what words were read for: always everything, see below
    return {str(value)} if isinstance(value, str | UUID) else set()


def planted(data_class: DataClass) -> str:
    return f"canary-{data_class}"


ID = {data_class: f"t{number}" for number, data_class in enumerate(DataClass)}
WARNINGS = {SEXUAL: "sexual-violence", DataClass.MEDICAL: "medical-harm"}
ABUSES = {SEXUAL: "rape", DataClass.MEDICAL: "forced-abortion"}


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A record with a canary of every class, each in a place of that class."""
    texts = tuple(
        text(ID[c], f"Text. {planted(c)}", contains=(c,), reviewed=READ_FOR_ALL)
        for c in draw(st.permutations(list(DataClass)))
    )
    unread = text("unread", "Text. canary-unread")
    more: dict[str, Any] = {
        "title": f"Title {planted(draw(st.sampled_from(DataClass)))}",
        "texts": (*texts, unread),
        "content_note": tuple(WARNINGS.values()),
        "note": "canary-note",
        "channel": "canary-channel",
        "present": (Present(role="interpreter", name=planted(DataClass.THIRD_PARTY)),),
        "tags": (
            *(Tag(facet=Facet.ABUSE, term=term, passage="Text", text=ID[c]) for c, term in ABUSES.items()),
            Tag(facet=Facet.SUBJECT, term="canary-unread"),
            replace(CAMP, labels={"en": planted(PRECISE)}, aliases=(planted(PRECISE),)),
            replace(BEATEN, passage=planted(SEXUAL), text=ID[SEXUAL]),
        ),
        "collected_where": "canary-unread",
    }
    more["title_contains"] = tuple(c for c in DataClass if planted(c) in more["title"])
    return account(**more) if draw(st.booleans()) else report(**more)


@settings(max_examples=60, deadline=None)
@given(records(), CLASSES)
def test_no_rendition_contains_what_was_planted_in_a_closed_class(
    record: Record, classes: frozenset[DataClass]
) -> None:
    seen = "\n".join(strings(redact(record, classes)))
    known = classes | (
        {COARSE} if PRECISE in classes else set()
    )  # who may know exactly where may know roughly
    for data_class in EVERY - known:
        assert planted(data_class) not in seen
        assert WARNINGS.get(data_class, "no such warning") not in seen
        assert ABUSES.get(data_class, "no such tag") not in seen
    if not known >= WORDS:
        assert "canary-unread" not in seen
    if NARRATIVE not in classes:
        assert "canary-" not in seen.replace(planted(PRECISE), "").replace(planted(DataClass.THIRD_PARTY), "")
    for never in ("canary-note", "canary-channel", "Mira Invented", "our parents", str(account().narrator)):
        assert never not in seen


@settings(max_examples=60, deadline=None)
@given(records(), CLASSES)
def test_redacting_is_deterministic_and_once_is_enough(record: Record, classes: frozenset[DataClass]) -> None:
    once = redact(record, classes)
    assert once == redact(record, classes)
    assert redact(once, classes) == once


@settings(max_examples=60, deadline=None)
@given(records(), CLASSES, CLASSES)
def test_fewer_classes_never_show_more(
    record: Record, classes: frozenset[DataClass], more: frozenset[DataClass]
) -> None:
    assert told(redact(record, classes)) <= told(redact(record, classes | more))


def told(record: Record) -> set[str]:
    """What somebody learns from a record: its words, and each tag with all that it lies within."""
    paths = {term for tag in record.tags for term in terms.path(tag)}
    wordless = replace(record, tags=(), collected="")
    wordless = wordless if isinstance(wordless, FamilyReport) else replace(wordless, period="")
    known = strings(wordless) | {tag.passage for tag in record.tags} | paths
    return known - {WITHHELD, "", str(NOBODY)}
