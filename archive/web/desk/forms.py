"""Knows what is filled in at the consent desk: a code, kinds of rooms, a reason.
Must not know which records there are."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SelectChoice, StringField

from archive.domain.rooms import RoomPurpose
from archive.web.entering.parts import Chosen, block
from archive.web.forms import LINE, TYPED_ONCE, Form, at_most, required


class FindForm(Form):
    code = StringField(
        _l("Code of the account"),
        [required(), at_most(LINE)],
        description=_l("As it stands on the person's slip: ten letters and digits."),
    )


class UndoForm(Form):
    """The way back from a withdrawal that was a mistake."""

    kit = PasswordField(
        _l("Archive kit"),
        [required(), at_most(LINE)],
        description=_l("The words on the sheet in the safe."),
        name=f"{TYPED_ONCE}kit",
    )
    why = block(_l("What went wrong"), required(), description=_l("Sealed to custody; nobody else reads it."))


class CloseForm(Form):
    """What is to close, and why. Without ``purposes`` everything."""

    purposes = Chosen(_l("Which rooms"), choices=[SelectChoice(one.value) for one in RoomPurpose])
    reason = block(_l("Reason"), description=_l("Sealed to custody; nobody else reads it."))

    def wanted(self) -> frozenset[RoomPurpose]:
        return frozenset(map(RoomPurpose, self.purposes.data or ()))
