"""Everything the archive refuses, as one small tree of errors whose messages a person can act on.

GuwahError
 ├── Invalid            what was entered cannot be taken; lists a problem per field
 ├── Refused            the deed is not open to this member (said only where saying so reveals nothing)
 ├── NotFound           absent or not permitted: the two look alike, always
 ├── CannotSignIn       login, passphrase or code is wrong: never says which
 ├── Throttled          too many tries; carries the seconds to wait
 ├── SignedOut          the session has ended
 ├── Conflict           somebody else changed it first
 ├── Unaudited          a change without its log entry: a defect, nothing was committed
 └── Damaged            what is stored is not what was stored
      ├── ShredStoreMissing, SchemaMismatch, DiskFull

Knows the words of a refusal. Must not know HTTP, exit codes or templates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


def message(text: str) -> str:
    """Mark ``text`` for translation and return it unchanged (the web and the CLI translate when they show it)."""
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: ``where`` is a field path such as ``texts.0.lang``; ``text`` is a msgid with %-names."""

    where: str
    text: str
    values: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        said = self.text % self.values if self.values else self.text
        return f"{self.where}: {said}" if self.where else said


class GuwahError(Exception):
    """A refusal with a message fit to be shown. ``text`` is the msgid, ``values`` fill its %-names."""

    def __init__(self, text: str, **values: str) -> None:
        self.text = text
        self.values = values
        super().__init__(text % values if values else text)


class Invalid(GuwahError):
    """What was entered cannot be taken: one problem per field, nothing was stored."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(message("Some entries need attention. Nothing was stored."))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)


class Refused(GuwahError):
    """The deed is not open to this member; said only where saying so reveals nothing."""


class NotFound(GuwahError):
    """Absent or not permitted: indistinguishable by design (law 3)."""

    def __init__(self) -> None:
        super().__init__(message("There is nothing here that you can open."))


class CannotSignIn(GuwahError):
    """Login, passphrase or code is wrong: never says which."""

    def __init__(self) -> None:
        super().__init__(message("Login, passphrase or code is not right. Check all three and try again."))


class NoSuchReceipt(GuwahError):
    """A receipt code that nobody was given, or that was used or replaced: these three look alike."""

    def __init__(self) -> None:
        super().__init__(
            message(
                "This code closes nothing: it is mistyped, was used before, or a newer one took its place. "
                "Compare it with the slip, or ask whoever gave it to you."
            )
        )


class Throttled(GuwahError):
    """Too many tries. ``seconds`` is how long to wait; the same for logins that do not exist."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            message("Too many tries. Wait %(seconds)s seconds, then try again."), seconds=str(seconds)
        )


class SignedOut(GuwahError):
    """The session has ended, here or elsewhere."""

    def __init__(self) -> None:
        super().__init__(message("Your session has ended. Sign in again."))


class Conflict(GuwahError):
    """Somebody else changed the same thing first; nothing was overwritten."""


class Unaudited(GuwahError):
    """A change came without its log entry (law 4). A defect in the program; nothing was committed."""

    def __init__(self) -> None:
        super().__init__("A change without its log entry was refused; nothing was committed.")


class Damaged(GuwahError):
    """What is stored is not what was stored: edited, swapped, truncated or lost."""


class ShredStoreMissing(Damaged):
    """The shred store is not where the configuration says: without it nothing opens."""


class SchemaMismatch(Damaged):
    """The database was made by another version of the program."""


class DiskFull(Damaged):
    """There was no room to store it; nothing was stored."""
