"""Knows the pages that explain: safety, and the language of the search box.
Must not know who reads them."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from archive.web.guard import public

blueprint = Blueprint("helping", __name__)


@blueprint.get("/safety")
@public
def safety() -> str:
    return render_template("helping/safety.html")


@blueprint.get("/help/search")
@public
def search() -> str:
    examples = (
        ("winter coat", _("accounts with all of these words, in any form; then those with some of them")),
        ("Abdurehim", _("a name in every script and spelling: ئابدۇرېھىم, Абдурехим, 阿不都热依木")),
        ("~memet", _("words that sound so, whatever else is found")),
        ('"winter coat"', _("just these words, in this order")),
        ("wint*", _("words that begin so")),
        ("camp OR prison", _("either word")),
        ("camp -school", _("the first word, without the second")),
        ("(camp OR prison) night", _("brackets keep words together")),
        ("title:winter", _("the word in the title")),
        (
            "place:Kashgar",
            _("a place and everything within it; so also facility:, abuse:, ethnic:, goods:, lang:"),
        ),
        ("year:2017-2019", _("accounts that speak of these years")),
        (
            "date:2017-05..2018-02",
            _("a time that an account may lie in; leave out one side for “since” or “until”"),
        ),
        ("code:7K2MP", _("an account by its code, or by how the code begins")),
    )
    return render_template("helping/search.html", examples=examples)
