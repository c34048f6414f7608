"""Knows how one word, phrase or field of a query becomes a leaf of its tree.
Must not know operators and brackets, the index, or what the words mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from archive.search.analysis import HAN_CLASS, Piece, folded, pieces, plain
from archive.search.schema import TITLE, WORDS
from archive.search.tree import (
    All,
    Beginning,
    Code,
    Either,
    Node,
    Phrase,
    Some,
    Sounding,
    Tagged,
    Word,
    Years,
)
from archive.text.sounds import transcribed

MOST_TERMS: Final = 64
SHORTEST_PREFIX: Final = 2
LONGEST_NAME: Final = 6
"""A longer run of Han is read as a sentence: its pairs may stand apart."""
_PAIR: Final = re.compile(f"[{HAN_CLASS}]{{2}}")
_DAY: Final = r"\d{4}(?:-\d{2}(?:-\d{2})?)?"
_SPAN: Final = re.compile(rf"({_DAY})?\s*(?:(?:\.\.|–|/|-(?=\d{{4}}))\s*({_DAY})?)?")
_CODE: Final = re.compile(r"(?=.*\d)[0-9a-z]{4,}(?:-[0-9a-z]{2,})*|[0-9a-z]{5}-[0-9a-z]{5}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A word, phrase, operator or bracket as typed."""

    kind: str
    text: str = ""
    field: str = ""
    star: bool = False
    minus: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is just a word."""
        return self.kind == "word" and not (self.field or self.star or self.minus)


@dataclass(slots=True)
class Limits:
    """How many terms a query may still have, and whether it wanted more."""

    left: int = MOST_TERMS
    cut: bool = False
    longest_name: int = LONGEST_NAME

    def take(self, terms: int) -> int:
        """How many of so many terms may still join the tree."""
        given = min(terms, self.left)
        self.left -= given
        self.cut |= given < terms
        return given


def leaf(lexeme: Lexeme, limits: Limits) -> Node | None:
    """The tree of one word or phrase; None when nothing searchable is in it or the limits are reached."""
    if lexeme.field and lexeme.field != "title":
        return _tag(lexeme) if limits.take(1) else None
    fields = (TITLE,) if lexeme.field else WORDS
    found = list(_allowed(lexeme.text, limits))
    if not found:
        return None
    if lexeme.kind == "phrase":
        return _phrase(found, fields)
    if lexeme.kind == "sound":
        return joined(tuple(Sounding(piece.written) for piece in found))
    if lexeme.star and not found[-1].han:
        return _beginning(found, fields, limits)
    parts = tuple(_unquoted(piece, fields, limits.longest_name) for piece in found)
    words: Node = Some(parts) if len(parts) > 1 else parts[0]
    if not lexeme.field and _CODE.fullmatch(lexeme.text):
        return Either((Code(normal_code(lexeme.text)), words))
    return words


def _tag(lexeme: Lexeme) -> Node:
    if lexeme.field == "code":
        return Code(normal_code(lexeme.text), whole=False)
    if lexeme.field in ("year", "date"):
        return _dates(lexeme.text.strip())
    return Tagged(lexeme.field, lexeme.text, lexeme.star)


def _dates(text: str) -> Node:
    found = _SPAN.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return Either()
    whole = not any(mark in text[4:] for mark in ("..", "–", "/")) and not found[2]
    first, last = found[1] or "", found[1] if whole else found[2] or ""
    return Years(*sorted((first, last))) if first and last else Years(first, last)


def _allowed(text: str, limits: Limits) -> Iterator[Piece]:
    for piece in pieces(text):
        if given := limits.take(len(piece.parts)):
            yield replace(piece, parts=piece.parts[:given])


def _beginning(found: list[Piece], fields: tuple[str, ...], limits: Limits) -> Node | None:
    *earlier, last = found
    begun = plain(last.parts[-1])
    if len(begun) < SHORTEST_PREFIX:
        limits.cut = True
        return joined(tuple(_unquoted(piece, fields) for piece in found))
    if len(last.parts) > 1:
        earlier.append(Piece(han=False, parts=last.parts[:-1]))
    return joined((*(_unquoted(piece, fields) for piece in earlier), Beginning(begun, fields)))


def _unquoted(piece: Piece, fields: tuple[str, ...], longest: int = LONGEST_NAME) -> Node:
    if piece.han:
        return _name_or_run(piece, fields, longest)
    if len(piece.parts) == 1:
        return Word(plain(piece.parts[0]), fields, piece.written)
    whole = Word(plain("".join(piece.parts)), fields, piece.written)
    return Either((Phrase(tuple(plain(part) for part in piece.parts), fields), whole))


def _name_or_run(piece: Piece, fields: tuple[str, ...], longest: int) -> Node:
    """A run of Han: its characters in a row, and what sounds so where it may transcribe a name; or a sentence."""
    whole = "".join(piece.parts)
    named = transcribed(whole) == ((0, len(whole)),) and fields == WORDS
    if len(whole) > longest and fields == WORDS and not named:
        return Some(tuple(Word(first + second, fields, alone=False) for first, second in pairwise(whole)))
    run = _han(piece.parts, fields)
    return Either((run, Sounding(whole, asked=False))) if named else run


def _phrase(found: list[Piece], fields: tuple[str, ...]) -> Node:
    if len(found) == 1 and found[0].han:
        return _han(found[0].parts, fields)
    words = tuple(plain(part) for piece in found for part in piece.parts)
    return Word(words[0], fields) if len(words) == 1 else Phrase(words, fields)


def _han(characters: tuple[str, ...], fields: tuple[str, ...]) -> Node:
    # Neighbouring pairs stand at neighbouring positions, so a run of Han is a phrase of its pairs.
    if len(characters) == 1:
        return Word(characters[0], fields)
    pairs = tuple(first + second for first, second in pairwise(characters))
    return Word(pairs[0], fields) if len(pairs) == 1 else Phrase(pairs, fields)


def joined(nodes: tuple[Node, ...]) -> Node | None:
    """All of ``nodes`` as one."""
    return All(nodes) if len(nodes) > 1 else nodes[0] if nodes else None


def normal_code(code: str) -> str:
    """A code as it is compared: no case, no hyphens, and the letters that Crockford's alphabet leaves out
    read as digits.
    """
    return re.sub(r"[\W_]", "", folded(code)).translate(str.maketrans("oil", "011"))


def of_several(node: Node) -> Iterator[Node]:
    """A word as one of several: it need not be a name for being capital, and the pairs of a run of Han may part."""
    match node:
        case Word():
            yield replace(node, alone=False)
        case Phrase(words, fields) if all(map(_PAIR.fullmatch, words)):
            yield from (Word(pair, fields, alone=False) for pair in words)
        case _:
            yield node


def literal(node: Node) -> Node:
    """The same tree, with every word just as typed."""
    match node:
        case Word():
            return replace(node, written="")
        case All(nodes) | Some(nodes):
            return All(tuple(map(literal, nodes)))
        case Either(nodes):
            kept = tuple(literal(inner) for inner in nodes if not isinstance(inner, Sounding))
            return kept[0] if len(kept) == 1 else Either(kept)
        case _:
            return node
