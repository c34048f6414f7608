"""Knows the consent part of an entry form: the basis, how it was given, and the grid of answers.
Must not know what an answer opens: `policy` decides."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FormField, RadioField, SelectChoice, SelectField
from wtforms.validators import Optional

from archive.domain.consent import (
    Audience,
    Basis,
    ConsentEntry,
    DataClass,
    Decision,
    Event,
    GrantItem,
    Purpose,
)
from archive.domain.identifiers import new_id
from archive.policy import questions
from archive.policy.consent import Cell, speaks_for_others
from archive.web.entering.parts import Ticks, block, line
from archive.web.forms import Part, lazy_label, repeated, terms

_ANSWER: Final = terms("decisions", "—")
FIRST: Final = (
    {"purpose": Purpose.STORE.value, "audience": Audience.CUSTODIAN.value},
    {"purpose": Purpose.CATALOGUE.value, "audience": Audience.CUSTODIAN.value},
    {"purpose": Purpose.RESEARCH.value, "audience": Audience.VETTED_RESEARCHERS.value},
)
"""The questions that an empty form asks first; none of them is answered."""


def _day(label: str) -> DateField:
    return DateField(label, [Optional()])


class AnswersForm(Part):
    """One answer for each part of the account; empty is "not asked" and opens nothing."""


for _part in DataClass:
    setattr(AnswersForm, _part.value, SelectField(lazy_label("data-classes", _part), choices=_ANSWER))


class GrantForm(Part):
    purpose = SelectField(_l("What for"), choices=terms("purposes"))
    audience = SelectField(_l("Who"), choices=terms("audiences"))
    rest = SelectField(_l("Answer"), choices=_ANSWER)
    answers = FormField(AnswersForm)
    since = _day(_l("From"))
    until = _day(_l("Until"))
    conditions = block(_l("Conditions, or the body that may see it"))

    def items(self) -> Iterator[GrantItem]:
        """A grant item for each part that was answered; one yes for all parts says nothing for other people."""
        for part in DataClass:
            own = self.answers.form[part.value].data
            if not (answer := own or self.rest.data):
                continue
            item = GrantItem(
                id=new_id(),
                purpose=Purpose(self.purpose.data),
                audience=Audience(self.audience.data),
                data_class=part,
                decision=Decision(answer),
                since=self.since.data,
                until=self.until.data,
                conditions=self.conditions.data or "",
            )
            if own or item.decision is not Decision.YES or not speaks_for_others(item):
                yield item


def _plainly() -> list[SelectChoice]:
    """Yes, no, ask me first; and last what opens nothing: it was not asked."""
    asked = [choice for choice in _ANSWER() if choice.value not in ("", Decision.NOT_ASKED)]
    return [*asked, SelectChoice("", str(lazy_label("decisions", Decision.NOT_ASKED)))]


class QuestionsForm(Part):
    """The plain questions; what none of them is answered for is "not asked" and opens nothing."""

    never = Ticks(
        lazy_label("questions", questions.NEVER),
        "data-classes",
        description=_l("It is kept inside, and refused to everybody else."),
    )
    until = _day(_l("Until when, if there is to be an end"))

    def asked(self) -> Iterator[RadioField]:
        """The questions that are answered with a word, in their order."""
        yield from (self[name] for name in questions.QUESTIONS)

    def items(self, besides: Collection[Cell]) -> tuple[GrantItem, ...]:
        """What the answers mean, but for the cells that the grid answers."""
        answers = {field.short_name: Decision(field.data or Decision.NOT_ASKED) for field in self.asked()}
        if set(answers.values()) == {Decision.NOT_ASKED}:
            answers = {}  # the grid alone was used
        return questions.items(answers, self.never.classes(), self.until.data, besides=besides)


for _name in questions.QUESTIONS:
    setattr(
        QuestionsForm,
        _name,
        RadioField(lazy_label("questions", _name), choices=_plainly, default=""),
    )


class ConsentForm(Part):
    basis = SelectField(_l("Why the archive may hold this"), choices=terms("legal-bases"))
    at = DateField(_l("On which day"), default=date.today)
    given_by = SelectField(_l("Given by"), choices=terms("given-by"))
    capacity = SelectField(_l("Capacity"), choices=terms("capacities"))
    method = SelectField(_l("How it was given"), choices=terms("consent-methods", "—"))
    script_version = line(_l("Which text was read out"))
    script_language = SelectField(_l("Language it was read in"), choices=terms("languages", "—"))
    interpreter_used = BooleanField(_l("An interpreter helped"))
    risk_explained = BooleanField(_l("The risks were explained"))
    copy_given = BooleanField(_l("A copy was given"))
    witness = line(_l("Witness"))
    reason = block(
        _l("Reason"),
        description=_l("Needed for every basis but consent: why it holds, and what was weighed."),
    )
    source = line(_l("Source"), description=_l("Needed for what is already public."))
    licence = line(_l("Terms of the source"), description=_l("Needed for what is already public."))
    review_on = _day(_l("Review on"))
    asked = FormField(QuestionsForm)
    grants = repeated(GrantForm, _l("Question"))

    def grid_in_use(self) -> bool:
        """Whether something stands in the grid that an empty form does not have: then it is shown open."""
        rows = [entry.form for entry in self.grants]
        answered = any(row.rest.data or any(row.answers.data.values()) for row in rows)
        drawn = [{"purpose": row.purpose.data, "audience": row.audience.data} for row in rows]
        return bool(self.grants.errors) or answered or drawn != list(FIRST)

    def entry(self, record: UUID, event: Event = Event.GRANT) -> tuple[ConsentEntry, tuple[str, ...]]:
        """An entry of the ledger, and for each of its items the part of the form that it came from."""
        found = [
            (item, f"grants.{number}")
            for number, grant in enumerate(self.grants)
            for item in grant.form.items()
        ]
        cells = {(item.purpose, item.audience, item.data_class) for item, _part in found}
        found += [(item, "asked") for item in self.asked.form.items(cells)]
        plain: dict[str, Any] = {
            name: self[name].data or ""
            for name in (
                "method",
                "script_version",
                "script_language",
                "witness",
                "reason",
                "source",
                "licence",
            )
        }
        entry = ConsentEntry(
            id=new_id(),
            record=record,
            event=event,
            basis=Basis(self.basis.data),
            at=self.at.data,
            items=tuple(item for item, _part in found),
            given_by=self.given_by.data,
            capacity=self.capacity.data,
            interpreter_used=self.interpreter_used.data,
            risk_explained=self.risk_explained.data,
            copy_given=self.copy_given.data,
            review_on=self.review_on.data,
            **plain,
        )
        return entry, tuple(part for _item, part in found)
