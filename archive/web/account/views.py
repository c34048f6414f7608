"""Knows the member's own page: name, roles, rooms, and what to beware of.
Must not know anybody else's."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, render_template
from flask_babel import format_date
from flask_babel import gettext as _

from archive.services import rooms
from archive.web.current import acting, archive
from archive.web.guard import member
from archive.web.presenting import comma, term, theirs
from archive.web.rooms.presenting import card

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
@member()
def account() -> str:
    mine = rooms.account(archive(), acting())
    return render_template(
        "account/account.html",
        name=theirs(mine.profile.name),
        roles=[term("roles", role) for role in mine.profile.roles],
        since=format_date(mine.since, "long"),
        rooms=[(card(room), _may(room.capabilities)) for room in mine.rooms],
    )


def _may(capabilities: Iterable[str]) -> str:
    words = {"read": _("read"), "place": _("add and place records"), "grant": _("let others in")}
    return comma().join(
        words[capability] for capability in ("read", "place", "grant") if capability in capabilities
    )
