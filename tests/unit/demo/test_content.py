"""The demonstration's accounts are many-sided, sound, the same every time, and invented beyond mistaking."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from archive.cli.demo.content import DemoRecord, drafts, facilities
from archive.domain import testimony as testimonies
from archive.domain.consent import DataClass
from archive.domain.drafts import Record
from archive.domain.family_report import FamilyReport
from archive.domain.tags import Facet
from archive.services import validating
from archive.text.scripts import detect
from archive.vocabularies.load import vocabulary

TODAY = date(2031, 5, 6)
FOLDER = Path(__file__).parents[3] / "archive" / "cli" / "demo"
SCRIPTS = {
    "ug-Arab", "ug-Latn", "ug-Cyrl", "kk-Cyrl", "kk-Arab", "kk-Latn", "ky-Cyrl", "ky-Arab", "uz-Latn", "uz-Cyrl",
    "zh-Hans", "zh-Hant", "ru", "tr", "en", "ar",
}  # fmt: skip
DETECTABLE = SCRIPTS - {"kk-Latn"}  # no rule of `archive.text.scripts` knows Kazakh in Latin letters
RECORDS = drafts(TODAY)
TESTIMONIES = [one.draft.record for one in RECORDS if isinstance(one.draft.record, testimonies.Testimony)]
REPORTS = [one.draft.record for one in RECORDS if isinstance(one.draft.record, FamilyReport)]
ALL: list[Record] = [*TESTIMONIES, *REPORTS]


def named(records: tuple[DemoRecord, ...]) -> list:
    return [pytest.param(one, id=one.draft.source_key) for one in records]


def ids(vocabulary_name: str, but: frozenset[str] = frozenset()) -> set[str]:
    return {term.id for term in vocabulary(vocabulary_name)} - but


def test_there_are_about_sixty() -> None:
    assert (len(TESTIMONIES), len(REPORTS)) == (43, 18)
    assert len({one.draft.source_key for one in RECORDS}) == len(RECORDS)
    assert len({one.draft.record.id for one in RECORDS}) == len(RECORDS)


@pytest.mark.parametrize("record", named(RECORDS))
def test_each_would_be_taken_as_it_is(record: DemoRecord) -> None:
    validating.check(record.draft, {facility.term for facility in facilities()})


@pytest.mark.parametrize("record", named(RECORDS))
def test_each_text_is_prose_in_the_language_it_claims(record: DemoRecord) -> None:
    for text in record.draft.record.texts:
        *paragraphs, framing = text.body.split("\n\n")
        prose = " ".join(paragraphs)
        assert len(re.findall(r"[。？！]|[.!?؟](?!\w)", prose)) >= 3
        assert "\n" not in prose
        if text.lang in DETECTABLE:
            assert detect(prose).lang == text.lang
            assert detect(prose + framing).lang == text.lang


def test_every_language_and_script_tells_an_account() -> None:
    assert {text.lang for record in ALL for text in record.texts} == SCRIPTS
    told = Counter(record.texts[0].lang for record in ALL)
    assert set(told) == SCRIPTS - {"uz-Cyrl", "ar"}  # these two stand in translations only
    assert sum(len(record.texts) > 1 for record in ALL) > len(ALL) * 3 / 4


def test_every_kind_relation_status_and_way_of_knowing_occurs() -> None:
    missing = [person for report in REPORTS for person in report.missing]
    statements = [
        *(s for report in REPORTS for s in report.statements),
        *(s for p in missing for s in p.statements),
    ]
    assert {testimony.kind for testimony in TESTIMONIES} == ids("kinds")
    assert {person.status for person in missing} == ids("person-status")
    assert {statement.knowledge for statement in statements} == ids("knowledge")
    assert {present.role for record in ALL for present in record.present} == ids("present-roles")
    kin = {"parent", "child", "spouse", "sibling", "grandparent", "grandchild", "other-relative", "guardian"}
    assert kin | {"friend", "neighbour", "colleague", "teacher"} <= {person.relation for person in missing}


def test_every_field_of_a_report_is_used() -> None:
    for report in REPORTS:
        for field in (
            "title",
            "texts",
            "statements",
            "sought",
            "safety",
            "objections",
            "when_freed",
            "follow_ups",
        ):
            assert getattr(report, field), f"{report.title}: {field}"
        for person in report.missing:
            for field in ("name", "born", "as_of", "status_source", "last_contact", "statements"):
                assert getattr(person, field), f"{report.title}: {field}"


def test_next_contacts_are_overdue_due_and_absent() -> None:
    due = [follow_up.next_contact for report in REPORTS for follow_up in report.follow_ups]
    dated = [date.fromisoformat(day) for day in due if day]
    assert "" in due
    assert min(dated) < TODAY < max(dated)


def test_every_facet_and_certainty_occurs_and_all_but_a_few_terms_rest_on_a_passage() -> None:
    tags = [tag for record in ALL for tag in record.tags]
    assert {tag.facet for tag in tags} == set(Facet)
    assert {tag.certainty for tag in tags} == ids("certainty")
    assert {tag.facet for tag in tags if not tag.passage} <= {Facet.ETHNIC}


def test_a_passage_stands_in_the_text_it_names() -> None:
    for record in ALL:
        bodies = {text.id: text.body for text in record.texts}
        for tag in record.tags:
            assert tag.passage in bodies.get(tag.text, ""), f"{record.title}: {tag.passage}"


def test_facilities_are_of_many_kinds_and_each_is_spoken_of() -> None:
    register = {facility.term: facility for facility in facilities()}
    spoken = {tag.term for record in ALL for tag in record.tags if tag.facet is Facet.FACILITY}
    assert spoken == set(register)
    assert len({facility.kind for facility in register.values()}) >= 12
    assert {facility.kind for facility in register.values()} <= ids("facility-types")
    assert {facility.place for facility in register.values()} <= ids("places")


def test_a_facility_s_tag_carries_what_the_register_says() -> None:
    register = {facility.term: facility for facility in facilities()}
    for tag in (tag for record in ALL for tag in record.tags if tag.facet is Facet.FACILITY):
        known = register[tag.term]
        assert (tag.labels, tag.aliases, tag.kind) == (known.labels, known.aliases, known.kind)


def test_dates_are_uncertain_in_every_way() -> None:
    dates = " ".join(record.collected for record in ALL)
    assert all(mark in dates for mark in "~?X/")


def test_classes_are_found_in_texts_and_one_text_is_not_yet_read() -> None:
    found = {data_class for record in ALL for text in record.texts for data_class in text.contains}
    assert {
        DataClass.SEXUAL_VIOLENCE,
        DataClass.THIRD_PARTY,
        DataClass.PERPETRATORS,
        DataClass.MEDICAL,
    } <= found
    assert DataClass.PLACE_PRECISE in found
    assert [len(text.reviewed) for record in ALL for text in record.texts].count(0) == 1


def test_the_same_day_gives_the_same_and_another_day_the_same_ids() -> None:
    assert drafts(TODAY) == RECORDS
    another = drafts(date(2026, 1, 31))
    assert [one.draft.record.id for one in another] == [one.draft.record.id for one in RECORDS]
    assert {one.draft.record.id.version for one in RECORDS} == {4}
    assert facilities() == facilities()


def test_everybody_and_every_facility_is_evidently_invented() -> None:
    names = [person.name for one in RECORDS for person in one.draft.people]
    assert len(set(names)) == len(RECORDS)
    names += [person.name for report in REPORTS for person in report.missing]
    assert all(name.startswith("Example ") for name in names)
    assert all(p.name.startswith("Example ") for record in ALL for p in record.present if p.name)
    for facility in facilities():
        assert facility.labels["en"].startswith("Example ")
        assert "(fictional)" in facility.labels["en"]
        assert set(facility.labels) == {"en", "ug", "zh", "kk", "ru", "tr"}
    assert all(record.note for record in ALL)
    endings: dict[str, set[str]] = {}
    for text in (text for record in ALL for text in record.texts):
        endings.setdefault(text.lang, set()).add(text.body.split("\n\n")[-1])
    assert all(len(said) == 1 for said in endings.values())
    assert "invented" in endings["en"].pop()


def test_no_address_or_number_reaches_anybody() -> None:
    reached = [f"{p.contact} {p.safe_contact}" for one in RECORDS for p in one.draft.people]
    written = [file.read_text(encoding="utf-8") for file in sorted(FOLDER.rglob("*.toml"))]
    assert len(written) >= 15
    for words in [*reached, *written]:
        assert all(domain == "example.org" for domain in re.findall(r"@([\w.-]*\w)", words))
        assert all(number.startswith("+000 ") for number in re.findall(r"\+\d[\d ]+", words))
        assert not re.search(
            r"(?<![\d-])\d{6,}|\d{3}[- ]\d{3,4}[- ]\d{4}(?!\w)", words.replace("+000 000 0", "")
        )
    assert any("+000" in words for words in reached)
    assert any("@example.org" in words for words in reached)
