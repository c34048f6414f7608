"""Knows the form on which passages of a record's texts are marked: sentences to tick, words, kinds of data, a reason.
Must not know what follows from a mark; those made so far are carried on the page and stored nowhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from pydantic import ConfigDict, TypeAdapter, ValidationError
from werkzeug.exceptions import BadRequest
from wtforms import FormField, HiddenField, SelectMultipleField

from archive.domain.drafts import Record
from archive.domain.records import Marking, Passage
from archive.web.entering.parts import Read, Ticks, block, line
from archive.web.forms import Form, Part, repeated

# Keeps no strings, as `sealing.codec` does not.
_MARKS: Final = TypeAdapter(tuple[Passage, ...], config=ConfigDict(cache_strings="none"))


class TextForm(Part):
    id = HiddenField()
    marks = HiddenField()
    sentences = SelectMultipleField(_l("Sentences"), choices=[], validate_choice=False)
    words = block(
        _l("Exact words"),
        description=_l(
            "One a line. Wherever they stand they are marked; in the ticked sentences alone, if any are."
        ),
    )
    contains = Ticks(_l("What they tell"), "data-classes")
    reason = line(_l("Why they are marked"), description=_l("The reason stays in custody."))
    whole = Ticks(
        _l("Found all over this text"),
        "data-classes",
        description=_l("Where one of these is closed, all of the text is withheld."),
    )
    reviewed = Read(_l("This text was read for"))

    def passages(self) -> tuple[Passage, ...]:
        """The marks made so far."""
        try:
            return _MARKS.validate_json(self.marks.data or "[]")
        except ValidationError:
            raise BadRequest from None

    def keep(self, passages: Iterable[Passage]) -> None:
        """Carry these marks on the page, in the order in which they stand in the text."""
        ordered = sorted(set(passages), key=lambda one: (one.start, one.end, one.contains, one.reason))
        self.marks.data = _MARKS.dump_json(tuple(ordered)).decode()

    def marking(self) -> Marking:
        """What was found in this text."""
        return Marking(
            text=self.id.data or "",
            passages=self.passages(),
            contains=self.whole.classes(),
            reviewed=self.reviewed.classes(),
        )


class TitleForm(Part):
    contains = Ticks(_l("Found in the title"), "data-classes")
    reviewed = Read(_l("The title was read for"))


class PassagesForm(Form):
    revision = HiddenField()
    title = FormField(TitleForm)
    texts = repeated(TextForm, _l("Text"))

    def markings(self) -> list[Marking]:
        """What was found in the title and in each text."""
        title = self.title.form
        found = Marking(text="", contains=title.contains.classes(), reviewed=title.reviewed.classes())
        return [found, *(entry.form.marking() for entry in self.texts)]


def data(record: Record, revision: int) -> dict[str, Any]:
    """What the form shows of a record as it is."""
    return {
        "revision": str(revision),
        "title": {"contains": list(record.title_contains), "reviewed": list(record.title_reviewed)},
        "texts": [
            {
                "id": text.id,
                "marks": _MARKS.dump_json(text.passages).decode(),
                "whole": list(text.contains),
                "reviewed": list(text.reviewed),
            }
            for text in record.texts
        ],
    }
