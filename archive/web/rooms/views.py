"""Knows the pages of rooms: which a member holds, and searching one.
Must not know what may be found: `services.searching` answers, and only that is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from archive.domain.errors import NotFound
from archive.domain.rooms import Capability, RoomPurpose
from archive.domain.searching import FACETS, SearchQuery
from archive.domain.showing import RoomView
from archive.services import auditing, desk, rooms, searching
from archive.services.searching import Found
from archive.web import shortlist
from archive.web.current import acting, archive
from archive.web.forms import BOOK, mistakes
from archive.web.guard import member
from archive.web.presenting import theirs
from archive.web.rooms.forms import SearchForm, filters, without
from archive.web.rooms.presenting import card
from archive.web.rooms.results import Chip, boxes, cards, chips, everything, known, ways

blueprint = Blueprint("rooms", __name__)

SEARCHED: Final = frozenset({RoomPurpose.CUSTODY, RoomPurpose.READING, RoomPurpose.MATTER})
_MOST_HINTS: Final = 6


@blueprint.get("/")
@member()
def start() -> str:
    return render_template(
        "rooms/start.html",
        rooms=[card(room) for room in rooms.rooms(archive(), acting())],
        log=auditing.may_read(archive(), acting()),
        desk=desk.open_to(archive(), acting()),
    )


@blueprint.get("/rooms/<uuid:room>")
@blueprint.get("/rooms/<uuid:room>/<int(max=100000):page>")
@member()
def show(room: UUID, page: int = 1) -> ResponseReturnValue:
    view = rooms.room(archive(), acting(), room)
    if view.purpose not in SEARCHED:
        return render_template("rooms/closed.html", room=card(view))
    return _results(view, SearchQuery(page=max(page, 1)))


@blueprint.post("/rooms/<uuid:room>/search")
@member()
def search(room: UUID) -> ResponseReturnValue:
    form = SearchForm()
    chosen = filters(
        request.form.getlist("filter"), request.form.get("add", ""), request.form.get("drop", "")
    )
    view = _searched(room)
    if not form.validate():
        return _results(view, SearchQuery(filters=chosen), form=form), 422
    query = form.query(chosen)
    if (drop := request.form.get("drop", "")) in ("from:", "to:", "text:"):
        query = without(query, drop.rstrip(":"), "")
    if meant := request.form.get("meant", "")[:BOOK]:
        query = replace(query, text=meant)
    note = searching.keep_query(archive(), acting(), room, query)
    session["last"] = {**session.get("last", {}), room.hex: str(note)}
    return redirect(url_for("rooms.found", room=room, note=note), 303)


@blueprint.get("/rooms/<uuid:room>/search")
@member()
def again(room: UUID) -> ResponseReturnValue:
    """Where a search that needed attention was shown: reloading it, or its language changed, leads back."""
    return redirect(url_for("rooms.show", room=_searched(room).id), 303)


@blueprint.get("/rooms/<uuid:room>/found/<uuid:note>")
@blueprint.get("/rooms/<uuid:room>/found/<uuid:note>/<int(max=100000):page>")
@member()
def found(room: UUID, note: UUID, page: int = 1) -> ResponseReturnValue:
    return _results(_searched(room), replace(_kept(room, note), page=max(page, 1)), note=note)


@blueprint.route("/rooms/<uuid:room>/all/<facet>", methods=["GET", "POST"])
@blueprint.route("/rooms/<uuid:room>/found/<uuid:note>/all/<facet>", methods=["GET", "POST"])
@member()
def facet(room: UUID, facet: str, note: UUID | None = None) -> str:
    """All values of one facet. What is typed to shorten the list comes by POST and is kept nowhere."""
    view = _searched(room)
    if facet not in FACETS:
        raise NotFound
    query = _kept(room, note) if note else SearchQuery()
    answer = searching.search(archive(), acting(), room, query)
    typed = request.form.get("typed", "")
    return render_template(
        "rooms/facet.html",
        room=card(view),
        form=SearchForm.showing(query),
        chips=chips(query, answer.result),
        box=everything(facet, query, answer.result, typed),
        typed=typed,
        note=note,
    )


def _searched(room: UUID) -> RoomView:
    view = rooms.room(archive(), acting(), room)
    if view.purpose not in SEARCHED:
        raise NotFound
    return view


def _kept(room: UUID, note: UUID) -> SearchQuery:
    kept_in, query = searching.kept_query(archive(), acting(), note)
    if kept_in != room:
        raise NotFound
    return query


def _results(
    view: RoomView, query: SearchQuery, *, note: UUID | None = None, form: SearchForm | None = None
) -> str:
    answer = searching.search(archive(), acting(), view.id, query)
    return render_template(
        "rooms/search.html",
        room=card(view),
        may_place=Capability.PLACE in view.capabilities and view.purpose is RoomPurpose.CUSTODY,
        form=form or SearchForm.showing(query),
        mistakes=mistakes(form) if form else (),
        result=answer.result,
        waiting=answer.waiting,
        cards=cards(answer.result),
        ways=ways(answer.result),
        known=known(answer.result),
        chips=chips(query, answer.result),
        boxes=boxes(query, answer.result),
        hints=_hints(view.id, query, answer),
        note=note,
        last=session.get("last", {}).get(view.id.hex) if note is None else None,
        shortlist=shortlist.records(view.id) if view.purpose is RoomPurpose.MATTER else None,
    )


def _hints(room: UUID, query: SearchQuery, answer: Found) -> list[tuple[Chip, int]]:
    """When nothing was found: which part of the query to drop, and how many there would be without it."""
    parts = chips(query, answer.result)
    if query.text:
        parts.append(Chip("text:", _("Words"), theirs(query.text)))
    if answer.result.total or len(parts) == 1:  # dropping the only part is no search any more
        return []
    hints = []
    for part in parts[:_MOST_HINTS]:
        name, _colon, term = part.value.partition(":")
        fewer = replace(without(query, name, term), size=1)
        if total := searching.search(archive(), acting(), room, fewer).result.total:
            hints.append((part, total))
    return hints
