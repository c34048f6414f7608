"""Knows the language of the search box and its limits, and reads any string whatever into a bounded tree.
Must not know Whoosh, the index or what the words mean.

    plain words          all of them          "in quotes"        these words in this order
    word*                words beginning so   a OR b             either          ( … )  grouping
    NOT a, -a            without              year:1943, year:1941-1945
    title:word           in the title         code:7K2MP           by code, or its beginning
    place:name, and so facility: abuse: ethnic: goods: subject: lang: kind:          a tag, by name or id

There is no error: what cannot be read as meant is read as plain words, and ``problem`` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from archive.domain.errors import message
from archive.domain.searching import FACETS
from archive.search.analysis import Piece, folded, pieces, plain, scrubbed
from archive.search.schema import TITLE, WORDS

LONGEST: Final = 2000
MOST_TERMS: Final = 64
DEEPEST: Final = 16
SHORTEST_PREFIX: Final = 2

QUOTES: Final = message("A quotation mark has no partner; the words were searched one by one.")
BRACKETS: Final = message("The brackets do not match; all words were searched without them.")
OPERATORS: Final = message(
    "OR, AND or NOT stands where a word is missing; all words were searched without them."
)
DEEP: Final = message("The brackets are nested too deeply; all words were searched without them.")
NOTHING: Final = message("Nothing in this query can be searched for: it holds no letter or digit.")


@dataclass(frozen=True, slots=True)
class Word:
    """One word in any of ``fields``."""

    word: str
    fields: tuple[str, ...] = WORDS


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words at consecutive positions of one field."""

    words: tuple[str, ...]
    fields: tuple[str, ...] = WORDS


@dataclass(frozen=True, slots=True)
class Beginning:
    """Any word that begins so."""

    prefix: str
    fields: tuple[str, ...] = WORDS


@dataclass(frozen=True, slots=True)
class Code:
    """A record's code, whole or its beginning, without case and hyphens."""

    code: str
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Tagged:
    """A tag of one facet, named as a person typed it."""

    facet: str
    value: str
    beginning: bool = False


@dataclass(frozen=True, slots=True)
class Years:
    """Dates that overlap the years ``first`` to ``last``."""

    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Not:
    """Everything but."""

    node: Node


@dataclass(frozen=True, slots=True)
class All:
    """Every one of ``nodes``; without any: every record."""

    nodes: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of ``nodes``; without any: no record."""

    nodes: tuple[Node, ...] = ()


Node = Word | Phrase | Beginning | Code | Tagged | Years | Not | All | Either


@dataclass(frozen=True, slots=True)
class Reading:
    """How a query was understood; ``cut`` and ``problem`` as in `SearchResult`."""

    node: Node
    cut: bool = False
    problem: str | None = None


_FIELDS: Final = (*FACETS, "title", "code")
_LEXEME: Final = re.compile(
    rf"""(?P<less>-)? (?P<open>\() | (?P<close>\))
       | (?P<minus>-)? (?:(?P<field>{"|".join(_FIELDS)}):[ ]?)?
         (?: "(?P<quoted>[^"]*)"(?P<star>\*)? | (?P<word>[^\s"()]+) )
       | (?P<quote>")""",
    re.VERBOSE | re.IGNORECASE,
)
_TYPED: Final = str.maketrans(dict.fromkeys("“”„‟«»＂", '"') | {"（": "(", "）": ")", "：": ":", "＊": "*"})
_YEARS: Final = re.compile(r"(\d{4})(?:\s*(?:-|\.\.|–|/)\s*(\d{4}))?")
_CODE: Final = re.compile(r"(?=.*\d)[0-9a-z]{4,}(?:-[0-9a-z]{2,})*|[0-9a-z]{5}-[0-9a-z]{5}", re.IGNORECASE)


class _Syntax(Exception):
    pass


@dataclass(frozen=True, slots=True)
class _Lexeme:
    kind: str
    text: str = ""
    field: str = ""
    star: bool = False
    minus: bool = False


@dataclass(slots=True)
class _Limits:
    left: int = MOST_TERMS
    cut: bool = False

    def take(self, terms: int) -> int:
        """How many of so many terms may still join the tree."""
        given = min(terms, self.left)
        self.left -= given
        self.cut |= given < terms
        return given


def read(text: str) -> Reading:
    """Understand ``text``; never raises. Bounded: 2,000 characters, 64 terms, 16 levels; O(length)."""
    limits = _Limits(cut=len(text) > LONGEST)
    lexemes = list(_lexemes(scrubbed(text[:LONGEST])))
    problem = QUOTES if any(lexeme.kind == "quote" for lexeme in lexemes) else None
    lexemes = [lexeme for lexeme in lexemes if lexeme.kind != "quote"]
    if not lexemes and problem is None:
        return Reading(All(), limits.cut)
    try:
        node = _Parser(lexemes, limits).whole()
    except _Syntax as error:
        problem = str(error)
        limits = _Limits(cut=limits.cut)
        words = (lexeme for lexeme in lexemes if lexeme.kind in ("word", "phrase"))
        node = _joined(tuple(leaf for lexeme in words if (leaf := _leaf(lexeme, limits))))
    if node is None:
        return Reading(Either(), limits.cut, problem or NOTHING)
    return Reading(node, limits.cut, problem)


def normal_code(code: str) -> str:
    """A code as it is compared: no case, no hyphens, and the letters that Crockford's alphabet leaves out
    read as digits.
    """
    return re.sub(r"[\W_]", "", folded(code)).translate(str.maketrans("oil", "011"))


def _lexemes(text: str) -> Iterator[_Lexeme]:
    for match in _LEXEME.finditer(text.translate(_TYPED)):
        named, minus = (match["field"] or "").lower(), bool(match["minus"] or match["less"])
        if match["open"]:
            yield _Lexeme("open", minus=minus)
        elif match["close"]:
            yield _Lexeme("close")
        elif match["quote"]:
            yield _Lexeme("quote")
        elif match["quoted"] is not None:
            yield _Lexeme("phrase", match["quoted"], named, bool(match["star"]), minus)
        elif match["word"] in ("OR", "AND", "NOT") and not named and not minus:
            yield _Lexeme(match["word"])
        else:
            word = match["word"].rstrip("*")
            yield _Lexeme("word", word, named, word != match["word"], minus)


class _Parser:
    """Recursive descent over lexemes; raises _Syntax with a msgid.

    A part with nothing to search for is None.
    """

    def __init__(self, lexemes: list[_Lexeme], limits: _Limits) -> None:
        self._left = lexemes[::-1]
        self._limits = limits

    def whole(self) -> Node | None:
        node = self._either(0)
        if self._left:
            raise _Syntax(BRACKETS)
        return node

    def _either(self, depth: int) -> Node | None:
        branches = [self._all(depth)]
        while self._next("OR"):
            branches.append(self._all(depth))
        found = tuple(branch for branch in branches if branch)
        return Either(found) if len(found) > 1 else found[0] if found else None

    def _all(self, depth: int) -> Node | None:
        nodes: list[Node] = []
        if self._ahead() in ("OR", "AND") or (not self._left and depth == 0):
            raise _Syntax(OPERATORS)
        while self._ahead() not in ("OR", "close", ""):
            if self._next("AND") and self._ahead() in ("OR", "AND", "close", ""):
                raise _Syntax(OPERATORS)
            if node := self._one(depth):
                nodes.append(node)
        return _joined(tuple(nodes))

    def _one(self, depth: int) -> Node | None:
        if depth > DEEPEST:
            raise _Syntax(DEEP)
        lexeme = self._left.pop()
        if lexeme.kind == "NOT":
            if self._ahead() in ("OR", "AND", "close", ""):
                raise _Syntax(OPERATORS)
            return _without(self._one(depth + 1))
        if lexeme.kind == "open":
            node = self._either(depth + 1)
            if not self._next("close"):
                raise _Syntax(BRACKETS)
            return _without(node) if lexeme.minus else node
        leaf = _leaf(lexeme, self._limits)
        return _without(leaf) if lexeme.minus else leaf

    def _ahead(self) -> str:
        return self._left[-1].kind if self._left else ""

    def _next(self, kind: str) -> bool:
        if self._ahead() != kind:
            return False
        self._left.pop()
        return True


def _leaf(lexeme: _Lexeme, limits: _Limits) -> Node | None:
    """The tree of one word or phrase; None when nothing searchable is in it or the limits are reached."""
    if lexeme.field and lexeme.field != "title":
        return _tag(lexeme) if limits.take(1) else None
    fields = (TITLE,) if lexeme.field else WORDS
    found = list(_allowed(lexeme.text, limits))
    if not found:
        return None
    if lexeme.kind == "phrase":
        return _phrase(found, fields)
    if lexeme.star and not found[-1].han:
        return _beginning(found, fields, limits)
    words = _joined(tuple(_unquoted(piece, fields) for piece in found))
    if words and not lexeme.field and _CODE.fullmatch(lexeme.text):
        return Either((Code(normal_code(lexeme.text)), words))
    return words


def _tag(lexeme: _Lexeme) -> Node:
    if lexeme.field == "code":
        return Code(normal_code(lexeme.text), whole=False)
    if lexeme.field == "year":
        years = _YEARS.fullmatch(lexeme.text.strip())
        first, last = sorted((years[1], years[2] or years[1])) if years else ("", "")
        return Years(first, last) if years else Either()
    return Tagged(lexeme.field, lexeme.text, lexeme.star)


def _allowed(text: str, limits: _Limits) -> Iterator[Piece]:
    for piece in pieces(folded(text)):
        if given := limits.take(len(piece.parts)):
            yield Piece(piece.han, piece.parts[:given])


def _beginning(found: list[Piece], fields: tuple[str, ...], limits: _Limits) -> Node | None:
    *earlier, last = found
    begun = plain(last.parts[-1])
    if len(begun) < SHORTEST_PREFIX:
        limits.cut = True
        return _joined(tuple(_unquoted(piece, fields) for piece in found))
    if len(last.parts) > 1:
        earlier.append(Piece(han=False, parts=last.parts[:-1]))
    return _joined((*(_unquoted(piece, fields) for piece in earlier), Beginning(begun, fields)))


def _unquoted(piece: Piece, fields: tuple[str, ...]) -> Node:
    if piece.han:
        return _han(piece.parts, fields)
    if len(piece.parts) == 1:
        return Word(plain(piece.parts[0]), fields)
    whole = Word(plain("".join(piece.parts)), fields)
    return Either((Phrase(tuple(plain(part) for part in piece.parts), fields), whole))


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


def _without(node: Node | None) -> Node | None:
    return Not(node) if node else None


def _joined(nodes: tuple[Node, ...]) -> Node | None:
    return All(nodes) if len(nodes) > 1 else nodes[0] if nodes else None
