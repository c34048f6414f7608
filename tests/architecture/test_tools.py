"""The checks of `make check` that are our own find what they look for, on small planted checkouts."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.bench import harness
from tools import deadcode, translations

PAGE = '<h1>{{ _("Sign in") }}</h1>{% trans n=n %}{{ n }} record{% pluralize %}{{ n }} records{% endtrans %}'
HEADER = (
    'msgid ""\nmsgstr ""\n'
    '"Content-Type: text/plain; charset=utf-8\\n"\n'
    '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
)
SIGN_IN = 'msgid "Sign in"\nmsgstr "كىرىش"\n\n'
RECORDS = (
    'msgid "%(n)s record"\nmsgid_plural "%(n)s records"\nmsgstr[0] "%(n)s خاتىرە"\nmsgstr[1] "%(n)s خاتىرە"\n'
)


def checkout(folder: Path, files: dict[str, str]) -> Path:
    for name, text in {"archive/__init__.py": "", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def catalogue(text: str) -> dict[str, str]:
    return {"templates/page.html": PAGE, "archive/web/translations/ug/LC_MESSAGES/messages.po": HEADER + text}


def test_a_whole_catalogue_passes(tmp_path: Path) -> None:
    assert translations.check(checkout(tmp_path, catalogue(SIGN_IN + RECORDS))) == []


@pytest.mark.parametrize(
    ("text", "gap"),
    [
        (RECORDS, "lacks 'Sign in'"),
        (SIGN_IN.replace("كىرىش", "") + RECORDS, "no translation of 'Sign in'"),
        ("#, fuzzy\n" + SIGN_IN + RECORDS, "unsure of 'Sign in'"),
        (
            SIGN_IN + "#, python-format\n" + RECORDS.replace('[0] "%(n)s', '[0] "%(m)s'),
            "errs in '%(n)s record'",
        ),
    ],
)
def test_a_gap_is_named(tmp_path: Path, text: str, gap: str) -> None:
    [found] = translations.check(checkout(tmp_path, catalogue(text)))
    assert gap in found


def test_a_missing_language_is_named(tmp_path: Path) -> None:
    assert translations.check(checkout(tmp_path, {"templates/page.html": PAGE})) == ["ug has no catalogue"]


def test_update_adds_what_is_new_and_keeps_what_was_said(tmp_path: Path) -> None:
    folder = checkout(tmp_path, catalogue(SIGN_IN))
    (folder / "archive" / "words.py").write_text(
        'from flask_babel import lazy_gettext as _l\nx = _l("Rooms")\n'
    )
    translations.update(folder, ["kk"])
    assert sorted(translations.catalogues(folder)) == ["kk", "ug"]
    written = translations.catalogues(folder)["ug"].read_text()
    assert "كىرىش" in written
    assert len(translations.check(folder)) == 2 + 3  # ug: the plural and "Rooms"; kk: everything


def test_unused_code_is_found_and_what_a_template_shows_is_not(tmp_path: Path) -> None:
    folder = checkout(
        tmp_path,
        {
            "archive/one.py": "def shown(): ...\ndef unused(): ...\ndef kept(): ...\nimport os\n",
            "templates/page.html": "unused {{ shown() }}",
        },
    )
    assert deadcode.findings(folder, {"kept": "called by the framework"}) == [
        "archive/one.py:2: nothing uses function unused",
        "archive/one.py:4: nothing uses import os",
    ]


def test_an_allowance_that_is_not_needed_is_found(tmp_path: Path) -> None:
    [found] = deadcode.findings(checkout(tmp_path, {"templates/page.html": ""}), {"gone": "was called once"})
    assert "gone is used" in found


def test_a_bench_takes_turns_and_says_the_medians(capsys: pytest.CaptureFixture[str]) -> None:
    turns: list[str] = []
    mine, yours = iter([9.0, 1.0, 3.0, 2.0, 4.0]), iter([6.0, 6.0, 6.0, 60.0, 0.6])

    def side(name: str, figures: Iterator[float]) -> Callable[[], float]:
        def measured() -> float:
            turns.append(name)
            return next(figures)

        return measured

    harness.compare(
        "planted",
        "case",
        peer="peer",
        ours=side("ours", mine),
        theirs=side("theirs", yours),
        unit="ms",
        goal=1.0,
        better="lower",
    )
    said = json.loads(capsys.readouterr().out)
    assert turns == ["ours", "theirs"] * 5
    assert (said["ours"], said["theirs"], said["ratio"], said["goal"]) == (3.0, 6.0, 0.5, 1.0)
    assert said.keys() == {"bench", "case", "unit", "ours", "peer", "theirs", "ratio", "goal", "better"}


def test_a_bench_of_too_few_rounds_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 5"):
        harness.compare(
            "x", "x", peer="x", ours=float, theirs=float, unit="s", goal=None, better="lower", rounds=4
        )
