"""Knows the forms by which consent to a record is renewed, limited, rested, resumed and withdrawn.
Must not know what an answer opens or closes: `services.deciding` asks the policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FormField, HiddenField, RadioField, SelectChoice
from wtforms.validators import Optional

from archive.domain.consent import Basis, ConsentEntry, Event, GrantItem
from archive.domain.identifiers import new_id
from archive.policy.consent import standing
from archive.services import deciding
from archive.web.entering.consent import ConsentForm
from archive.web.entering.parts import Chosen, Ticks, block
from archive.web.forms import Form
from archive.web.presenting import term

ADD: Final = "add"
REPLACE: Final = "replace"
Pair = tuple[str, str]


def entries_seen(said: str | None) -> int:
    """How many entries a ledger had when a page was shown; a number that cannot be for what is no number."""
    found = said or ""
    return int(found[:6]) if found.isascii() and found.isdecimal() else -1


class DeedForm(Form):
    """``read``: how many entries the ledger had when the form was shown."""

    read = HiddenField()
    reason = block(_l("Reason"), description=_l("Sealed to custody; nobody else reads it."))

    def seen(self) -> int:
        """The number of entries."""
        return entries_seen(self.read.data)

    def entry(self, ledger: Sequence[ConsentEntry], event: Event, today: date) -> ConsentEntry:
        """An entry that this form means."""
        return ConsentEntry(
            id=new_id(),
            record=ledger[0].record,
            event=event,
            basis=Basis.CONSENT,
            at=today,
            reason=self.reason.data or "",
        )


class RenewForm(DeedForm):
    """The entry form's own part on consent, asked again. Its reason is the entry's."""

    reason = None
    how = RadioField(
        _l("What becomes of what was agreed before"),
        choices=[
            SelectChoice(ADD, _l("It stays; these answers come to it. A no that was said stays a no.")),
            SelectChoice(REPLACE, _l("These answers take its place, each yes and each no.")),
        ],
        default=ADD,
    )
    consent = FormField(ConsentForm)

    def written(self, record: UUID) -> tuple[ConsentEntry, tuple[str, ...]]:
        """The entry, and for each of its items its part of the form."""
        event = Event.SUPERSEDE if self.how.data == REPLACE else Event.GRANT
        return self.consent.form.entry(record, event)


class LimitForm(DeedForm):
    """Which answers end; from the day after ``last``, or at once. Its entry raises Invalid when none would."""

    ends = Chosen(_l("What ends"))
    parts = Ticks(
        _l("Only for these parts of the account"),
        "data-classes",
        description=_l("Nothing ticked means every part."),
    )
    last = DateField(_l("Last day on which it is open"), [Optional()], description=_l("Empty: it ends now."))
    never = BooleanField(
        _l("Record it as a no"),
        description=_l("A no wins over every yes, until all answers are asked for anew."),
    )

    def entry(self, ledger: Sequence[ConsentEntry], event: Event, today: date) -> ConsentEntry:
        wanted, parts, last = set(self.ends.data or ()), self.parts.classes(), self.last.data
        items, closes = deciding.ending(
            ledger,
            lambda item: named(item) in wanted and (not parts or item.data_class in parts),
            last=last,
            refuse=bool(self.never.data),
        )
        return replace(super().entry(ledger, event, today), items=items, closes=closes)


def named(item: GrantItem) -> str:
    """What stands for an item's purpose and audience in a form."""
    return f"{item.purpose.value}/{item.audience.value}"


def choices(ledger: Sequence[ConsentEntry]) -> list[SelectChoice]:
    """What can be ended: each purpose and audience that has a yes."""
    pairs = dict.fromkeys((named(one), one.purpose, one.audience) for one in standing(ledger))
    return [
        SelectChoice(value, f"{term('purposes', purpose).text} · {term('audiences', audience).text}")
        for value, purpose, audience in pairs
    ]
