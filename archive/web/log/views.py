"""Knows the pages of the log explorer: entries, filters, the check, a checkpoint to take away.
Must not know who may read the log: the services answer everybody else as if there were none."""

from __future__ import annotations

from collections.abc import Mapping
from operator import itemgetter
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from archive.domain.log import LogFilter
from archive.services import admitting, auditing, transparency
from archive.web.current import acting, archive
from archive.web.forms import mistakes
from archive.web.guard import member
from archive.web.log.forms import FilterForm
from archive.web.log.presenting import line

blueprint = Blueprint("log", __name__)
_PAGE: Final = 50


@blueprint.get("/log")
@blueprint.get("/log/from/<int(max=1000000000000):start>")
@member()
def entries(start: int | None = None) -> str:
    return _page(LogFilter(), start)


@blueprint.post("/log/filter")
@member()
def narrow() -> ResponseReturnValue:
    """Filters come by POST and are kept, sealed, in the session: who looks into whom stands in no history."""
    auditing.enter(archive(), acting())
    form = FilterForm.of(_people(_names()))
    if not form.validate():
        return _page(LogFilter(), None, form), 422
    note = auditing.keep(archive(), acting(), form.only())
    return redirect(url_for("log.found", note=note), 303)


@blueprint.get("/log/filter")
@member()
def again() -> ResponseReturnValue:
    """Where filters that needed attention were shown: reloading it, or its language changed, leads back."""
    auditing.enter(archive(), acting())
    return redirect(url_for("log.entries"), 303)


@blueprint.get("/log/found/<uuid:note>")
@blueprint.get("/log/found/<uuid:note>/from/<int(max=1000000000000):start>")
@member()
def found(note: UUID, start: int | None = None) -> str:
    return _page(auditing.kept(archive(), acting(), note), start, note=note)


@blueprint.get("/log/verify")
@member()
def check() -> str:
    auditing.enter(archive(), acting())
    return render_template("log/verify.html", verdict=None)


@blueprint.post("/log/verify")
@member()
def verify() -> str:
    return render_template("log/verify.html", verdict=auditing.verify(archive(), acting()))


@blueprint.post("/log/checkpoint")
@member()
def checkpoint() -> Response:
    note = auditing.checkpoint(archive(), acting())
    response = Response(note, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = "attachment; filename=guwah-log.checkpoint"
    return response


@blueprint.get("/log/checkpoint")
@member()
def checkpoint_again() -> ResponseReturnValue:
    """A reload of the address of a download leads back to where it was offered."""
    auditing.enter(archive(), acting())
    return redirect(url_for("log.check"), 303)


def _page(
    only: LogFilter, start: int | None, form: FilterForm | None = None, note: UUID | None = None
) -> str:
    read = transparency.entries(archive(), acting(), start, _PAGE + 1, only=only, newest=True)
    names = _names()
    return render_template(
        "log/entries.html",
        form=form or FilterForm.of(_people(names), only),
        mistakes=mistakes(form) if form else (),
        lines=[line(entry, names) for entry in read[:_PAGE]],
        older=read[_PAGE].number if len(read) > _PAGE else None,
        newest=start is None,
        filtered=only != LogFilter(),
        note=note,
    )


def _names() -> Mapping[UUID, str]:
    """What every member is called, for whoever may know it; for others nothing."""
    listed = admitting.members(archive(), acting())
    return {found.id: found.profile.name if found.profile else "" for found in listed}


def _people(names: Mapping[UUID, str]) -> list[tuple[UUID, str]]:
    return sorted(((member, name or member.hex[:8]) for member, name in names.items()), key=itemgetter(1))
