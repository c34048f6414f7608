"""Records go in by the API whole or not at all, and come out as the room sees them, for whoever may see them."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from archive.domain import family_report as reports
from archive.domain import testimony as accounts
from archive.domain.consent import Audience, Basis, ConsentEntry, DataClass, Decision, Purpose
from archive.domain.errors import Conflict, Damaged, DiskFull, NotFound, Refused
from archive.domain.records import Text
from archive.domain.rooms import RoomPurpose
from archive.services import accessioning, cataloguing, disclosing, registering
from tests.web.api.conftest import KEPT, Program, account, consent, family_report
from tests.web.conftest import World

ELSEWHERE = "6f1a52c4-0f4e-4c69-9a55-2f1f8a7f3a11"
"""An id that no draft has; the same in every run, for it stands in the names of tests."""


def held(program: Program) -> int:
    return int(program.said("/rooms")["rooms"][0]["records"])


def stored(keeping: Program, new: dict[str, Any], status: int = 201) -> str:
    response = keeping.post(f"{keeping.custody}/records", json=new)
    assert response.status_code == status, response.text
    assert response.json is not None
    path = f"{keeping.custody}/records/{response.json['id']}"
    assert response.headers["Location"] == f"/api/v1{path}"
    assert keeping.said(path)["code"] == response.json["code"]
    return path


def test_a_testimony_goes_in_and_comes_out(keeping: Program) -> None:
    sent = account()
    shown = keeping.said(stored(keeping, sent))
    [person] = shown["identity"]["people"]
    assert shown["record"]["narrator"] == person["id"]
    assert (person["name"], person["contact"]) == ("Example Person Two", "none@example.org")
    for name, value in sent["record"].items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            pairs = zip(value, shown["record"][name], strict=True)
            assert all(given.items() <= kept.items() for given, kept in pairs), name
        else:
            assert shown["record"][name] == value, name
    assert shown["record"]["texts"][0]["direction"] == "rtl"
    [entry] = shown["consent"]
    assert (entry["event"], entry["basis"], entry["at"]) == ("grant", "consent", "2024-05-01")
    assert entry["record"] == shown["id"] == shown["record"]["id"]
    assert len({item["id"] for item in entry["items"]}) == len(sent["consent"]["items"])
    assert shown["licence"]["not_after"] is None
    assert shown["revision"] == 1


def test_a_family_report_goes_in_and_comes_out(keeping: Program) -> None:
    shown = keeping.said(stored(keeping, family_report()))
    record = shown["record"]
    assert record["record_kind"] == "family-report"
    assert record["reporter"] == shown["identity"]["people"][0]["id"]
    assert record["missing"][0]["name"] == "Example Missing"
    assert record["missing"][0]["statements"] == [
        {"text": "He was taken from his shop.", "knowledge": "unknown"}
    ]
    assert record["sought"] == "news of him"


def test_what_is_stored_is_the_domains_own(keeping: Program, world: World) -> None:
    """No shape of the API's lives on in what is sealed."""
    for new, kind in ((account(), accounts.Testimony), (family_report(), reports.FamilyReport)):
        record = keeping.said(stored(keeping, new))["id"]
        shown = disclosing.show(
            world.standing.archive, world.standing.acting("keeper"), world.standing.custody, UUID(record)
        )
        assert type(shown.record) is kind
        assert {type(text) for text in shown.record.texts} <= {Text}
        assert {type(entry) for entry in shown.consent} == {ConsentEntry}


def test_people_are_told_apart_by_the_ids_that_were_sent(keeping: Program) -> None:
    one, two = str(uuid4()), str(uuid4())
    people = [{"id": one, "role": "narrator"}, {"id": two, "role": "narrator", "name": "Example Second"}]
    shown = keeping.said(stored(keeping, account(narrator=two) | {"people": people}))
    assert shown["record"]["narrator"] == two
    assert [person["id"] for person in shown["identity"]["people"]] == [one, two]
    nameless = keeping.said(stored(keeping, account() | {"people": people}))
    assert nameless["record"]["narrator"] is None
    known = str(uuid4())
    assert keeping.said(stored(keeping, family_report(reporter=known)))["record"]["reporter"] == known


def test_consent_decides_where_it_lies(keeping: Program, researching: Program, world: World) -> None:
    path = stored(keeping, account())
    shown = keeping.said(path)
    assert str(world.standing.reading) in shown["placed"]
    seen = researching.said(path.replace(str(world.standing.custody), str(world.standing.reading)))
    assert seen["record"]["texts"][0]["body"] == account()["record"]["texts"][0]["body"]
    assert seen["licence"]["items"]
    assert (seen["identity"], seen["consent"], seen["placed"]) == (None, [], [])
    kept = stored(keeping, account() | {"consent": consent(KEPT)})
    there = kept.replace(str(world.standing.custody), str(world.standing.reading))
    assert researching.get(there).status_code == 404
    assert str(world.standing.reading) not in keeping.said(kept)["placed"]


def test_a_source_key_is_stored_once(keeping: Program) -> None:
    new = account() | {"source_key": f"row-{uuid4()}"}
    first, before = stored(keeping, new), held(keeping)
    assert stored(keeping, new, 200) == first
    assert held(keeping) == before


def test_it_is_found_at_once(keeping: Program) -> None:
    word = f"zephyr{uuid4().hex[:8]}"
    path = stored(keeping, account(title=f"About {word}"))
    [hit] = keeping.said(f"{keeping.custody}/search", json={"q": word})["hits"]
    assert path.endswith(hit["id"])


def changed(new: dict[str, Any], where: str, value: Any) -> dict[str, Any]:
    """A draft with another value at a place; … takes it away."""
    *steps, last = [int(step) if step.isdigit() else step for step in where.split(".")]
    here: Any = new
    for step in steps:
        here = here[step]
    if value is ...:
        del here[last]
    else:
        here[last] = value
    return new


@pytest.mark.parametrize(
    ("where", "value"),
    [
        ("record.title", ...), ("record.title", ""), ("record.title", None), ("record.title", 7),
        ("record.title", "two\nlines"), ("record.kind", "rumour"), ("record.texts", ...), ("record.texts", []),
        ("record.texts", {}), ("record.texts.0", "text"), ("record.texts.0.lang", "xx"), ("record.texts.0.body", ...),
        ("record.texts.0.body", ""), ("record.texts.0.direction", "ltr"), ("record.texts.0.contains.0", "secrets"),
        ("record.texts.0.bdoy", "x"), ("record.tags.0.facet", "planet"), ("record.tags.0.term", "xj-nowhere"),
        ("record.tags.0.passage", "not in it"), ("record.collected", "spring"), ("record.source", 3),
        ("record.narrator", "me"), ("record.id", ELSEWHERE), ("record.content_note.0", "fun"),
        ("record.record_kind", ...), ("record.record_kind", "novel"), ("record", ...), ("record", []),
        ("consent", ...), ("consent", None), ("consent.at", ...), ("consent.at", 0), ("consent.at", "2024-02-30"),
        ("consent.at", "2024-05-01T00:00:00"), ("consent.basis", "hearsay"), ("consent.risk_explained", "yes"),
        ("consent.risk_explained", 1), ("consent.id", ELSEWHERE), ("consent.record", ELSEWHERE),
        ("consent.event", "withdraw"), ("consent.closes", []), ("consent.items.0.purpose", "fun"),
        ("consent.items.0.id", ELSEWHERE), ("consent.items.0.until", "tomorrow"), ("people", {}),
        ("people.0.role", ...), ("people.0.role", ""), ("people.0.nickname", "x"), ("people.0.id", "one"),
        ("source_key", 5), ("source_key", "x" * 501), ("sourcekey", "x"),
    ],
)  # fmt: skip
def test_each_problem_is_placed_and_nothing_is_stored(keeping: Program, where: str, value: Any) -> None:
    before = held(keeping)
    response = keeping.post(f"{keeping.custody}/records", json=changed(account(), where, value))
    assert response.status_code == 422
    assert response.json is not None
    assert response.json["type"] == "urn:guwah:problem:invalid"
    places = [problem["where"] for problem in response.json["problems"]]
    expected = where.removesuffix(".record_kind") if "record_kind" in where else where
    assert expected in places
    assert all(problem["text"].endswith(".") for problem in response.json["problems"])
    assert held(keeping) == before


def test_without_consent_or_basis_nothing_is_stored(keeping: Program) -> None:
    before = held(keeping)
    for entry in ({"basis": "consent", "at": "2024-05-01"}, {"basis": "public-interest", "at": "2024-05-01"}):
        response = keeping.post(f"{keeping.custody}/records", json=account() | {"consent": entry})
        assert response.status_code == 422
        assert response.json is not None
        assert any(problem["where"].startswith("consent") for problem in response.json["problems"])
    assert held(keeping) == before


def test_another_basis_is_taken_with_its_reason(keeping: Program) -> None:
    entry = {"basis": "public-interest", "at": "2024-05-01", "reason": "An invented reason."}
    shown = keeping.said(stored(keeping, account() | {"consent": entry, "people": []}))
    assert shown["consent"][0]["basis"] == Basis.PUBLIC_INTEREST
    assert shown["placed"] == []


def test_tags_are_replaced_and_the_record_placed_anew(keeping: Program, world: World) -> None:
    path = stored(keeping, account())
    tags = [
        {"facet": "place", "term": "xj-kashgar", "certainty": "as-stated"},
        {"facet": "abuse", "term": "arrest"},
    ]
    assert keeping.put(f"{path}/tags", json={"tags": tags}).status_code == 204
    shown = keeping.said(path)
    assert [tag["term"] for tag in shown["record"]["tags"]] == ["xj-kashgar", "arrest"]
    assert shown["revision"] == 2
    assert keeping.put(f"{path}/tags", json={"tags": shown["record"]["tags"]}).status_code == 204
    response = keeping.put(f"{path}/tags", json={"tags": [*tags, {"facet": "abuse", "term": "unkindness"}]})
    assert response.status_code == 422
    assert response.json is not None
    assert [problem["where"] for problem in response.json["problems"]] == ["tags.2.term"]
    assert keeping.said(path)["revision"] == 3
    assert keeping.put(f"{path}/tags", json={"tags": []}).status_code == 204
    assert keeping.said(path)["record"]["tags"] == []


def test_facilities_are_added_replaced_and_named_by_tags(keeping: Program) -> None:
    path, key = f"{keeping.custody}/facilities", f"invented-{uuid4()}"
    kind = "internment"
    one = {"kind": kind, "labels": {"en": "Invented Camp"}, "place": "xj-hotan", "source_key": key}
    response = keeping.post(path, json={"facilities": [one, {"kind": kind, "labels": {"ug": "ئويدۇرما"}}]})
    assert response.status_code == 201, response.text
    assert response.json is not None
    added = {facility["source_key"]: facility for facility in response.json["facilities"]}
    assert added.keys() == {key, ""}
    again = keeping.post(path, json={"facilities": [one | {"labels": {"en": "Invented Camp Two"}}]}).json
    assert again is not None
    [renamed] = again["facilities"]
    assert (renamed["id"], renamed["labels"]) == (added[key]["id"], {"en": "Invented Camp Two"})
    register = keeping.said(path)["facilities"]
    assert renamed in register
    assert added[""] in register
    tag = {"facet": "facility", "term": renamed["term"]}
    shown = keeping.said(stored(keeping, account(tags=[tag])))
    assert shown["record"]["tags"][0]["labels"] == {"en": "Invented Camp Two"}
    found = keeping.said(f"{keeping.custody}/search?facility={renamed['term']}")
    assert found["total"] == 1
    assert "Invented Camp Two" in [value["label"] for value in found["facets"]["facility"]]


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"kind": "palace"}, "kind"), ({"labels": {}}, "labels"), ({"labels": []}, "labels"),
        ({"place": "mars"}, "place"),        ({"opened": "once"}, "opened"), ({"labels": {"en": "a\nb"}}, "labels.1"),
        ({"id": "reg-1"}, "id"),
        ({"term": "reg-x"}, "term"),
    ],
)  # fmt: skip
def test_of_facilities_all_are_taken_or_none(keeping: Program, wrong: dict[str, Any], where: str) -> None:
    path = f"{keeping.custody}/facilities"
    before = keeping.said(path)
    good = {"kind": "internment", "labels": {"en": "Never stored"}}
    response = keeping.post(path, json={"facilities": [good, good | wrong]})
    assert response.status_code == 422
    assert response.json is not None
    assert [problem["where"] for problem in response.json["problems"]] == [f"facilities.1.{where}"]
    assert keeping.post(path, json={"facilities": []}).status_code == 422
    assert keeping.post(path, json={"facilities": [good] * 201}).status_code == 422
    assert keeping.said(path) == before


def test_hidden_and_absent_are_the_same_bytes(
    keeping: Program, researching: Program, outside: Program, world: World
) -> None:
    absent = outside.get("/no/such/thing")
    assert absent.status_code == 404
    custody, reading, audit = (
        world.custody,
        world.reading,
        f"/rooms/{world.standing.rooms[RoomPurpose.AUDIT]}",
    )
    there, nowhere = world.records["kept"], uuid4()
    asked: list[tuple[Program, str, str, Any]] = [
        (researching, "GET", f"{reading}/records/{there}", None),
        (researching, "GET", f"{reading}/records/{nowhere}", None),
        (researching, "GET", f"{custody}/records/{there}", None),
        (researching, "GET", f"{custody}/facilities", None),
        (researching, "GET", f"{custody}/search?q=x", None),
        (researching, "POST", f"{custody}/search", {}),
        (researching, "GET", f"{custody}/suggest?typed=x", None),
        (researching, "POST", f"{custody}/records", account()),
        (researching, "PUT", f"{custody}/records/{there}/tags", {"tags": []}),
        (keeping, "GET", f"{custody}/records/{nowhere}", None),
        (keeping, "GET", f"{audit}/records/{there}", None),
        (keeping, "GET", f"{reading}/records/{there}", None),
        (keeping, "PUT", f"{custody}/records/{nowhere}/tags", {"tags": []}),
        (outside, "GET", f"{reading}/records/{world.records['both']}", None),
        (
            outside,
            "POST",
            f"{custody}/facilities",
            {"facilities": [{"kind": "prison", "labels": {"en": "X"}}]},
        ),
        (outside, "GET", f"{custody}/records/not-an-id", None),
    ]
    for program, method, path, body in asked:
        response = program.call(method, path, **({} if body is None else {"json": body}))
        assert (response.status_code, response.data) == (404, absent.data), (method, path)
        assert response.headers == absent.headers


def test_a_draft_that_is_wrong_tells_a_stranger_nothing(researching: Program, world: World) -> None:
    wrong = account(title="")
    for room in (world.custody, f"/rooms/{uuid4()}"):
        assert researching.post(f"{room}/records", json=wrong).status_code == 404


def test_reading_a_room_is_not_placing_in_it(keeping: Program, researching: Program, world: World) -> None:
    record = world.records["both"]
    for response in (
        researching.post(f"{world.reading}/records", json=account()),
        researching.put(f"{world.reading}/records/{record}/tags", json={"tags": []}),
        keeping.post(f"{world.reading}/records", json=account()),
    ):
        assert response.status_code == 403
        assert response.json is not None
        assert response.json["type"] == "urn:guwah:problem:not-granted"


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (Conflict("Somebody else changed this."), 409, "conflict"),
        (Refused("Not among what you were granted."), 403, "not-granted"),
        (NotFound(), 404, "nothing-here"),
        (DiskFull("There is no room left."), 507, "full"),
        (Damaged("What is stored is not what was stored."), 503, "damaged"),
    ],
)
def test_each_refusal_has_its_status_and_name(
    keeping: Program, world: World, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, kind: str
) -> None:
    def refuse(*_: object) -> None:
        raise error

    for service, name in ((accessioning, "accession"), (cataloguing, "retag"), (registering, "add")):
        monkeypatch.setattr(service, name, refuse)
    facility = {"kind": "internment", "labels": {"en": "X"}}
    for response in (
        keeping.post(f"{keeping.custody}/records", json=account()),
        keeping.put(f"{keeping.record('both')}/tags", json={"tags": []}),
        keeping.post(f"{keeping.custody}/facilities", json={"facilities": [facility]}),
    ):
        assert response.status_code == status
        assert response.json is not None
        assert response.json["type"] == f"urn:guwah:problem:{kind}"
        assert response.json["detail"] == str(error)


def test_the_words_of_consent_are_the_domains() -> None:
    """What the fixtures send is what the vocabulary of consent holds; else the tests above would test less."""
    for item in consent()["items"]:
        assert Purpose(item["purpose"])
        assert Audience(item["audience"])
        assert DataClass(item["data_class"])
        assert Decision(item["decision"])
