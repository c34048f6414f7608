"""The checks of `make check` that are our own find what they look for, on small planted checkouts."""

from pathlib import Path

import pytest

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
