"""Knows how a report for one member alone is sealed and opened.
Must not know what it reports."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from archive.crypto import envelope, kdf, wrap
from archive.crypto.contexts import ctx
from archive.domain.keeping import MemberRow, ReportRow
from archive.sealing.keyring import Keyring


def seal(instance: UUID, member: MemberRow, report: UUID, day: date, text: bytes) -> ReportRow:
    """Return a report that only its member opens: a drawn key wrapped to them, the text under it, padded."""
    context = ctx("reject", instance, report, member.id)
    key = kdf.random(kdf.KEY)
    return ReportRow(
        id=report,
        member=member.id,
        day=day,
        wrap=wrap.wrap(member.wrap_public, context, key),
        sealed=envelope.seal_blob(key, report, context, text),
    )


def unseal(keys: Keyring, row: ReportRow) -> bytes:
    """Return the text of a report to the keyring's member. Raises CannotOpen."""
    context = ctx("reject", keys.instance, row.id, keys.member)
    return envelope.open_blob(keys.open_own(context, row.wrap), context, row.sealed)
