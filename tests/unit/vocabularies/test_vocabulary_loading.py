"""The loader: lookup, hierarchy, finding, and clear refusal of damaged files."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.vocabularies import load
from archive.vocabularies.load import UnknownTerm, Vocabulary, VocabularyError, names, vocabulary

TERM = 'en = "{0}"\nug = "{0}"\nzh = "{0}"\n'


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes the text as the vocabulary "sample" and loads it, past the caches."""

    def write(text: str) -> Vocabulary:
        (tmp_path / "sample.toml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(load, "_folder", lambda: tmp_path)
        monkeypatch.setattr(load, "names", lambda: ("sample",))
        return vocabulary.__wrapped__("sample")

    return write


def test_every_built_in_vocabulary_loads_and_is_cached():
    assert {"places", "facility-types", "abuse-types", "languages", "purposes", "roles"} <= set(names())
    for name in names():
        assert len(vocabulary(name)) > 1
        assert vocabulary(name) is vocabulary(name)


def test_lookup_and_fallback_to_english():
    places = vocabulary("places")
    assert "xj-kashgar" in places
    assert "xj-atlantis" not in places
    assert places["xj-kashgar"].labels["zh"] == "喀什地区"
    assert places.label("xj-kashgar", "zh-Hans") == places.label("xj-kashgar", "zh_Hans") == "喀什地区"
    assert places.label("xj-kashgar", "cs") == "Kashgar Prefecture"
    assert next(term.id for term in places) == "xj"


def test_unknown_term_says_what_and_suggests():
    with pytest.raises(UnknownTerm) as caught:
        vocabulary("places")["xj-kashgr"]
    assert isinstance(caught.value, KeyError)
    assert "places" in str(caught.value)
    assert "“xj-kashgr”" in str(caught.value)
    assert "xj-kashgar" in str(caught.value)
    for ask in (vocabulary("places").path, vocabulary("places").within, vocabulary("places").children):
        with pytest.raises(UnknownTerm):
            ask("no-such-place")
    with pytest.raises(UnknownTerm, match="facility-types"):
        vocabulary("facility-type")
    with pytest.raises(UnknownTerm, match="Nothing in it is close"):
        vocabulary("places")["?" * 100_000]


def test_hierarchy():
    places = vocabulary("places")
    assert places.path("xj-kashgar-shufu") == ("xj", "xj-kashgar", "xj-kashgar-shufu")
    assert places.path("xj-shihezi") == ("xj", "xpcc", "xpcc-08", "xj-shihezi")
    assert "xj-kashgar-shufu" in places.within("xj-kashgar")
    assert places.within("xj-kashgar-shufu") == {"xj-kashgar-shufu"}
    assert "xj-hotan" not in places.within("xj-kashgar")
    assert [term.id for term in places.children("xpcc")] == [f"xpcc-{n:02}" for n in range(1, 15)]
    assert all(term.broader is None for term in places.children(None))
    assert places.children("xj-kashgar-shufu") == ()


def test_within_is_exactly_the_terms_whose_path_passes_through():
    abuses = vocabulary("abuse-types")
    for term in abuses:
        narrower = {term.id}.union(*(abuses.within(child.id) for child in abuses.children(term.id)))
        assert abuses.within(term.id) == narrower


@pytest.mark.parametrize(
    "typed",
    [
        "Kashgar",
        "KASHGAR",
        "kashgar prefecture",
        "قەشقەر",
        "喀什地区",
        "喀什",
        "Қашқар",
        "Кашгар",
        "Qeshqer",
        "xj-kashgar",
    ],
)
def test_find_by_any_name(typed: str):
    assert "xj-kashgar" in [term.id for term in vocabulary("places").find(typed)]


@pytest.mark.parametrize(
    "typed",
    ["Xinjiang", "新疆", "شىنجاڭ", "East Turkistan", "شەرقىي تۈركىستان", "Шығыс Түркістан", "east-turkistan"],
)
def test_the_contested_names_are_equal(typed: str):
    assert vocabulary("places").find(typed)[0].id == "xj"


def test_find_is_blind_to_marks_case_and_letter_variants():
    places = vocabulary("places")
    for typed in ("Ürümchi", "urumchi", "URUMCHI", "ürümchı", "U\u0308ru\u0308mchi"):
        assert places.find(typed)[0].id == "xj-urumqi", typed
    assert places.find("İstanbul")[0].id == places.find("ISTANBUL")[0].id == "tr-istanbul"
    assert places.find("خوتـەن")[0].id == "xj-hotan"
    assert places.find("اسلام آباد") == places.find("اسلام اباد") != ()


def test_find_puts_exact_before_prefix_and_refuses_nothing():
    found = [term.id for term in vocabulary("abuse-types").find("torture")]
    assert found[0] == "torture"
    groups = [term.id for term in vocabulary("abuse-types").find("forced")]
    assert {"forced-labour", "forced-abortion"} <= set(groups)
    camps = [term.id for term in vocabulary("facility-types").find("camp")]
    assert camps == ["internment", "factory-in-camp"], "a word within a label, even in quotation marks"
    assert [term.id for term in vocabulary("facility-types").find("convenience")] == ["check-post"]
    assert vocabulary("abuse-types").find("") == ()
    assert vocabulary("abuse-types").find(" \u0301ـ ") == ()
    assert vocabulary("abuse-types").find("x" * 1_000_000) == ()


def test_a_term_is_frozen():
    term = vocabulary("places")["xj"]
    assert {term, term} == {term}
    with pytest.raises(AttributeError):
        term.note = "changed"  # type: ignore[misc]
    with pytest.raises(TypeError):
        term.labels["en"] = "changed"  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[a]\nen = "A"\nug = "A"\n', r"sample\.toml, term “a”: the label in “zh” is missing"),
        ('[a]\nen = " "\nug = "A"\nzh = "A"\n', "“en” is missing"),
        ("[a]\n" + TERM.format("A") + 'broader = "b"\n', "“a” names the broader term “b”, which is absent"),
        (
            "[a]\n" + TERM.format("A") + 'broader = "b"\n[b]\n' + TERM.format("B") + 'broader = "a"\n',
            "lies within itself",
        ),
        ("[a]\n" + TERM.format("A") + 'broader = "a"\n', "lies within itself"),
        ("[a]\n" + TERM.format("A") + "[a]\n" + TERM.format("A"), r"sample\.toml is not readable as TOML"),
        ("[a]\n" + TERM.format("A") + 'lable = "x"\n', "unknown field lable; allowed are"),
        ("[a]\n" + TERM.format("A") + 'aliases = "x"\n', "aliases must be a list"),
        ("[a]\n" + TERM.format("A") + "aliases = [1]\n", "aliases must be a list"),
        ("[a]\n" + TERM.format("A") + 'codes = "x"\n', "codes is a table"),
        ("[a]\n" + TERM.format("A") + 'codes = { hs = "52" }\n', "hs must be a list"),
        ('["a b"]\n' + TERM.format("A"), "an id is ASCII letters"),
        ("a = 1\n", "a term is a table"),
        ("[a]\nen = 1\n", "en must be a string"),
        ("[a", "not readable as TOML"),
    ],
)
def test_a_damaged_file_is_refused_with_the_place(written, text: str, message: str):
    with pytest.raises(VocabularyError, match=message):
        written(text)


def test_the_same_id_in_two_parts_is_refused():
    term = vocabulary("places")["xj"]
    with pytest.raises(VocabularyError, match="“xj” stands twice"):
        Vocabulary("sample", [term, term])


def test_later_languages_may_be_present(written):
    sample = written("[a]\n" + TERM.format("A") + 'kk = "Ә"\n')
    assert sample.label("a", "kk") == "Ә"
    assert sample.label("a", "ru") == "A"
