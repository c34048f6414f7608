"""What the whole path costs: showing a sealed record, the first search after unlocking, import, memory of a worker.

The archive is a real one on disk, with Argon2id at its real cost; its accounts are made of invented words.
"""

import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock
from uuid import UUID

from flask.testing import FlaskClient

from archive import bootstrap
from archive.app import create_app
from archive.config import Config
from archive.crypto import kdf
from archive.domain.drafts import Draft, Record
from archive.domain.identifiers import new_id
from archive.domain.searching import SearchQuery
from archive.domain.showing import Shown
from archive.sealing.codec import decode_record, encode_record
from archive.services import accessioning, disclosing, rooms, searching, signing_in
from archive.services.acting import Acting
from archive.services.archive import Archive
from archive.web.session import COOKIE, Ticket
from tests import archives
from tests.bench import harness
from tests.bench.bench_index import accounts, plain

ROOM_HOLDS = 2_100
BATCH = 64
TIMES = 20


def run() -> None:
    texts = [text for _id, _place, text in accounts()]
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        with archives.found(instance) as made:
            importing(made, texts, Path(folder))
            showing(made, Path(folder))
            fill(made, texts)
            passphrase = made.people["keeper"].passphrase
        unlocking(instance, passphrase)
        remembering(instance, passphrase)


def showing(made: archives.Standing, folder: Path) -> None:
    """One page, over the same application: from the sealed rendition, and from a row of plain JSON."""
    [record] = store(made, [draft(" ".join(accounts()[0][2].split()[:600]))])
    client, address = signed_in(made), f"/rooms/{made.reading}/records/{record}"
    sealed = disclosing.show(made.archive, made.acting("reader"), made.reading, record)

    def page() -> float:
        def often() -> None:
            for _ in range(TIMES):
                assert client.get(address).status_code == 200

        return harness.seconds(often) / TIMES * 1e3

    def from_plain_rows() -> float:
        with mock.patch.object(disclosing, "show", plain_rows(folder, sealed)):
            return page()

    page()
    harness.compare(
        "archive",
        "open and show a record over HTTP",
        peer="the same page from a plain JSON row, each reading logged in a plain row (SQLite, FULL)",
        ours=page,
        theirs=from_plain_rows,
        unit="ms",
        goal=2.0,
        better="lower",
    )


def plain_rows(folder: Path, shown: Shown) -> Callable[[Archive, Acting, UUID, UUID], Shown]:
    """What archives do that store plaintext: read a row, note who read it, durably."""
    database = sqlite3.connect(folder / "plain.db", check_same_thread=False)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE IF NOT EXISTS records (id BLOB PRIMARY KEY, json BLOB)")
    database.execute("CREATE TABLE IF NOT EXISTS activity (at TEXT, member BLOB, record BLOB)")
    row = (shown.record.id.bytes, encode_record(shown.record))
    database.execute("INSERT OR REPLACE INTO records VALUES (?, ?)", row)
    database.commit()

    def show(archive: Archive, acting: Acting, room: UUID, record: UUID) -> Shown:
        view = rooms.room(archive, acting, room)
        now = datetime.now(UTC).isoformat()
        database.execute("INSERT INTO activity VALUES (?, ?, ?)", (now, acting.member.bytes, record.bytes))
        database.commit()
        [raw] = database.execute("SELECT json FROM records WHERE id = ?", (record.bytes,)).fetchone()
        return replace(shown, record=decode_record(raw), room=view)

    return show


def importing(made: archives.Standing, texts: list[str], folder: Path) -> None:
    """Sealing, signing, logging and indexing in two rooms, beside an index of the same texts in plain Whoosh."""

    def ours() -> float:
        drafts = [draft(text) for text in texts]
        took = harness.seconds(lambda: store(made, drafts))
        return len(texts) / took

    def theirs() -> float:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            return len(texts) / harness.seconds(lambda: plain(Path(place), accounts()))

    harness.compare(
        "archive",
        "store accounts of 900 words, searchable in two rooms",
        peer="plain Whoosh, indexing alone, once",
        ours=ours,
        theirs=theirs,
        unit="records/s",
        goal=None,
        better="higher",
    )


def unlocking(instance: Path, passphrase: str) -> None:
    """From the passphrase to the first answer, in an archive opened just now."""

    def ours() -> float:
        with bootstrap.opened(Config(instance=instance)) as archive:
            return harness.seconds(lambda: first_answer(archive, passphrase))

    def theirs() -> float:
        return 1.0 + harness.seconds(lambda: kdf.slot_key(passphrase, bytes(16), kdf.FLOOR))

    harness.compare(
        "archive",
        f"unlock to first search result, {ROOM_HOLDS} records",
        peer="Argon2id alone, plus one second",
        ours=ours,
        theirs=theirs,
        unit="s",
        goal=1.0,
        better="lower",
    )


def remembering(instance: Path, passphrase: str) -> None:
    """Resident memory at its highest of a process that has the room open, beside one that has opened nothing."""
    harness.compare(
        "archive",
        f"memory of one worker with a room of {ROOM_HOLDS} records open",
        peer="the same worker before anybody signs in",
        ours=lambda: megabytes(instance, passphrase),
        theirs=lambda: megabytes(instance, ""),
        unit="MB",
        goal=None,
        better="lower",
    )


def megabytes(instance: Path, passphrase: str) -> float:
    told = [sys.executable, "-m", "tests.bench.bench_archive", str(instance)]
    done = subprocess.run(told, input=passphrase, capture_output=True, text=True, check=True)
    return float(done.stdout)


def worker(instance: Path, passphrase: str) -> None:
    with bootstrap.opened(Config(instance=instance)) as archive:
        create_app(Config(instance=instance), archive)
        if passphrase:
            first_answer(archive, passphrase)
        print(highest() / 1024)


def highest() -> int:
    """KiB of memory that this program held at most. Of the program alone: `getrusage` counts who started it too."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise RuntimeError("this system does not say how much memory a process held")


def first_answer(archive: Archive, passphrase: str) -> None:
    acting = signing_in.unlock(archive, "keeper", passphrase)
    [custody] = [room.id for room in rooms.rooms(archive, acting) if room.purpose == "custody"]
    assert searching.search(archive, acting, custody, SearchQuery("ninety")).result.total > 0


def fill(made: archives.Standing, texts: list[str]) -> None:
    """Bring custody to ROOM_HOLDS records; the others hold only what was stored before."""
    with made.archive.read() as unit:
        lacking = ROOM_HOLDS - unit.records.count(made.custody, datetime.now(UTC).date())
    store(made, [draft(texts[number % len(texts)], archives.KEPT) for number in range(lacking)])


def store(made: archives.Standing, drafts: list[Draft]) -> list[UUID]:
    keeper = made.acting("keeper")
    ids: list[UUID] = []
    for start in range(0, len(drafts), BATCH):
        batch = drafts[start : start + BATCH]
        last = start + BATCH >= len(drafts)
        ids += accessioning.accession(made.archive, keeper, made.custody, batch, index=last)
    return ids


def draft(text: str, pairs: tuple[archives.Pair, ...] = archives.FULL) -> Draft:
    record: Record = archives.account(text, record=new_id(), tags=(archives.place("xj-hotan"),))
    return archives.draft(record, archives.consent(record.id, pairs))


def signed_in(made: archives.Standing) -> FlaskClient:
    app = create_app(Config(instance=made.instance), made.archive)
    signed = signing_in.sign_in(made.archive, "reader", made.people["reader"].passphrase, made.code("reader"))
    client = app.test_client()
    client.set_cookie(COOKIE, str(Ticket(signed.token, member=True)), secure=True)
    return client


if __name__ == "__main__":
    worker(Path(sys.argv[1]), sys.stdin.read())
