"""Knows what all forms share: messages in the language of the page, choices from vocabularies, repeated parts.
Must not know what a form is for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from flask import request
from flask_babel import get_translations, gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, FormField, HiddenField, SelectChoice
from wtforms import Form as PlainForm
from wtforms.validators import InputRequired, Length

from archive.domain.errors import message
from archive.vocabularies.load import vocabulary
from archive.web.language import spoken

WTFORMS: Final = (  # what WTForms itself says of the fields used here
    message("Not a valid choice."),
    message("Not a valid date value."),
)
LINE: Final = 500
PAGE: Final = 100_000
BOOK: Final = 4_000_000
TYPED_ONCE: Final = "once_"
"""How the name of a field begins that goes onto no page again, not even onto one's own while one signs in anew."""
_INDENT: Final = "\u2003"


class _Translations:
    """WTForms' messages out of our own catalogue; its own knows no Uyghur."""

    def gettext(self, text: str) -> str:
        return str(gettext(text))

    def ngettext(self, one: str, many: str, number: int) -> str:
        """WTForms fills in what the message names; Babel's own ngettext would want it at once."""
        return str(get_translations().ungettext(one, many, number))


class _Meta:
    def get_translations(self, _form: object) -> _Translations:
        return _Translations()


class Form(FlaskForm):
    """A form of its own, with a form token."""

    class Meta(_Meta, FlaskForm.Meta):
        def wrap_formdata(self, _form: object, formdata: object) -> MultiDict[str, str] | None:
            """Take words alone: a file sent in a field's name is no value of it."""
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            return request.form or None


class Part(PlainForm):
    """Part of a form; the token is the whole form's."""

    class Meta(_Meta):
        pass


class _Repeated(FieldList):
    """Takes the numbers of entries from names as WTForms writes them; other names are nobody's."""

    _NUMBER: Final = re.compile(r"-([0-9]{1,3})-")

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        for name in formdata:
            if name.startswith(prefix) and (number := self._NUMBER.match(name, len(prefix))):
                yield int(number[1])


def repeated(part: type[Part], label: str, at_least: int = 0) -> FieldList:
    """A part as often as wanted; ``label``: what one of it is called."""
    return _Repeated(FormField(part), label, min_entries=at_least)


def required() -> InputRequired:
    return InputRequired(_l("Fill this in."))


def at_most(length: int) -> Length:
    return Length(max=length, message=_l("This is longer than %(max)d characters."))


def terms(name: str, first: str | LazyString | None = None) -> Callable[[], list[SelectChoice]]:
    """Choices of a vocabulary in the language of the page, narrower terms indented; ``first`` is the empty choice."""

    def choices() -> list[SelectChoice]:
        words, lang = vocabulary(name), spoken().code
        empty = [] if first is None else [SelectChoice("", str(first))]
        return empty + [
            SelectChoice(term.id, _INDENT * (len(words.path(term.id)) - 1) + words.label(term.id, lang))
            for term in words
        ]

    return choices


def lazy_label(name: str, id: str) -> LazyString:
    """The label of a term, looked up in the language of the page when it is shown."""
    return LazyString(lambda: vocabulary(name).label(id, spoken().code))


def fields(form: Form | Part, within: str = "") -> Iterator[tuple[Field, str]]:
    """Every field of a form that can be led to, hidden ones left out, with its name: "Text 2 · Language"."""
    for field in form:
        if isinstance(field, FieldList):
            for number, entry in enumerate(field, start=1):
                yield from fields(entry.form, f"{within}{field.label.text} {number} · ")
        elif isinstance(field, FormField):
            yield from fields(field.form, within)
        elif not isinstance(field, HiddenField):
            yield field, f"{within}{field.label.text}"


def mistakes(form: Form) -> tuple[tuple[str, str], ...]:
    """(id of the field, its label and what is wrong) of everything that a form's own fields found."""
    return tuple((field.id, f"{name}: {error}") for field, name in fields(form) for error in field.errors)
