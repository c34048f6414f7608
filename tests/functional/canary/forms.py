"""Knows the ways in which a text can come to lie on a disk: spelt otherwise, folded, cut into words, encoded.
Must not know what is searched for, or where."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

from archive.search import analysis
from archive.text.fold import fold

NORMAL: Final = ("NFC", "NFD", "NFKC", "NFKD")
_ESCAPE: Final = re.compile(rb"\\u[0-9a-f]{4}")
_PERCENT: Final = tuple(quote(bytes((byte,)), safe="") for byte in range(256))
_PERCENT_LOWER: Final = tuple(said.lower() if len(said) > 1 else said for said in _PERCENT)


def spellings(text: str, *, words: bool = True) -> frozenset[str]:
    """A text in every normal form and case, as the archive folds it, and as a search index would hold its ``words``."""
    normal = {text, *(unicodedata.normalize(form, text) for form in NORMAL)}
    cased = {found for one in normal for found in (one, one.lower(), one.upper(), one.casefold())}
    found = analysis.tokens(analysis.folded(text)) if words else ()
    return frozenset(cased | {fold(text)} | {word for word, _position in found})


def _utf(encoding: str) -> Callable[[str], Iterator[bytes]]:
    def encoded(text: str) -> Iterator[bytes]:
        yield text.encode(encoding)

    return encoded


def base64_of(raw: bytes) -> Iterator[bytes]:
    """The letters that stand for these bytes whatever comes before and after them, at each of three alignments."""
    for before in range(3):
        whole = base64.b64encode(b"\0" * before + raw)
        yield whole[-(-before * 8 // 6) : (before + len(raw)) * 8 // 6]


def _base64(text: str) -> Iterator[bytes]:
    yield from base64_of(text.encode())


def _base64url(text: str) -> Iterator[bytes]:
    for found in base64_of(text.encode()):
        yield found.translate(bytes.maketrans(b"+/", b"-_"))


def _hex(text: str) -> Iterator[bytes]:
    yield text.encode().hex().encode()
    yield text.encode().hex().upper().encode()


def _percent(text: str) -> Iterator[bytes]:
    raw = text.encode()
    for table in (_PERCENT, _PERCENT_LOWER):
        said = "".join(table[byte] for byte in raw)
        yield said.encode()
        if " " in text:
            yield said.replace("%20", "+").encode()


def _json(text: str) -> Iterator[bytes]:
    said = json.dumps(text)[1:-1].encode()
    yield said
    yield _ESCAPE.sub(lambda found: rb"\u" + found[0][2:].upper(), said)


def _python(text: str) -> Iterator[bytes]:
    yield ascii(text)[1:-1].encode()
    yield repr(text.encode())[2:-1].encode()


def _entities(text: str) -> Iterator[bytes]:
    yield text.encode("ascii", "xmlcharrefreplace")


ENCODINGS: Final[Mapping[str, Callable[[str], Iterator[bytes]]]] = {
    "UTF-8": _utf("utf-8"),
    "UTF-16LE": _utf("utf-16-le"),
    "UTF-16BE": _utf("utf-16-be"),
    "UTF-32LE": _utf("utf-32-le"),
    "base64": _base64,
    "base64url": _base64url,
    "hex": _hex,
    "percent": _percent,
    "JSON escapes": _json,
    "Python escapes": _python,
    "entities": _entities,
}


def of_text(text: str, *, words: bool = True) -> Iterator[tuple[str, bytes]]:
    """(encoding, bytes) of every form of a text."""
    for spelling in spellings(text, words=words):
        for name, encode in ENCODINGS.items():
            for found in encode(spelling):
                yield name, found


def of_bytes(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """(encoding, bytes) of every form of a secret that is bytes; of none, nothing that is long enough to be found."""
    yield "raw", raw
    yield "hex", raw.hex().encode()
    yield "hex", raw.hex().upper().encode()
    for found in base64_of(raw):
        yield "base64", found
        yield "base64url", found.translate(bytes.maketrans(b"+/", b"-_"))
    yield "base32", base64.b32encode(raw).rstrip(b"=")[:-1]


def digests(text: str) -> Iterator[tuple[str, bytes]]:
    """Digests without a key: whoever guesses the text could prove the guess by one."""
    for spelling in {
        text,
        text.strip().casefold(),
        unicodedata.normalize("NFKC", text).casefold(),
        fold(text),
    }:
        for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
            digest = hashlib.new(name, spelling.encode()).digest()
            yield name, digest[:16]
            yield name, digest.hex()[:32].encode()
