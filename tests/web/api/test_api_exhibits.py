"""Exhibits by the API: the same signed sheets as on the pages, for the same people, of the same records."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from archive.domain.rooms import RoomPurpose
from archive.sealing.codec import decode
from archive.services import exhibiting, verifying
from archive.services.exhibiting import Exhibit
from tests.web.api.conftest import Program, signed_in
from tests.web.conftest import ENGLISH, World


@pytest.fixture(scope="module")
def pleading(world: World) -> Program:
    return signed_in(world, "counsel")


@pytest.fixture
def address(world: World) -> str:
    return f"/rooms/{world.standing.rooms[RoomPurpose.MATTER]}/exhibits"


def asked(*records: UUID) -> dict[str, Any]:
    return {"records": [str(record) for record in records]}


def test_signed_sheets_in_the_order_asked(pleading: Program, world: World, address: str) -> None:
    both, closed, absent = world.records["both"], world.records["closed"], uuid4()
    said = pleading.said(address, json=asked(closed, absent, both, closed))
    assert [one["record"] for one in said["exhibits"]] == [str(closed), str(absent), str(both)]
    first, nothing, last = said["exhibits"]
    assert (nothing["exhibit"], nothing["sha256"]) == (None, None)
    assert ENGLISH in [text["text"] for text in last["exhibit"]["sheet"]["texts"]]
    assert said["fingerprint"] == exhibiting.fingerprint(world.standing.archive)
    for one in (first, last):
        raw = json.dumps(one["exhibit"]).encode()
        [found] = verifying.verify(raw, said["fingerprint"])
        assert found.holds
        assert decode(Exhibit, raw).digest == one["sha256"]


def test_for_counsel_alone_and_of_a_matter_alone(
    pleading: Program,
    keeping: Program,
    researching: Program,
    outside: Program,
    nobody: Program,
    world: World,
    address: str,
) -> None:
    want = asked(world.records["both"])
    for program in (researching, outside):
        assert program.post(address, json=want).status_code == 404
    assert nobody.post(address, json=want).status_code == 401
    for room in (keeping.custody, keeping.reading):
        assert keeping.post(f"{room}/exhibits", json=want).status_code == 404
    assert pleading.post(f"/rooms/{uuid4()}/exhibits", json=want).status_code == 404


@pytest.mark.parametrize(
    "want",
    [
        {},
        {"records": []},
        {"records": ["x"]},
        {"records": "x"},
        {"records": [None]},
        {"records": [], "room": "x"},
    ],
)
def test_what_cannot_be_taken_is_said(pleading: Program, address: str, want: dict[str, Any]) -> None:
    response = pleading.post(address, json=want)
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["problems"][0]["where"].startswith("records")


def test_no_more_than_the_most_at_once(pleading: Program, address: str) -> None:
    many = asked(*(uuid4() for _ in range(exhibiting.MOST + 1)))
    assert pleading.post(address, json=many).status_code == 422
