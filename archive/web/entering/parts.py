"""Knows the parts that both entry forms are made of: texts, people, source, and lists written one a line.
Must not know what is good enough: `services.validating` decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectChoice, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from archive.domain.consent import DataClass
from archive.text.scripts import detect
from archive.vocabularies.load import vocabulary
from archive.web.forms import BOOK, LINE, PAGE, Part, at_most, required, terms
from archive.web.presenting import term

Validator = Callable[[object, object], None]
EDTF_HINT: Final = _l("Such as 2018, 2018-03, about 2018~, between 2017/2018.")
EVERY: Final = "every"
"""The box that stands for every other box beside it."""


class Chosen(SelectMultipleField):
    """Several of what is offered, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class Ticks(Chosen):
    """Several terms of a vocabulary, each with a box to tick."""

    def __init__(self, label: str, words: str, *first: SelectChoice, **rest: object) -> None:
        listed = terms(words)
        super().__init__(label, choices=lambda: [*first, *listed()], **rest)

    def classes(self) -> tuple[DataClass, ...]:
        """The parts of an account that were ticked; others are none."""
        ticked = set(self.data or ())
        return tuple(one for one in DataClass if one in ticked)


class Read(Ticks):
    """What somebody read a text for, with one box for all of it."""

    def __init__(self, label: str, **rest: object) -> None:
        hint = _l("What a text was not read for counts as if all of it spoke of it.")
        every = SelectChoice(EVERY, _l("Every part of an account"))
        super().__init__(label, "data-classes", every, description=hint, **rest)

    def classes(self) -> tuple[DataClass, ...]:
        return tuple(DataClass) if EVERY in (self.data or ()) else super().classes()


def line(label: str, *validators: Validator, **rest: object) -> StringField:
    return StringField(label, [*validators, at_most(LINE)], **rest)


def block(label: str, *validators: Validator, **rest: object) -> TextAreaField:
    return TextAreaField(label, [*validators, at_most(PAGE)], **rest)


def edtf(label: str) -> StringField:
    return line(label, description=EDTF_HINT)


def lines(text: str | None) -> tuple[str, ...]:
    """What stands in a field that takes one name a line."""
    return tuple(part for one in (text or "").splitlines() if (part := one.strip()))


class TextForm(Part):
    id = HiddenField()
    role = SelectField(
        _l("What it is"),
        choices=[
            SelectChoice("original", _l("Original")),
            SelectChoice("translation", _l("Translation")),
            SelectChoice("transcript", _l("Transcript")),
            SelectChoice("summary", _l("Summary")),
        ],
    )
    lang = SelectField(_l("Language and script"), choices=terms("languages", _l("Choose…")))
    direction = SelectField(
        _l("Direction of writing"),
        choices=[
            SelectChoice("", _l("As the language has it")),
            SelectChoice("rtl", _l("Right to left")),
            SelectChoice("ltr", _l("Left to right")),
        ],
    )
    body = TextAreaField(_l("Text"), [required(), at_most(BOOK)])
    translator = line(_l("Translator"))
    method = line(_l("How it was written down or translated"))
    contains = Ticks(_l("Found in this text"), "data-classes")
    reviewed = Read(_l("This text was read for"))

    def validate_lang(self, field: SelectField) -> None:
        if field.data or not self.body.data:
            return
        guess = detect(self.body.data).lang
        if guess in vocabulary("languages"):
            raise ValidationError(
                _(
                    "Choose the language. By its letters it may be %(name)s.",
                    name=term("languages", guess).text,
                )
            )
        raise ValidationError(_("Choose the language."))


class PresentForm(Part):
    role = SelectField(_l("Part"), choices=terms("present-roles"))
    name = line(_l("Name"))
    organisation = line(_l("Organisation"))


class PersonForm(Part):
    name = line(_l("Name"))
    other_names = block(_l("Other names"), description=_l("One a line."))
    safe_contact = block(
        _l("Safe way to get in touch"), description=_l("Channel, hours, a word that was agreed; or: never.")
    )
    contact = block(_l("Contact"))
    note = block(_l("Note"))


class SourceForm(Part):
    citation = block(_l("Where it was published"))
    licence = line(_l("On what terms"))
    identifier = line(_l("Its number there"))
