"""Knows the pages of the consent desk: a record found by its code, what closing it closes, what waits and what is due.
Must not know what a record says: `services.desk` sees ids, kinds of rooms and days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import SelectChoice

from archive.domain.errors import CannotSignIn, Conflict, NotFound, Refused
from archive.domain.identifiers import code_of
from archive.domain.rooms import RoomPurpose
from archive.services import cataloguing, deciding, desk, expiring, rooms, shredding, withdrawing
from archive.services.desk import Found, Served
from archive.web.current import acting, archive
from archive.web.dates import moment
from archive.web.desk.forms import CloseForm, FindForm, UndoForm
from archive.web.forms import mistakes
from archive.web.guard import member
from archive.web.presenting import Said, ours, theirs
from archive.web.rooms.presenting import purpose

blueprint = Blueprint("desk", __name__, url_prefix="/desk")

STEP: Final = "step"
TITLES: Final[Mapping[str, LazyString]] = {
    "limit": _l("Limit the record"),
    "withdraw": _l("Withdraw the record"),
    "destroy": _l("Destroy the record now"),
}
_RECORD: Final = "/records/<uuid:record>"
_ORDER: Final = (RoomPurpose.READING, RoomPurpose.MATTER, RoomPurpose.IDENTITY, RoomPurpose.CUSTODY)


@blueprint.get("")
@member()
def start() -> str:
    return _desk(FindForm(formdata=None))


@blueprint.post("/find")
@member()
def find() -> ResponseReturnValue:
    """The code comes by POST: it never stands in an address."""
    form = FindForm()
    found = mistakes(form) if not form.validate() else ()
    if not found:
        try:
            record = desk.find(archive(), acting(), form.code.data)
        except NotFound:
            _serves()
            found = (
                (form.code.id, _("No record that you may close has this code. Compare it with the slip.")),
            )
        else:
            return redirect(url_for("desk.look", record=record), 303)
    return _desk(form, found), 422


@blueprint.get("/find")
@member()
def again() -> ResponseReturnValue:
    return redirect(url_for("desk.start"), 303)


@blueprint.get(_RECORD)
@member()
def look(record: UUID) -> str:
    return _record(desk.look(archive(), acting(), record), CloseForm(formdata=None))


@blueprint.post(f"{_RECORD}/undo")
@member()
def undo(record: UUID) -> ResponseReturnValue:
    """Bring back into custody what was withdrawn by mistake, with the archive kit; the kit is on no page after it."""
    seen, form = desk.look(archive(), acting(), record), UndoForm()
    if not seen.withdrawn:
        return redirect(url_for("desk.look", record=record), 303)
    found = mistakes(form) if not form.validate() else ()
    if not found:
        entry = deciding.kept_again(archive(), record, form.why.data)
        try:
            shredding.undo(archive(), acting(), form.kit.data, record, entry)
        except CannotSignIn:
            found = ((form.kit.id, _("This kit does not open it. Compare the words with the sheet.")),)
        except Conflict as refused:
            found = (("", _(refused.text, **refused.values)),)
        else:
            flash(_("It is back in custody, and in no other room."))
            return redirect(url_for("desk.look", record=record, _anchor="main"), 303)
    return _record(seen, CloseForm(formdata=None), found, form), 422


@blueprint.get(f"{_RECORD}/<any(limit, withdraw, destroy, undo):deed>")
@member()
def back(record: UUID, deed: str) -> ResponseReturnValue:  # noqa: ARG001  # reloading a preview leads to the record
    return redirect(url_for("desk.look", record=record), 303)


@blueprint.post(f"{_RECORD}/<any(limit, withdraw, destroy):deed>")
@member()
def close(record: UUID, deed: str) -> ResponseReturnValue:
    """What it would close; and, confirmed, the deed."""
    seen, form = desk.look(archive(), acting(), record), CloseForm()
    found = list(mistakes(form)) if not form.validate() else []
    if deed == "limit" and not (found or form.wanted()):
        found = [(form.purposes.id, _("Tick which rooms are to lose it."))]
    if found or "back" in request.form:
        return _record(seen, form, tuple(found)), 422 if found else 200
    if request.form.get(STEP) != "confirm":
        return _foreseen(seen, deed, form)
    try:
        _do(record, deed, form)
    except (Conflict, Refused) as refused:
        now = desk.look(archive(), acting(), record)
        return _record(now, form, (("", _(refused.text, **refused.values)),)), 409
    flash(str(_DONE[deed]))
    return redirect(url_for("desk.look", record=record, _anchor="main"), 303)


@blueprint.post("/place/<uuid:custody>")
@member()
def place(custody: UUID) -> ResponseReturnValue:
    left = cataloguing.place_waiting(archive(), acting(), custody)
    flash(
        _("Placed anew. Some still wait: nothing keeps them until consent is renewed or they are withdrawn.")
        if left
        else _("Placed anew. Nothing waits.")
    )
    return redirect(url_for("desk.start", _anchor="main"), 303)


@blueprint.post("/clock")
@member()
def clock() -> ResponseReturnValue:
    expiring.confirm(archive(), acting())
    flash(_("What had run out is closed."))
    return redirect(url_for("desk.start", _anchor="main"), 303)


_DONE: Final[Mapping[str, LazyString]] = {
    "limit": _l("It is closed in these rooms."),
    "withdraw": _l("It is withdrawn. No room holds it any more."),
    "destroy": _l("It is destroyed. No key opens it any more."),
}


def _do(record: UUID, deed: str, form: CloseForm) -> None:
    reason = form.reason.data or ""
    match deed:
        case "limit":
            withdrawing.limit(archive(), acting(), record, form.wanted(), reason)
        case "withdraw":
            withdrawing.withdraw(archive(), acting(), record, reason)
        case _:
            shredding.confirm(archive(), acting(), record)


def _serves() -> tuple[Served, ...]:
    """What the member may close; officers may look without closing anything. Raises NotFound for everybody else."""
    if not desk.open_to(archive(), acting()):
        raise NotFound
    return desk.serves(archive(), acting())


def _desk(form: FindForm, found: tuple[tuple[str, str], ...] = ()) -> str:
    served = _serves()
    names = {view.id: view.name for view in rooms.rooms(archive(), acting())}
    return render_template(
        "desk/start.html",
        form=form,
        mistakes=found,
        served=[
            (
                one,
                _name(one, number, names),
                _withdrawn(one),
                _due(one),
                desk.ask_first(archive(), acting(), one.custody),
            )
            for number, one in enumerate(served, 1)
        ],
        waits=expiring.waits(archive()),
        officer=rooms.account(archive(), acting()).officer,
    )


def _name(one: Served, number: int, names: Mapping[UUID, str]) -> Said:
    return theirs(names[one.custody]) if one.custody in names else ours(_("Collection %(n)s", n=str(number)))


def _withdrawn(one: Served) -> list[tuple[UUID, str, str]]:
    waiting = shredding.waiting(archive(), acting(), one.custody)
    soonest = sorted(waiting.items(), key=lambda each: (each[1], each[0]))
    return [(record, code_of(record), _left(until)) for record, until in soonest]


def _left(until: int) -> str:
    hours = max(0, until - int(archive().clock().timestamp())) // 3600
    return str(_("%(hours)s hours left, until %(date)s", hours=str(hours), date=moment(until)))


def _due(one: Served) -> list[tuple[UUID, str, list[str], str]]:
    """Each record with what ends on a day, in one line."""
    gathered: dict[tuple[UUID, str, date], list[str]] = {}
    for due in desk.due(archive(), acting(), one.custody):
        gathered.setdefault((due.record, due.code, due.on), []).append(purpose(due.purpose))
    return [(record, code, ends, format_date(on, "long")) for (record, code, on), ends in gathered.items()]


def _kinds(counted: Mapping[RoomPurpose, int]) -> list[tuple[str, str, int]]:
    return [(one.value, purpose(one), counted[one]) for one in _ORDER if one in counted]


def _record(
    seen: Found, form: CloseForm, found: tuple[tuple[str, str], ...] = (), undoing: UndoForm | None = None
) -> str:
    form.purposes.choices = [
        SelectChoice(value, words)
        for value, words, _many in _kinds(seen.rooms)
        if value != RoomPurpose.CUSTODY
    ]
    return render_template(
        "desk/record.html",
        seen=seen,
        kinds=_kinds(seen.rooms),
        left=_left(seen.until) if seen.until else "",
        form=form,
        undoing=undoing or UndoForm(formdata=None),
        mistakes=found,
    )


def _foreseen(seen: Found, deed: str, form: CloseForm) -> str:
    closes = seen.rooms
    if deed == "limit":
        closes = desk.foresee(archive(), acting(), seen.record, form.wanted())
    stays = {one: seen.rooms[one] - closes.get(one, 0) for one in seen.rooms}
    return render_template(
        "desk/preview.html",
        seen=seen,
        deed=deed,
        heading=TITLES[deed],
        form=form,
        closes=_kinds(closes),
        stays=_kinds({one: many for one, many in stays.items() if many > 0}),
    )
