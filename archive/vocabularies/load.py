"""Knows the controlled vocabularies: terms, labels, hierarchy and lookup, read once from the TOML files beside it.
Must not know what a record is, who reads it, or which language the reader prefers."""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

REQUIRED_LANGUAGES = ("en", "ug", "zh")
LATER_LANGUAGES = ("kk", "ru", "tr")

_ID = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_FIELDS = frozenset((*REQUIRED_LANGUAGES, *LATER_LANGUAGES, "broader", "aliases", "codes", "note"))
# Typed text is compared by a key: letters that people write in two ways fall together.
_SAME_LETTER = str.maketrans({
    "ı": "i", "ə": "e", "ł": "l", "ø": "o", "đ": "d",
    "ک": "ك", "ی": "ي", "ى": "ي",
    "ـ": None, "\u200c": None, "\u200d": None,
    "'": None, "’": None, "‘": None, "ʻ": None, "ʼ": None, "`": None,
    "-": " ", "_": " ", "·": " ",
})  # fmt: skip
_LONGEST_QUERY = 200
_NO_WORD = re.compile(r"[^\w\s]")


class VocabularyError(ValueError):
    """A vocabulary file is not what it must be; the message names file, term and remedy."""


class UnknownTerm(KeyError):
    """An id that a vocabulary does not hold; the message lists the closest ids."""

    def __init__(self, vocabulary: str, id: str, close: Iterable[str] = ()) -> None:
        super().__init__(vocabulary, id)
        self.vocabulary = vocabulary
        self.id = id
        self.close = tuple(close)

    def __str__(self) -> str:
        hint = f" Close to it: {', '.join(self.close)}." if self.close else " Nothing in it is close to that."
        return f"The vocabulary “{self.vocabulary}” has no term “{self.id}”.{hint}"


@dataclass(frozen=True, slots=True)
class Term:
    """One entry. Its id never changes; labels, aliases and notes may be improved."""

    id: str
    labels: Mapping[str, str] = field(hash=False)
    broader: str | None
    aliases: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]] = field(hash=False)
    note: str


class Vocabulary:
    """The terms of one name, in file order, as a forest of broader and narrower terms."""

    def __init__(self, name: str, terms: Iterable[Term]) -> None:
        self.name = name
        self._terms: dict[str, Term] = {}
        for term in terms:
            if term.id in self._terms:
                raise VocabularyError(f"{name}: the id “{term.id}” stands twice; remove one of the two.")
            self._terms[term.id] = term
        self._paths = {id: self._climb(id) for id in self._terms}
        self._children: dict[str | None, list[str]] = {None: []}
        for term in self._terms.values():
            self._children.setdefault(term.broader, []).append(term.id)
        self._keys = tuple((key, term) for term in self._terms.values() for key in _keys_of(term))
        self._named: dict[str, dict[str, Term]] = {}
        for key, term in self._keys:
            self._named.setdefault(key, {})[term.id] = term

    def __contains__(self, id: object) -> bool:
        return id in self._terms

    def __iter__(self) -> Iterator[Term]:
        return iter(self._terms.values())

    def __len__(self) -> int:
        return len(self._terms)

    def __getitem__(self, id: str) -> Term:
        try:
            return self._terms[id]
        except KeyError:
            raise UnknownTerm(self.name, id, self._close_to(id)) from None

    def label(self, id: str, lang: str) -> str:
        """The label in `lang` ("ug", or a longer tag such as "zh-Hans"), else in English."""
        labels = self[id].labels
        return labels.get(lang) or labels.get(re.split("[-_]", lang, maxsplit=1)[0]) or labels["en"]

    def path(self, id: str) -> tuple[str, ...]:
        """The ids from the root down to and including `id`."""
        return self._paths[self[id].id]

    def children(self, id: str | None) -> tuple[Term, ...]:
        """The terms directly below `id`; the roots for None."""
        if id is not None:
            self[id]
        return tuple(self._terms[child] for child in self._children.get(id, ()))

    def within(self, id: str) -> frozenset[str]:
        """`id` and everything narrower."""
        self[id]
        return frozenset(other for other, path in self._paths.items() if id in path)

    def find(self, text: str) -> tuple[Term, ...]:
        """Terms with a label, alias or id equal to `text`, then those that begin with it, then those with such a word.

        Blind to case, diacritics, apostrophes and hyphens; in file order within each group.
        """
        wanted = _key(text[:_LONGEST_QUERY])
        if not wanted:
            return ()
        exact = {term.id: term for term in self.named(text)}
        begins = {term.id: term for key, term in self._keys if key.startswith(wanted)}
        within = {term.id: term for key, term in self._keys if f" {wanted}" in _NO_WORD.sub(" ", key)}
        return tuple((exact | begins | within).values())

    def named(self, text: str) -> tuple[Term, ...]:
        """Terms with a label, alias or id equal to `text`, blind as `find` is; in file order."""
        return tuple(self._named.get(_key(text[:_LONGEST_QUERY]), {}).values())

    def _climb(self, id: str) -> tuple[str, ...]:
        path = [id]
        while (broader := self._terms[path[-1]].broader) is not None:
            if broader not in self._terms:
                raise VocabularyError(
                    f"{self.name}: “{path[-1]}” names the broader term “{broader}”, which is absent."
                )
            if broader in path:
                raise VocabularyError(
                    f"{self.name}: “{id}” lies within itself through “{broader}”; break the circle."
                )
            path.append(broader)
        return tuple(reversed(path))

    def _close_to(self, id: str) -> list[str]:
        # Bounded: a pasted page is not worth comparing.
        return difflib.get_close_matches(id[:_LONGEST_QUERY], self._terms, n=3, cutoff=0.5)


@cache
def names() -> tuple[str, ...]:
    """The names of all built-in vocabularies, sorted."""
    found = (entry.name.removesuffix(".toml") for entry in _folder().iterdir() if _is_vocabulary(entry))
    return tuple(sorted(found))


@cache
def vocabulary(name: str) -> Vocabulary:
    """The vocabulary of that name, read and validated once a process.

    Raises UnknownTerm for a name that is not built in, VocabularyError for a damaged file.
    """
    if name not in names():
        raise UnknownTerm("vocabularies", name, difflib.get_close_matches(name, names(), cutoff=0.5))
    return Vocabulary(name, (term for file in _files(name) for term in _terms_in(file)))


def _folder() -> Traversable:
    return resources.files(__package__)


def _is_vocabulary(entry: Traversable) -> bool:
    # A vocabulary is one TOML file, or a folder of them where one would grow too long to read.
    return entry.name.endswith(".toml") or (entry.is_dir() and not entry.name.startswith(("_", ".")))


def _files(name: str) -> list[Traversable]:
    single = _folder() / f"{name}.toml"
    if single.is_file():
        return [single]
    return sorted((f for f in (_folder() / name).iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)


def _terms_in(file: Traversable) -> Iterator[Term]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise VocabularyError(f"{file.name} is not readable as TOML: {error}.") from error
    for id, fields in tables.items():
        try:
            yield _term(id, fields)
        except (TypeError, ValueError) as error:
            raise VocabularyError(f"{file.name}, term “{id}”: {error}") from error


def _term(id: str, fields: object) -> Term:
    if not _ID.fullmatch(id):
        raise ValueError("an id is ASCII letters and digits joined by single hyphens.")
    if not isinstance(fields, dict):
        raise TypeError("a term is a table; write it as [id] with its fields below.")
    if unknown := fields.keys() - _FIELDS:
        raise ValueError(
            f"unknown field {', '.join(sorted(unknown))}; allowed are {', '.join(sorted(_FIELDS))}."
        )
    for language in REQUIRED_LANGUAGES:
        if not _text(fields, language):
            raise ValueError(f"the label in “{language}” is missing.")
    codes = fields.get("codes", {})
    if not isinstance(codes, dict):
        raise TypeError("codes is a table of lists of strings.")
    labels = {lang: _text(fields, lang) for lang in (*REQUIRED_LANGUAGES, *LATER_LANGUAGES) if lang in fields}
    return Term(
        id=id,
        labels=MappingProxyType(labels),
        broader=_text(fields, "broader") or None,
        aliases=_texts(fields, "aliases"),
        codes=MappingProxyType({key: _texts(codes, key) for key in codes}),
        note=_text(fields, "note"),
    )


def _text(fields: Mapping[str, Any], field: str) -> str:
    value = fields.get(field, "")
    if not isinstance(value, str):
        raise TypeError(f"{field} must be a string.")
    return value.strip()


def _texts(fields: Mapping[str, Any], field: str) -> tuple[str, ...]:
    values = fields.get(field, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise TypeError(f"{field} must be a list of strings, none of them empty.")
    return tuple(values)


def _key(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(bare.translate(_SAME_LETTER).split())


def _keys_of(term: Term) -> Iterator[str]:
    yield _key(term.id)
    for name in (*term.labels.values(), *term.aliases):
        yield _key(name)
