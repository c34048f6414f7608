"""What the built-in vocabularies must hold: frozen ids, lists, crosswalks with their cautions."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from archive.domain import consent
from archive.vocabularies.load import names, vocabulary

ROOT = Path(__file__).resolve().parents[3]
ROME = set("abcdefghijk")

# Made up, in the columns of the real table, so that the check of codes always runs.
TWIN = """code,level,zh
650000000000,region,新疆维吾尔自治区
653100000000,prefecture,喀什地区
653121000000,county,疏附县
659001000000,county,石河子市
"""


def ids(name: str) -> set[str]:
    return {term.id for term in vocabulary(name)}


def test_ids_are_never_removed():
    frozen = json.loads((ROOT / "tests/vectors/vocabulary-ids.json").read_text(encoding="utf-8"))
    assert set(frozen) <= set(names())
    for name, known in frozen.items():
        assert known, name
        assert set(known) <= ids(name), name


def test_every_vocabulary_has_its_ids_frozen():
    frozen = json.loads((ROOT / "tests/vectors/vocabulary-ids.json").read_text(encoding="utf-8"))
    assert {name: ids(name) - set(frozen.get(name, ())) for name in names()} == {
        name: set() for name in names()
    }, "new ids: add them to tests/vectors/vocabulary-ids.json, where they stay for good"


@pytest.mark.parametrize(
    ("name", "enumeration"),
    [
        ("purposes", consent.Purpose),
        ("audiences", consent.Audience),
        ("data-classes", consent.DataClass),
        ("decisions", consent.Decision),
        ("legal-bases", consent.Basis),
    ],
)
def test_consent_words_are_the_domain_s(name: str, enumeration: type[consent.Purpose]):
    assert ids(name) == {member.value for member in enumeration}


def test_labels_are_in_their_scripts():
    for name in names():
        for term in vocabulary(name):
            assert re.search("[\u0600-\u06ff]", term.labels["ug"]), (name, term.id)
            assert re.search("[\u4e00-\u9fff]", term.labels["zh"]), (name, term.id)
            assert not re.search("[\u0600-\u06ff\u4e00-\u9fff]", term.labels["en"]), (name, term.id)
            # Uyghur writes ك ى ي ھ ە; the Arabic and Persian twins of these letters are slips of the keyboard.
            assert not re.search("[کیه\u0660-\u0669]", term.labels["ug"]), (name, term.id)


def test_labels_are_distinct_within_a_vocabulary():
    for name in names():
        for lang in ("en", "ug", "zh"):
            labels = [term.labels[lang] for term in vocabulary(name)]
            twice = {label for label in labels if labels.count(label) > 1}
            assert twice == set(), (name, lang)


def test_the_region_is_complete():
    places = vocabulary("places")
    prefectures = [term for term in places.children("xj") if term.id != "xpcc"]
    counties = [county for prefecture in prefectures for county in places.children(prefecture.id)]
    divisions = places.children("xpcc")
    cities = [city for division in divisions for city in places.children(division.id)]
    assert (len(prefectures), len(counties), len(divisions), len(cities)) == (14, 98, 14, 12)
    coded = [code for term in places for code in term.codes.get("gb2260", ())]
    assert len(coded) == len(set(coded))
    assert all(re.fullmatch(r"\d{6}", code) for code in coded)
    for prefecture in prefectures:
        (prefix,) = (code[:4] for code in prefecture.codes["gb2260"])
        for county in places.children(prefecture.id):
            assert all(code.startswith(prefix) for code in county.codes.get("gb2260", ()))


def missing_codes(table: str) -> set[str]:
    known = {code: term for term in vocabulary("places") for code in term.codes.get("gb2260", ())}
    rows = [row for row in csv.DictReader(table.splitlines()) if row["level"] != "township"]
    assert rows
    return {
        row["code"][:6]
        for row in rows
        if row["code"][:6] not in known or known[row["code"][:6]].labels["zh"] not in row["zh"]
    }


def test_the_check_of_division_codes_finds_what_is_missing():
    assert missing_codes(TWIN) == set()
    assert missing_codes(TWIN + "653199000000,county,虚构县\n") == {"653199"}
    assert missing_codes(TWIN.replace("疏附县", "虚构县")) == {"653121"}


@pytest.mark.shared
def test_every_published_division_code_is_covered(shared: Path):
    table = shared / "places" / "xinjiang_divisions.csv"
    assert missing_codes(table.read_text(encoding="utf-8")) == set()


def test_facility_types_carry_a_tier_where_the_survey_has_one():
    tiers = {term.id: term.codes["tier"] for term in vocabulary("facility-types") if "tier" in term.codes}
    assert tiers["prison"] == ("4",)
    assert tiers["detention-centre"] == ("3",)
    assert tiers["internment"] == ("1", "2")
    assert {tier for each in tiers.values() for tier in each} <= {"1", "2", "3", "4"}
    for id in tiers:
        assert "Tier" in vocabulary("facility-types")[id].note


def test_abuse_crosswalks_point_only_to_what_exists():
    abuses = vocabulary("abuse-types")
    indicators = {code for term in vocabulary("ilo-indicators") for code in term.codes.get("ilo", ())}
    assert indicators == {str(n) for n in range(1, 12)}
    for term in abuses:
        assert set(term.codes) <= {"huridocs", "rome", "ilo", "treaty"}, term.id
        assert set(term.codes.get("rome", ())) <= ROME, term.id
        assert set(term.codes.get("ilo", ())) <= indicators, term.id
        assert all(re.fullmatch(r"(\d\d)+", code) for code in term.codes.get("huridocs", ())), term.id
        for treaty in term.codes.get("treaty", ()):
            assert re.fullmatch(
                r"(UDHR|ICCPR|CAT|CRC|ILO C\d{3}) \d+|Genocide Convention II\([de]\)", treaty
            ), term.id
    assert len(abuses.children(None)) == 11
    assert not any(group.codes for group in abuses.children(None))


def test_abuse_crosswalks_are_per_term_as_corrected():
    abuses = vocabulary("abuse-types")
    single = {
        "wages-withheld": "8",
        "excess-hours": "11",
        "hazardous-work": "10",
        "passport-seized": "7",
        "travel-ban": "3",
    }
    for id, indicator in single.items():
        assert abuses[id].codes["ilo"] == (indicator,)
    for id in ("surveillance", "biometrics-taken"):
        assert "ilo" not in abuses[id].codes
    assert abuses["arrest"].codes["treaty"] == ("UDHR 9", "ICCPR 9")


def test_cautions_stand_where_codes_suggest():
    caution = "requires intent to destroy; never inferred from a tag"
    genocide = [
        t for t in vocabulary("abuse-types") if any("Genocide" in c for c in t.codes.get("treaty", ()))
    ]
    assert {term.id for term in genocide} == {
        "forced-sterilisation",
        "forced-contraception",
        "forced-abortion",
        "child-removal",
    }
    assert all(caution in term.note for term in genocide)
    crosswalks = vocabulary("crosswalks")
    assert "not party to the Rome Statute" in crosswalks["rome"].note
    assert "not ratified" in crosswalks["treaty"].note
    assert caution in crosswalks["genocide"].note.lower()
    systems = {
        key
        for name in ("abuse-types", "goods", "facility-types")
        for term in vocabulary(name)
        for key in term.codes
    }
    assert systems <= ids("crosswalks")


def test_labels_name_the_coercion():
    abuses = vocabulary("abuse-types")
    for id in (
        "forced-abortion",
        "forced-sterilisation",
        "forced-contraception",
        "forced-medication",
        "forced-marriage",
    ):
        assert abuses.label(id, "en").startswith("Forced")
        assert "مەجبۇرىي" in abuses.label(id, "ug")
    for id in ("religion", "dress", "language", "culture"):
        assert abuses.label(f"restriction-of-{id}", "en").startswith("Restriction")


def test_sexual_violence_can_be_left_out_as_a_whole():
    assert {"rape", "sexual-assault", "forced-nudity"} <= vocabulary("abuse-types").within("sexual-violence")


def test_languages_have_script_and_direction():
    for term in vocabulary("languages"):
        (script,) = term.codes["script"]
        (direction,) = term.codes["dir"]
        assert re.fullmatch("[A-Z][a-z]{3}", script)
        assert direction == ("rtl" if script in {"Arab", "Hebr"} else "ltr")
    assert {"ug-Arab", "kk-Arab", "zh-Hans", "yi", "cs", "de", "hu", "pl", "nl", "fr"} <= ids("languages")


def test_roles_are_explained_in_a_sentence():
    for term in vocabulary("roles"):
        assert term.note.endswith(".")
        assert len(term.note) > 30


def test_certainty_begins_with_its_default():
    assert next(iter(vocabulary("certainty"))).id == "as-stated"


def test_the_draft_labels_say_so():
    folder = ROOT / "archive" / "vocabularies"
    files = sorted(folder.rglob("*.toml"))
    assert files
    for file in files:
        assert "need a native reader" in file.read_text(encoding="utf-8")[:800], file.name


def used(name: str, codes: str) -> set[str]:
    return {code for term in vocabulary(name) for code in term.codes.get(codes, ())}


def huridocs_missing(table: str) -> set[str]:
    """Codes that abuse types carry and the list of acts does not."""
    known = {row["huri_code"] for row in csv.DictReader(io.StringIO(table)) if row["list_code"] == "4"}
    assert known
    return {code for code in used("abuse-types", "huridocs") if code.ljust(12, "0") not in known}


def huridocs_twin(codes: Iterable[str], listed: str = "4") -> str:
    """The columns of the real table, its acts called by number; one row of another list."""
    head = "list_code,list_name,huri_code,vocab_number,parent,level,order,en,fr,es\n"
    rows = [
        f"{listed},types_of_acts,{code.ljust(12, '0')},{code.ljust(12, '0')}04,0,{len(code) // 2 - 1},{number},"
        f'"Invented act {number}, so called",Acte {number},Acto {number}\n'
        for number, code in enumerate(sorted(codes))
    ]
    return "".join(
        [head, "1,index_term,999999999999,99999999999901,0,0,1,Invented,Inventé,Inventado\n", *rows]
    )


def test_the_check_of_huridocs_codes_finds_what_is_missing():
    codes = used("abuse-types", "huridocs")
    assert len(codes) > 20
    assert huridocs_missing(huridocs_twin(codes)) == set()
    lost = min(codes, key=len)
    assert huridocs_missing(huridocs_twin(codes - {lost})) == {lost}
    other = huridocs_twin(codes, listed="5") + "4,types_of_acts,999999999999,99999999999904,0,0,1,a,b,c\n"
    assert huridocs_missing(other) == codes


@pytest.mark.shared
def test_huridocs_codes_exist(shared: Path):
    table = shared / "vocab" / "huridocs_microthesauri.csv"
    assert huridocs_missing(table.read_text(encoding="utf-8-sig")) == set()


def test_goods_codes_are_chapters_or_headings():
    codes = [code for term in vocabulary("goods") for code in term.codes.get("hs", ())]
    assert len(codes) > 30
    assert all(re.fullmatch(r"\d\d(\d\d)?", code) for code in codes)


def goods_missing(table: str) -> set[str]:
    """Codes that goods carry and the harmonized system does not."""
    known = {row["hscode"] for row in csv.DictReader(io.StringIO(table))}
    assert known
    return used("goods", "hs") - known


def goods_twin(codes: Iterable[str]) -> str:
    rows = [
        f'I,{code},"Invented goods {number}; so called",{code[:-2] or "TOTAL"},{len(code)}\n'
        for number, code in enumerate(sorted(codes))
    ]
    return "".join(
        ["section,hscode,description,parent,level\n", *rows, "TOTAL,TOTAL,Everything invented,TOTAL,5\n"]
    )


def test_the_check_of_goods_codes_finds_what_is_missing():
    codes = used("goods", "hs")
    assert goods_missing(goods_twin(codes)) == set()
    for lost in (min(codes, key=len), max(codes, key=len)):
        assert goods_missing(goods_twin(codes - {lost})) == {lost}


@pytest.mark.shared
def test_harmonized_system_codes_exist(shared: Path):
    assert goods_missing((shared / "vocab" / "hs_codes.csv").read_text(encoding="utf-8-sig")) == set()
