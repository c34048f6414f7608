"""The search that finds nothing would find: every form, wherever it stands, in files, names, databases and indexes.

The forms are made here by other means than the search makes them, from longer texts in which the words stand.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
import pickle
import random
import sqlite3
import unicodedata
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote_from_bytes, urlencode

import pytest
from whoosh import fields as whoosh_fields
from whoosh import index as whoosh_index

from archive.search.analysis import folded, tokens
from archive.text.fold import fold
from tests.functional.canary.planting import SCRIPTS, Aviary
from tests.functional.canary.sweeping import WINDOW, Sweep

AROUND = ("", "x", "xy", "xyz. ")
SPELT: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "NFC": lambda text: unicodedata.normalize("NFC", text),
    "NFD": lambda text: unicodedata.normalize("NFD", text),
    "NFKC": lambda text: unicodedata.normalize("NFKC", text),
    "NFKD": lambda text: unicodedata.normalize("NFKD", text),
    "lower": str.lower,
    "upper": str.upper,
    "casefold": str.casefold,
    "folded": fold,
    "index words": lambda text: "\t".join(word for word, _ in tokens(folded(text))),
}
WRITTEN: dict[str, Callable[[str], bytes]] = {
    "UTF-8": lambda text: text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16LE": lambda text: text.encode("utf-16-le"),
    "UTF-16BE": lambda text: text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
    "base64": lambda text: base64.b64encode(text.encode()),
    "base64url": lambda text: base64.urlsafe_b64encode(text.encode()),
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "percent": lambda text: quote_from_bytes(text.encode()).encode(),
    "percent, lower": lambda text: "".join(
        f"%{byte:02x}" if byte > 127 else chr(byte) for byte in text.encode()
    ).encode(),
    "form": lambda text: urlencode({"text": text}).encode(),
    "JSON": lambda text: json.dumps({"text": text}).encode(),
    "JSON, UPPER": lambda text: "".join(
        f"\\u{unit:04X}" if unit > 127 else chr(unit)
        for unit in memoryview(text.encode("utf-16-le")).cast("H")
    ).encode(),
    "ascii": lambda text: ascii(text).encode(),
    "bytes": lambda text: repr(text.encode()).encode(),
    "XML": lambda text: text.encode("ascii", "xmlcharrefreplace"),
    "pickle": pickle.dumps,
    "zlib": lambda text: b"...." + zlib.compress(text.encode()),
    "gzip": lambda text: gzip.compress(text.encode()),
}


@pytest.fixture(scope="module")
def aviary() -> Aviary:
    bred = Aviary(1)
    for script in SCRIPTS:
        bred.string(script, script, kept=True)
    return bred


@pytest.fixture(scope="module")
def sweep(aviary: Aviary) -> Sweep:
    return Sweep(aviary.canaries)


def kinds(sweep: Sweep, folder: Path) -> set[str]:
    return {found.kind for found in sweep.folder(folder)}


@pytest.mark.parametrize("spelt", SPELT)
@pytest.mark.parametrize("written", WRITTEN)
def test_every_word_is_found_in_every_form(aviary: Aviary, sweep: Sweep, spelt: str, written: str) -> None:
    """Each word alone, each script, at every alignment; only what is shorter than the search looks is left out."""
    for canary in aviary.canaries:
        for word in canary.parts():
            for around in AROUND:
                text = around + SPELT[spelt](word) + around
                data = WRITTEN[written](text)
                found = {one.kind for one in (*sweep.content("", data), *sweep.inflated("", data))}
                assert found == {canary.kind}, (word, around)


@pytest.mark.parametrize("at", range(WINDOW + 1))
def test_a_word_is_found_wherever_it_stands(aviary: Aviary, sweep: Sweep, at: int) -> None:
    for canary in aviary.canaries:
        word = canary.parts()[0].encode()
        for data in (b"\0" * at + word, word + b"\0" * at, os.urandom(at) + word + os.urandom(at), word * 2):
            assert {found.kind for found in sweep.content("", data)} == {canary.kind}


def test_the_last_bytes_of_a_file_are_searched_and_its_length_does_not_matter(
    sweep: Sweep, aviary: Aviary
) -> None:
    for length in range(4096 - 20, 4096 + 20):
        for canary in aviary.canaries:
            data = b"\0" * length + canary.text.encode()
            assert {found.kind for found in sweep.content("", data)} == {canary.kind}


def test_what_is_compressed_is_found_inside_a_file(aviary: Aviary, sweep: Sweep, tmp_path: Path) -> None:
    for number, canary in enumerate(aviary.canaries):
        (tmp_path / f"{number}").write_bytes(
            os.urandom(number) + zlib.compress(canary.text.encode()) + b"rest"
        )
    assert kinds(sweep, tmp_path) == set(SCRIPTS)


def test_names_of_files_and_folders_are_searched(aviary: Aviary, sweep: Sweep, tmp_path: Path) -> None:
    for canary in aviary.canaries:
        for encode in (str.encode, WRITTEN["hex"], WRITTEN["base64url"], WRITTEN["percent"]):
            name = os.fsdecode(encode(canary.parts()[0]))
            (tmp_path / name).mkdir()
            assert kinds(sweep, tmp_path) == {canary.kind}
            (tmp_path / name).rmdir()
            (tmp_path / name).touch()
            assert kinds(sweep, tmp_path) == {canary.kind}
            (tmp_path / name).unlink()


def test_a_database_is_searched_and_its_log_too(aviary: Aviary, sweep: Sweep, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "some.db")) as database:
        database.execute("pragma journal_mode=wal")
        database.execute("create table words (word text)")
        database.executemany("insert into words values (?)", [[canary.text] for canary in aviary.canaries])
        database.commit()
        found = list(sweep.folder(tmp_path))
        assert {one.where.rpartition("/")[2] for one in found} == {"some.db-wal"}
        assert {one.kind for one in found} == set(SCRIPTS)
    found = list(sweep.folder(tmp_path))
    assert {one.where.rpartition("/")[2] for one in found} == {"some.db"}


def test_an_index_that_is_not_sealed_is_found_out(aviary: Aviary, sweep: Sweep, tmp_path: Path) -> None:
    schema = whoosh_fields.Schema(word=whoosh_fields.ID)
    writer = whoosh_index.create_in(str(tmp_path), schema).writer()
    for canary in aviary.canaries:
        for word, _position in tokens(folded(canary.text)):
            writer.add_document(word=word)
    writer.commit()
    assert kinds(sweep, tmp_path) == set(SCRIPTS)


def test_days_secrets_and_digests_are_found(tmp_path: Path) -> None:
    bred = Aviary(2)
    day, raw = bred.day("day"), os.urandom(32)
    bred.secret("secret", "words that anybody may say", raw)
    name = bred.value("digest")
    sweep = Sweep(bred.canaries)
    written = (
        day.encode(), day.replace("-", "").encode("utf-16-le"), raw, raw.hex().encode(), base64.b64encode(b"x" + raw),
        base64.urlsafe_b64encode(raw), base64.b32encode(raw), b"words that anybody may say",
        hashlib.sha256(name.encode()).digest(), hashlib.sha256(name.encode()).hexdigest().encode(),
    )  # fmt: skip
    for data in written:
        assert list(sweep.content("", b"..." + data + b"...")), data
    assert not list(sweep.content("", b"words that anybody may not say"))


def test_what_is_not_there_is_not_found(sweep: Sweep) -> None:
    """Chance alone finds nothing: neither in sealed bytes, nor in other invented words."""
    others = " ".join(Aviary(3).value("other") for _ in range(500))
    assert not list(sweep.content("", random.Random(4).randbytes(4_000_000)))
    assert not list(sweep.content("", others.encode()))
