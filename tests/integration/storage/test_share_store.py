"""The shred store: what is drawn is kept until it is destroyed, and then nothing of it is left anywhere."""

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from sqlalchemy.exc import IntegrityError

from archive.crypto.errors import CannotOpen
from archive.domain.errors import Conflict, Damaged
from archive.domain.shredding import Shredded, ShredList
from archive.services import ports
from archive.storage.shares import ShareStore
from tests.integration.storage.storage_cast import PlainCipher, bytes_below

YESTERDAY = date(2026, 1, 1)


def test_it_is_what_the_services_ask_for(shares: ShareStore) -> None:
    store: ports.ShareStore = shares
    owners = [uuid4() for _ in range(1201)]
    drawn = store.draw_many(owners)
    assert len(set(drawn.values())) == 1201
    assert store.find_many([*owners, uuid4()]) == drawn
    assert store.find(owners[7]) == drawn[owners[7]]
    assert store.owners() == set(owners)
    store.destroy([*owners[1:], uuid4()])
    assert store.owners() == {owners[0]}


def test_an_unknown_share_cannot_be_opened(shares: ShareStore) -> None:
    with pytest.raises(CannotOpen):
        shares.find(uuid4())
    assert shares.find_many([uuid4()]) == {}


def test_drawing_again_replaces_the_share(shares: ShareStore, tmp_path: Path) -> None:
    owner = uuid4()
    before, after = shares.draw(owner), shares.draw(owner)
    assert before != after
    assert shares.find(owner) == after
    assert before not in bytes_below(tmp_path / "shares")


def test_what_was_drawn_is_there_for_others_and_after_reopening(shares: ShareStore, tmp_path: Path) -> None:
    owner = uuid4()
    share = shares.draw(owner)
    other = ShareStore(tmp_path / "shares" / "shares.db", PlainCipher())
    assert other.find(owner) == share
    other.destroy([owner])
    other.close()
    with pytest.raises(CannotOpen):
        shares.find(owner)


def test_a_share_moved_to_another_owner_does_not_open(shares: ShareStore) -> None:
    one, other = uuid4(), uuid4()
    shares.draw_many([one, other])
    with shares._file.writing() as opened:
        opened.exec_driver_sql(
            "UPDATE shares SET sealed = (SELECT sealed FROM shares WHERE owner = ?) WHERE owner = ?",
            (one.hex, other.hex),
        )
    with pytest.raises(CannotOpen):
        shares.find(other)


def test_it_remembers_how_far_the_log_had_come(shares: ShareStore, tmp_path: Path) -> None:
    assert shares.checkpoint() is None
    shares.note_checkpoint(3, b"root of three")
    shares.note_checkpoint(5, b"root of five")
    other = ShareStore(tmp_path / "shares" / "shares.db", PlainCipher())
    assert other.checkpoint() == (5, b"root of five")
    other.close()


def test_a_reader_in_the_way_is_waited_for_then_named(tmp_path: Path) -> None:
    store = ShareStore(tmp_path / "shares.db", PlainCipher(), create=True, patience=0.1)
    owner = uuid4()
    share = store.draw(owner)
    with store._file.reading() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM shares").one()
        with pytest.raises(Conflict, match="shares are destroyed, but traces"):
            store.destroy([owner])
        with pytest.raises(CannotOpen):
            store.find(owner)
        assert share in bytes_below(tmp_path)
    store.destroy([owner])
    assert share not in bytes_below(tmp_path)
    store.close()


def test_what_is_destroyed_is_listed_and_what_is_discarded_is_not(shares: ShareStore, tmp_path: Path) -> None:
    owners = [uuid4() for _ in range(6)]
    shares.draw_many(owners)
    shares.destroy([owners[0], uuid4(), owners[1]])
    shares.discard([owners[2]])
    shares.destroy([owners[0], owners[3]])
    found = shares.shredded()
    assert [entry.owner for entry in found.entries] == [owners[0], owners[1], owners[3]]
    assert found.number == 3
    other = ShareStore(tmp_path / "shares" / "shares.db", PlainCipher())
    assert other.shredded() == found
    other.close()


def test_it_follows_a_list_that_goes_further(shares: ShareStore, tmp_path: Path) -> None:
    owners = [uuid4() for _ in range(5)]
    shares.draw_many(owners)
    shares.destroy(owners[:1])
    mine = shares.shredded()
    newer = ShredList((*mine.entries, Shredded(owners[2], YESTERDAY), Shredded(uuid4(), YESTERDAY)))
    share = shares.find(owners[2])
    shares.follow(newer)
    assert shares.shredded() == newer
    assert shares.owners() == {owners[1], owners[3], owners[4]}
    assert share not in bytes_below(tmp_path / "shares")
    with pytest.raises(ValueError, match="begins with it"):
        shares.follow(mine)


def test_what_lies_aside_is_listed_until_it_comes_back(shares: ShareStore) -> None:
    owners = [uuid4() for _ in range(3)]
    drawn = shares.draw_many(owners)
    shares.set_aside(owners[:2], lambda _owner, share: share[::-1], 100)
    assert shares.shredded().gone == set(owners[:2]) == shares.aside().keys()
    shares.bring_back(owners[:1], lambda _owner, sealed: sealed[::-1])
    assert shares.find(owners[0]) == drawn[owners[0]]
    assert shares.shredded().gone == {owners[1]}
    shares.destroy(owners[:1])
    assert [entry.back for entry in shares.shredded().entries] == [False, False, True, False]
    assert shares.shredded().gone == set(owners[:2])
    shares.follow(shares.shredded())
    assert shares.aside() == {}


def test_what_was_replaced_is_gone_when_what_replaced_it_is(shares: ShareStore) -> None:
    first, second, third = owners = [uuid4() for _ in range(3)]
    shares.draw_many(owners)
    shares.destroy([first], {first: second})
    shares.destroy([second], {second: third})
    assert not shares.shredded().gone
    assert shares.shredded().replaced == {first, second}
    shares.destroy([third])
    assert shares.shredded().gone == set(owners)
    assert not shares.shredded().replaced


@pytest.mark.parametrize(
    "edit",
    [
        "DELETE FROM shredded_owners WHERE number = 1",
        "DELETE FROM shredded_owners WHERE number = 2",
        "UPDATE shredded_owners SET owner = '00000000000040008000000000000000' WHERE number = 2",
        "UPDATE shredded_owners SET day = '2001-01-01' WHERE number = 1",
        "UPDATE shredded_owners SET hash = x'00' WHERE number = 3",
        "UPDATE shredded_owners SET back = 1 WHERE number = 3",
        "UPDATE shredded_owners SET by = owner WHERE number = 2",
    ],
)
def test_a_list_that_was_edited_is_refused(shares: ShareStore, edit: str) -> None:
    owners = [uuid4() for _ in range(3)]
    shares.draw_many(owners)
    shares.destroy(owners)
    with shares._file.writing() as opened, pytest.raises(IntegrityError, match="append-only"):
        opened.exec_driver_sql(edit)
    with shares._file.writing() as opened:
        for deed in ("update", "delete", "insert"):
            opened.exec_driver_sql(f"DROP TRIGGER shredded_owners_no_{deed}")
        opened.exec_driver_sql(edit)
    with pytest.raises(Damaged, match="shred list"):
        shares.shredded()


def test_a_store_of_before_the_list_gets_one(shares: ShareStore, tmp_path: Path) -> None:
    owners = [uuid4(), uuid4()]
    drawn = shares.draw_many(owners)
    with shares._file.writing() as opened:
        opened.exec_driver_sql("DROP TABLE shredded_owners")
        opened.exec_driver_sql("PRAGMA user_version = 1")
    for _ in range(2):
        other = ShareStore(tmp_path / "shares" / "shares.db", PlainCipher())
        assert other.find_many(owners) == {owner: drawn[owner] for owner in other.owners()}
        other.close()
    shares.destroy(owners[:1])
    assert [entry.owner for entry in shares.shredded().entries] == owners[:1]


class Shredding(RuleBasedStateMachine):
    """Whatever is drawn and destroyed in whatever order: files hold what is kept, and nothing that was destroyed."""

    owners = Bundle("owners")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.path = Path(self.folder.name) / "shares.db"
        self.store = ShareStore(self.path, PlainCipher(), create=True)
        self.held: dict[UUID, bytes] = {}
        self.gone: list[bytes] = []
        self.shredded = 0

    @rule(target=owners, many=st.integers(1, 200))
    def draw(self, many: int) -> object:
        drawn = self.store.draw_many([uuid4() for _ in range(many)])
        self.held |= drawn
        return multiple(*drawn)

    @rule(owner=owners)
    def draw_again(self, owner: UUID) -> None:
        if before := self.held.get(owner):
            self.held[owner] = self.store.draw(owner)
            self.gone.append(before)

    @rule(some=st.lists(consumes(owners), min_size=1, max_size=60, unique=True))
    def destroy(self, some: list[UUID]) -> None:
        self.store.destroy(some)
        self.shredded += len(self.held.keys() & set(some))
        self.gone += [self.held.pop(owner) for owner in some if owner in self.held]

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = ShareStore(self.path, PlainCipher())

    @invariant()
    def files_hold_what_is_kept_and_nothing_else(self) -> None:
        assert self.store.find_many(self.held) == self.held
        raw = bytes_below(self.path.parent)
        assert all(share in raw for share in self.held.values())
        assert not any(share in raw for share in self.gone)
        listed = self.store.shredded().gone
        assert listed.isdisjoint(self.held)
        assert len(listed) == self.shredded

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


TestShredding = Shredding.TestCase
TestShredding.settings = settings(max_examples=8, stateful_step_count=12, deadline=None)
