"""Consent by the API: shown, foreseen, changed and withdrawn, with the refusals of the pages."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.web.api.conftest import Program, signed_in
from tests.web.conftest import World
from tests.web.desk_cast import appointed, told

RESEARCH = {
    "purpose": "research",
    "audience": "vetted-researchers",
    "data_class": "narrative",
    "decision": "yes",
}


@pytest.fixture
def path(world: World) -> str:
    record, _code = told(world)
    return f"/records/{record}"


def step(event: str, **more: Any) -> dict[str, Any]:
    return {"entry": {"event": event, "basis": "consent", "at": "2026-05-01", **more}}


def reads(world: World, program: Program, path: str) -> int:
    return program.get(f"{world.reading}{path}").status_code


def test_it_is_shown_to_custody(keeping: Program, path: str) -> None:
    found = keeping.said(f"{path}/consent")["consent"]
    assert (found["state"], found["kept"], len(found["entries"])) == ("active", True, 1)
    assert {one["purpose"] for one in found["rooms"]} == {"identity", "reading", "matter"}
    assert [event for event, _day in found["events"]] == ["grant"]


def test_what_is_foreseen_is_what_happens(
    keeping: Program, researching: Program, world: World, path: str
) -> None:
    ledger = keeping.said(f"{path}/consent")["consent"]["entries"]
    closes = [item["id"] for item in ledger[0]["items"] if item["purpose"] == "research"]
    limit = step("limit", closes=closes) | {"read": 1}
    effect = keeping.said(f"{path}/consent/preview", json=limit)["effect"]
    assert [one["purpose"] for one in effect["lost"]] == ["reading"]
    assert effect["gained"] == []
    assert reads(world, researching, path) == 200
    after = keeping.said(f"{path}/consent", json=limit)["consent"]
    assert after["state"] == "limited"
    assert reads(world, researching, path) == 404
    late = keeping.post(f"{path}/consent", json=limit)
    assert late.status_code == 409
    again = keeping.said(f"{path}/consent", json=step("grant", items=[RESEARCH]))["consent"]
    assert {one["purpose"] for one in again["rooms"]} == {"identity", "reading", "matter"}


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        (step("withdraw"), "entry.event"),
        (step("receipt"), "entry.event"),
        (step("limit", closes=[str(uuid4())]), "entry.closes"),
        (step("limit", items=[RESEARCH]), "entry.items.0.decision"),
        (step("grant", items=[RESEARCH | {"data_class": "third-party"}]), "entry.items.0.data_class"),
        (step("grant", items=[RESEARCH | {"id": str(uuid4())}]), "entry.items.0.id"),
        (step("grant", given_by="nobody"), "entry.given_by"),
        (step("grant", record=str(uuid4())), "entry.record"),
        (step("grant") | {"read": -1}, "read"),
        ({}, "entry"),
    ],
)
def test_what_cannot_be_entered_is_named_where_it_stands(
    keeping: Program, path: str, wrong: dict[str, Any], where: str
) -> None:
    for address in (f"{path}/consent", f"{path}/consent/preview"):
        response = keeping.post(address, json=wrong)
        assert response.status_code == 422, response.text
        assert response.json is not None
        assert where in [problem["where"] for problem in response.json["problems"]]
    assert len(keeping.said(f"{path}/consent")["consent"]["entries"]) == 1


def test_the_desk_withdraws_what_it_cannot_see(
    keeping: Program, researching: Program, world: World, path: str
) -> None:
    desk = signed_in(world, appointed(world, "desk-api"))
    assert desk.get(f"{path}/consent").status_code == 404
    assert desk.post(f"{path}/consent", json=step("suspend")).status_code == 404
    ending = desk.said(f"{path}/withdrawal", json={"reason": "A made-up reason."})
    assert len(ending["rooms"]) == 4
    assert ending["until"]
    assert reads(world, researching, path) == 404
    assert keeping.said(f"{path}/consent")["consent"]["state"] == "withdrawn"
    assert desk.post(f"{path}/withdrawal", json={"reason": ""}).status_code == 409
    assert keeping.post(f"{path}/consent", json=step("grant")).status_code == 409


def test_for_everybody_else_there_is_nothing(researching: Program, outside: Program, path: str) -> None:
    for program in (researching, outside):
        answers = [
            program.get(f"{path}/consent"),
            program.post(f"{path}/consent", json=step("suspend")),
            program.post(f"{path}/consent/preview", json=step("suspend")),
            program.post(f"{path}/withdrawal", json={"reason": ""}),
            program.get(f"/records/{uuid4()}/consent"),
        ]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.text for answer in answers}) == 1
