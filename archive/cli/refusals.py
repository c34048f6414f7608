"""Knows which exit code and which one sentence answer each refusal, and how little may be said of a defect.
Must not know commands, nor print a value that an unexpected error carries."""

from __future__ import annotations

import errno
import json
import sys
from types import TracebackType
from typing import IO, Any, Final
from uuid import uuid4

import click

from archive.config import WrongSetting
from archive.crypto.errors import CannotOpen, Unsupported
from archive.domain.errors import (
    CannotSignIn,
    Conflict,
    Damaged,
    DiskFull,
    GuwahError,
    Invalid,
    NotFound,
    Problem,
    Refused,
    SignedOut,
    Throttled,
)

DEFECT: Final = 1
WRONG: Final = 2
REFUSED: Final = 3
DAMAGED: Final = 4
FULL: Final = 5
BUSY: Final = 6
IN_PART: Final = 7
STOPPED: Final = 130

MEANINGS: Final = {
    0: "done",
    DEFECT: "a defect of the program",
    WRONG: "something given is wrong: a flag, a setting, a file, an entry",
    REFUSED: "refused: wrong passphrase, not permitted or not there",
    DAMAGED: "what is stored is damaged or of another version",
    FULL: "no space left; nothing was stored",
    BUSY: "busy, or too many tries: wait and try again",
    IN_PART: "done in part: some rows were refused",
    STOPPED: "stopped from the keyboard",
}

_CODES: Final[tuple[tuple[type[Exception], int], ...]] = (
    (WrongSetting, WRONG),
    (Invalid, WRONG),
    (Throttled, BUSY),
    (Conflict, BUSY),
    (Refused, REFUSED),
    (NotFound, REFUSED),
    (CannotSignIn, REFUSED),
    (SignedOut, REFUSED),
    (DiskFull, FULL),
    (Damaged, DAMAGED),
    (CannotOpen, DAMAGED),
    (Unsupported, DAMAGED),
)
_LOGIN: Final = "Login or passphrase is not right. Check both and try again."


class Mistaken(GuwahError):
    """What was given on the command line cannot be used; the message says what to give instead."""


class Refusal(click.ClickException):
    """One sentence for standard error (one JSON object with --json), and the exit code."""

    def __init__(self, kind: str, text: str, code: int, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(text)
        self.kind = kind
        self.exit_code = code  # type: ignore[misc]  # each refusal has its own
        self.problems = problems
        self.as_json = False

    def show(self, file: IO[Any] | None = None) -> None:
        file = file or sys.stderr
        if self.as_json:
            said: dict[str, object] = {"error": self.kind, "message": self.message, "exit": self.exit_code}
            if self.problems:
                said["problems"] = [
                    {"where": problem.where, "text": str(problem)} for problem in self.problems
                ]
            click.echo(json.dumps(said, ensure_ascii=False), file=file)
            return
        click.echo(f"guwah: {self.message}", file=file)
        for problem in self.problems:
            click.echo(f"  {problem}", file=file)


def refusal(error: BaseException) -> Refusal:
    """What answers an error. Whatever was not foreseen keeps its words to itself: they may be somebody's."""
    kind = type(error).__name__
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return Refusal("Stopped", "Stopped. What was reported as done stays done.", STOPPED)
    if isinstance(error, CannotSignIn):
        return Refusal(kind, _LOGIN, REFUSED)
    if isinstance(error, Invalid):
        return Refusal(kind, error.text, WRONG, error.problems)
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Refusal("DiskFull", "No space is left on the disk. Make room, then try again.", FULL)
    for known, code in _CODES:
        if isinstance(error, known):
            return Refusal(kind, str(error), code)
    if isinstance(error, GuwahError):
        return Refusal(kind, str(error), WRONG)
    return Refusal(kind, unforeseen(error), DEFECT)


def unforeseen(error: BaseException) -> str:
    """What may be said of a defect: a number, the class of the error, the line that it came from."""
    number, place = uuid4().hex[:8], _place(error.__traceback__)
    return f"Something failed unexpectedly (error {number}: {type(error).__name__} at {place}). Report this line."


def _place(trace: TracebackType | None) -> str:
    """The innermost line of this package that the error passed through."""
    place = "an unknown place"
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] == "archive":
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
