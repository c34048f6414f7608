"""Searching a room: the query runs inside that room's own index, each hit is decided again, the search is logged.

Knows the order: scope, query, decide, log, answer. Must not know pages, addresses or the engine.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from uuid import UUID

from archive.domain.errors import NotFound
from archive.domain.identifiers import new_id
from archive.domain.searching import SearchQuery, SearchResult, Suggestion
from archive.sealing.codec import decode, encode
from archive.services import indexing, saving, transparency
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.services.entitling import readable, trust
from archive.services.signing_in import keep_note, kept_note


@dataclass(frozen=True, slots=True)
class Found:
    """``waiting`` says how many records of the room are not yet searchable."""

    result: SearchResult
    waiting: int


@transparency.refusals("search")
def search(archive: Archive, acting: Acting, room: UUID, query: SearchQuery) -> Found:
    """Answer a query from one room's index alone. The log holds the query and the hits, sealed to audit, first.

    Counts and facets speak of no other room. A hit whose licence no longer lives, or that the index holds in another
    state than the room, is left out; what is shown is as it was signed. Raises NotFound, Damaged. Cost: see
    `Index.search`; one log entry, the signatures of 20 bodies.
    """
    index = indexing.opened(archive, acting, room)
    result = index.search(query)
    with archive.work() as unit:
        live = readable(archive, acting, unit, room, [hit.record for hit in result.hits])
        hits = tuple(hit for hit in result.hits if live.get(hit.record) == hit.body)
        shown = unit.records.present(room, [hit.record for hit in hits])
        custody = trust(archive, acting, unit).room(room).collection
        saving.vouch(archive, acting, unit, list(shown.values()), custody)
        detail = {
            "room": room.hex,
            "query": json.loads(encode(SearchQuery, query)),
            "hits": [hit.record.hex for hit in hits],
            "total": result.total,
        }
        transparency.append(archive, unit, acting.member, "search", detail)
        waiting = unit.outbox.count(room)
        unit.commit()
    gone = len(result.hits) - len(hits)
    return Found(replace(result, hits=hits, total=result.total - gone), waiting)


@transparency.refusals("suggest")
def suggest(archive: Archive, acting: Acting, room: UUID, typed: str, lang: str) -> tuple[Suggestion, ...]:
    """Return tags of this room's records whose name begins with what was typed. Logged like a search."""
    index = indexing.opened(archive, acting, room)
    found = index.suggest(typed, lang)
    with archive.work() as unit:
        transparency.append(archive, unit, acting.member, "suggest", {"room": room.hex, "typed": typed})
        unit.commit()
    return found


def keep_query(archive: Archive, acting: Acting, room: UUID, query: SearchQuery) -> UUID:
    """Keep a query, sealed in the session, behind an opaque address; return the address."""
    note = new_id()
    keep_note(archive, acting, note, room.bytes + encode(SearchQuery, query))
    return note


def kept_query(archive: Archive, acting: Acting, note: UUID) -> tuple[UUID, SearchQuery]:
    """Return room and query behind an address of this session. Raises NotFound for every other."""
    raw = kept_note(archive, acting, note)
    if raw is None:
        raise NotFound
    return UUID(bytes=raw[:16]), decode(SearchQuery, raw[16:])
