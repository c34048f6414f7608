"""Knows how staged changes become a new state of an index in memory, and that nothing removed stays in it.
Must not know disk, keys or queries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final
from uuid import UUID

from archive.domain.searching import IndexDocument
from archive.search.engine import Segment, Writer, segment_reader
from archive.search.schema import RECORD, engine, values
from archive.search.sealed_storage import SealedStorage

# A removal rewrites the segments it touches: small ones keep that quick, not too many keep searching quick.
SMALLEST_FULL: Final = 128
MOST_FULL: Final = 32
_ALIKE: Final = 8


def empty() -> SealedStorage:
    """A storage with an index without records."""
    storage = SealedStorage({})
    engine().create(storage)
    return storage


def apply(storage: SealedStorage, removed: Iterable[UUID], added: Sequence[IndexDocument]) -> None:
    """Remove and add records in ``storage``, in segments of 128 records (a thirty-second of a room of over
    4,096).

    A segment that loses a record is written anew without it in the same step, so its words are in no file
    any more. Cost: about a megabyte of text a second; a removal about 4 ms for each record that shared a
    segment.
    """
    batches = _batches(added, _full(engine().doc_count(storage) + len(added)))
    first = next(batches, [])
    writer = engine().writer(storage)
    for record in removed:
        writer.delete_by_term(RECORD, record.hex)
    _add(writer, first)
    writer.commit(mergetype=_purge)
    for batch in batches:
        writer = engine().writer(storage)
        _add(writer, batch)
        writer.commit(mergetype=_purge)


def _add(writer: Writer, documents: Iterable[IndexDocument]) -> None:
    try:
        for document in documents:
            writer.add_document(**values(document))
    except BaseException:
        writer.cancel()
        raise


def _purge(writer: Writer, segments: list[Segment]) -> list[Segment]:
    """Whoosh merge policy: write anew what has deletions, drop what is empty, join eight small segments of
    like size.
    """
    kept = [segment for segment in segments if not segment.has_deletions()]
    merged = [segment for segment in segments if segment.has_deletions() and segment.doc_count()]
    full = _full(sum(segment.doc_count() for segment in segments))
    room = full - sum(segment.doc_count() for segment in merged)
    for alike in _alike(segment for segment in kept if segment.doc_count() * 2 <= full):
        fitting = list(_fitting(alike, room))
        if len(fitting) > 1:
            room -= sum(segment.doc_count() for segment in fitting)
            merged += fitting
            kept = [segment for segment in kept if segment not in fitting]
    for segment in merged:
        reader = segment_reader(writer, segment)
        writer.add_reader(reader)
        reader.close()
    return kept


def _alike(segments: Iterable[Segment]) -> Iterator[list[Segment]]:
    """Groups of at least eight segments whose sizes lie within a factor of eight, the smallest first."""
    groups: dict[int, list[Segment]] = {}
    for segment in segments:
        groups.setdefault(segment.doc_count().bit_length() // 3, []).append(segment)
    for _size, group in sorted(groups.items()):
        if len(group) >= _ALIKE:
            yield sorted(group, key=lambda segment: segment.doc_count())


def _fitting(segments: Iterable[Segment], room: int) -> Iterator[Segment]:
    for segment in segments:
        if segment.doc_count() <= room:
            room -= segment.doc_count()
            yield segment


def _full(records: int) -> int:
    return max(SMALLEST_FULL, records // MOST_FULL)


def _batches(documents: Sequence[IndexDocument], size: int) -> Iterator[list[IndexDocument]]:
    left = iter(documents)
    while batch := list(islice(left, size)):
        yield batch
