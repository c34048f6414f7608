"""Searching by the API finds what the pages and the services find, in the room that is asked and in no other."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from archive.domain.rooms import RoomPurpose
from archive.domain.searching import IndexBusy, SearchQuery
from archive.services import searching
from tests.web.api.conftest import API, Program, document
from tests.web.conftest import MANY, World

BUILT_IN = ("place", "abuse", "lang", "kind")


def test_rooms_say_what_they_are_and_hold(keeping: Program, outside: Program, world: World) -> None:
    rooms = keeping.said("/rooms")["rooms"]
    assert [room["purpose"] for room in rooms] == ["custody", "identity", "reading", "matter", "audit"]
    custody = rooms[0]
    assert (custody["id"], custody["name"]) == (str(world.standing.custody), "First custody")
    assert custody["capabilities"] == ["grant", "place", "read"]
    assert custody["records"] >= MANY + 3
    assert custody["only_you"]
    assert outside.said("/rooms") == {"rooms": []}


def test_what_is_found_is_what_the_services_find(keeping: Program, world: World) -> None:
    found = keeping.said(f"{keeping.reading}/search?q=winter&size=100")
    answer = searching.search(
        world.standing.archive,
        world.standing.acting("keeper"),
        world.standing.reading,
        SearchQuery("winter", size=100),
    ).result
    assert found["total"] == answer.total >= MANY
    assert [hit["id"] for hit in found["hits"]] == [str(hit.record) for hit in answer.hits]
    assert [hit["code"] for hit in found["hits"]] == [hit.code for hit in answer.hits]
    counted = {
        name: {(value["id"], value["count"], value["broader"]) for value in values}
        for name, values in found["facets"].items()
    }
    assert counted == {
        name: {(count.term, count.count, count.broader) for count in counts}
        for name, counts in answer.facets.items()
    }


def test_a_hit_says_which_words_matched(researching: Program, world: World) -> None:
    [hit] = researching.said(f"{researching.reading}/search?q=%22soup+was%22")["hits"]
    assert hit["id"] == str(world.records["both"])
    assert (hit["title"], hit["lang"], hit["note"]) == ("تاڭ", "en", ["death"])
    marked = [hit["snippet"][begin:end] for begin, end in hit["marks"]]
    assert " ".join(marked).lower() == "soup was"
    assert hit["score"] > 0


def test_values_of_a_facet_join_by_or_and_facets_by_and(keeping: Program) -> None:
    def total(query: str) -> int:
        return int(keeping.said(f"{keeping.custody}/search?{query}")["total"])

    kashgar, hotan = total("place=xj-kashgar"), total("place=xj-hotan")
    assert kashgar
    assert hotan
    assert total("place=xj-kashgar&place=xj-hotan") == kashgar + hotan
    assert total("place=xj") >= kashgar + hotan + MANY
    assert total("place=xj-kashgar&abuse=arrest") == 1
    assert total("place=xj-hotan&abuse=arrest") == 0
    assert total("place=nowhere-at-all") == 0


def test_dates_order_and_pages(keeping: Program) -> None:
    path = f"{keeping.reading}/search"
    everything = keeping.said(path)
    assert everything["pages"] > 1
    assert keeping.said(f"{path}?from=2019&to=2019-03-31")["total"] == everything["total"]
    assert keeping.said(f"{path}?from=2019-04")["total"] < everything["total"]
    codes = [
        hit["code"]
        for page in range(1, everything["pages"] + 1)
        for hit in keeping.said(f"{path}?sort=code&page={page}")["hits"]
    ]
    assert len(codes) == everything["total"]
    assert codes == sorted(codes)


def test_the_unseen_way_answers_the_same(keeping: Program) -> None:
    asked = {"q": "winter", "place": ["xj-urumqi", "xj-hotan"], "from": "2018", "sort": "oldest", "page": 2}
    by_address = keeping.said(
        f"{keeping.reading}/search?q=winter&place=xj-urumqi&place=xj-hotan&from=2018&sort=oldest&page=2"
    )
    assert by_address["hits"]
    assert keeping.said(f"{keeping.reading}/search", json=asked) == by_address
    typed = keeping.said(f"{keeping.reading}/suggest?typed=Kash&lang=en")
    assert typed["suggestions"]
    assert keeping.said(f"{keeping.reading}/suggest", json={"typed": "Kash", "lang": "en"}) == typed


def test_labels_come_in_the_language_that_is_asked_for(keeping: Program) -> None:
    def labels(lang: str) -> dict[str, tuple[str, str]]:
        response = keeping.get(f"{keeping.reading}/search", headers={"Accept-Language": lang})
        assert response.json is not None
        facets: dict[str, Any] = response.json["facets"]
        return {one["id"]: (one["label"], one["lang"]) for name in BUILT_IN for one in facets.get(name, ())}

    assert labels("en")["xj"] == ("Xinjiang", "en")
    assert labels("ug")["xj"][1] == "ug"
    assert labels("tlh") == labels("en")


def test_a_query_that_is_half_understood_says_so(researching: Program) -> None:
    assert researching.said(f"{researching.reading}/search", json={"q": 'soup AND (dawn OR "'})["problem"]
    assert researching.said(f"{researching.reading}/search", json={"q": "soup"})["problem"] is None


def test_two_rooms_share_nothing(keeping: Program, researching: Program, world: World) -> None:
    for word in ("kept", '"guard did"', "title:Kept"):
        assert keeping.said(f"{keeping.custody}/search", json={"q": word})["total"]
        found = researching.said(f"{researching.reading}/search", json={"q": word})
        assert (found["total"], found["hits"], found["facets"]) == (0, [], {})
    found = researching.said(f"{researching.reading}/search?abuse=rape")
    assert found["total"] == 0
    assert "rape" not in str(researching.said(f"{researching.reading}/search")["facets"])
    assert researching.said(f"{researching.reading}/suggest?typed=rape&lang=en") == {"suggestions": []}


def test_rooms_without_records_are_not_searched(keeping: Program, world: World) -> None:
    for purpose, status in ((RoomPurpose.AUDIT, 403), (RoomPurpose.IDENTITY, 404)):
        room = f"/rooms/{world.standing.rooms[purpose]}"
        for path in ("search?q=x", "suggest?typed=x"):
            assert keeping.get(f"{room}/{path}").status_code == status


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("quary=x", "quary"), ("q=a&q=b", "q"), ("sort=best", "sort"), ("page=0", "page"), ("page=x", "page"),
        ("page=1e3", "page"), ("size=101", "size"), ("from=2018-13", "from"), ("to=2018-1", "to"), ("to=٢٠١٨", "to"),
        ("since=2018", "since"), (f"place={'x' * 501}", "place.0"), ("place=x&" * 51, "place"),
        ("page=99999999999999999999", "page"), ("from=2018&from=2019", "from"),
    ],
)  # fmt: skip
def test_a_query_that_cannot_be_meant_is_refused_by_field(keeping: Program, query: str, where: str) -> None:
    response = keeping.get(f"{keeping.reading}/search?{query}")
    assert response.status_code == 422
    assert response.json is not None
    assert [problem["where"] for problem in response.json["problems"]] == [where]
    assert "x" * 100 not in response.text


def test_what_is_asked_stands_in_no_log(keeping: Program, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="")
    for method, how in (("GET", {}), ("POST", {"json": {"q": "lighthouse", "typed": "lighthouse"}})):
        for path in ("search", "suggest", "serch"):
            query = "?q=lighthouse&typed=lighthouse&sort=lighthouse" if method == "GET" else ""
            keeping.call(method, f"{keeping.reading}/{path}{query}", **how)
    assert "lighthouse" not in caplog.text.lower()
    assert all("lighthouse" not in repr(vars(entry)) for entry in caplog.records)


def test_an_index_that_is_busy_is_a_conflict(keeping: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(*_: object) -> None:
        raise IndexBusy

    monkeypatch.setattr(searching, "search", busy)
    assert keeping.get(f"{keeping.reading}/search").status_code == 409
    assert keeping.post(f"{keeping.reading}/search", json={}).status_code == 409


def test_every_search_is_described_as_it_is_read(world: World) -> None:
    """The query string and the body hold the same fields."""
    said = document(world)
    by_address = said["paths"][f"{API}/rooms/{{room}}/search"]["get"]["parameters"]
    names = {parameter["name"] for parameter in by_address if parameter["in"] == "query"}
    assert names == said["components"]["schemas"]["Search"]["properties"].keys()
    assert {"q", "place", "facility", "abuse", "lang", "from", "to", "sort", "page"} <= names
