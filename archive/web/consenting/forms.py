"""Knows the forms by which consent to a record is renewed, limited, rested, resumed and withdrawn.
Must not know what an answer opens or closes: `services.deciding` asks the policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, FormField, HiddenField, RadioField, SelectChoice
from wtforms.validators import Optional

from archive.domain.consent import Basis, ConsentEntry, DataClass, Decision, Event, GrantItem
from archive.domain.identifiers import new_id
from archive.web.entering.consent import ConsentForm
from archive.web.entering.parts import Chosen, Ticks, block
from archive.web.forms import Form
from archive.web.presenting import term

ADD: Final = "add"
REPLACE: Final = "replace"
Pair = tuple[str, str]


class DeedForm(Form):
    """``read``: how many entries the ledger had when the form was shown."""

    read = HiddenField()
    reason = block(_l("Reason"), description=_l("Sealed to custody; nobody else reads it."))

    def seen(self) -> int:
        """The number of entries; one that cannot be for what is no number."""
        found = self.read.data or ""
        return int(found[:6]) if found.isascii() and found.isdecimal() else -1

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
    """Which answers end; from the day after ``last``, or at once."""

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
        ended = [
            item
            for item in standing(ledger)
            if named(item) in wanted and (not parts or item.data_class in parts)
        ]
        noes = (
            tuple(_noes(ended, last + timedelta(days=1) if last else None)) if last or self.never.data else ()
        )
        closes = () if last else tuple(item.id for item in ended)
        return replace(super().entry(ledger, event, today), items=noes, closes=closes)


def standing(ledger: Iterable[ConsentEntry]) -> Iterator[GrantItem]:
    """Every yes of a ledger that no later entry ended by name."""
    entries = list(ledger)
    ended = {item for entry in entries for item in entry.closes}
    for entry in entries:
        if entry.event in (Event.GRANT, Event.SUPERSEDE):
            yield from (one for one in entry.items if one.decision is Decision.YES and one.id not in ended)


def named(item: GrantItem) -> str:
    """What stands for an item's purpose and audience in a form."""
    return f"{item.purpose.value}/{item.audience.value}"


def choices(ledger: Iterable[ConsentEntry]) -> list[SelectChoice]:
    """What can be ended: each purpose and audience that has a yes."""
    pairs = dict.fromkeys((named(one), one.purpose, one.audience) for one in standing(ledger))
    return [
        SelectChoice(value, f"{term('purposes', purpose).text} · {term('audiences', audience).text}")
        for value, purpose, audience in pairs
    ]


def _noes(ended: Iterable[GrantItem], since: date | None) -> Iterator[GrantItem]:
    cells = dict.fromkeys((item.purpose, item.audience, item.data_class) for item in ended)
    for purpose, audience, data_class in cells:
        yield GrantItem(
            id=new_id(),
            purpose=purpose,
            audience=audience,
            data_class=DataClass(data_class),
            decision=Decision.NO,
            since=since,
        )
