"""Somebody at the terminal, who is shown secrets once and asked for parts of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from archive.cli import asking, enrolling
from archive.cli.saying import Voice
from archive.services.keying import Enrolled


class Person:
    """Writes down what is shown and answers from it; with ``answers`` false they kept nothing.

    ``says`` answers whatever is asked besides.
    """

    def __init__(self, patch: pytest.MonkeyPatch, says: str = "") -> None:
        self.cards: dict[str, Enrolled] = {}
        self.archive_kit = ""
        self.asked: list[str] = []
        self.answers = True
        self.says = says
        real = enrolling.check
        patch.setattr(asking, "somebody", lambda: True)
        patch.setattr(asking, "typed", self.typed)

        def see(voice: Voice, people: Sequence[Enrolled], archive_kit: str = "") -> None:
            self.cards |= {one.login: one for one in people}
            self.archive_kit = archive_kit
            real(voice, people, archive_kit)

        patch.setattr(enrolling, "check", see)

    def typed(self, what: str, *, empty: bool = False) -> str:
        self.asked.append(what)
        asked = re.fullmatch(
            r"(word|group) (\d+) of (?:the archive kit|(\w+)'s (?:passphrase|recovery kit))", what
        )
        if not asked:
            return "" if empty else self.says
        if not self.answers:
            return "something else"
        card = self.cards.get(asked[3])
        source = (card.passphrase if asked[1] == "word" else card.kit) if card else self.archive_kit
        return source.split()[int(asked[2]) - 1].upper()
