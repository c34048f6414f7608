"""Knows what is filled in before something is printed for a person: language, contact, whether paper is safe.
Must not know what is printed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, SelectChoice, SelectField, StringField

from archive.web.forms import LINE, Form, at_most
from archive.web.language import offered


def _languages() -> list[SelectChoice]:
    return [SelectChoice(one.code, one.name) for one in offered()]


class SlipForm(Form):
    read = HiddenField()
    lang = SelectField(_l("Language of the slip"), choices=_languages)
    contact = StringField(
        _l("How to reach the archive"),
        [at_most(LINE)],
        description=_l("A telephone number, an address or a person: it stands on the slip alone."),
    )
    receipt = BooleanField(
        _l("Give out a new code to withdraw with, and print it"),
        description=_l("An earlier code works no more."),
    )


class WholeForm(Form):
    lang = SelectField(_l("Language of the report"), choices=_languages)
    safe = BooleanField(_l("Paper with all of this is safe to carry and to keep for this person"))
