"""Knows the form of the log explorer: which entries are wanted, by what stands in the clear.
Must not know what an entry says."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectChoice, SelectField, StringField
from wtforms.validators import Optional, Regexp

from archive.domain.log import LogFilter
from archive.web.forms import Form
from archive.web.log.presenting import WORDS

_ID = r"[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}"


class FilterForm(Form):
    """Every field may be left empty: then everything is wanted."""

    member = SelectField(_l("Who"), validators=[Optional()], default="")
    action = SelectField(_l("What"), validators=[Optional()], default="")
    record = StringField(
        _l("Record"),
        [Optional(), Regexp(_ID + r"\Z", message=_l("Write the record's id, as its address has it."))],
    )
    since = DateField(_l("From"), [Optional()])
    until = DateField(_l("To"), [Optional()])

    @classmethod
    def of(cls, people: Iterable[tuple[UUID, str]], only: LogFilter | None = None) -> FilterForm:
        """The form with these people to choose from; with ``only``, as it led to that."""
        form = cls() if only is None else cls(formdata=None, data=_shown(only))
        form.member.choices = [SelectChoice("", str(_l("everybody")))]
        form.member.choices += [SelectChoice(str(member), name) for member, name in people]
        form.action.choices = [SelectChoice("", str(_l("everything")))]
        form.action.choices += sorted(
            (SelectChoice(word, str(said)) for word, said in WORDS.items()), key=lambda choice: choice.label
        )
        return form

    def only(self) -> LogFilter:
        """What was asked for, once it is valid."""
        return LogFilter(
            actor=UUID(self.member.data) if self.member.data else None,
            about=UUID(self.record.data) if self.record.data else None,
            action=self.action.data or None,
            since=self.since.data,
            until=self.until.data,
        )


def _shown(only: LogFilter) -> dict[str, object]:
    return {
        "member": str(only.actor) if only.actor else "",
        "record": str(only.about) if only.about else "",
        "action": only.action or "",
        "since": only.since,
        "until": only.until,
    }
