"""Knows the shapes in which judged collections come, a JSON object a line: papers, questions, names by script.
Must not know how they are searched or what figures they should reach."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, Final

from archive.search.laboratory import Paper, Question
from archive.text.scripts import detect

Row = Mapping[str, Any]
SCRIPTS: Final = {
    "uas": "arab", "ug_arab": "arab", "uls": "latn", "latin_variants": "latn", "latn": "latn",
    "ucs": "cyrl", "cyrl": "cyrl", "cyrl_turkic": "cyrl", "zh_variants": "zh", "zh": "zh",
}  # fmt: skip
"""Fields of a row of names, and the script that their values are in."""
_LANGUAGES: Final = {"arab": "ug", "cyrl": "ug", "zh": "zh", "latn": "en"}
_CARRIERS: Final = {
    "arab": "ئۇ يەردە {} بار ئىدى.", "cyrl": "У йәрдә {} бар еди.", "latn": "And there was {} too.", "zh": "那里有{}。",
}  # fmt: skip


class NotJudged(ValueError):
    """A line that is of no known shape; the message says which, and which shapes there are."""


def rows(path: Path) -> list[Row]:
    """The lines of a file. Raises NotJudged, naming the line, for one that is no JSON object."""
    found: list[Row] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line) if line.strip() else {}
        except json.JSONDecodeError as error:
            raise NotJudged(f"{path.name}, line {number}: {error.msg}") from None
        if not isinstance(row, dict):
            raise NotJudged(f"{path.name}, line {number}: not a JSON object")
        if row:
            found.append(row)
    return found


def papers(found: Iterable[Row]) -> list[Paper]:
    """Rows with "text" and "id" (also "lang", "title", "orig_text", "orig_lang", "summary", "names") as papers."""
    return [_paper(row) for row in found]


def questions(found: Iterable[Row], known: frozenset[str]) -> list[Question]:
    """Rows with "query" or "variants", and "relevant" (ids, or ids with grades above 0), as questions.

    One with variants is asked by each of them. What no paper of ``known`` answers is left out.
    """
    asked = []
    for row in found:
        relevant = row.get("relevant")
        if relevant is None or not ("query" in row or "variants" in row):
            raise NotJudged(
                f'a question needs "query" or "variants", and "relevant"; this one has {_fields(row)}'
            )
        right = (
            {key for key, grade in relevant.items() if grade > 0}
            if isinstance(relevant, dict)
            else set(relevant)
        )
        if wanted := frozenset(map(str, right)) & known:
            asked += [Question(text, wanted) for text in row.get("variants") or [row["query"]]]
    return asked


def of_names(row: Row) -> bool:
    """Whether a row is a name in several scripts, and not a paper."""
    return "text" not in row and any(field in row for field in SCRIPTS)


def scripts(row: Row) -> dict[str, tuple[str, ...]]:
    """The forms of a name by script."""
    found: dict[str, dict[str, None]] = {}
    for field, script in SCRIPTS.items():
        forms = row.get(field) or ()
        found.setdefault(script, {}).update(dict.fromkeys([forms] if isinstance(forms, str) else forms))
    return {script: tuple(forms) for script, forms in found.items() if forms}


def pairs(
    found: Iterable[Row], *, running: bool = False
) -> Iterator[tuple[str, str, list[Paper], list[Question]]]:
    """For each two scripts: names in the one as papers, in the other as questions.

    A paper is one form of a name, given as a name, or ``running`` in a sentence. Within one script a form is asked
    for the other forms of its name.
    """
    named = [scripts(row) for row in found]
    for asked, held in product(_LANGUAGES, repeat=2):
        forms = {form: number for number, name in enumerate(named) for form in name.get(held, ())}
        collection = [_form(form, held, running=running) for form in forms]
        wanted = [
            Question(form, right)
            for name in named
            for form in name.get(asked, ())
            if (right := frozenset(other for other in name.get(held, ()) if other != form))
        ]
        if wanted:
            yield asked, held, collection, wanted


def _paper(row: Row) -> Paper:
    if "text" not in row or not ("id" in row or "code" in row):
        raise NotJudged(f'a paper needs "id" and "text"; this one has {_fields(row)}')
    texts = [
        (row.get("lang"), row["text"]),
        (row.get("orig_lang"), row.get("orig_text")),
        ("en", row.get("summary")),
    ]
    return Paper(
        id=str(row.get("id", row.get("code"))),
        texts=tuple((lang or detect(text).lang, text) for lang, text in texts if text),
        title=str(row.get("title") or "").replace("_", " "),
        names=tuple(map(str, row.get("names") or ())),
    )


def _form(form: str, script: str, *, running: bool) -> Paper:
    text = _CARRIERS[script].format(form[:1].upper() + form[1:]) if running else form
    return Paper(form, ((_LANGUAGES[script], text),), names=() if running else (form,))


def _fields(row: Row) -> str:
    return ", ".join(sorted(map(str, row))) or "nothing"
