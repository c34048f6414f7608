"""Whole accounts of ordinary length: real ones where the shared data lies beside the checkout, and a made-up twin."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from archive.domain.searching import IndexDocument, IndexText, SearchQuery
from archive.search.analysis import folded, tokens
from archive.search.index import RoomIndex, SealedIndexes
from tests.integration.search.search_cast import keys, record

MOST = 250
_SYLLABLES = {
    "en": "ba re to mi lan dor ve shi",
    "ru": "ба ре то ми лан дор ве ши",
    "ug-Arab": "با رە تو مى لان دور ۋې شى",
    "zh-Hans": "营 地 年 天 人 家 山 水",
    "tr": "bı rö tü mi şan dör ve çi",
}


@dataclass(frozen=True)
class Room:
    index: RoomIndex
    documents: tuple[IndexDocument, ...]
    words: dict[str, set[str]]


def accounts(folder: Path, name: str) -> Iterator[IndexDocument]:
    file = {"wpa": "wpa_narratives/accounts.jsonl", "ehri": "ehri_testimonies/testimonies.jsonl"}[name]
    with (folder / file).open() as lines:
        for line in islice(lines, MOST):
            row = json.loads(line)
            texts = [IndexText(row["lang"], row["text"])]
            if original := row.get("orig_text"):
                texts.append(IndexText(row["orig_lang"], original))
            yield document(row["id"], row["title"], *texts)


def twin() -> Iterator[IndexDocument]:
    rng = random.Random(11)
    for number in range(60):
        lang = rng.choice(sorted(_SYLLABLES))
        syllables = _SYLLABLES[lang].split()
        words = [
            "".join(rng.choices(syllables, k=rng.randrange(1, 4))) for _ in range(rng.randrange(50, 900))
        ]
        texts = [IndexText(lang, " ".join(words) + "."), IndexText("en", " ".join(reversed(words)))]
        yield document(f"T{number:03}", f"Invented account {number}", *texts)


def document(code: str, title: str, *texts: IndexText) -> IndexDocument:
    lang = {"lang": (texts[0].lang,)}
    return IndexDocument(record(code), record(code + "/b"), code, title, "interview", texts, lang)


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("wpa", marks=[pytest.mark.shared, pytest.mark.slow]),
        pytest.param("ehri", marks=[pytest.mark.shared, pytest.mark.slow]),
        "twin",
    ],
)
def room(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    documents = tuple(
        twin() if request.param == "twin" else accounts(request.getfixturevalue("shared"), request.param)
    )
    room_keys, indexes = keys(), SealedIndexes(tmp_path_factory.mktemp("accounts"))
    index = indexes.create(room_keys)
    index.replace(documents)
    head = index.commit()
    words: dict[str, set[str]] = {}
    for one in documents:
        for text in (one.title, *(text.text for text in one.texts)):
            for word, _position in tokens(folded(text)):
                words.setdefault(word, set()).add(one.code)
    yield Room(indexes.open(room_keys, head), documents, words)
    index.close()


def test_every_word_finds_exactly_the_accounts_that_hold_it(room: Room) -> None:
    for word in random.Random(1).sample(sorted(room.words), 150):
        result = room.index.search(SearchQuery(word, size=100, forms=False, sounds=False))
        assert result.total == len(room.words[word]), word
        assert {hit.code for hit in result.hits} <= room.words[word], word


def test_every_passage_finds_its_account_and_is_marked_in_it(room: Room) -> None:
    rng = random.Random(2)
    for one in rng.sample(room.documents, 40):
        written = rng.choice(one.texts).text.split()
        start = rng.randrange(max(1, len(written) - 4))
        passage = " ".join(written[start : start + 3]).replace('"', "").replace("“", "").replace("”", "")
        if len(list(tokens(folded(passage)))) < 2:
            continue
        hits = {hit.code: hit for hit in room.index.search(SearchQuery(f'"{passage}"', size=100)).hits}
        assert one.code in hits, passage
        marked = [text for text, matched in hits[one.code].snippet if matched]
        assert marked, passage
        assert all(text in " ".join(" ".join(other.text for other in one.texts).split()) for text in marked)


def test_facets_add_up(room: Room) -> None:
    for query in ("", *random.Random(3).sample(sorted(room.words), 10)):
        result = room.index.search(SearchQuery(query))
        assert sum(one.count for one in result.facets.get("lang", ())) == result.total
        assert sum(one.count for one in result.facets.get("kind", ())) == result.total


def test_all_pages_together_are_the_whole_answer(room: Room) -> None:
    word = max(sorted(room.words), key=lambda word: len(room.words[word]))
    first = room.index.search(SearchQuery(word))
    codes = [
        hit.code
        for page in range(1, first.pages + 1)
        for hit in room.index.search(SearchQuery(word, page=page)).hits
    ]
    assert len(codes) == len(set(codes)) == first.total
    assert set(codes) == room.words[word]
