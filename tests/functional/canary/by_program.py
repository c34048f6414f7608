"""Knows the journeys by the API: every field of every shape filled by reflection, so that a new field is planted too.
Must not know pages, or what is searched for afterwards. Works on a test client and on a served archive alike."""

from __future__ import annotations

import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, Final, Protocol, cast, get_args, get_origin, get_type_hints
from urllib.parse import quote

from archive.domain.consent import Audience, Basis, ConsentEntry, DataClass, Decision, GrantItem, Purpose
from archive.domain.facilities import Facility
from archive.domain.family_report import FamilyReport, MissingPerson, Statement
from archive.domain.records import KnownPerson, Passage, Present, Text
from archive.domain.tags import Facet, Tag
from archive.domain.testimony import Testimony
from archive.sealing.tokens import secret_of
from tests.functional.canary.stage import Person, Stage

LEFT: Final = {
    "id", "record", "event", "closes", "items", "narrator", "reporter", "direction", "until", "contains",
    "title_contains",
}  # fmt: skip
"""Ids are drawn by the archive; a term's end stands in the licence in clear, by design."""
TERMS: Final[Mapping[tuple[type, str], Any]] = {
    (Passage, "start"): 0,
    (Passage, "end"): 1,
    (Passage, "contains"): ["medical"],
    (Testimony, "kind"): "former-staff",
    (Testimony, "record_kind"): "testimony",
    (FamilyReport, "record_kind"): "family-report",
    (Testimony, "content_note"): ["reproductive-harm"],
    (FamilyReport, "content_note"): ["death"],
    (Text, "role"): "original",
    (Text, "lang"): "kk-Cyrl",
    (Present, "role"): "interviewer",
    (KnownPerson, "role"): "narrator",
    (Statement, "knowledge"): "direct-contact",
    (MissingPerson, "relation"): "grandparent",
    (MissingPerson, "status"): "released-unverified",
    (Facility, "kind"): "interrogation-site",
    (Facility, "place"): "xj-kashgar",
    (Tag, "facet"): Facet.PLACE,
    (Tag, "certainty"): "as-stated",
    (Tag, "term"): "reg-" + "0" * 32,
    (Tag, "text"): "told",
    (Tag, "kind"): "",
    (ConsentEntry, "basis"): Basis.CONSENT,
    (ConsentEntry, "given_by"): "self",
    (ConsentEntry, "capacity"): "adult-with-support",
    (ConsentEntry, "method"): "oral-witness",
    (ConsentEntry, "script_language"): "ru",
}
"""Fields that take a word of a list, and the word."""
DAYS: Final = {
    "collected", "period", "born", "as_of", "last_contact", "on", "next_contact", "opened", "closed",
}  # fmt: skip
ASKED: Final = (
    (Purpose.STORE, Audience.CUSTODIAN),
    (Purpose.CATALOGUE, Audience.CUSTODIAN),
    (Purpose.RESEARCH, Audience.VETTED_RESEARCHERS),
    (Purpose.INTERNATIONAL_COURT, Audience.LEGAL_TEAM),
)


class Answer(Protocol):
    status_code: int

    def get_data(self, *, as_text: bool = False) -> Any: ...


class Client(Protocol):
    """A test client, or one that speaks to a served archive."""

    def open(self, path: str, *, method: str, data: bytes = b"", headers: Mapping[str, str]) -> Answer: ...


class Program:
    """A program that speaks to the archive for a member."""

    def __init__(self, stage: Stage, client: Any) -> None:
        self.stage = stage
        self._client: Client = client
        self._token = ""

    def plant(self, kind: str, *, kept: bool = False) -> str:
        return self.stage.aviary.value(f"API: {kind}", kept=kept)

    def ask(self, method: str, path: str, body: Any = None, *, status: int) -> Any:
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        answer = self._client.open(f"/api/v1{path}", method=method, data=raw, headers=headers)
        said = answer.get_data(as_text=True)
        assert answer.status_code == status, (path, answer.status_code, said)
        return json.loads(said) if said else None

    def sign_in(self, person: Person, ahead: int = 0) -> None:
        """Wrong in every field, then right."""
        right = {"login": person.login, "passphrase": person.passphrase, "totp": person.code(ahead)}
        for name in right:
            wrong = right | {name: self.plant(f"wrong {name}")}
            self.ask("POST", "/sessions", wrong, status=401)
        wrong = right | {
            self.stage.aviary.name("API: unknown field"): self.plant("value of an unknown field")
        }
        self.ask("POST", "/sessions", wrong, status=422)
        self._token = self.ask("POST", "/sessions", right, status=201)["token"]
        self.stage.aviary.secret("session token", self._token, secret_of(self._token))

    def sign_out(self) -> None:
        self.ask("DELETE", "/sessions/current", status=204)
        self.ask("GET", "/rooms", status=401)

    def store(self, room: str, kind: type[Testimony | FamilyReport]) -> str:
        """A record with every field filled: refused first, then stored. Return its id."""
        told = filled(self.stage, "API", kind)
        person = filled(self.stage, "API", KnownPerson)
        items = _grants(self.stage)  # first, so that they begin before the day on which consent is given
        consent = filled(self.stage, "API", ConsentEntry) | {"items": items}
        for text in told["texts"]:
            text |= {"id": "told", "body": f"{text['body']}\n{told['tags'][0]['passage']}"}
        told["tags"].append({"facet": "subject", "term": self.plant("subject", kept=True)})
        person["role"] = "narrator" if kind is Testimony else "reporter"
        key = self.plant("source key")
        sent = {"record": told, "consent": consent, "people": [person], "source_key": key}
        bad = filled(self.stage, "API refused", kind)
        for name in DAYS & bad.keys():
            bad[name] = self.plant(f"refused {name}")
        self.ask("POST", f"/rooms/{room}/records", sent | {"record": bad, "source_key": "x"}, status=422)
        broken = json.dumps(self.plant("broken body"), ensure_ascii=False).encode()
        self.ask("POST", f"/rooms/{room}/records", b'{"record": ' + broken, status=400)
        stored: str = self.ask("POST", f"/rooms/{room}/records", sent, status=201)["id"]
        return stored

    def register(self, room: str) -> None:
        one = filled(self.stage, "API", Facility)
        self.ask("POST", f"/rooms/{room}/facilities", {"facilities": [one]}, status=201)
        wrong = filled(self.stage, "API refused", Facility) | {"opened": self.plant("refused day")}
        self.ask("POST", f"/rooms/{room}/facilities", {"facilities": [wrong]}, status=422)

    def search(self, room: str, known: str) -> str:
        """Queries in the address and in the body, suggestions, wrong ones. Return the id of a record that was found."""
        path = f"/rooms/{room}/search"
        found = self.ask("POST", path, {"q": known}, status=200)
        assert found["hits"], known
        assert self.ask("GET", f"{path}?q={quote(known)}", status=200)["total"] == found["total"]
        for name in ("q", "place", "subject", "kind"):
            word = self.plant(f"{name} in an address", kept=True)
            total = self.ask("GET", f"{path}?{name}={quote(word)}", status=200)["total"]
            assert total == 0 or name == "q", "words may sound like what is there; a tag is one or is not"
        day = self.stage.aviary.day("API: date searched for", kept=True)
        self.ask("GET", f"{path}?from={day}", status=200)
        self.ask("GET", f"{path}?from={quote(self.plant('refused date'))}", status=422)
        self.ask("GET", f"{path}?{quote(self.plant('refused parameter'))}=1", status=422)
        typed = f"/rooms/{room}/suggest?typed={quote(self.plant('typed in an address', kept=True))}"
        assert self.ask("GET", typed, status=200)["suggestions"] == []
        typed = self.plant("typed", kept=True)
        self.ask("POST", f"/rooms/{room}/suggest", {"typed": typed}, status=200)
        record: str = found["hits"][0]["id"]
        return record

    def read(self, room: str, record: str) -> Any:
        self.ask("GET", f"/rooms/{room}/records/{quote(self.plant('word for a record'))}", status=404)
        return self.ask("GET", f"/rooms/{room}/records/{record}", status=200)

    def exhibits(self, room: str, record: str) -> None:
        path = f"/rooms/{room}/exhibits"
        self.ask("POST", path, {"records": [self.plant("word for an exhibit's record")]}, status=422)
        [one] = self.ask("POST", path, {"records": [record]}, status=200)["exhibits"]
        assert one["exhibit"]["sheet"]["texts"]

    def tag(self, room: str, record: str) -> None:
        path = f"/rooms/{room}/records/{record}/tags"
        tags = self.read(room, record)["record"]["tags"]
        tags.append({"facet": "subject", "term": self.plant("subject put", kept=True)})
        self.ask("PUT", path, {"tags": tags}, status=204)
        wrong = {"facet": "place", "term": self.plant("refused term")}
        self.ask("PUT", path, {"tags": [*tags, wrong]}, status=422)

    def mark(self, room: str, record: str) -> None:
        path, kept = f"/rooms/{room}/records/{record}/passages", self.read(room, record)
        mark = {
            "start": 1,
            "end": 3,
            "contains": ["medical"],
            "reason": self.plant("reason of a mark", kept=True),
        }
        text = kept["record"]["texts"][0]
        found = {"text": text["id"], "passages": [*text["passages"], mark], "reviewed": list(DataClass)}
        self.ask("POST", path, {"revision": kept["revision"], "texts": [found]}, status=204)
        unlike = mark | {"reason": self.plant("refused reason")}
        wrong = found | {"text": self.plant("refused text"), "passages": [unlike]}
        self.ask("POST", path, {"revision": kept["revision"] + 1, "texts": [wrong]}, status=422)


def filled(stage: Stage, of: str, shape: type) -> dict[str, Any]:
    """A JSON object of a dataclass in which every field that takes words holds canaries."""
    hints = get_type_hints(shape)
    return {
        one.name: _value(stage, f"{of}: {shape.__name__}.{one.name}", shape, one.name, hints[one.name])
        for one in fields(shape)
        if one.name not in LEFT or (shape, one.name) in TERMS
    }


def _value(stage: Stage, kind: str, shape: type, name: str, hint: Any) -> Any:
    kept = kind.startswith("API:") and name != "source_key"
    plant = stage.aviary
    args = [arg for arg in get_args(hint) if arg not in (types.NoneType, Ellipsis)]
    if (shape, name) in TERMS:
        return TERMS[shape, name]
    if name in DAYS or date in (hint, *args):
        return plant.day(kind, ahead=name in ("review_on", "next_contact"), kept=kept)
    if hint is str:
        return plant.value(kind, kept=kept)
    if hint is bool:
        return True
    if args == [str]:
        return [plant.value(kind, kept=kept) for _ in range(2)]
    if args == [str, str]:
        return {lang: plant.value(kind, kept=kept) for lang in ("en", "ug", "ru")}
    inner = args[0] if args else hint
    if inner is DataClass:
        return list(DataClass) if args else DataClass.IDENTITY
    if inner in (Purpose, Audience, Decision):
        return None  # said by each grant
    assert is_dataclass(inner), f"nobody said how to plant {kind}"
    within = filled(stage, kind.partition(":")[0], cast("type", inner))
    return [within] if get_origin(hint) is tuple else within


def _grants(stage: Stage) -> list[dict[str, Any]]:
    """Yes to everything; the first answer with conditions of its own."""
    items = [
        {"purpose": purpose, "audience": audience, "data_class": data_class, "decision": "yes"}
        for purpose, audience in ASKED
        for data_class in DataClass
    ]
    return [filled(stage, "API", GrantItem) | items[0], *items[1:]]
