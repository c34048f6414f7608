"""Knows how an exhibit sheet is laid out as one HTML file that prints: English headings, every text in its own writing.
Must not know how the sheet was made, or where the file goes."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Final

from archive.domain.records import WITHHELD
from archive.evidence.sheet import Sheet, SheetText
from archive.text.scripts import detect
from archive.vocabularies.load import UnknownTerm, vocabulary

_STYLE: Final = (
    "body{font:11pt/1.5 'Noto Sans','Noto Naskh Arabic',sans-serif;margin:2cm auto;max-width:46rem;padding:0 1rem}"
    "dl>div{display:grid;grid-template-columns:11rem 1fr;gap:0 1rem;border-bottom:1px solid #999;padding:.2rem 0}"
    "dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}h1{font-size:1.4rem}h2{font-size:1.1rem}"
    ".texts{display:grid;grid-template-columns:repeat(auto-fit,minmax(18rem,1fr));gap:0 2rem}"
    ".texts p{white-space:pre-line}.texts dl>div{display:block}"
    "[dir=rtl]{line-height:1.8}code{font-size:.85em;overflow-wrap:anywhere}"
    ".line dd{min-height:3rem}@media print{body{margin:0}}"
)
_LINE: Final = '<dl class="line"><div><dt>{}</dt><dd></dd></div></dl>'
_NOT_RECORDED: Final = "not recorded"
_PAGE: Final = (
    '<!DOCTYPE html>\n<html lang="en" dir="ltr">\n<head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<title>Exhibit sheet</title><style>{style}</style></head>\n<body>\n{body}\n</body>\n</html>\n"
)


def page(sheet: Sheet, name: str, fingerprint: str, digest: str) -> str:
    """The sheet as a page. ``name``: who made it; ``digest``: of the signed JSON beside it."""
    parts = (
        f"<p>Exhibit sheet · <bdi><code>{escape(sheet.code)}</code></bdi></p>\n<h1>{_words(sheet.title)}</h1>",
        _list((("Speaks of", ", ".join(_label("content-notes", one) for one in sheet.content_note)),))
        if sheet.content_note
        else "<p>Nobody has noted which kinds of harm this account speaks of.</p>",
        '<div class="texts">\n' + "\n".join(_text(text) for text in sheet.texts) + "\n</div>",
        f"<p>“{escape(WITHHELD)}” stands for whatever consent does not open to the matter room.</p>",
        "<h2>The account</h2>\n" + _list(_account(sheet)),
        "<h2>Consent in force</h2>\n" + _list(_consent(sheet)),
        "<h2>Where the log has it</h2>\n" + _list(_log(sheet)),
        "<h2>Made</h2>\n" + _list(_made(sheet, name, fingerprint, digest)),
        "".join(_LINE.format(line) for line in ("Signature of counsel", "Place and date")),
    )
    return _PAGE.format(style=_STYLE, body="\n".join(part for part in parts if part))


def _account(sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield "Kind", _label("kinds", sheet.kind)
    yield "Version", f"revision {sheet.version.revision} of {sheet.version.day}"
    yield "Given", escape(sheet.given.when) or _NOT_RECORDED
    yield "Where", _label("places", sheet.given.where) if sheet.given.where else _NOT_RECORDED
    for one in sheet.present:
        said = " · ".join(_words(part) for part in (one.name, one.organisation) if part)
        yield f"Present: {_label('present-roles', one.role)}", said or "name not recorded"
    if not sheet.present:
        yield "Present", _NOT_RECORDED
    if sheet.source:
        yield "Source", _words(sheet.source.citation)
        yield "Terms of the source", _words(sheet.source.licence)


def _consent(sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield "Until", sheet.consent.until or "without term"
    yield "Items", " ".join(_code(one) for one in sheet.consent.items)
    yield "Head of the ledger", _code(sheet.consent.ledger)


def _log(sheet: Sheet) -> Iterator[tuple[str, str]]:
    yield "Entry of the opening", f"number {sheet.log.number}, leaf {_code(sheet.log.leaf)}"
    yield "The log then", f"{sheet.log.size} entries, root {_code(sheet.log.root)}"


def _made(sheet: Sheet, name: str, fingerprint: str, digest: str) -> Iterator[tuple[str, str]]:
    yield "By", f"{_words(name)} {_code(sheet.made.by)}"
    yield "On", escape(sheet.made.at)
    yield "Exhibit id", _code(sheet.exhibit)
    yield "SHA-256 of the signed JSON", _code(digest)
    yield "Fingerprint of the officers", _code(fingerprint)


def _text(text: SheetText) -> str:
    facts = [
        ("Translator", _words(text.translator)),
        ("Method", _words(text.method)),
        ("SHA-256", _code(text.sha256)),
    ]
    return (
        f"<section><h2>{escape(text.role.capitalize())} · {_label('languages', text.lang)}</h2>\n"
        f'<div lang="{escape(text.lang)}" dir="{escape(text.direction)}"><p>{escape(text.text)}</p></div>\n'
        f"{_list((name, said) for name, said in facts if said)}</section>"
    )


def _list(rows: Iterator[tuple[str, str]] | tuple[tuple[str, str], ...]) -> str:
    return "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{said}</dd></div>" for name, said in rows) + "</dl>"


def _words(text: str) -> str:
    """Somebody's words, in the language that their letters suggest."""
    if not text:
        return ""
    guess = detect(text)
    return f'<span lang="{guess.lang}" dir="{guess.direction}">{escape(text)}</span>'


def _code(text: str) -> str:
    return f"<bdi><code>{escape(text)}</code></bdi>" if text else ""


def _label(name: str, id: str) -> str:
    try:
        return escape(vocabulary(name).label(id, "en"))
    except UnknownTerm:
        return escape(id)
