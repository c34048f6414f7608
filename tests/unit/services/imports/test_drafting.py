"""Rows become drafts that may be stored: with every text, date, name and tag that the source gives."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.domain.consent import Audience, Basis, DataClass, Purpose
from archive.domain.drafts import Draft
from archive.domain.errors import Invalid
from archive.domain.facilities import Facility
from archive.domain.family_report import FamilyReport
from archive.domain.identifiers import new_id
from archive.domain.tags import Facet, Tag
from archive.domain.testimony import Testimony as Account
from archive.policy.consent import fold
from archive.services import validating
from archive.services.imports import drafting, mapping
from archive.services.imports.facilities import facility
from archive.services.imports.mapping import BatchBasis
from archive.services.imports.naming import Names
from archive.services.imports.reading import Row, Rows
from tests.unit.services.imports import twins

TODAY = date(2026, 1, 2)
INTEREST = BatchBasis(basis=Basis.PUBLIC_INTEREST, reason="Kept for the families.")
LAST_CENTURY = "1900-01-01"


def drafts(rows: Iterable[Row], name: str, register: Iterable[Facility] = ()) -> list[Draft]:
    """Every row's draft, each found good enough to be stored."""
    chosen, names, rows = mapping.load(name), Names(register), list(rows)
    for row in rows:
        assert not row.problems
        drafting.survey(row, chosen, names)
    how = drafting.Drafting(chosen, names, chosen.basis or INTEREST, TODAY)
    made = [how.draft(row) for row in rows]
    known = {one.term for one in (*register, *names.facilities())}
    for draft in made:
        validating.check(draft, known)
    return made


def of(rows: list[dict[str, Any]]) -> list[Row]:
    return list(Rows(io.BytesIO(twins.lines(rows))))


def tags(draft: Draft, facet: Facet) -> list[Tag]:
    return [tag for tag in draft.record.tags if tag.facet is facet]


def camps(count: int) -> list[Draft]:
    return drafts(of(twins.told_in_camps(count)), "ehri")


def test_an_annotated_testimony_keeps_original_translation_and_summary() -> None:
    czech, _german, yiddish, _hungarian, _polish, english = camps(6)
    assert [(text.role, text.lang) for text in czech.record.texts] == [
        ("original", "cs"),
        ("translation", "en"),
        ("summary", "en"),
    ]
    assert (yiddish.record.texts[0].direction, yiddish.record.texts[0].body) == ("rtl", f"{twins.YIDDISH} 2")
    assert [text.role for text in english.record.texts] == ["original", "summary"]


def test_an_annotated_testimony_keeps_date_source_people_and_id() -> None:
    first = camps(1)[0]
    assert isinstance(first.record, Account)
    assert (first.record.collected, first.source_key) == ("1945-09", "ehri/TWIN-000")
    assert [(one.role, one.name) for one in first.people] == [("narrator", "Example Narrator 0")]
    assert first.record.narrator == first.people[0].id
    assert [one.organisation for one in first.record.present] == ["Example Committee"]
    assert first.record.source is not None
    assert first.record.source.citation.startswith("Example Museum, no. 0. Published by")
    assert first.record.source.licence == "CC BY 4.0"


def test_one_address_is_one_term_under_all_its_names() -> None:
    made = camps(12)
    [term] = {tag.term for draft in made for tag in tags(draft, Facet.FACILITY)}
    [tag] = tags(made[0], Facet.FACILITY)
    assert {*tag.labels.values(), *tag.aliases} == set(twins.CAMP_NAMES)
    assert (term, tag.kind) == (tag.term, "other")
    assert len({tag.term for draft in made for tag in tags(draft, Facet.SUBJECT)}) == 1


def test_own_terms_are_the_same_in_every_import() -> None:
    assert [draft.record.tags for draft in camps(6)] == [draft.record.tags for draft in camps(6)]


def test_a_name_of_a_built_in_place_means_it_but_an_id_is_no_name() -> None:
    czech = camps(6)[0]
    places = {tag.term: tag for tag in tags(czech, Facet.PLACE)}
    assert "de" in places  # “Německo” here, but “Germany” elsewhere in the file
    assert "im" not in places
    assert {"und": "im"} in [tag.labels for tag in places.values()]


def test_the_register_s_own_entry_keeps_its_id_and_gains_names() -> None:
    known = Facility(
        id=new_id(), kind="prison", labels={"en": "Nowhere Prison"}, source_key="example.org/keywords/camps-1"
    )
    made = drafts(of(twins.told_in_camps(3)), "ehri", [known])
    [tag] = tags(made[0], Facet.FACILITY)
    assert (tag.term, tag.kind, tag.labels) == (known.term, "prison", {"en": "Nowhere Prison"})
    assert set(tag.aliases) == set(twins.CAMP_NAMES)


def test_a_public_account_opens_what_is_public_on_items_of_its_own() -> None:
    one, other = camps(2)
    state = fold([one.consent], TODAY)
    for data_class in DataClass:
        assert state.allows(Purpose.RESEARCH, Audience.VETTED_RESEARCHERS, data_class) is not None
        assert state.allows(Purpose.MEDIA, Audience.PUBLIC, data_class) is None
    assert not {item.id for item in one.consent.items} & {item.id for item in other.consent.items}
    assert one.consent.licence == "CC BY 4.0"


def test_a_legal_basis_opens_custody_only() -> None:
    consent = drafting.entry(INTEREST, new_id(), TODAY)
    assert (consent.items, consent.reason) == ((), INTEREST.reason)


def test_a_place_stands_below_its_county_and_state() -> None:
    one = drafts(of(twins.accounts(2)), "wpa")[1]
    places = tags(one, Facet.PLACE)
    assert [tag.labels["en"] for tag in places] == ["Sylvania", "Example County", "Example Town"]
    assert places[2].broader == ("us", places[0].term, places[1].term)
    assert {tag.certainty for tag in places} == {"likely"}


def test_an_interview_keeps_interviewer_age_slurs_and_as_much_of_a_date_as_can_be() -> None:
    made = drafts(of(twins.accounts(6)), "wpa")
    assert [draft.record.content_note for draft in made] == [("hateful-language",), ()] * 3
    assert [draft.record.collected for draft in made[:4]] == ["", "1937", "1938-02", "1936-11-06"]
    assert [draft.record.note for draft in made[:3]] == [
        "",
        "Age given: 81",
        "Date in the source: 1938-02-30",
    ]
    assert [one.name for one in made[1].record.present] == ["Example Interviewer"]
    assert [len(draft.people) for draft in made] == [1, 1, 1, 1, 1, 0]


def test_a_date_that_cannot_be_read_at_all_is_kept_in_the_note_alone() -> None:
    [draft] = drafts(of([{**twins.accounts(1)[0], "date": "some day"}]), "wpa")
    assert (draft.record.collected, draft.record.note) == ("", "Date in the source: some day")


def test_facilities_get_our_types_and_counties() -> None:
    chosen = mapping.load("facilities")
    made = [facility(row, chosen) for row in of(twins.facilities(7))]
    assert [one.kind for one in made] == [
        "internment",
        "prison",
        "detention-centre",
        "childrens-institution",
        "internment",
        "hospital",
        "factory",
    ]
    assert (made[0].place, made[1].place) == ("xj-urumqi-tianshan", "xj-hotan-hetian")
    assert (made[0].opened, made[0].closed, made[0].aliases) == ("2016", "2019", ("Example place 0",))
    assert set(made[0].labels) == {"en", "zh", "ug", "ru"}


def test_a_sheet_of_testimonies_is_taken_with_names_in_any_script() -> None:
    [draft] = drafts(Rows(io.BytesIO(twins.table([twins.ACCOUNT]))), "testimony")
    assert [(text.lang, text.direction) for text in draft.record.texts] == [("ug-Arab", "rtl"), ("en", "ltr")]
    assert [(tag.facet, tag.term) for tag in draft.record.tags][:4] == [
        ("place", "xj-hotan"),
        ("place", "xj-urumqi"),
        ("abuse", "arrest"),
        ("ethnic", "uyghur"),
    ]
    assert [tag.labels["und"] for tag in tags(draft, Facet.SUBJECT)] == ["winter", "songs"]
    assert draft.record.content_note == ("torture", "death")
    assert [one.name for one in draft.record.present] == ["Example One", "Example Two"]
    assert draft.record.source is None


def test_a_sheet_s_facility_is_looked_up_in_the_register() -> None:
    known = Facility(id=new_id(), kind="prison", labels={"en": "Nowhere Prison"}, aliases=("示例监狱",))
    [draft] = drafts(of([{**twins.ACCOUNT, "facility": "nowhere prison; prison"}]), "testimony", [known])
    assert [tag.term for tag in tags(draft, Facet.FACILITY)] == [known.term, "prison"]


def test_a_family_report_names_its_missing() -> None:
    [flat] = drafts(Rows(io.BytesIO(twins.table([twins.REPORT]))), "family-report")
    assert isinstance(flat.record, FamilyReport)
    [person] = flat.record.missing
    assert (person.name, person.other_names) == ("Example Relative", ("Example Alias", "Another Alias"))
    assert (person.relation, person.status, person.as_of) == ("sibling", "interned", "2018-03~")
    assert [one.knowledge for one in person.statements] == ["neighbour"]
    assert (flat.people[0].role, flat.people[0].id) == ("reporter", flat.record.reporter)
    nested = {
        key: value for key, value in twins.REPORT.items() if not key.startswith(("missing_", "statement"))
    }
    nested["missing"] = [{"name": "Example One", "status": "sentenced"}, {"name": "Example Two"}]  # type: ignore[assignment]
    [several] = drafts(of([nested]), "family-report")
    assert isinstance(several.record, FamilyReport)
    assert [(one.name, one.status) for one in several.record.missing] == [
        ("Example One", "sentenced"),
        ("Example Two", "interned"),
    ]


def refused(row: dict[str, Any], name: str) -> str:
    chosen = mapping.load(name)
    how = drafting.Drafting(chosen, Names(()), chosen.basis or INTEREST, TODAY)
    with pytest.raises(Invalid) as caught:
        validating.check(how.draft(Row(2, row)), ())
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"colour": "red"}, "colour: The mapping “testimony” does not say"),
        ({"original": {}}, "original: This must be a text"),
        ({"original": ""}, "texts: Write down the account"),
        ({"place": "Nowhere at all"}, "“Nowhere at all” is not in the list “places”"),
        ({"place": "Chang"}, "“Chang” is not in the list “places”"),
        ({"facility": "Nowhere Prison"}, "“Nowhere Prison” is not in the list “facility-types”"),
        ({"kind": "letter"}, "“letter” is not in the list “kinds”"),
        ({"collected": "spring"}, "collected: not a date"),
        ({"original_lang": "xx"}, "“xx” is not in the list “languages”"),
        ({"title": ""}, "title: Give the account a title"),
    ],
)
def test_a_row_that_makes_no_record_is_refused_field_by_field(change: dict[str, Any], problem: str) -> None:
    assert problem in refused({**twins.ACCOUNT, **change}, "testimony")


@pytest.mark.parametrize(
    ("facet", "labels", "problem"),
    [
        (Facet.PLACE, {}, "needs a name"),
        (Facet.SUBJECT, {}, "needs a name"),
        (Facet.FACILITY, {"en": "Nowhere"}, "register does not hold"),
        (Facet.ABUSE, {"en": "Nowhere"}, "register does not hold"),
    ],
)
def test_own_terms_bring_their_names_but_facilities_are_registered(
    facet: Facet, labels: dict[str, str], problem: str
) -> None:
    [draft] = camps(1)
    tag = Tag(facet=facet, term=f"reg-{new_id().hex}", labels=labels)
    with pytest.raises(Invalid, match=problem):
        validating.check(replace(draft, record=replace(draft.record, tags=(tag,))), ())


def test_a_missing_column_is_named() -> None:
    assert "kind: This field is missing" in refused(
        {"source_key": "1", "title": "x", "original": "y"}, "testimony"
    )


def test_a_name_of_several_places_is_asked_about() -> None:
    assert "may mean any of these" in refused({**twins.ACCOUNT, "place": "Yengisheher"}, "testimony")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"type": "castle"}, "kind: “castle” is not in the list"),
        ({"county_code": "999999000000"}, "place: “999999000000” is not in the list"),
        ({"opened": "then"}, "opened: not a date"),
        ({"en": "", "zh": "", "ug": "", "ru": ""}, "labels: Write how the place is called"),
    ],
)
def test_a_facility_that_makes_no_entry_is_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(Invalid, match=problem):
        facility(Row(2, {**twins.facilities(1)[0], **change}), mapping.load("facilities"))


def test_a_row_without_an_id_is_known_by_what_it_says() -> None:
    rows = [{**twins.ACCOUNT, "source_key": ""}, {**twins.ACCOUNT, "source_key": "", "title": "Another"}]
    made, again = drafts(of(rows), "testimony"), drafts(of(rows), "testimony")
    assert made[0].source_key == again[0].source_key != made[1].source_key


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-9, 9**9)
    | st.text(max_size=6)
    | st.sampled_from(["Germany", "xj", "ug", "1945-02-30"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "ref", "camps", "places", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from(["ehri", "wpa", "testimony", "family-report", "facilities", "facility"]))
def test_whatever_a_row_holds_it_is_drafted_or_refused(data: st.DataObject, name: str) -> None:
    chosen = mapping.load(name)
    row = Row(1, data.draw(st.dictionaries(st.sampled_from(sorted(chosen.fields())), JSON, max_size=8)))
    names = Names(())
    drafting.survey(row, chosen, names)
    try:
        if chosen.facility:
            facility(row, chosen)
        else:
            how = drafting.Drafting(chosen, names, chosen.basis or INTEREST, TODAY)
            validating.check(how.draft(row), {one.term for one in names.facilities()})
    except Invalid as invalid:
        json.dumps([(one.where, str(one)) for one in invalid.problems])


def test_a_whole_invented_file_of_testimonies_is_drafted() -> None:
    made = camps(143)
    assert len({draft.source_key for draft in made}) == 143
    roles = Counter(text.role for draft in made for text in draft.record.texts)
    assert (roles["original"], roles["translation"], roles["summary"]) == (143, 120, 143)
    assert sum(text.lang == "yi" for draft in made for text in draft.record.texts) == 24
    assert sum(bool(draft.record.collected) for draft in made) == 107
    assert [len(tags(draft, Facet.FACILITY)) for draft in made] == [1] * 143
    assert all(tags(draft, Facet.PLACE) for draft in made)


@pytest.mark.shared
def test_all_ehri_testimonies_are_drafted(shared: Path) -> None:
    with (shared / "ehri_testimonies" / "testimonies.jsonl").open("rb") as file:
        made = drafts(Rows(file), "ehri")
    assert len(made) == len({draft.source_key for draft in made}) == 143
    texts = [text for draft in made for text in draft.record.texts]
    assert [sum(text.role == role for text in texts) for role in ("original", "translation", "summary")] == [
        143,
        139,
        143,
    ]
    assert sum(text.lang == "yi" and text.direction == "rtl" for text in texts) == 24
    assert sum(bool(draft.record.collected) for draft in made) == 112
    counted = {facet: sum(len(tags(draft, facet)) for draft in made) for facet in Facet}
    assert (counted[Facet.FACILITY], counted[Facet.SUBJECT]) == (387, 5608)
    assert counted[Facet.PLACE] >= 1535
    assert sum(bool(tags(draft, Facet.PLACE)) for draft in made) == 142


def test_a_whole_invented_file_of_interviews_is_drafted() -> None:
    made = drafts(of(twins.accounts(240)), "wpa")
    assert len({draft.source_key for draft in made}) == 240
    assert sum(bool(draft.people) for draft in made) == 200
    assert sum(len(draft.record.present) for draft in made) == 120
    assert sum(bool(draft.record.collected) for draft in made) == 180
    assert sum("hateful-language" in draft.record.content_note for draft in made) == 120


@pytest.mark.shared
def test_all_wpa_accounts_are_drafted(shared: Path) -> None:
    with (shared / "wpa_narratives" / "accounts.jsonl").open("rb") as file:
        made = drafts(Rows(file), "wpa")
    assert len(made) == len({draft.source_key for draft in made}) == 1958
    assert sum(bool(draft.people) for draft in made) == 1939
    assert sum(len(draft.record.present) for draft in made) == 1192
    assert sum(bool(draft.record.collected) for draft in made) == 523
    assert sum("hateful-language" in draft.record.content_note for draft in made) == 1088
    assert all(tag.broader[0] == "us" for draft in made for tag in draft.record.tags)


def test_a_whole_invented_register_is_mapped() -> None:
    made = [facility(row, mapping.load("facilities")) for row in of(twins.facilities(252))]
    assert len({one.id for one in made}) == 252
    assert all(one.place.startswith("xj-") for one in made)


@pytest.mark.shared
def test_all_synthetic_facilities_are_mapped(shared: Path) -> None:
    chosen = mapping.load("facilities")
    with (shared / "facilities" / "synthetic_facilities.jsonl").open("rb") as file:
        made = [facility(row, chosen) for row in Rows(file)]
    assert len({one.id for one in made}) == 252
    assert all(one.place.startswith("xj-") for one in made)
