"""What each class of data means for each field of a record: what changes where that one class is closed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archive.domain.consent import DataClass
from archive.domain.family_report import FamilyReport
from archive.domain.records import WITHHELD, Passage, Present, Source
from archive.domain.tags import Facet, Tag
from archive.policy.consent import fold
from archive.policy.placement import SHOWN, place
from archive.policy.redaction import WORDS, redact
from tests.unit.policy.policy_cast import (
    CAMP,
    COUNTY,
    KEPT,
    READ_FOR_ALL,
    READING,
    RESEARCH,
    STERILISED,
    TODAY,
    account,
    entry,
    items,
    report,
    text,
)

EVERY = frozenset(DataClass)
PRECISE, COARSE = DataClass.PLACE_PRECISE, DataClass.PLACE_COARSE
BODY = "Before. This. After."
RECORD = account(
    texts=(
        text("of all", BODY, reviewed=READ_FOR_ALL, translator="Ada Invented"),
        text("unread", BODY),
    ),
    tags=(
        replace(COUNTY, passage="", text=""),
        CAMP,
        STERILISED,
        Tag(facet=Facet.ABUSE, term="rape"),
        Tag(facet=Facet.ABUSE, term="beating"),
        Tag(facet=Facet.ETHNIC, term="uyghur"),
        Tag(facet=Facet.SUBJECT, term="an invented kitchen"),
    ),
    present=(Present(role="interviewer", name="Ada Invented"),),
    collected="2021-03-09",
    collected_where="xj-hotan-hetian",
    period="2018-03~/2019",
    content_note=("torture", "sexual-violence", "reproductive-harm"),
    source=Source(citation="Invented Weekly"),
)


def told(classes: frozenset[DataClass]) -> dict[str, object]:
    seen = redact(RECORD, classes)
    assert not isinstance(seen, FamilyReport)
    assert seen.source
    return {
        "title": seen.title,
        "text": seen.texts[0].body,
        "translator": seen.texts[0].translator,
        "unread": seen.texts[1].body,
        "tags": [tag.term for tag in seen.tags],
        "present": seen.present[0].name,
        "collected": seen.collected,
        "where": seen.collected_where,
        "period": seen.period,
        "notes": list(seen.content_note),
        "source": seen.source.citation,
    }


TAGS = [tag.term for tag in RECORD.tags]
ABUSES = ["forced-sterilisation", "rape", "beating"]
UNREAD = {"unread": WITHHELD, "source": WITHHELD}
OWN = "an invented kitchen"  # a tag in words of the archive's own, which nobody read for anything

TABLE: dict[DataClass, dict[str, object]] = {
    DataClass.IDENTITY: UNREAD | {"tags": TAGS[:-1], "present": WITHHELD, "translator": ""},
    DataClass.CONTACT: UNREAD | {"tags": TAGS[:-1]},
    DataClass.VOICE: {},
    DataClass.IMAGE: {},
    DataClass.DOCUMENTS: {},
    DataClass.NARRATIVE: UNREAD
    | {
        "title": WITHHELD,
        "text": WITHHELD,
        "translator": "",
        "tags": [COUNTY.term, CAMP.term],
        "period": "",
        "notes": ["sexual-violence", "reproductive-harm"],
    },
    PRECISE: UNREAD
    | {
        "tags": ["xj-hotan", "internment", *TAGS[2:-1]],
        "where": "xj-hotan",
        "collected": "2021-33",
        "period": "2018-33~/2019",
    },
    COARSE: UNREAD | {"tags": TAGS[2:-1], "where": "", "collected": "2021-33", "period": "2018-33~/2019"},
    DataClass.MEDICAL: UNREAD
    | {
        "tags": [term for term in TAGS[:-1] if term != "forced-sterilisation"],
        "notes": ["torture", "sexual-violence"],
    },
    DataClass.SEXUAL_VIOLENCE: UNREAD
    | {
        "tags": [term for term in TAGS[:-1] if term != "rape"],
        "notes": ["torture", "reproductive-harm"],
    },
    DataClass.THIRD_PARTY: UNREAD | {"tags": TAGS[:-1], "present": WITHHELD, "translator": ""},
    DataClass.PERPETRATORS: UNREAD | {"tags": TAGS[:-1]},
}


def without(data_class: DataClass) -> frozenset[DataClass]:
    """Every class but one; who may not know roughly where may not know exactly where."""
    return EVERY - {data_class} - ({PRECISE} if data_class is COARSE else set())


@pytest.mark.parametrize("data_class", list(DataClass))
def test_what_closing_one_class_changes_in_every_field(data_class: DataClass) -> None:
    open_to_all = told(EVERY)
    assert open_to_all["tags"] == TAGS
    seen = told(without(data_class))
    assert {name: value for name, value in seen.items() if value != open_to_all[name]} == TABLE[data_class]


@pytest.mark.parametrize("data_class", list(DataClass))
@pytest.mark.parametrize("how", ["passage", "text", "title"])
def test_words_that_carry_a_class_are_shown_where_it_is_open_and_only_there(
    data_class: DataClass, how: str
) -> None:
    marked = (Passage(start=8, end=13, contains=(data_class,), reason="invented"),)
    carried = (data_class,)
    record = account(
        title="A title",
        title_contains=carried if how == "title" else (),
        texts=(
            text(
                body=BODY,
                reviewed=READ_FOR_ALL,
                contains=carried if how == "text" else (),
                passages=marked if how == "passage" else (),
            ),
        ),
    )
    seen = redact(record, EVERY)
    assert (seen.title, seen.texts[0].body) == ("A title", BODY)
    seen = redact(record, without(data_class))
    whole = how == "text" or data_class is DataClass.NARRATIVE
    body = "Before. [withheld] After." if how == "passage" else BODY
    assert seen.texts[0].body == (WITHHELD if whole else body)
    assert seen.title == (WITHHELD if how == "title" or data_class is DataClass.NARRATIVE else "A title")


@pytest.mark.parametrize("data_class", list(DataClass))
def test_every_class_that_words_carry_can_be_opened_by_consent(data_class: DataClass) -> None:
    """Also those a record as text does not consist of: a document read out is shown where documents are open."""
    marked = Passage(start=8, end=13, contains=(data_class,), reason="invented")
    record = account(texts=(text(body=BODY, reviewed=READ_FOR_ALL, passages=(marked,)),))
    given = items([RESEARCH], SHOWN | {data_class} - {DataClass.PERPETRATORS})
    state = fold([entry(*KEPT, *given, reason="found to put nobody at risk")], TODAY)
    placed = place(state, record, READING, TODAY)
    assert placed
    # Who is accused is for custody and courts, whatever was said.
    accused = data_class is DataClass.PERPETRATORS
    assert placed.record.texts[0].body == ("Before. [withheld] After." if accused else BODY)
    less = items([RESEARCH], SHOWN - {data_class, PRECISE} | {COARSE} - {data_class})
    placed = place(fold([entry(*KEPT, *less, reason="as before")], TODAY), record, READING, TODAY)
    seen = placed.record.texts[0].body if placed else WITHHELD
    assert "This" not in seen


def test_voice_image_and_documents_are_asked_for_only_where_words_carry_them() -> None:
    other = EVERY - WORDS - {DataClass.NARRATIVE}
    assert other == {DataClass.VOICE, DataClass.IMAGE, DataClass.DOCUMENTS}
    given = entry(*KEPT, *items([RESEARCH], EVERY), reason="found to put nobody at risk")
    placed = place(fold([given], TODAY), account(), READING, TODAY)
    assert placed
    asked = {item.data_class for item in given.items if item.id in placed.items}
    assert asked.isdisjoint(other)


def test_a_report_withholds_the_same_and_those_it_speaks_of_always() -> None:
    seen = redact(report(collected="2022-05-01"), EVERY - {PRECISE})
    assert isinstance(seen, FamilyReport)
    assert (seen.collected, seen.missing[0].name) == ("2022-34", WITHHELD)
