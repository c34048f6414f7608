"""Keeps the interface's translations whole: `update` brings every catalogue up to the sources, `check` finds gaps.

A catalogue is whole when it has every message of the sources, each translated, none marked fuzzy, each with the
placeholders of the original. English is the language of the sources and needs no catalogue.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
CATALOGUES = "archive/web/translations"
REQUIRED = ("ug",)  # from the first day; others join by `update LOCALE`
METHODS = [("archive/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "_l": None,
    "message": None,  # archive.domain.errors.message marks what the web translates later
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def from_sources(checkout: Path) -> Catalog:
    """Every message of the Python sources and the templates."""
    catalogue = Catalog(project="guwah", charset="utf-8")
    found = extract_from_dir(
        checkout,
        method_map=METHODS,
        options_map={"templates/**.html": {"trimmed": "true", "silent": "false"}},
        keywords=KEYWORDS,
        comment_tags=("Translators:",),
        directory_filter=lambda path: "__pycache__" not in path,
    )
    for filename, line, message, comments, context in found:
        catalogue.add(message, locations=[(filename, line)], auto_comments=comments, context=context)
    return catalogue


def catalogues(checkout: Path) -> dict[str, Path]:
    """Locale -> file of its messages."""
    files = (checkout / CATALOGUES).glob("*/LC_MESSAGES/messages.po")
    return {path.parents[1].name: path for path in sorted(files)}


def words(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def translated(message: Message) -> bool:
    strings = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
    return bool(strings) and all(strings)


def gaps(sources: Catalog, catalogue: Catalog) -> Iterator[str]:
    """What a catalogue lacks, in words that say which message."""
    for wanted in sources:
        if not wanted.id:
            continue
        message = catalogue.get(wanted.id, context=wanted.context)
        if message is None:
            yield f"lacks {words(wanted)!r}: run make translations"
        elif not translated(message):
            yield f"has no translation of {words(wanted)!r}"
        elif message.fuzzy:
            yield f"is unsure of {words(wanted)!r}: read it and take the fuzzy mark away"
        else:
            yield from (f"errs in {words(wanted)!r}: {error}" for error in message.check(catalogue))


def check(checkout: Path) -> list[str]:
    sources = from_sources(checkout)
    files = catalogues(checkout)
    found = [f"{locale} has no catalogue" for locale in REQUIRED if len(sources) and locale not in files]
    for locale, path in files.items():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=locale, abort_invalid=True)
        found += [f"{locale} {gap}" for gap in gaps(sources, catalogue)]
    return found


def update(checkout: Path, locales: list[str]) -> None:
    sources = from_sources(checkout)
    files = catalogues(checkout)
    for locale in sorted({*files, *locales}):
        path = files.get(locale, checkout / CATALOGUES / locale / "LC_MESSAGES" / "messages.po")
        catalogue = Catalog(locale=locale, project="guwah", charset="utf-8", fuzzy=False)
        if path.exists():
            with path.open("rb") as file:
                catalogue = read_po(file, locale=locale)
        catalogue.update(sources, no_fuzzy_matching=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, sort_output=True, ignore_obsolete=True, include_lineno=False, width=100)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("action", choices=["check", "update"])
    parser.add_argument("locales", nargs="*", help="languages to begin (update only)")
    chosen = parser.parse_args()
    if chosen.action == "update":
        update(ROOT, chosen.locales)
        return 0
    found = check(ROOT)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
