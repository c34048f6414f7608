"""What a sealed, multilingual room index costs beside plain Whoosh over the same fictional accounts."""

import functools
import random
import secrets
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from uuid import UUID, uuid4

from whoosh import index
from whoosh.fields import ID, KEYWORD, TEXT, Schema
from whoosh.qparser.default import QueryParser

from archive.domain.searching import IndexDocument, IndexKeys, IndexText, SearchQuery
from archive.search.index import RoomIndex, SealedIndexes
from tests.bench import harness

ACCOUNTS = 300
WORDS = 900
VOCABULARY = 8_000
PLACES = ("xinjiang", "hotan", "kashgar", "turpan")


class Shares:
    """Shares B in memory: the bench is about the index, not about the shred store."""

    def __init__(self) -> None:
        self._held: dict[UUID, bytes] = {}

    def draw(self, owner: UUID) -> bytes:
        return self._held.setdefault(owner, secrets.token_bytes(32))

    def find(self, owner: UUID) -> bytes:
        return self._held[owner]

    def discard(self, owners: Iterable[UUID]) -> None:
        for owner in owners:
            self._held.pop(owner, None)


def accounts() -> list[tuple[UUID, str, str]]:
    """(id, place, text): invented words, as often as words are (Zipf), the same in every run."""
    chance = random.Random(7)
    letters = "abcdefghijklmnoprstuvyz"
    words = ["".join(chance.choices(letters, k=chance.randint(3, 10))) for _ in range(VOCABULARY)]
    weights = [1 / rank for rank in range(1, VOCABULARY + 1)]
    return [
        (uuid4(), chance.choice(PLACES), " ".join(chance.choices(words, weights, k=WORDS)))
        for _ in range(ACCOUNTS)
    ]


def sealed(folder: Path, told: list[tuple[UUID, str, str]]) -> RoomIndex:
    room = SealedIndexes(folder).create(IndexKeys(uuid4(), uuid4(), 1, secrets.token_bytes(32), Shares()))
    room.replace(
        IndexDocument(
            record,
            record,
            record.hex[:10],
            "Account",
            "interview",
            (IndexText("en", text),),
            {"place": (place,)},
        )
        for record, place, text in told
    )
    room.commit()
    return room


def plain(folder: Path, told: list[tuple[UUID, str, str]]) -> index.FileIndex:
    schema = Schema(record=ID(stored=True, unique=True), place=KEYWORD(stored=True), text=TEXT(stored=True))
    folder.mkdir(exist_ok=True)
    made = index.create_in(str(folder), schema)
    writer = made.writer(limitmb=512)
    for record, place, text in told:
        writer.add_document(record=record.hex, place=place, text=text)
    writer.commit()
    return made


def run() -> None:
    told = accounts()
    megabytes = sum(len(text) for _, _, text in told) / 1e6
    with tempfile.TemporaryDirectory() as scratch:
        folders = (Path(scratch) / str(number) for number in range(1000))
        harness.compare(
            "index",
            f"index {ACCOUNTS} accounts of {WORDS} words",
            peer="whoosh3 3.54.0, plain files",
            ours=lambda: megabytes / harness.seconds(lambda: sealed(next(folders), told)),
            theirs=lambda: megabytes / harness.seconds(lambda: plain(next(folders), told)),
            unit="MB/s",
            goal=None,
            better="higher",
        )
        room, peer = sealed(next(folders), told), plain(next(folders), told)
        words = told[0][2].split()[:40]
        parser = QueryParser("text", peer.schema)

        def search_plainly(*, snippets: bool) -> None:
            with peer.searcher() as searcher:
                for word in words:
                    found = searcher.search(parser.parse(word), limit=20, groupedby="place")
                    found.groups("place")
                    for hit in found if snippets else ():
                        hit.highlights("text")

        def search_ours() -> None:
            for word in words:
                room.search(SearchQuery(word))

        def each(work: Callable[[], None]) -> float:
            return harness.seconds(work) / len(words) * 1e3

        for snippets, told_of in ((False, "no snippets"), (True, "its own snippets")):
            harness.compare(
                "index",
                "one word: first page with snippets and counts",
                peer=f"whoosh3 3.54.0, plain files, {told_of}",
                ours=functools.partial(each, search_ours),
                theirs=functools.partial(each, functools.partial(search_plainly, snippets=snippets)),
                unit="ms",
                goal=None,
                better="lower",
            )
