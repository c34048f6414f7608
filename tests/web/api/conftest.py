"""Programs that use the API of the archive that the pages are tried on; every answer is held to the contract."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from archive.domain.consent import DataClass
from tests.web.api.contract import Document, hold
from tests.web.conftest import World

API = "/api/v1"


@dataclass
class Program:
    """``token`` is empty for one that is not signed in. ``seen``: (method, path, status) of its requests so far."""

    world: World
    token: str = ""
    seen: list[tuple[str, str, int]] = field(default_factory=list)

    def call(self, method: str, path: str, **how: Any) -> TestResponse:
        """A request below the API's address, its answer held to the contract."""
        headers = how.pop("headers", {})
        if self.token:
            headers = {"Authorization": f"Bearer {self.token}"} | headers
        client = self.world.app.test_client(use_cookies=False)
        response = client.open(API + path, method=method, headers=headers, **how)
        hold(document(self.world), response, method, API + path.partition("?")[0])
        self.seen.append((method, path, response.status_code))
        return response

    def get(self, path: str, **how: Any) -> TestResponse:
        return self.call("GET", path, **how)

    def post(self, path: str, **how: Any) -> TestResponse:
        return self.call("POST", path, **how)

    def put(self, path: str, **how: Any) -> TestResponse:
        return self.call("PUT", path, **how)

    def said(self, path: str, *, json: Any = None) -> Any:
        """The body of an answer that was a plain yes."""
        response = self.get(path) if json is None else self.post(path, json=json)
        assert response.status_code in (200, 201), response.text
        return response.json

    @property
    def custody(self) -> str:
        return self.world.custody

    @property
    def reading(self) -> str:
        return self.world.reading

    def record(self, name: str, room: str = "") -> str:
        return f"{room or self.custody}/records/{self.world.records[name]}"


def document(world: World) -> Document:
    return _document(world.app)


@cache
def _document(app: Flask) -> Document:
    response = app.test_client(use_cookies=False).get(f"{API}/openapi.json")
    assert response.json is not None
    return dict(response.json)


def credentials(world: World, login: str) -> dict[str, str]:
    return {
        "login": login,
        "passphrase": world.standing.people[login].passphrase,
        "totp": world.standing.code(login),
    }


def signed_in(world: World, login: str) -> Program:
    session = Program(world).said("/sessions", json=credentials(world, login))
    return Program(world, session["token"])


@pytest.fixture
def nobody(world: World) -> Program:
    return Program(world)


@pytest.fixture(scope="session")
def keeping(world: World) -> Program:
    return signed_in(world, "keeper")


@pytest.fixture(scope="session")
def researching(world: World) -> Program:
    return signed_in(world, "reader")


@pytest.fixture(scope="session")
def outside(world: World) -> Program:
    return signed_in(world, "outsider")


KEPT = (("store", "custodian"), ("catalogue", "custodian"))
OPEN = (*KEPT, ("research", "vetted-researchers"))


def consent(pairs: tuple[tuple[str, str], ...] = OPEN) -> dict[str, Any]:
    items = [
        {"purpose": purpose, "audience": audience, "data_class": data_class.value, "decision": "yes"}
        for purpose, audience in pairs
        for data_class in DataClass
        if data_class is not DataClass.THIRD_PARTY or (purpose, audience) in KEPT
    ]
    return {"basis": "consent", "at": "2024-05-01", "items": items}


def account(**other: Any) -> dict[str, Any]:
    """An invented account, complete, in the JSON of the API."""
    classes = [data_class.value for data_class in DataClass]
    record = {
        "record_kind": "testimony",
        "title": "An invented account",
        "title_reviewed": classes,
        "kind": "survivor",
        "texts": [
            {
                "id": "original",
                "role": "original",
                "lang": "ug-Arab",
                "body": "ئۇلار بىزنى كېچىدە سانىدى.",
                "contains": ["narrative"],
                "reviewed": classes,
            }
        ],
        "present": [{"role": "interviewer", "name": "Example Interviewer"}],
        "tags": [{"facet": "place", "term": "xj-hotan", "passage": "كېچىدە", "text": "original"}],
        "collected": "2019-03~",
        "content_note": ["death"],
    }
    people = [{"role": "narrator", "name": "Example Person Two", "contact": "none@example.org"}]
    return {"record": record | other, "consent": consent(), "people": people}


def family_report(**other: Any) -> dict[str, Any]:
    """An invented family report."""
    record = {
        "record_kind": "family-report",
        "title": "An invented report",
        "missing": [
            {
                "name": "Example Missing",
                "relation": "sibling",
                "status": "interned",
                "as_of": "2020",
                "statements": [{"text": "He was taken from his shop.", "knowledge": "unknown"}],
            }
        ],
        "sought": "news of him",
    }
    return {
        "record": record | other,
        "consent": consent(KEPT),
        "people": [{"role": "reporter", "name": "Example Reporter"}],
    }
