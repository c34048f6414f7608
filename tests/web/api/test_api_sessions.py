"""Programs sign in with what a person has, and are known by their token alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from archive.web.session import COOKIE
from tests.web.api.conftest import API, Program, credentials, document, signed_in
from tests.web.conftest import World


def test_signing_in_says_the_token_its_end_and_the_rooms(world: World, nobody: Program) -> None:
    response = nobody.post("/sessions", json=credentials(world, "reader"))
    assert response.status_code == 201
    assert response.json is not None
    end = datetime.fromisoformat(response.json["expires"])
    assert timedelta(hours=7) < end - datetime.now(UTC) <= timedelta(hours=8)
    [room] = response.json["rooms"]
    assert (room["id"], room["purpose"], room["capabilities"]) == (
        str(world.standing.reading),
        "reading",
        ["read"],
    )
    assert Program(world, response.json["token"]).said("/rooms") == {"rooms": response.json["rooms"]}


@pytest.mark.parametrize("wrong", ["login", "passphrase", "totp"])
def test_what_is_wrong_is_never_said(world: World, nobody: Program, wrong: str) -> None:
    response = nobody.post("/sessions", json=credentials(world, "counsel") | {wrong: "000000"})
    assert response.status_code == 401
    assert response.json is not None
    assert response.json["type"] == "urn:guwah:problem:cannot-sign-in"
    assert (
        response.data
        == nobody.post("/sessions", json=dict.fromkeys(("login", "passphrase", "totp"), "x")).data
    )
    assert signed_in(world, "counsel").token


def test_too_many_tries_wait_alike_for_every_login(world: World, nobody: Program) -> None:
    stranger = {"login": f"stranger-{uuid4()}", "passphrase": "x", "totp": "000000"}
    answers = [nobody.post("/sessions", json=stranger) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 15
    assert answers[-1].json is not None
    assert answers[-1].json["type"] == "urn:guwah:problem:too-many-tries"


def test_signing_out_ends_that_session_only(world: World) -> None:
    one, other = signed_in(world, "reader"), signed_in(world, "reader")
    assert one.call("DELETE", "/sessions/current").status_code == 204
    assert one.get("/rooms").status_code == 401
    assert one.call("DELETE", "/sessions/current").status_code == 401
    assert other.get("/rooms").status_code == 200


@pytest.mark.parametrize(
    "header",
    [
        "", "Bearer", "Bearer ", "Bearer x", "Bearer " + "A" * 43, "Bearer " + "A" * 9000, "Bearer a b", "Bearer a=b",
        "Bearer ü", "Basic eDp5", "Basic !!", "Digest x", "Token {}", "Bearer m.{}", "Bearer {}x", "{}",
    ],
)  # fmt: skip
def test_nothing_but_a_live_token_opens_anything(researching: Program, nobody: Program, header: str) -> None:
    for path in ("/rooms", researching.record("both", researching.reading), f"/rooms/{uuid4()}/search?q=x"):
        given = header.format(researching.token).encode().decode("latin-1")
        assert nobody.get(path, headers={"Authorization": given}).status_code == 401


def test_case_and_space_of_the_scheme_do_not_matter(researching: Program, nobody: Program) -> None:
    for scheme in ("bearer", "BEARER", "Bearer "):
        headers = {"Authorization": f"{scheme} {researching.token}"}
        assert nobody.get("/rooms", headers=headers).status_code == 200


def test_a_cookie_does_not_count_here(world: World) -> None:
    browser = world.sign_in("keeper")
    assert browser.get("/").status == 200
    asked = 0
    for template, operations in document(world)["paths"].items():
        path = template.format(room=world.standing.custody, record=world.records["both"])
        for method, operation in operations.items():
            if operation.get("security") != []:
                response = browser.client.open(path, method=method, json={"tags": []})
                assert (response.status_code, "Set-Cookie" in response.headers) == (401, False), (
                    method,
                    path,
                )
                asked += 1
    assert asked == 18
    assert browser.get("/").status == 200


def test_a_bearer_does_not_count_on_pages(world: World, keeping: Program) -> None:
    client = world.app.test_client()
    for path in ("/", world.custody, f"{world.custody}/records/{world.records['both']}", "/account"):
        response = client.get(path, headers={"Authorization": f"Bearer {keeping.token}"})
        assert (response.status_code, response.headers["Location"]) == (303, "/sign-in")


def test_both_at_once_are_two(world: World, outside: Program) -> None:
    """A keeper's cookie beside an outsider's token: the token alone says who it is."""
    browser = world.sign_in("keeper")
    headers = {"Authorization": f"Bearer {outside.token}"}
    response = browser.client.get(f"{API}/rooms", headers=headers)
    assert response.json == {"rooms": []}
    assert COOKIE not in str(response.headers)


def test_a_form_is_no_way_in(world: World, nobody: Program) -> None:
    """The pages' own ways to sign in (a form, fields beside another form) lead nowhere here."""
    mine = credentials(world, "counsel")
    typed = {"login": mine["login"], "passphrase": mine["passphrase"], "code": mine["totp"]}
    for data in (mine, typed, {f"again-{name}": value for name, value in typed.items()}):
        assert nobody.post("/sessions", data=data).status_code == 415
        assert nobody.post(f"{world.custody}/search", data=data).status_code == 401
