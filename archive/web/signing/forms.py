"""Knows the fields of signing in and of choosing a language.
Must not know whether what was typed is right."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, StringField

from archive.web.forms import LINE, Form, at_most, required


class SignInForm(Form):
    login = StringField(_l("Login"), [required(), at_most(LINE)])
    passphrase = PasswordField(_l("Passphrase"), [required(), at_most(LINE)])
    code = StringField(
        _l("Code"),
        [required(), at_most(20)],
        description=_l("Six digits from your authenticator app. Each code works once."),
    )
