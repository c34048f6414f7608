"""Knows what is filled in when a hand-over is written down.
Must not know when one is to be recalled: its service does."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField

from archive.domain.consent import ConsentEntry, Purpose
from archive.domain.handover import HandOver
from archive.domain.identifiers import new_id
from archive.policy.consent import standing
from archive.web.consenting.forms import choices, named
from archive.web.entering.parts import Chosen, block, line
from archive.web.forms import Form, required, terms


class HandOverForm(Form):
    recipient = line(_l("Who received it"), required())
    purpose = SelectField(_l("What for"), choices=terms("purposes"))
    day = DateField(_l("On which day"), [required()])
    what = block(
        _l("What was handed over"), required(), description=_l("Sealed to custody; nobody else reads it.")
    )
    reach = line(_l("How to reach them"))
    language = SelectField(_l("Language to write to them in"), choices=terms("languages"), default="en")
    rests = Chosen(
        _l("Which answers it rested on"),
        description=_l(
            "When one of them ends, they are asked to give it back. Nothing ticked: when any ends."
        ),
    )

    def offer(self, ledger: Sequence[ConsentEntry]) -> HandOverForm:
        """With the answers that stand in this ledger."""
        self.rests.choices = choices(ledger)
        return self

    def written(self, record: UUID, ledger: Sequence[ConsentEntry]) -> HandOver:
        """The hand-over that this form means."""
        wanted = set(self.rests.data or ())
        return HandOver(
            id=new_id(),
            record=record,
            recipient=self.recipient.data,
            purpose=Purpose(self.purpose.data),
            day=self.day.data,
            what=self.what.data,
            reach=self.reach.data or "",
            language=self.language.data,
            items=tuple(item.id for item in standing(ledger) if named(item) in wanted),
        )
