"""Knows the few parts of Whoosh that this archive calls, with the types that Whoosh does not state.
Must not know documents, queries, seals or disk.

What is not here is not used, on purpose: no Whoosh query, parser, collector, highlighter, BufferedWriter,
AsyncWriter, ``refresh()`` or ``filter=``. Several of them return deleted or unwanted documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Protocol, cast

import whoosh
from whoosh.columns import VarBytesColumn
from whoosh.fields import Schema
from whoosh.filedb.filestore import Storage
from whoosh.index import FileIndex
from whoosh.index import IndexError as WhooshIndexError
from whoosh.reading import SegmentReader, TermNotFound
from whoosh.scoring import BM25F
from whoosh.writing import SegmentWriter

WHOOSH: Final = (3, 54, 0)
Broken = (WhooshIndexError,)
_POOL_MB: Final = 512


class WrongWhoosh(RuntimeError):
    """The Whoosh that was found is not the one whose defects this program knows how to avoid."""


class Matcher(Protocol):
    """The postings of one word in one segment, read forward."""

    def is_active(self) -> bool: ...
    def id(self) -> int: ...
    def score(self) -> float: ...
    def next(self) -> object: ...
    def value_as(self, kind: str) -> list[int]: ...
    def all_ids(self) -> Iterable[int]: ...


class TermInfo(Protocol):
    """What one segment knows of a word."""

    def doc_frequency(self) -> int: ...


class Reader(Protocol):
    """One segment."""

    def is_deleted(self, number: int) -> bool: ...
    def all_doc_ids(self) -> Iterator[int]: ...
    def has_column(self, name: str) -> bool: ...
    def column_reader(self, name: str) -> Mapping[int, bytes]: ...
    def lexicon(self, field: str) -> Iterable[bytes]: ...
    def iter_prefix(self, field: str, prefix: str) -> Iterable[tuple[bytes, TermInfo]]: ...
    def postings(self, field: str, word: bytes) -> Matcher: ...
    def close(self) -> None: ...


class Segment(Protocol):
    """What the table of contents says of one segment."""

    def doc_count(self) -> int: ...
    def has_deletions(self) -> bool: ...


class Leaf(Protocol):
    """The searcher of one segment; its scores use the statistics of the whole index."""

    def reader(self) -> Reader: ...
    def postings(self, field: str, word: bytes) -> Matcher: ...


class Searcher(Protocol):
    """All segments of one state."""

    def leaf_searchers(self) -> list[tuple[Leaf, int]]: ...
    def doc_count_all(self) -> int: ...
    def stored_fields(self, number: int) -> dict[str, Any]: ...
    def close(self) -> None: ...


Policy = Callable[["Writer", list[Segment]], list[Segment]]


class Writer(Protocol):
    """One commit of the stock writer."""

    storage: Storage
    schema: Schema
    commit: Callable[..., None]  # takes ``mergetype``, a `Policy`

    def add_document(self, **values: object) -> None: ...
    def add_reader(self, reader: Reader) -> None: ...
    def delete_by_term(self, field: str, term: str) -> int: ...
    def cancel(self) -> None: ...


class Engine:
    """Whoosh over storages of one schema and index name."""

    def __init__(self, schema: Schema, name: str) -> None:
        self._schema = schema
        self._name = name

    def create(self, storage: Storage) -> None:
        """Write an index without documents into ``storage``."""
        _UNTYPED_INDEX.create(storage, self._schema, self._name)

    def writer(self, storage: Storage) -> Writer:
        """The stock writer; segments stay in separate files, which `SealedStorage` packs its own way."""
        return cast("Writer", _UNTYPED_WRITER(self._index(storage), limitmb=_POOL_MB, compound=False))

    def searcher(self, storage: Storage, **field_lengths: float) -> Searcher:
        """A fresh searcher with BM25F; ``field_lengths`` are its B per field. Raises one of `Broken`."""
        return cast(
            "Searcher", self._index(storage).searcher(weighting=BM25F(B=0.75, K1=1.2, **field_lengths))
        )

    def doc_count(self, storage: Storage) -> int:
        """How many documents the index in ``storage`` holds."""
        return int(self._index(storage).doc_count())

    def _index(self, storage: Storage) -> Any:  # noqa: ANN401 - Whoosh states no types here
        return _UNTYPED_INDEX(storage, schema=self._schema, indexname=self._name)


def check_whoosh() -> None:
    """Refuse any Whoosh but the pinned one: three distributions share its name. Raises WrongWhoosh."""
    found = tuple(whoosh.__version__)
    if found != WHOOSH:
        raise WrongWhoosh(
            f"Whoosh {_dotted(found)} is installed, but search needs whoosh3=={_dotted(WHOOSH)}. "
            "Install the locked requirements (pip install --require-hashes -r requirements.lock)."
        )


def segment_reader(writer: Writer, segment: Segment) -> Reader:
    """The segment as a reader that a merge can add to ``writer``."""
    return cast("Reader", SegmentReader(writer.storage, writer.schema, cast("Any", segment)))


def postings(leaf: Leaf, field: str, word: str) -> Matcher | None:
    """The postings of a word in one segment; None when it does not occur there."""
    try:
        return leaf.postings(field, word.encode())
    except TermNotFound:
        return None


def bytes_column() -> VarBytesColumn:
    """A column of bytes, one value a document."""
    return cast("VarBytesColumn", _UNTYPED_COLUMN())


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


_UNTYPED_INDEX: Final[Any] = FileIndex
_UNTYPED_WRITER: Final[Any] = SegmentWriter
_UNTYPED_COLUMN: Final[Any] = VarBytesColumn
