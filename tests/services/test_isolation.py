"""Rooms know nothing of one another: not a hit, a count, a suggestion, a score; a member reads their own rooms only."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from archive.crypto import kdf
from archive.domain.consent import Audience, Purpose
from archive.domain.errors import NotFound, Refused
from archive.domain.rooms import RoomPurpose, Scope
from archive.domain.searching import SearchQuery, SearchResult, Suggestion
from archive.domain.tags import Facet, Tag
from archive.policy.access import Action, decide
from archive.policy.access import scope as in_scope
from archive.services import accessioning, cataloguing, disclosing, indexing, rooms, searching
from archive.services.entitling import holdings, licence_of, today
from tests.archives import FULL, KEPT, Standing, account, consent, draft, found, place

WORDS = ("counted", "night", "camp", "گۇۋاھ", "ночь", "cotton", "school")
QUERIES = (
    "",
    "counted",
    "night OR camp",
    '"night camp"',
    "گۇۋاھ",
    "ноч*",
    "place:xj-hotan",
    "abuse:rape",
)
WHOLE = (Phase.explicit, Phase.generate)
"""Without shrinking: the house remembers every example, so a smaller one is another one."""
PLACES = {"hotan": "xj-hotan", "urumqi": "xj-urumqi"}


@dataclass
class House:
    """One archive with two reading rooms, each for one prefecture; what each has answered so far."""

    standing: Standing
    rooms: dict[str, UUID]

    def answers(self, room: str) -> tuple[list[SearchResult], list[tuple[Suggestion, ...]], int]:
        archive, keeper, id = self.standing.archive, self.standing.acting("keeper"), self.rooms[room]
        sorts = ("relevance", "newest", "code")
        index = indexing.opened(
            archive, keeper, id
        )  # what `searching` asks, without an entry in the log for each
        found = [
            index.search(SearchQuery(text, sort=sort))  # type: ignore[arg-type]
            for text in QUERIES
            for sort in sorts
        ]
        suggested = [index.suggest(start, "en") for start in ("h", "u", "r", "c", "ن", "н", "s")]
        assert searching.search(archive, keeper, id, SearchQuery(QUERIES[0])).result == found[0]
        return found, suggested, rooms.room(archive, keeper, id).records


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "FLOOR", kdf.Cost(32, 1, 4))
        with found(tmp_path_factory.mktemp("house") / "instance") as standing:
            made = {
                name: rooms.create(
                    standing.archive,
                    standing.acting("keeper"),
                    standing.custody,
                    RoomPurpose.READING,
                    name,
                    Scope(places=(term,)),
                )
                for name, term in PLACES.items()
            }
            yield House(standing, made)


TAGS = st.lists(
    st.sampled_from(
        [
            Tag(facet=Facet.ABUSE, term="rape"),
            Tag(facet=Facet.GOODS, term="cotton"),
            Tag(facet=Facet.ETHNIC, term="uyghur"),
            Tag(facet=Facet.SUBJECT, term="schooling"),
        ]
    ),
    max_size=2,
    unique_by=lambda tag: tag.term,
)
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)


@settings(
    max_examples=12, deadline=None, phases=WHOLE, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(sorted(PLACES)), TEXTS, TAGS), min_size=1, max_size=4))
def test_what_enters_one_room_changes_no_answer_of_the_other(
    house: House, given: list[tuple[str, str, list[Tag]]]
) -> None:
    """All that a member of one room can ask gives the very same answer, whatever came into the other meanwhile."""
    archive, keeper, custody = house.standing.archive, house.standing.acting("keeper"), house.standing.custody
    random.seed()  # set by the test's engine to the same for every example, and the index names its files by it
    target = given[0][0]
    other = next(name for name in PLACES if name != target)
    before, count = house.answers(other), house.answers(target)[2]
    mine = [(text, tags) for name, text, tags in given if name == target]
    drafts = [draft(account(text, tags=(place(PLACES[target]), *tags))) for text, tags in mine]
    stored = accessioning.accession(archive, keeper, custody, drafts)
    assert house.answers(other) == before
    found, _suggested, now = house.answers(target)
    assert now == count + len(mine)
    everything = found[QUERIES.index("") * 3]
    assert everything.total == now
    hits = {hit.record for answer in house.answers(other)[0] for hit in answer.hits}
    assert hits.isdisjoint(stored)
    cataloguing.retag(archive, keeper, custody, stored[0], [])  # and out again
    assert house.answers(other) == before
    assert house.answers(target)[2] == now - 1


PAIRS = st.lists(
    st.sampled_from(
        [
            (Purpose.RESEARCH, Audience.VETTED_RESEARCHERS),
            (Purpose.INTERNATIONAL_COURT, Audience.LEGAL_TEAM),
            (Purpose.MEDIA, Audience.JOURNALIST),
        ]
    ),
    unique=True,
)


@settings(
    max_examples=6, deadline=None, phases=WHOLE, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(PAIRS, min_size=1, max_size=3), st.integers(0, 3))
def test_show_search_and_count_permit_exactly_what_scope_contains(
    house: House, given: list[list[tuple[Purpose, Audience]]], days: int
) -> None:
    """For everybody, every room and every record, end to end."""
    random.seed()  # as above
    standing = house.standing
    drafts = []
    for pairs in given:
        record = account("They counted us.")
        drafts.append(draft(record, consent(record.id, (*KEPT, *pairs), until=days)))
    stored = accessioning.accession(standing.archive, standing.acting("keeper"), standing.custody, drafts)
    for login in standing.people:
        acting = standing.acting(login)
        with standing.archive.read() as unit:
            held, day = holdings(standing.archive, acting, unit), today(standing.archive, unit)
            placed = {room.id: unit.records.licences(room.id) for room in unit.rooms.all()}
        open_rooms = in_scope(held.values(), day)
        for room, there in placed.items():
            for record_id in stored:
                found = there.get(record_id)
                decided = bool(found and decide(Action.READ, held.values(), licence_of(found[1]), room, day))
                may = decided and not (room in held and held[room].purpose is RoomPurpose.IDENTITY)
                assert not decided or room in open_rooms
                assert shows(standing, login, room, record_id) == may
            if room in held and held[room].purpose in indexing.SEARCHED:
                seen = searching.search(
                    standing.archive, acting, room, SearchQuery("counted", size=100)
                ).result
                expected = {record_id for record_id in stored if record_id in there}
                assert {hit.record for hit in seen.hits} & set(stored) == expected
            else:
                with pytest.raises((NotFound, Refused)):  # Refused: a held room that has no records
                    searching.search(standing.archive, acting, room, SearchQuery("counted"))


def shows(standing: Standing, login: str, room: UUID, record: UUID) -> bool:
    try:
        shown = disclosing.show(standing.archive, standing.acting(login), room, record)
    except NotFound:
        return False
    return shown.record.id == record


def test_the_same_record_in_two_rooms_is_two_renditions(house: House) -> None:
    """Each sealed to its own room alone, with a licence that is good there alone."""
    standing = house.standing
    both = [place(term) for term in PLACES.values()]
    record = account("They counted us.", tags=tuple(both))
    accessioning.accession(
        standing.archive,
        standing.acting("keeper"),
        standing.custody,
        [draft(record, consent(record.id, FULL))],
    )
    with standing.archive.read() as unit:
        bodies = [unit.records.present(room, [record.id])[record.id] for room in house.rooms.values()]
    assert len({body.id for body in bodies}) == 2
    for body in bodies:
        assert {wrap.room for wrap in body.wraps} == {body.room, standing.custody}
        licence = licence_of(body.licence)
        assert licence
        assert (licence.room, licence.rendition) == (body.room, body.id)
        assert body.parts["record"] not in {other.parts["record"] for other in bodies if other is not body}
