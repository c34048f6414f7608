"""Mappings: how the fields of one source become the fields of a draft, declared in TOML, built in or written by hand.

Knows what a mapping may say and which are built in. Must not know rows, or apply itself to one (`drafting` does).
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from functools import cache, cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from archive.domain.consent import Basis, DataClass
from archive.domain.errors import Invalid, Problem, message
from archive.domain.tags import Facet
from archive.services.imports.templates import named_in

LARGEST: Final = 1_000_000


class _Rule(BaseModel):
    """Part of a mapping. Texts are templates: ``{field}`` and ``{field.within}`` stand for what the row holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class BatchBasis(_Rule):
    """Why the archive may hold the rows of an import, the same for all of them; words as they go into the ledger."""

    basis: Basis
    reason: str
    source: str = ""
    licence: str = ""


class TextRule(_Rule):
    """A text. Without ``lang`` its letters tell the language; one that repeats an earlier text exactly is left out."""

    role: str
    body: str
    lang: str = ""
    translator: str = ""


class PresentRule(_Rule):
    """Somebody in the room; several names may stand in one field with ``split`` between them."""

    role: str
    name: str = ""
    organisation: str = ""


class PersonRule(_Rule):
    """Who the narrator or reporter is: for the identity room alone."""

    name: str = ""
    other_names: str = ""
    contact: str = ""
    safe_contact: str = ""
    note: str = ""


class SourceRule(_Rule):
    """Where the account was published; no source without a citation."""

    citation: str = ""
    licence: str = ""
    identifier: str = ""


class NoteRule(_Rule):
    """A content note for rows in which ``when`` is true; without it ``note`` lists several, divided by semicolons."""

    note: str
    when: str = ""


class TagRule(_Rule):
    """Tags of one facet.

    ``each``: the list in the row of which every entry gives a tag; templates then look in the entry first. ``split``:
    several names in one field. ``within``: broader names, widest first. ``known``: names are looked up among the
    built-in terms; ``own``: what is not found there becomes a term of this archive, told apart by ``key`` (an address
    or number in the source) or else by its name. ``lang``: the language of the names.
    """

    facet: Facet
    name: str
    each: str = ""
    split: str = ""
    within: tuple[str, ...] = ()
    key: str = ""
    known: bool = True
    own: bool = False
    lang: str = "und"
    kind: str = ""
    certainty: str = "as-stated"


class MissingRule(_Rule):
    """People reported missing, one or, with ``each``, one an entry."""

    name: str
    each: str = ""
    other_names: str = ""
    relation: str = ""
    born: str = ""
    status: str = ""
    as_of: str = ""
    status_source: str = ""
    last_contact: str = ""
    statement: str = ""
    knowledge: str = ""


class FacilityRule(_Rule):
    """An entry of the facility register."""

    kind: str
    labels: dict[str, str]
    aliases: tuple[str, ...] = ()
    place: str = ""
    opened: str = ""
    closed: str = ""
    precision: str = ""
    note: str = ""


def _listed(value: object) -> object:
    return [value] if isinstance(value, dict) else value


_ALONE: Final = BeforeValidator(_listed)
"""A rule that is alone may be written without the brackets of a list."""


class Mapping(_Rule):
    """How a row becomes a draft.

    ``required``: fields that every row of this source has, by which it is recognised. ``ignored``: fields left out on
    purpose; any other field that no template names is a problem, so that nothing is lost unseen. ``key``: the row's
    id in its source. ``collected_roughly``: of a date that cannot be read, as much as can be is kept, and the note
    says what stood there. ``words``: field → what it says → the word of ours that is meant.
    """

    name: str
    record: Literal["testimony", "family-report", "facility"]
    required: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    key: str = ""
    title: str = ""
    title_contains: tuple[DataClass, ...] = ()
    kind: str = ""
    collected: str = ""
    collected_roughly: bool = False
    collected_where: str = ""
    channel: str = ""
    period: str = ""
    note: str = ""
    sought: str = ""
    safety: str = ""
    objections: str = ""
    when_freed: str = ""
    narrator: PersonRule = PersonRule()
    reporter: PersonRule = PersonRule()
    source: SourceRule = SourceRule()
    texts: Annotated[tuple[TextRule, ...], _ALONE] = ()
    present: Annotated[tuple[PresentRule, ...], _ALONE] = ()
    content_notes: Annotated[tuple[NoteRule, ...], _ALONE] = ()
    tags: Annotated[tuple[TagRule, ...], _ALONE] = ()
    missing: Annotated[tuple[MissingRule, ...], _ALONE] = ()
    facility: FacilityRule | None = None
    words: dict[str, dict[str, str]] = {}
    basis: BatchBasis | None = None

    def fields(self) -> frozenset[str]:
        """Return the fields of a row that this mapping speaks of."""
        return self._fields

    @cached_property
    def _fields(self) -> frozenset[str]:
        return frozenset({*self.required, *self.ignored, *_named(self.model_dump(exclude={"words"}))})


def load(name: str) -> Mapping:
    """Return a built-in mapping by its name, or the one written in a TOML file. Raises Invalid, saying where."""
    if name in names():
        return _built_in(name)
    path = Path(name)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST)
    except (OSError, ValueError):
        said = message("There is no mapping “%(name)s”. Give a TOML file, or one of these: %(names)s.")
        raise Invalid([Problem("mapping", said, {"name": name, "names": ", ".join(names())})]) from None
    return read(raw, path.stem)


def read(raw: bytes, name: str) -> Mapping:
    """Return the mapping written in TOML. Raises Invalid, one problem for each thing to mend."""
    try:
        tables = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        said = message("This is not UTF-8 text. Save the file as UTF-8, then try again.")
        raise Invalid([Problem("mapping", said)]) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        said = message("This is not TOML: %(why)s.")
        raise Invalid([Problem("mapping", said, {"why": str(error)})]) from None
    try:
        mapping = Mapping.model_validate({"name": name, **tables})
    except ValidationError as error:
        raise Invalid(
            [_problem(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()]
        ) from None
    if mapping.record == "facility" and mapping.facility is None:
        raise Invalid([_problem("facility", "a mapping of facilities needs the table [facility]")])
    return mapping


def recognised(fields: Collection[str]) -> Mapping:
    """Return the one built-in mapping that fits the fields of a first row. Raises Invalid when none or several do."""
    given = frozenset(fields)
    fitting = [
        mapping
        for name in names()
        if given.issuperset((mapping := _built_in(name)).required) and mapping.fields() >= given
    ]
    if len(fitting) == 1:
        return fitting[0]
    said = message(
        "No mapping, or more than one, fits these columns. Choose one: %(names)s, or write your own."
    )
    raise Invalid([Problem("mapping", said, {"names": ", ".join(names())})])


@cache
def names() -> tuple[str, ...]:
    """Return the names of the built-in mappings."""
    found = (file.name for file in resources.files(__package__).joinpath("builtin").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


@cache
def _built_in(name: str) -> Mapping:
    return read(resources.files(__package__).joinpath("builtin", f"{name}.toml").read_bytes(), name)


def _named(value: Any) -> frozenset[str]:  # noqa: ANN401 - whatever a mapping holds, templates at its leaves
    if isinstance(value, dict):
        entries = value.get("each")
        inner = frozenset().union(*map(_named, value.values()))
        return frozenset({entries.split(".")[0]}) if entries else inner
    if isinstance(value, list | tuple):
        return frozenset().union(*map(_named, value))
    return (
        frozenset(name.split(".")[0] for name in named_in(value)) if isinstance(value, str) else frozenset()
    )


def _problem(where: str, why: str) -> Problem:
    return Problem(f"mapping.{where}", message("This cannot be read: %(why)s."), {"why": why})
