"""Templates: texts with ``{field}`` in them, filled from one row.

Knows rows and words with holes. Must not know drafts, or what a filled text is for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from archive.domain.errors import Problem, message
from archive.services.imports.json_lines import Value

_HOLE: Final = re.compile(r"\{(\w+(?:\.\w+)*)\}")


def named_in(template: str) -> tuple[str, ...]:
    """Return the fields that a template names."""
    return tuple(_HOLE.findall(template))


class Filling:
    """Fills templates from one row, and notes as problems the values that are no text.

    A template of which any field is absent or empty gives "", so ``vol. {volume}`` vanishes where there is no volume.
    """

    def __init__(self, row: Mapping[str, Value], words: Mapping[str, Mapping[str, str]]) -> None:
        self._row = row
        self._words = words
        self.problems: list[Problem] = []

    def text(self, template: str, entry: Value = None) -> str:
        """Return the template filled, from ``entry`` first where one of a list is meant."""
        filled = {name: self._said(name, entry) for name in named_in(template)}
        if not all(filled.values()):
            return ""
        return _HOLE.sub(lambda hole: filled[hole[1]], template).strip()

    def texts(self, template: str, split: str, entry: Value = None) -> tuple[str, ...]:
        """Return the texts that stand in one field, divided by ``split`` or, where it is a list, one an entry."""
        names = named_in(template)
        if len(names) == 1 and template == f"{{{names[0]}}}":
            value = self._value(names[0], entry)
            if isinstance(value, list):
                return tuple(text for one in value if (text := self._plain(names[0], one)))
        text = self.text(template, entry)
        parts = text.split(split) if split else [text]
        return tuple(part for one in parts if (part := one.strip()))

    def entries(self, path: str) -> Sequence[Value]:
        """Return the entries of a list in the row; the row itself, once, where no path is given."""
        if not path:
            return [None]
        value = self._value(path, None)
        if value is None or isinstance(value, list):
            return value or []
        self.problems.append(Problem(path, message("This must be a list.")))
        return []

    def true(self, path: str) -> bool:
        """Return whether a field says yes."""
        value = self._value(path, None)
        return (
            value is True
            or (isinstance(value, str) and value.strip().casefold() in {"true", "yes", "1"})
            or value == 1
        )

    def _said(self, name: str, entry: Value) -> str:
        said = self._plain(name, self._value(name, entry))
        return self._words.get(name, {}).get(said, said)

    def _plain(self, name: str, value: Value) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return str(value)
        self.problems.append(Problem(name, message("This must be a text.")))
        return ""

    def _value(self, path: str, entry: Value) -> Value:
        first, *rest = path.split(".")
        value = entry[first] if isinstance(entry, dict) and first in entry else self._row.get(first)
        for name in rest:
            value = value.get(name) if isinstance(value, dict) else None
        return value
