"""Knows how what the services answer is put into the JSON of the API.
Must not know who asks; it leaves nothing out and adds nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from flask_babel import gettext as _

from archive.domain import facilities, searching
from archive.domain.showing import RoomView, Shown
from archive.services.exhibiting import Made
from archive.services.searching import Found
from archive.services.signing_in import SignedIn
from archive.services.withdrawing import Ending
from archive.web.api import shapes
from archive.web.presenting import tag


def session(signed: SignedIn, views: Iterable[RoomView]) -> shapes.Session:
    expires = datetime.fromtimestamp(signed.expires, UTC)
    return shapes.Session(token=signed.token, expires=expires, rooms=rooms(views))


def rooms(views: Iterable[RoomView]) -> tuple[shapes.Room, ...]:
    return tuple(
        shapes.Room(
            id=view.id,
            collection=view.collection,
            name=view.name,
            purpose=view.purpose,
            capabilities=tuple(sorted(view.capabilities)),
            records=view.records,
            waiting=view.waiting,
            only_you=view.only_you,
            not_after=view.not_after,
            scope=view.scope,
        )
        for view in views
    )


def found(answer: Found) -> shapes.Found:
    result = answer.result
    return shapes.Found(
        total=result.total,
        page=result.page,
        pages=result.pages,
        hits=tuple(_hit(hit) for hit in result.hits),
        facets={
            name: tuple(_value(name, count) for count in counts) for name, counts in result.facets.items()
        },
        waiting=answer.waiting,
        cut=result.cut,
        problem=_(result.problem) if result.problem else None,
        hows=dict(result.hows.items()),
        meant=result.meant,
    )


def suggestions(found: Iterable[searching.Suggestion]) -> shapes.Suggestions:
    return shapes.Suggestions(
        suggestions=tuple(
            shapes.Suggestion(facet=one.facet, id=one.term, label=one.label, count=one.count) for one in found
        )
    )


def record(shown: Shown) -> shapes.Record:
    return shapes.Record(
        id=shown.record.id,
        code=shown.code,
        room=shown.room.id,
        revision=shown.revision,
        day=shown.day,
        record=shown.record,
        licence=shapes.Licence(items=shown.licence.items, not_after=shown.licence.not_after),
        identity=shown.identity,
        consent=shown.consent,
        placed=shown.placed,
    )


def withdrawn(ending: Ending) -> shapes.Withdrawn:
    until = datetime.fromtimestamp(ending.until, UTC) if ending.until else None
    return shapes.Withdrawn(record=ending.record, rooms=ending.rooms, until=until)


def exhibits(made: Iterable[Made], fingerprint: str) -> shapes.Exhibits:
    return shapes.Exhibits(
        exhibits=tuple(
            shapes.SignedSheet(
                record=one.record, sha256=one.exhibit.digest if one.exhibit else None, exhibit=one.exhibit
            )
            for one in made
        ),
        fingerprint=fingerprint,
    )


def register(known: Iterable[facilities.Facility]) -> shapes.Facilities:
    return shapes.Facilities(
        facilities=tuple(shapes.Facility.model_validate(one, from_attributes=True) for one in known)
    )


def _hit(hit: searching.Hit) -> shapes.Hit:
    marks, at = [], 0
    for piece, matched in hit.snippet:
        if matched:
            marks.append((at, at + len(piece)))
        at += len(piece)
    return shapes.Hit(
        id=hit.record,
        code=hit.code,
        title=hit.title,
        kind=hit.kind,
        lang=hit.lang,
        snippet="".join(piece for piece, _matched in hit.snippet),
        marks=tuple(marks),
        score=hit.score,
        note=hit.note,
        facets=dict(hit.facets),
        how=hit.how,
    )


def _value(facet: str, count: searching.FacetCount) -> shapes.Value:
    label = tag(facet, count.term, count.labels)
    return shapes.Value(
        id=count.term, label=label.text, lang=label.lang, count=count.count, broader=count.broader
    )
