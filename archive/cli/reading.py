"""Searching a room and reading a record on the command line.

Knows flags, tables and how a record is laid out in a terminal. Must not know how either was opened.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Final, get_args

import click
from rich.console import RenderableType
from rich.text import Text

from archive.cli import asking, choosing
from archive.cli.given import Command, Given, Member, as_member, only_in_a_demo, pass_given
from archive.cli.saying import safe, table, words
from archive.domain.searching import FACETS, LARGEST_PAGE, FacetCount, Hit, SearchQuery, Sort
from archive.domain.showing import Shown
from archive.policy.terms import VOCABULARIES
from archive.services import disclosing, searching
from archive.services.indexing import SEARCHED
from archive.vocabularies.load import vocabulary

_ROOM_HELP: Final = "Room id, its beginning or its purpose. Default: the only one."
_FACETS_SHOWN: Final = 8
_FILTERS: Final = tuple(facet for facet in FACETS if facet != "year")


@click.command(cls=Command)
@click.option("--room", "which", metavar="ROOM", help=_ROOM_HELP)
@click.option("--query", metavar="WORDS", help="In demo archives only; else the query is asked for.")
@click.option("--filter", "filters", multiple=True, metavar="FACET=ID", help="In demo archives only.")
@click.option("--sort", type=click.Choice(get_args(Sort)), default="relevance", show_default=True)
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@click.option("--size", type=click.IntRange(1, LARGEST_PAGE), default=20, show_default=True)
@as_member
@pass_given
def search(
    given: Given,
    member: Member,
    which: str | None,
    query: str | None,
    filters: tuple[str, ...],
    sort: Sort,
    page: int,
    size: int,
) -> None:
    """Search one room.

    The query is one line from the prompt or standard input (after the passphrase, if that comes from there too). It
    takes words, "phrases", prefi*, and fields such as place:xj-turpan.
    """
    with given.acting(member) as (archive, acting):
        room = choosing.room(archive, acting, which, SEARCHED)
        if query is not None or filters:
            only_in_a_demo(
                archive, "--query" if query is not None else "--filter", "Leave it out to be asked."
            )
            text = query or ""
        else:
            text = asking.typed("query", empty=True)
        asked = SearchQuery(text=text, filters=_filters(filters), sort=sort, page=page, size=size)
        found = searching.search(archive, acting, room.id, asked)
    result = found.result
    given.voice.answer(
        {
            "room": room.id,
            "total": result.total,
            "page": result.page,
            "pages": result.pages,
            "waiting": found.waiting,
            "cut": result.cut,
            "problem": result.problem,
            "hows": dict(result.hows),
            "meant": result.meant,
            "hits": [_hit(hit) for hit in result.hits],
            "facets": {
                facet: [_count(facet, count) for count in counts] for facet, counts in result.facets.items()
            },
        },
        Text(f"{result.total} found", style="bold"),
        *(_shown_hit(hit) for hit in result.hits),
        table(("", ""), _facet_rows(result.facets)),
    )
    if result.problem:
        given.voice.aside(result.problem)
    if result.meant:
        given.voice.aside(f"Did you mean: {result.meant}")
    if found.waiting:
        given.voice.aside(f"{found.waiting} records are not yet searchable here.")


def _filters(said: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for one in said:
        facet, equals, term = one.partition("=")
        if facet not in _FILTERS or not equals or not term:
            raise click.BadParameter(
                f"write FACET=ID; the facets are {', '.join(_FILTERS)}", param_hint="--filter"
            )
        found[facet] = (*found.get(facet, ()), term)
    return found


def _hit(hit: Hit) -> dict[str, object]:
    said = {
        field.name: getattr(hit, field.name) for field in fields(hit) if field.name not in {"record", "body"}
    }
    return {"id": hit.record, **said, "snippet": "".join(piece for piece, _ in hit.snippet)}


def _count(facet: str, count: FacetCount) -> dict[str, object]:
    return {"id": count.term, "label": _label(facet, count), "count": count.count, "broader": count.broader}


def _label(facet: str, count: FacetCount) -> str:
    if count.labels:
        return count.labels.get("en") or next(iter(count.labels.values()))
    names = {known.value: name for known, name in VOCABULARIES.items()}
    terms = vocabulary(names[facet]) if facet in names else None
    return terms.label(count.term, "en") if terms is not None and count.term in terms else count.term


def _shown_hit(hit: Hit) -> Text:
    line = Text(hit.code, style="bold")
    line.append(f"  {safe(hit.title)}\n  {hit.record}\n  ", style="not bold")
    for piece, matched in hit.snippet:
        line.append(safe(piece), style="bold" if matched else "not bold")
    return line


def _facet_rows(facets: Mapping[str, tuple[FacetCount, ...]]) -> Iterator[tuple[str, str]]:
    for facet, counts in facets.items():
        if counts:
            shown = ", ".join(f"{_label(facet, count)} {count.count}" for count in counts[:_FACETS_SHOWN])
            yield facet, shown + (" …" if len(counts) > _FACETS_SHOWN else "")


@click.command(cls=Command)
@click.argument("which_record", metavar="RECORD")
@click.option("--room", "which", metavar="ROOM", help=_ROOM_HELP)
@as_member
@pass_given
def show(given: Given, member: Member, which_record: str, which: str | None) -> None:
    """Show a record as a room sees it. The opening is logged first."""
    record = choosing.record(which_record)
    with given.acting(member) as (archive, acting):
        room = choosing.room(archive, acting, which, SEARCHED)
        shown = disclosing.show(archive, acting, room.id, record)
    given.voice.answer({"shown": shown}, *_page(shown))


def _page(shown: Shown) -> Iterator[RenderableType]:
    record = shown.record
    yield Text.assemble((shown.code, "bold"), "  ", (safe(record.title), "bold"))
    yield table(("", ""), _lines(shown))
    for text in record.texts:
        yield Text(f"\n{text.role} · {text.lang}", style="dim")
        yield words(text.body)


def _lines(shown: Shown) -> Iterator[tuple[str, str]]:
    record = shown.record
    yield "kind", record.record_kind
    yield "revision", f"{shown.revision} of {shown.day}"
    if record.collected:
        yield "collected", record.collected
    if record.collected_where:
        yield "where", record.collected_where
    for tag in record.tags:
        yield tag.facet.value, _label(tag.facet.value, FacetCount(tag.term, 0, tag.labels))
    if record.record_kind == "family-report":
        for missing in record.missing:
            yield "missing", f"{missing.name} ({missing.status} as of {missing.as_of or 'unknown'})"
    if shown.licence.not_after:
        yield "readable until", shown.licence.not_after.isoformat()
    for person in shown.identity.people if shown.identity else ():
        yield person.role, person.name
