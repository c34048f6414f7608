"""The canary test has teeth: each mistake that a careless hand could make in the archive is planted, and found out."""

from __future__ import annotations

import hashlib
import logging
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from uuid import UUID

import pytest

from archive.crypto import envelope
from archive.domain.drafts import Draft
from archive.domain.testimony import Testimony as Account
from archive.sealing import tokens
from archive.sealing.host import Host
from archive.sealing.keyring import Keyring
from archive.search import sealed_files
from archive.services import accessioning, searching
from tests.functional.canary import by_command, by_page, by_program
from tests.functional.canary.stage import Stage, opened, raised
from tests.functional.canary.sweeping import Found, Sweep
from tests.web.browsing import Browser

pytestmark = pytest.mark.slow

_MARK: Final = b"not sealed at all"
Leak = Callable[[Stage, pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """An archive that every test takes a copy of."""
    with raised(tmp_path_factory.mktemp("founded"), seed=1) as stage:
        by_command.found(stage)
        return stage


@dataclass(frozen=True)
class Leaked:
    """A stage on which something leaked, and what was found there."""

    stage: Stage
    found: list[Found]


def journey(founded: Stage, folder: Path, leak: Leak) -> Leaked:
    """A program stores a record and somebody searches on the pages of an archive that leaks."""
    with raised(folder, seed=2) as stage:
        shutil.copytree(founded.instance, stage.instance)
        stage.people, stage.rooms = founded.people, founded.rooms
        with pytest.MonkeyPatch.context() as patch, opened(stage) as (_archive, app):
            leak(stage, patch)
            program, browser = by_program.Program(stage, app.test_client()), Browser(app.test_client())
            program.sign_in(stage.people["keeper"])
            program.store(stage.rooms["custody"], Account)
            by_page.sign_in(stage, browser, stage.people["reader"])
            visit = by_page.Visit(stage, browser, stage.rooms["reading"])
            by_page.search(visit, stage.aviary.first("API: Testimony.title"))
        return Leaked(stage, list(Sweep(stage.aviary.canaries).folder(stage.root)))


def unsealed(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """Nothing is encrypted any more, and everything still works."""
    patch.setattr(envelope, "seal_blob", _seal)
    patch.setattr(envelope, "open_blob", _opener(envelope.open_blob))


def unsealed_index(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sealed_files, "envelope", _in_clear())


def unsealed_session(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tokens, "envelope", _in_clear())


def token_as_key(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """The table of sessions would open every session."""
    patch.setattr(tokens, "row_key", tokens.secret_of)


def hashed_source(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """A digest without a key lets anybody prove a guess."""
    patch.setattr(
        Keyring, "blind", lambda _self, _room, _field, value: hashlib.sha256(value.encode()).digest()
    )


def counted_login(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """Failed tries are counted under the login as it was typed."""
    real = Host.login

    def login(self: Host, typed: str) -> bytes:
        return real(self, typed) if typed in {one.login for one in stage.people.values()} else typed.encode()

    patch.setattr(Host, "login", login)
    patch.setattr(Host, "tries_key", lambda _self, _kind, value: bytes.fromhex(value))


def logged_query(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    _before(
        patch, searching, "keep_query", lambda *said: logging.getLogger("archive").debug("kept %r", said[-1])
    )


def draft_in_a_file(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """Written, and removed in the next moment."""

    def keep(*said: object) -> None:
        with tempfile.NamedTemporaryFile() as file:
            file.write(repr(_draft(said)).encode("utf-16"))

    _before(patch, accessioning, "accession", keep)


def title_as_a_name(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    def keep(*said: object) -> None:
        (stage.instance / "index" / _draft(said).record.title).mkdir(exist_ok=True)

    _before(patch, accessioning, "accession", keep)


def day_in_a_column(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    def keep(*said: object) -> None:
        with closing(sqlite3.connect(stage.instance / "main" / "archive.db")) as database, database:
            database.execute("create table if not exists days (day text)")
            database.execute("insert into days values (?)", [_draft(said).record.collected])

    _before(patch, accessioning, "accession", keep)


def out_of_sight(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """Into another folder, and into a file that has no name."""

    def keep(*said: object) -> None:
        (stage.given.parent / "elsewhere").write_text(repr(said))
        with tempfile.TemporaryFile() as file:
            file.write(repr(said).encode())

    _before(patch, accessioning, "accession", keep)


def small(stage: Stage, patch: pytest.MonkeyPatch) -> None:
    """All the lesser ones at once: each shows at a place of its own, or of a kind of its own."""
    for leak in (
        unsealed_index, unsealed_session, token_as_key, hashed_source, counted_login, logged_query, draft_in_a_file,
        title_as_a_name, day_in_a_column, out_of_sight,
    ):  # fmt: skip
        leak(stage, patch)


@pytest.fixture(scope="module")
def leaked(founded: Stage, tmp_path_factory: pytest.TempPathFactory) -> dict[Leak, Leaked]:
    return {leak: journey(founded, tmp_path_factory.mktemp("leak"), leak) for leak in (unsealed, small)}


@pytest.mark.parametrize(
    ("leak", "where", "kind"),
    [
        (unsealed, "instance/main/archive.db", "API: Testimony.title"),
        (unsealed, "instance/main/archive.db", "API: KnownPerson.safe_contact"),
        (unsealed, "instance/main/archive.db", "page: search term"),
        (small, "instance/index/", "API: Text.body"),
        (small, "instance/sessions/sessions.db", "page: search term"),
        (small, "instance/sessions/sessions.db", "session token"),
        (small, "instance/main/archive.db", "API: source key"),
        (small, "instance/sessions/sessions.db", "API: wrong login"),
        (small, "logs/python.log", "page: search term"),
        (small, "removed/", "API: ConsentEntry.reason"),
        (small, "name searched/instance/index/", "API: Testimony.title"),
        (small, "instance/main/archive.db", "API: Testimony.collected"),
    ],
)
def test_a_leak_is_found_where_it_is(leaked: dict[Leak, Leaked], leak: Leak, where: str, kind: str) -> None:
    found = leaked[leak].found
    assert any(where in one.where and one.kind == kind for one in found), {
        (one.where, one.kind) for one in found
    }


def test_files_that_cannot_be_searched_are_noticed(leaked: dict[Leak, Leaked]) -> None:
    watch = leaked[small].stage.watch
    assert {Path(path).name for path in watch.outside} == {"elsewhere"}
    assert watch.nameless == {str(leaked[small].stage.root / "tmp")}
    assert not leaked[unsealed].stage.watch.outside
    assert not leaked[unsealed].stage.watch.nameless


def _before(patch: pytest.MonkeyPatch, module: Any, name: str, act: Callable[..., None]) -> None:
    real = getattr(module, name)

    def both(*said: Any, **more: Any) -> Any:
        act(*said)
        return real(*said, **more)

    patch.setattr(module, name, both)


def _draft(said: Sequence[object]) -> Draft:
    [[draft]] = [one for one in said if isinstance(one, list)]
    assert isinstance(draft, Draft)
    return draft


def _seal(_key: bytes, key_id: UUID, _context: bytes, plaintext: bytes, *, padded: bool = True) -> bytes:
    suite = envelope.Suite.PADDED if padded else envelope.Suite.EXACT
    return bytes((envelope.VERSION, suite)) + key_id.bytes + _MARK + bytes(plaintext)


def _opener(real: Callable[[bytes, bytes, bytes], bytes]) -> Callable[[bytes, bytes, bytes], bytes]:
    def open_blob(key: bytes, context: bytes, blob: bytes) -> bytes:
        content = bytes(blob[envelope.HEADER :])
        return content.removeprefix(_MARK) if content.startswith(_MARK) else real(key, context, blob)

    return open_blob


def _in_clear() -> Any:
    return SimpleNamespace(**vars(envelope) | {"seal_blob": _seal, "open_blob": _opener(envelope.open_blob)})
