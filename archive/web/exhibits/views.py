"""Knows the pages of exhibits: a matter room's shortlist, the sheets made of it, on paper and as signed JSON.
Must not know whether a record may leave: `services.exhibiting` decides, and logs it first."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from archive.domain.errors import NotFound
from archive.domain.identifiers import code_of
from archive.domain.rooms import RoomPurpose
from archive.domain.searching import LARGEST_PAGE, SearchQuery
from archive.domain.showing import RoomView
from archive.services import exhibiting, rooms, searching
from archive.services.exhibiting import Exhibit, Kept
from archive.web import shortlist
from archive.web.addresses import inside
from archive.web.current import acting, archive
from archive.web.exhibits.presenting import grouped, page, second
from archive.web.guard import member
from archive.web.rooms.presenting import heading
from archive.web.rooms.results import Card, cards

blueprint = Blueprint("exhibits", __name__)


@blueprint.get("/rooms/<uuid:room>/shortlist")
@member()
def shown(room: UUID) -> str:
    view, wanted = _matter(room), shortlist.records(room)
    found = _cards(view, wanted)
    return render_template(
        "exhibits/shortlist.html",
        room=heading(view),
        items=[(record, code_of(record), found.get(record)) for record in wanted],
        may_undo=shortlist.may_undo(room),
        most=exhibiting.MOST,
    )


@blueprint.post("/rooms/<uuid:room>/shortlist")
@member()
def changed(room: UUID) -> ResponseReturnValue:
    """One deed, `add 0123…`; then back to where its button stood, beside the record it was about."""
    _matter(room)
    deed, _space, said = request.form.get("do", "").partition(" ")
    record = _id(said) if said else None
    if deed == "add" and shortlist.full(room):
        flash(_("A shortlist holds at most %(most)s records.", most=exhibiting.MOST))
    shortlist.change(room, deed, record)
    back = inside(request.form.get("back", "") or url_for("exhibits.shown", room=room))
    return redirect(f"{back}#r-{record}" if record and deed != "remove" else back, 303)


@blueprint.post("/rooms/<uuid:room>/exhibits")
@member()
def make(room: UUID) -> ResponseReturnValue:
    """Sheets of the whole shortlist, or of the one record that is named."""
    _matter(room)
    named = request.form.get("record", "")
    wanted = (_id(named),) if named else shortlist.records(room)
    if not wanted:
        return redirect(url_for("exhibits.shown", room=room), 303)
    made = exhibiting.make(archive(), acting(), room, wanted)
    note = exhibiting.keep(archive(), acting(), room, made)
    return redirect(url_for("exhibits.made", room=room, note=note), 303)


@blueprint.get("/rooms/<uuid:room>/exhibits")
@member()
def again(room: UUID) -> ResponseReturnValue:
    """Where sheets were asked for: the language changed there leads back to the shortlist."""
    return redirect(url_for("exhibits.shown", room=_matter(room).id), 303)


@blueprint.get("/rooms/<uuid:room>/exhibits/<uuid:note>")
@member()
def made(room: UUID, note: UUID) -> str:
    kept = exhibiting.kept(archive(), acting(), room, note)
    return render_template(
        "exhibits/made.html",
        room=heading(_matter(room)),
        note=note,
        sheets=[
            (number, code_of(one.record), second(one.facts.at.isoformat()) if one.facts else "")
            for number, one in enumerate(kept, start=1)
        ],
        some=any(one.facts for one in kept),
        fingerprint=grouped(exhibiting.fingerprint(archive())),
    )


@blueprint.get("/rooms/<uuid:room>/exhibits/<uuid:note>/print")
@blueprint.get("/rooms/<uuid:room>/exhibits/<uuid:note>/<int(max=100):number>/print")
@member()
def paper(room: UUID, note: UUID, number: int = 0) -> str:
    """The sheets on paper, each opened anew; one that is not available any more says so, and no more."""
    name, fingerprint = rooms.account(archive(), acting()).profile.name, exhibiting.fingerprint(archive())
    sheets = [
        (code_of(kept.record), page(found, name, fingerprint) if found else None)
        for kept, found in _opened(room, note, number)
    ]
    return render_template(
        "exhibits/print.html",
        room=heading(_matter(room)),
        note=note,
        sheets=sheets,
        today=format_date(archive().clock().date(), "long"),
    )


@blueprint.get("/rooms/<uuid:room>/exhibits/<uuid:note>/signed")
@blueprint.get("/rooms/<uuid:room>/exhibits/<uuid:note>/<int(max=100):number>/signed")
@member()
def signed(room: UUID, note: UUID, number: int = 0) -> Response:
    """The signed JSON of one sheet, or of all in one file, as a download of a name that says nothing."""
    found = [one for _kept, one in _opened(room, note, number) if one]
    if not found:
        raise NotFound
    raw, name = (found[0].raw, found[0].sheet.exhibit) if number else (exhibiting.together(found), note.hex)
    response = Response(raw, content_type="application/json; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=f"exhibit-{name[:8]}.json")
    return response


def _opened(room: UUID, note: UUID, number: int) -> list[tuple[Kept, Exhibit | None]]:
    """What was made under this address, or the one of this number, opened anew. Raises NotFound."""
    kept = exhibiting.kept(archive(), acting(), room, note)
    if number:
        kept = kept[number - 1 : number]
        if not kept:
            raise NotFound
    return [(one, exhibiting.again(archive(), acting(), room, one)) for one in kept]


def _matter(room: UUID) -> RoomView:
    view = rooms.room(archive(), acting(), room)
    if view.purpose is not RoomPurpose.MATTER:
        raise NotFound
    return view


def _cards(room: RoomView, wanted: tuple[UUID, ...]) -> dict[UUID, Card]:
    """What of the shortlist the room shows now: a search by code, decided and logged as every search."""
    if not wanted:
        return {}
    text = " OR ".join(f"code:{code_of(record)}" for record in wanted)
    found = searching.search(archive(), acting(), room.id, SearchQuery(text=text, size=LARGEST_PAGE))
    return {card.record: card for card in cards(found.result)}


def _id(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise NotFound from None
