"""A fictional room for the search tests: shares in a dict, keys, and short accounts in six languages."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from archive.crypto.errors import CannotOpen
from archive.domain.searching import (
    IndexDocument,
    IndexHead,
    IndexKeys,
    IndexText,
    SearchQuery,
    SearchResult,
)
from archive.search.index import RoomIndex, SealedIndexes


class DictShares:
    """Shares B in memory."""

    def __init__(self) -> None:
        self.held: dict[UUID, bytes] = {}
        self.destroyed: set[UUID] = set()

    def draw(self, owner: UUID) -> bytes:
        self.held[owner] = secrets.token_bytes(32)
        return self.held[owner]

    def find(self, owner: UUID) -> bytes:
        if owner not in self.held:
            raise CannotOpen
        return self.held[owner]

    def discard(self, owners: Iterable[UUID]) -> None:
        for owner in owners:
            self.held.pop(owner, None)
            self.destroyed.add(owner)


class FileShares:
    """Shares B as files, each durable before it is returned: for tests with several processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def draw(self, owner: UUID) -> bytes:
        share = secrets.token_bytes(32)
        with (self._folder / owner.hex).open("wb") as out:
            out.write(share)
            out.flush()
            os.fsync(out.fileno())
        return share

    def find(self, owner: UUID) -> bytes:
        try:
            return (self._folder / owner.hex).read_bytes()
        except FileNotFoundError:
            raise CannotOpen from None

    def discard(self, owners: Iterable[UUID]) -> None:
        for owner in owners:
            (self._folder / owner.hex).unlink(missing_ok=True)


def file_keys(folder: Path) -> IndexKeys:
    return IndexKeys(uuid4(), uuid4(), 1, secrets.token_bytes(32), FileShares(folder))


def keys(instance: UUID | None = None) -> IndexKeys:
    return IndexKeys(instance or uuid4(), uuid4(), 1, secrets.token_bytes(32), DictShares())


def record(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


def document(
    code: str,
    *texts: tuple[str, str],
    title: str = "",
    names: Iterable[str] = (),
    collected: tuple[str, str] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    kind: str = "interview",
    **facets: tuple[str, ...],
) -> IndexDocument:
    return IndexDocument(
        record=record(code),
        body=record(f"{code}/body"),
        code=code,
        title=title or f"Account {code}",
        kind=kind,
        texts=tuple(IndexText(lang, text) for lang, text in texts),
        facets=facets,
        names=tuple(names),
        labels=labels or {},
        collected=collected,
        note=("torture",) if code.endswith("1") else (),
    )


_CAST = (
    document(
        "AAAA1-AAAA1",
        ("ug-Arab", "مەن لاگېردا ئىككى يىل تۇردۇم. بىزنى ھەر كۈنى ساناپ چىقاتتى."),
        ("en", "I was in the camp for two years. They counted us every day, and the guard's keys rang."),
        title="Two years in the camp",
        collected=("2019-03", "2019-03"),
        place=("xinjiang", "hotan"),
        abuse=("detention-without-process",),
        lang=("ug-Arab", "en"),
        year=("2019",),
    ),
    document(
        "AAAA2-AAAA2",
        ("zh-Hans", "我在集中营里待了两年。买买提·吐尔逊是我的邻居。"),
        title="邻居的证词",
        collected=("2020", "2020"),
        place=("xinjiang", "kashgar"),
        lang=("zh-Hans",),
        year=("2020",),
        facility=("reg-1",),
        names=("No. 3 Training Centre", "第三教培中心"),
        labels={"reg-1": {"en": "No. 3 Training Centre", "zh": "第三教培中心"}},
    ),
    document(
        "AAAA3-AAAA3",
        ("kk-Cyrl", "Мен лагерьде екі жыл болдым. Күнде санайтын."),
        ("ru", "Я провёл в лагере два года. Нас считали каждый день."),
        title="Два года",
        collected=("2018-06-01", "2019-01-31"),
        place=("xinjiang", "ili"),
        lang=("kk-Cyrl", "ru"),
        year=("2018",),
    ),
    document(
        "AAAA4-AAAA4",
        ("tr", "İki yıl kampta kaldım. Işık hiç sönmedi."),
        title="Sönmeyen ışık",
        collected=("2021-05-05", "2021-05-05"),
        place=("turkey",),
        lang=("tr",),
        year=("2021",),
    ),
    document(
        "AAAA5-AAAA5",
        (
            "en",
            "My brother was sent to a factory. The ex-foreman said: don't ask about the camp, count the bales.",
        ),
        title="The factory",
        place=("xinjiang", "hotan"),
        abuse=("forced-labour",),
        lang=("en",),
    ),
    document(
        "AAAA6-AAAA6",
        ("en", "Count the years: the years count us. A camp is a camp is a camp."),
        title="Counting",
        collected=("2019-11-11", "2019-11-11"),
        place=("kazakhstan",),
        lang=("en",),
        year=("2019",),
    ),
    document("AAAA7-AAAA7", title="Only a title", lang=("en",), kind="family-report"),
)


def cast() -> tuple[IndexDocument, ...]:
    """Seven invented accounts. Nobody in them exists."""
    return _CAST


def codes(result: SearchResult) -> set[str]:
    return {hit.code[4] for hit in result.hits}


def found(index: RoomIndex, text: str, **more: object) -> str:
    return "".join(sorted(codes(index.search(replace(SearchQuery(text), **more)))))  # type: ignore[arg-type]


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in (".seg", ".cat"))


def rebuilt(indexes: SealedIndexes, room: IndexKeys, head: IndexHead) -> RoomIndex:
    index = indexes.create(room, head)
    index.replace(cast())
    index.commit()
    return index
