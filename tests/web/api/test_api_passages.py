"""Marking passages by the API: the same refusals as on the page, and every room holds what the marks leave open."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from archive.domain.consent import DataClass
from archive.domain.errors import Conflict
from archive.services import accessioning, cataloguing
from tests import archives
from tests.web.api.conftest import Program
from tests.web.conftest import World

BODY = "They took us away at dawn. They gave us pills. Then nothing."
MARK = {"start": 27, "end": 46, "contains": ["medical"], "reason": "an invented reason"}
READ = [one.value for one in DataClass]


@pytest.fixture
def record(world: World) -> str:
    one = archives.account(BODY, title="Pills")
    entry = archives.consent(one.id, refused=(DataClass.MEDICAL,))
    standing = world.standing
    keeper = standing.acting("keeper")
    [stored] = accessioning.accession(
        standing.archive, keeper, standing.custody, [archives.draft(one, entry)]
    )
    return str(stored)


def found(**more: Any) -> dict[str, Any]:
    return {"revision": 1, "texts": [{"text": "original", "passages": [MARK], "reviewed": READ} | more]}


def test_marks_are_stored_and_every_room_holds_what_they_leave(
    keeping: Program, researching: Program, world: World, record: str
) -> None:
    path = f"{world.custody}/records/{record}"
    assert keeping.post(f"{path}/passages", json=found()).status_code == 204
    kept = keeping.said(path)
    assert (kept["revision"], kept["record"]["texts"][0]["passages"]) == (2, [MARK])
    seen = researching.said(f"{world.reading}/records/{record}")
    assert seen["record"]["texts"][0]["body"] == "They took us away at dawn. [withheld] Then nothing."
    assert seen["record"]["texts"][0]["passages"] == []
    assert "invented reason" not in str(seen)
    response = keeping.post(f"{path}/passages", json=found())
    assert response.status_code == 409
    cleared = found(passages=[]) | {"revision": 2}
    assert keeping.post(f"{path}/passages", json=cleared).status_code == 204
    assert researching.said(f"{world.reading}/records/{record}")["record"]["texts"][0]["body"] == BODY


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (found(text="none"), "texts"),
        (found(passages=[MARK | {"end": 999}]), "texts.0.passages.0.end"),
        (found(passages=[MARK | {"reason": ""}]), "texts.0.passages.0.reason"),
        (found(passages=[MARK | {"contains": []}]), "texts.0.passages.0.contains"),
        (found(passages=[MARK | {"contains": ["gossip"]}]), "texts.0.passages.0.contains.0"),
        (found(passages=[MARK | {"start": "x"}]), "texts.0.passages.0.start"),
        (found(more=1), "texts.0.more"),
        (found() | {"texts": []}, "texts"),
        (found() | {"revision": 0}, "revision"),
        ({"texts": []}, "revision"),
    ],
)
def test_what_is_no_mark_is_refused_where_it_stands(
    keeping: Program, world: World, record: str, wrong: dict[str, Any], where: str
) -> None:
    path = f"{world.custody}/records/{record}"
    response = keeping.post(f"{path}/passages", json=wrong)
    assert response.status_code == 422, response.text
    assert response.json is not None
    assert where in [problem["where"] for problem in response.json["problems"]]
    assert keeping.said(path)["revision"] == 1


def test_it_is_refused_to_those_who_may_not_place(
    keeping: Program, researching: Program, world: World, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert researching.post(f"{world.custody}/records/{record}/passages", json=found()).status_code == 404
    assert researching.post(f"{world.reading}/records/{record}/passages", json=found()).status_code == 403
    assert keeping.post(f"{world.custody}/records/{uuid4()}/passages", json=found()).status_code == 404

    def refuse(*_: object) -> None:
        raise Conflict("Somebody else changed this.")

    monkeypatch.setattr(cataloguing, "mark_passages", refuse)
    assert keeping.post(f"{world.custody}/records/{record}/passages", json=found()).status_code == 409
