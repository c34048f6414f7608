"""Knows how a unit reaches its tables: values in and out, what was changed, and that nothing follows a refusal.
Must not know which tables there are."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import (
    ColumnElement,
    Delete,
    Insert,
    RowMapping,
    Select,
    Table,
    Update,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError

from archive.domain.errors import Conflict, message
from archive.storage.sqlite import File, refusals

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")
Item = TypeVar("Item")
Known = TypeVar("Known")
_BATCH: Final = 500


class Rows:
    """One transaction as the repositories see it.

    ``changed`` names the tables written to; ``erased`` says that traces of something have to go from the disk.
    """

    def __init__(self, file: File, *, writing: bool) -> None:
        self._file = file
        self._writing = writing
        self._over = True
        self.changed: set[str] = set()
        self.erased = False
        self._known: dict[Hashable, Any] = {}

    def begin(self) -> None:
        """Begin; one that writes holds the write lock from now on, or raises Conflict when that takes too long."""
        with refusals(self._file.path), ExitStack() as opening:
            begin = "BEGIN IMMEDIATE" if self._writing else "BEGIN"
            self._connection = opening.enter_context(self._file.connect(begin))
            self._connection.begin()
            self._closing = opening.pop_all()
        self._over = False

    def commit(self) -> None:
        with self._refusals():
            self._connection.commit()
        self._over = True

    def end(self) -> None:
        """Let go; what is not committed is rolled back."""
        self._over = True
        self._closing.close()

    def once(self, asked: Hashable, load: Callable[[], Known]) -> Known:
        """What was asked before in this unit has the same answer, until the unit writes something."""
        if asked not in self._known:
            self._known[asked] = load()
        answer: Known = self._known[asked]
        return answer

    def all(self, statement: Select[Any]) -> Sequence[RowMapping]:
        with self._refusals():
            return self._connection.execute(statement).mappings().all()

    def first(self, statement: Select[Any]) -> RowMapping | None:
        found = self.all(statement.limit(1))
        return found[0] if found else None

    def load(
        self,
        kind: type[T],
        table: Table,
        *where: ColumnElement[bool],
        order: ColumnElement[Any] | None = None,
        most: int | None = None,
    ) -> tuple[T, ...]:
        """Rows as values of ``kind``, whose fields are among the table's columns."""
        wanted = select(*(table.c[field.name] for field in fields(kind)))
        return tuple(kind(**row) for row in self.all(wanted.where(*where).order_by(order).limit(most)))

    def load_one(self, kind: type[T], table: Table, *where: ColumnElement[bool]) -> T | None:
        found = self.load(kind, table, *where)
        return found[0] if found else None

    def add(self, table: Table, *values: DataclassInstance) -> None:
        """Insert values whose fields are columns of the table."""
        self.insert(table, [fields_of(value, table) for value in values])

    def insert(self, table: Table, values: Sequence[dict[str, Any]]) -> None:
        if values:
            self._write(insert(table), values)

    def replace(self, table: Table, value: DataclassInstance, *where: ColumnElement[bool]) -> None:
        """Put the value in the place of one row. Raises Conflict when that is gone."""
        if not self._write(table.update().where(*where).values(fields_of(value, table))):
            raise Conflict(
                message("Somebody else removed the same thing first. Nothing was stored; look again.")
            )

    def delete(self, statement: Delete) -> None:
        """Delete rows of which nothing is secret."""
        self._write(statement)

    def erase(self, statement: Delete | Update) -> None:
        """Delete or blank what must not be found on the disk afterwards."""
        self.erased = bool(self._write(statement)) or self.erased

    def _write(
        self, statement: Insert | Update | Delete, values: Sequence[dict[str, Any]] | None = None
    ) -> int:
        if not self._writing:
            raise RuntimeError("This unit only reads; take one from `work` to write.")
        self._known.clear()
        with self._refusals():
            count = self._connection.execute(statement, values).rowcount
        if count:
            self.changed.add(str(statement.table.description))
        return count

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        # SQLite may have rolled back by itself, and what came after would then commit alone. A snapshot goes on after a
        # value that was no value of its column: whoever checks everything wants to know of the next one too.
        if self._over:
            raise RuntimeError("This unit is over: it was committed, or refused something. Begin another.")
        try:
            with refusals(self._file.path):
                yield
        except BaseException as error:
            self._over = self._writing or isinstance(error.__cause__, DBAPIError)
            raise


def fields_of(value: DataclassInstance, table: Table) -> dict[str, Any]:
    """The value's fields that are columns of the table."""
    names = (field.name for field in fields(value))
    return {name: getattr(value, name) for name in names if name in table.columns}


def batches(ids: Iterable[Item]) -> Iterator[list[Item]]:
    """The ids in lists short enough for one statement."""
    left = iter(ids)
    while batch := list(islice(left, _BATCH)):
        yield batch
