"""The log by the API: the same entries, rights and refusals as on the pages."""

from __future__ import annotations

from uuid import uuid4

import pytest

from archive.services import disclosing
from tests.web.api.conftest import Program
from tests.web.conftest import World


def test_it_is_read_by_what_stands_in_the_clear(keeping: Program, world: World) -> None:
    archive, keeper = world.standing.archive, world.standing.acting("keeper")
    record = world.records["both"]
    disclosing.show(archive, keeper, world.standing.custody, record)
    found = keeping.said(f"/log?record={record}&action=open&newest=true&count=1")["entries"]
    assert [(entry["about"], entry["actor"]) for entry in found] == [(str(record), str(keeper.member))]
    assert found[0]["detail"]["room"] == world.standing.custody.hex
    assert [entry["number"] for entry in keeping.said("/log?start=1&count=2")["entries"]] == [1, 2]
    day = archive.clock().date().isoformat()
    assert keeping.said(f"/log?from={day}&to={day}&count=1")["entries"]
    assert keeping.said("/log?to=2001-01-01") == {"entries": []}
    assert keeping.said(f"/log?member={uuid4()}") == {"entries": []}
    assert keeping.said("/log?action=opened") == {"entries": []}


def test_for_everybody_else_there_is_nothing(researching: Program, outside: Program) -> None:
    for program in (researching, outside):
        refused = program.get("/log")
        assert refused.status_code == 404
        assert refused.json == program.get(f"/rooms/{uuid4()}/search").json


@pytest.mark.parametrize(
    "asked",
    [
        "member=x",
        "record=1",
        "from=yesterday",
        "start=-1",
        "start=99999999999999999999",
        "count=1001",
        "who=x",
    ],
)
def test_what_cannot_be_read(keeping: Program, asked: str) -> None:
    assert keeping.get(f"/log?{asked}").status_code == 422


def test_what_was_searched_for_is_not_in_it(keeping: Program) -> None:
    keeping.said(f"{keeping.reading}/search", json={"q": "zzyzx"})
    [entry] = keeping.said("/log?action=search&newest=true&count=1")["entries"]
    assert "query" not in entry["detail"]
    assert entry["detail"]["total"] == 0
