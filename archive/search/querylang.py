"""Knows the language of the search box and its limits, and reads any string whatever into a bounded tree.
Must not know Whoosh, the index or what the words mean.

    plain words          all of them, or the weightier part      "in quotes"        just these words, in this order
    word*                words beginning so   a OR b, a AND b    either, both    ( … )  grouping
    ~word                words sounding so    NOT a, -a          without
    year:1943, date:1941-05..1945, date:1943..                   dates that may lie there
    title:word           in the title         code:7K2MP           by code, or its beginning
    place:name, and so facility: abuse: ethnic: goods: subject: lang: kind:          a tag, by name or id

There is no error: what cannot be read as meant is read as plain words, and ``problem`` says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from archive.domain.errors import message
from archive.domain.searching import FACETS
from archive.search.analysis import ends_in_han, scrubbed
from archive.search.leaves import LONGEST_NAME, Lexeme, Limits, joined, leaf, literal, of_several
from archive.search.tree import All, Either, Node, Not, Some

LONGEST: Final = 2000
DEEPEST: Final = 16
_SENTENCE: Final = 3

QUOTES: Final = message("A quotation mark has no partner; the words were searched one by one.")
BRACKETS: Final = message("The brackets do not match; all words were searched without them.")
OPERATORS: Final = message(
    "OR, AND or NOT stands where a word is missing; all words were searched without them."
)
LOOSE: Final = message(
    "No record holds the words in quotation marks just so; all words were searched one by one."
)
DEEP: Final = message("The brackets are nested too deeply; all words were searched without them.")
NOTHING: Final = message("Nothing in this query can be searched for: it holds no letter or digit.")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a query was understood; ``cut`` and ``problem`` as in `SearchResult`."""

    node: Node
    cut: bool = False
    problem: str | None = None


_FIELDS: Final = (*FACETS, "date", "title", "code")
_LEXEME: Final = re.compile(
    rf"""(?P<less>-)? (?P<open>\() | (?P<close>\))
       | (?P<minus>-)? (?:(?P<field>{"|".join(_FIELDS)}):[ ]?)?
         (?: "(?P<quoted>[^"]*)"(?P<star>\*)? | (?P<word>[^\s"()]+) )
       | (?P<quote>")""",
    re.VERBOSE | re.IGNORECASE,
)
_TYPED: Final = str.maketrans(dict.fromkeys("“”„‟«»＂", '"') | {"（": "(", "）": ")", "：": ":", "＊": "*"})


class _Syntax(Exception):
    pass


def read(text: str, *, longest_name: int = LONGEST_NAME) -> Reading:
    """Understand ``text``; never raises. The pairs of a run of Han longer than ``longest_name`` may stand apart.

    Bounded: 2,000 characters, 64 terms, 16 levels; O(length).
    """
    limits = Limits(cut=len(text) > LONGEST, longest_name=longest_name)
    lexemes = list(_lexemes(scrubbed(text[:LONGEST])))
    problem = QUOTES if any(lexeme.kind == "quote" for lexeme in lexemes) else None
    lexemes = [lexeme for lexeme in lexemes if lexeme.kind != "quote"]
    if not lexemes and problem is None:
        return Reading(All(), limits.cut)
    try:
        node = _Parser(lexemes, limits).whole()
    except _Syntax as error:
        problem = str(error)
        limits = Limits(cut=limits.cut)
        words = (lexeme for lexeme in lexemes if lexeme.kind in ("word", "phrase", "sound"))
        node = _plain([(lexeme, found) for lexeme in words if (found := leaf(lexeme, limits))])
    if node is None:
        return Reading(Either(), limits.cut, problem or NOTHING)
    return Reading(node, limits.cut, problem)


def loosely(text: str) -> Reading | None:
    """A sentence as if no part of it stood in quotation marks, a run of Han as pairs; None for any other query."""
    lexemes = list(_lexemes(scrubbed(text[:LONGEST])))
    kinds = [lexeme.kind for lexeme in lexemes]
    if not all(lexeme.plain or lexeme.kind == "phrase" for lexeme in lexemes):
        return None
    if "phrase" not in kinds and any(ends_in_han(lexeme.text.rstrip("？?。！!")) for lexeme in lexemes):
        return read(text, longest_name=1)
    if "phrase" not in kinds or kinds.count("word") < _SENTENCE:
        return None
    return replace(read(text.translate(_TYPED).replace('"', " ")), problem=LOOSE)


def _lexemes(text: str) -> Iterator[Lexeme]:
    for match in _LEXEME.finditer(text.translate(_TYPED)):
        named, minus = (match["field"] or "").lower(), bool(match["minus"] or match["less"])
        if match["open"]:
            yield Lexeme("open", minus=minus)
        elif match["close"]:
            yield Lexeme("close")
        elif match["quote"]:
            yield Lexeme("quote")
        elif match["quoted"] is not None:
            yield Lexeme("phrase", match["quoted"], named, bool(match["star"]), minus)
        elif match["word"] in ("OR", "AND", "NOT") and not named and not minus:
            yield Lexeme(match["word"])
        else:
            word = match["word"].rstrip("*")
            sound = word.strip("~")
            kind = "word" if sound == word else "sound"
            yield Lexeme(kind, sound, named, word != match["word"], minus)


class _Parser:
    """Recursive descent over lexemes; raises _Syntax with a msgid.

    A part with nothing to search for is None.
    """

    def __init__(self, lexemes: list[Lexeme], limits: Limits) -> None:
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
        found: list[tuple[Lexeme, Node]] = []
        strict = False
        if self._ahead() in ("OR", "AND") or (not self._left and depth == 0):
            raise _Syntax(OPERATORS)
        while self._ahead() not in ("OR", "close", ""):
            if self._next("AND"):
                strict = True
                if self._ahead() in ("OR", "AND", "close", ""):
                    raise _Syntax(OPERATORS)
            lexeme = self._left[-1]
            if node := self._one(depth):
                found.append((lexeme, node))
        return joined(tuple(node for _lexeme, node in found)) if strict else _plain(found)

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
        found = leaf(lexeme, self._limits)
        return _without(found) if lexeme.minus else found

    def _ahead(self) -> str:
        return self._left[-1].kind if self._left else ""

    def _next(self, kind: str) -> bool:
        if self._ahead() != kind:
            return False
        self._left.pop()
        return True


def _without(node: Node | None) -> Node | None:
    """What is not wanted is meant as typed: no form or sound of it hides a record."""
    return Not(literal(node)) if node else None


def _plain(found: list[tuple[Lexeme, Node]]) -> Node | None:
    """Words typed side by side: all of them, or the weightier part; whatever else stands among them must be met."""
    words = [node for lexeme, typed in found if lexeme.plain for node in _parts(typed)]
    if len(words) > 1:
        words = [node for word in words for node in of_several(word)]
    others = tuple(node for lexeme, node in found if not lexeme.plain)
    if len(words) <= 1:
        return joined(tuple(part for _lexeme, typed in found for part in _parts(typed)))
    together = Some(tuple(words))
    return All((together, *others)) if others else together


def _parts(node: Node) -> Iterator[Node]:
    if isinstance(node, Some):
        for inner in node.nodes:
            yield from _parts(inner)
    else:
        yield node
