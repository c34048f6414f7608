"""Knows the one field by which a person withdraws what they told: the code on their slip.
Must not know what it closes."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import StringField

from archive.web.forms import LINE, Form, at_most, required


class ReceiptForm(Form):
    code = StringField(
        _l("Code for withdrawing"),
        [required(), at_most(LINE)],
        description=_l("26 letters and digits from your slip. Capital or small, with or without hyphens."),
    )
