"""Checking signed exhibits without an archive: form, digests, signature, certificates, founding officers, log.

Knows what each check proves and what none of them does. Must not know an archive, keys, or a record.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from archive.crypto import kdf, merkle
from archive.crypto.errors import CannotOpen
from archive.crypto.notes import read_verifier
from archive.evidence import sheet as evidence
from archive.evidence.sheet import FORMAT, Sheet
from archive.sealing import exhibits, notes
from archive.sealing.codec import canonical, decode
from archive.services.exhibiting import SEVERAL, Exhibit

_TOLD: Final = {
    "form": (
        f"The file is an exhibit of the format {FORMAT}, with every field it must have and no other.",
        "This is no exhibit of the format that this program knows, or a field was added, removed or written otherwise.",
    ),
    "digests": (
        "Each text is the one of which the sheet states the SHA-256.",
        "A text is not the one of which the sheet states the SHA-256: text %(which)s.",
    ),
    "certificate": (
        "Officers of the archive certified the key of the member who made the sheet.",
        "The key of the member who made the sheet is not certified by the officers whom the file names.",
    ),
    "signature": (
        "The sheet is, to the letter, what that member signed (Ed25519 and ML-DSA-65, both).",
        "The signature does not hold: the sheet, or the signature, is not what that member signed.",
    ),
    "roots": (
        "The officers are those of the fingerprint that you gave.",
        "The officers are not those of the fingerprint that you gave: another archive, or a forged one.",
    ),
    "log": (
        "The log entry of the opening, the path to the log's root then, and the host's checkpoint fit together.",
        "The log entry of the opening does not lead to the root in the checkpoint, or that is of another log.",
    ),
    "checkpoint": (
        "The host of the archive signed that checkpoint, with the log's key that you gave.",
        "The checkpoint is not signed with the log's key that you gave.",
    ),
}
_NO_FINGERPRINT: Final = (
    "Not checked. Whoever made the file could have invented the officers too: give the fingerprint (--fingerprint) "
    "that the archive told you in another way."
)
_NO_LOG_KEY: Final = (
    "Not checked. Give the log's key (--log-key), which the archive told you in another way: without it, the log could "
    "be invented with the file."
)
NOT_PROVEN: Final = (
    "That what it says is true.",
    "Who spoke or wrote it: the archive says so on the sheet, no more.",
    "That consent still stands: the sheet names the consent in force when it was made. Ask the archive.",
    "When it was made: the time is that of the archive's own clock.",
    "That the log was not changed since: ask the archive to prove that it only grew (guwah log proof).",
)
"""What no exhibit proves, whatever its checks say."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``holds`` is None where it could not be checked."""

    name: str
    holds: bool | None
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one exhibit. ``fingerprint`` is that of the officers whom the file itself names."""

    code: str
    fingerprint: str
    checks: tuple[Check, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing that was checked failed."""
        return all(check.holds is not False for check in self.checks)


def verify(raw: bytes, fingerprint: str | None = None, log_key: str | None = None) -> tuple[Verdict, ...]:
    """Return a verdict on each exhibit of a file; on the whole file where it is none. Never raises.

    fingerprint: 64 hex digits that the archive told in another way; without, nobody vouches for the officers.
    log_key: the two lines of `checkpoints.key`, likewise; without, nobody vouches for the log. Cost: 2 ms an exhibit.
    """
    try:
        said = json.loads(raw, object_pairs_hook=_unlike)
        several = (
            isinstance(said, dict) and said.keys() == {"format", "exhibits"} and said["format"] == SEVERAL
        )
        return tuple(_verdict(one, fingerprint, log_key) for one in (said["exhibits"] if several else [said]))
    except (ValueError, TypeError, RecursionError):
        return (_no_exhibit(),)


def _verdict(said: object, fingerprint: str | None, log_key: str | None) -> Verdict:
    try:
        found = decode(Exhibit, json.dumps(said).encode())
        if not isinstance(said, dict) or canonical(said) != found.raw:
            raise CannotOpen
        founded = exhibits.founded(UUID(found.sheet.archive), found.vouchers).hex()
    except (CannotOpen, ValueError, TypeError):
        return _no_exhibit()
    checks = (Check("form", True, _TOLD["form"][0]), *_checks(found, founded, fingerprint, log_key))
    return Verdict(found.sheet.code, founded, checks)


def _checks(found: Exhibit, founded: str, fingerprint: str | None, log_key: str | None) -> Iterator[Check]:
    sheet = found.sheet
    wrong = ", ".join(str(number) for number in evidence.wrong_digests(sheet))
    yield _check("digests", not wrong, which=wrong)
    yield _check("certificate", _holds(lambda: _key(found)))
    yield _check("signature", _holds(lambda: _signed(found)))
    if fingerprint is None:
        yield Check("roots", None, _NO_FINGERPRINT)
    else:
        yield _check("roots", kdf.same(founded.encode(), "".join(fingerprint.split()).lower().encode()))
    yield _check("log", _holds(lambda: _in_log(sheet)))
    if log_key is None:
        yield Check("checkpoint", None, _NO_LOG_KEY)
    else:
        yield _check("checkpoint", _holds(lambda: notes.read(read_verifier(log_key), sheet.log.checkpoint)))


def _key(found: Exhibit) -> bytes:
    sheet = found.sheet
    archive, by = UUID(sheet.archive), UUID(sheet.made.by)
    return exhibits.certified(archive, found.vouchers, by)


def _signed(found: Exhibit) -> None:
    sheet = found.sheet
    exhibits.verify(
        exhibits.claimed(found.vouchers, UUID(sheet.made.by)),
        UUID(sheet.archive),
        UUID(sheet.exhibit),
        evidence.statement(sheet),
        found.signature,
    )


def _in_log(sheet: Sheet) -> None:
    log = sheet.log
    path = [bytes.fromhex(step) for step in log.path]
    root = merkle.root_from_path(bytes.fromhex(log.leaf), log.number, log.size, path)
    said = notes.claimed(log.checkpoint)
    if (said.size, said.root.hex()) != (log.size, log.root) or said.root != root:
        raise CannotOpen
    if said.origin.rpartition("/")[2] != sheet.archive:
        raise CannotOpen


def _holds(check: Callable[[], object]) -> bool:
    try:
        check()
    except (CannotOpen, ValueError):
        return False
    return True


def _check(name: str, holds: bool, **values: str) -> Check:  # noqa: FBT001  # the outcome is what it is about
    return Check(name, holds, _TOLD[name][not holds] % values)


def _no_exhibit() -> Verdict:
    return Verdict("", "", (Check("form", False, _TOLD["form"][1]),))


def _unlike(pairs: list[tuple[str, object]]) -> Mapping[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError
    return found
