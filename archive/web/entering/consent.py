"""Knows the consent part of an entry form: the basis, how it was given, and the grid of answers.
Must not know what an answer opens: `policy` decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FormField, SelectField
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
from archive.policy.consent import speaks_for_others
from archive.web.entering.parts import block, line
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
    grants = repeated(GrantForm, _l("Question"))

    def entry(self, record: UUID) -> tuple[ConsentEntry, tuple[int, ...]]:
        """The ledger's first entry, and for each of its items the grant of the form that it came from."""
        found = [(item, number) for number, grant in enumerate(self.grants) for item in grant.form.items()]
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
            event=Event.GRANT,
            basis=Basis(self.basis.data),
            at=self.at.data,
            items=tuple(item for item, _number in found),
            given_by=self.given_by.data,
            capacity=self.capacity.data,
            interpreter_used=self.interpreter_used.data,
            risk_explained=self.risk_explained.data,
            copy_given=self.copy_given.data,
            review_on=self.review_on.data,
            **plain,
        )
        return entry, tuple(number for _item, number in found)
