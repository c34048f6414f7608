"""What goes into a room's search index, what may be asked of it, and what it answers.

Knows the shapes of documents, queries and results. Must not know the engine, the seals or who is asking.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal, Protocol
from uuid import UUID

from archive.domain.errors import Conflict, Damaged, message

FACETS: Final = ("place", "facility", "abuse", "ethnic", "goods", "subject", "lang", "year", "kind")
LARGEST_PAGE: Final = 100

Sort = Literal["relevance", "newest", "oldest", "code"]
How = Literal["exact", "spelling", "form", "sound", "part"]
"""How a record was found: by the words as typed, in another script or spelling, by other forms of them, by words that
sound alike, or by some of the words only. The better way counts, and comes first."""
HOWS: Final[tuple[How, ...]] = ("exact", "spelling", "form", "sound", "part")


@dataclass(frozen=True, slots=True)
class IndexText:
    """One text of a record as its narrator or translator wrote it; ``lang`` is a BCP 47 tag."""

    lang: str
    text: str


@dataclass(frozen=True, slots=True)
class IndexDocument:
    """Everything of one rendition that its room may search; nothing else of the record is ever indexed.

    ``facets`` maps a name of ``FACETS`` to term ids; ``place`` lists all ancestors too, root first.
    ``names`` are the tags' labels and aliases in every language. ``labels`` (term → language → label),
    ``aliases`` and ``broader`` (term → the term above it) speak of terms that are not built in. ``collected`` is
    (earliest, latest) in ISO 8601, each a year, a month or a day. ``note`` holds content-note ids. ``not_after`` is
    the last day of the licence that the document was made under (None: no term), kept inside the seal.
    """

    record: UUID
    body: UUID
    code: str
    title: str
    kind: str
    texts: tuple[IndexText, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    collected: tuple[str, str] | None = None
    note: tuple[str, ...] = ()
    broader: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_after: date | None = None

    def __post_init__(self) -> None:
        if unknown := self.facets.keys() - set(FACETS):
            raise ValueError(f"unknown facet {', '.join(sorted(unknown))}; known are {', '.join(FACETS)}")


@dataclass(frozen=True, slots=True)
class Indexed:
    """What an index holds of one record: of which body it was made, and the last day of that body's licence."""

    body: UUID
    not_after: date | None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is asked of one room.

    ``text`` is the query language of the search box. ``filters`` join by OR within a facet and by AND
    between facets. ``date_from`` and ``date_to`` (year, month or day, both inclusive) match every record
    whose dates overlap them. Empty text without a wish for an order means newest first. Pages count from 1.
    ``forms`` and ``sounds`` allow other forms of the words, and words that sound alike.
    """

    text: str = ""
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    date_from: str | None = None
    date_to: str | None = None
    sort: Sort = "relevance"
    page: int = 1
    size: int = 20
    forms: bool = True
    sounds: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found. ``snippet`` is the text as written, in pieces; True marks the words that matched.

    ``lang`` is the language of the snippet; ``score`` is comparable within one answer only.
    """

    record: UUID
    body: UUID
    code: str
    title: str
    kind: str
    lang: str
    snippet: tuple[tuple[str, bool], ...]
    note: tuple[str, ...]
    score: float
    facets: Mapping[str, tuple[str, ...]]
    how: How = "exact"


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of all matches carry ``term``.

    ``labels`` is empty for built-in terms; ``broader`` is the term above.
    """

    term: str
    count: int
    labels: Mapping[str, str] = field(default_factory=dict)
    broader: str | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The answer of one room. ``total`` and ``facets`` count every match, not only this page.

    ``cut`` says that a limit shortened the query; ``problem`` is a msgid saying why it could be read only
    in part. ``hows`` counts the matches by how they were found; ``meant`` is the query as it may have been meant,
    spelt with words of this room.
    """

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]]
    page: int
    pages: int
    cut: bool = False
    problem: str | None = None
    hows: Mapping[How, int] = field(default_factory=dict)
    meant: str | None = None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A tag of this room whose name begins with what was typed, and how many of its records carry it."""

    facet: str
    term: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class IndexHead:
    """The state of a room's index after a commit, to be recorded in the database: SHA-256 of its sealed
    catalogue.
    """

    generation: int
    digest: bytes


class Shares(Protocol):
    """Shares B of a room's index files, kept in the shred store; one per file, under the file's owner id.

    Owners are drawn by the index and never those of records; whoever drops a room's index destroys them all.
    """

    def draw(self, owner: UUID) -> bytes:
        """Make 32 random bytes for ``owner``; durable before they are returned."""
        ...

    def find(self, owner: UUID) -> bytes:
        """The share of ``owner``; raises CannotOpen when there is none (any more)."""
        ...

    def discard(self, owners: Iterable[UUID]) -> None:
        """Forget these shares for good; unknown ones are passed over. No list tells of it: an index is a cache."""
        ...


@dataclass(frozen=True, slots=True)
class IndexKeys:
    """What opens one room's index: the 32-byte index key of an epoch, and the shares of its files."""

    instance: UUID
    room: UUID
    epoch: int
    key: bytes = field(repr=False)
    shares: Shares = field(repr=False)


class IndexDamaged(Damaged):
    """A room's index is missing, edited, truncated, swapped or rolled back: create it anew and add every
    record.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(
            message("This room's search index cannot be used (%(reason)s). It is being rebuilt."),
            reason=reason,
        )


class IndexReplaced(IndexDamaged):
    """Another process rebuilt this index meanwhile: open it again with the head in the database; nothing
    was written.
    """


class IndexBusy(Conflict):
    """Another process is writing to this room's index and did not finish in time; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            message("This room's search index is being written to by somebody else. Try again in a moment.")
        )
