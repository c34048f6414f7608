"""Requests drawn from what the application itself says that it answers: its map of addresses, each with what is typed.

Knows forms and addresses. Must not know which of the two archives is asked.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from flask import Flask

from archive.domain.identifiers import code_of
from tests.functional.twins import HIDDEN, ROLES, Twins

API: Final = "/api/v1"
_ANY: Final = re.compile(r"<any\(([^)]*)\):(\w+)>")
_PART: Final = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
LAST: Final = ("api.sign_out", "signing.sign_out", "signing.sign_out_everywhere", "signing.leave")
"""What ends a session comes when all else is done."""
TYPED: Final = (
    HIDDEN,
    *(HIDDEN[:length] for length in range(1, len(HIDDEN))),
    f'"{HIDDEN}"',
    f"title:{HIDDEN}",
    f"{HIDDEN[:5]}*",
    f"{HIDDEN} OR counted",
    f"counted NOT {HIDDEN}",
    "counted",
    "place:xj-urumqi",
    "abuse:rape",
    "",
    "(" * 40,
    "winter",
)
_TERMS: Final = ("place:xj-urumqi", "place:xj-hotan", "abuse:rape", "kind:survivor", "year:2019", "lang:en")


@dataclass(frozen=True)
class Asked:
    """One request; ``where`` is the endpoint, for reports."""

    role: str
    method: str
    where: str
    path: str
    sent: Mapping[str, Any] = field(default_factory=dict)

    @property
    def api(self) -> bool:
        return self.path.startswith(API)


def asked(twins: Twins, number: int, seed: int) -> Iterator[Asked]:
    """So many requests: every route by every role, then whichever chance brings. What ends sessions is last."""
    chance, app = random.Random(seed), twins.hidden.app
    every = [(role, *one) for role in ROLES for one in routes(app)]
    first = [one for one in every if one[1] not in LAST]
    chance.shuffle(first)
    for role, where, method, rule in (first + chance.choices(first, k=max(0, number - len(first))))[:number]:
        yield one(twins, chance, role, where, method, rule)
    for role, where, method, rule in every:
        if where in LAST:
            yield one(twins, chance, role, where, method, rule)


def routes(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and rule of everything that the application answers."""
    found = {
        (rule.endpoint, method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    return sorted(found)


def one(twins: Twins, chance: random.Random, role: str, where: str, method: str, rule: str) -> Asked:
    rule = _ANY.sub(lambda found: chance.choice(found[1].split(", ")), rule)
    path = _PART.sub(lambda found: _part(twins, chance, role, found[1] or "", found[2]), rule)
    return Asked(role, method, where, path, _sent(twins, chance, where, method))


def ids(twins: Twins, chance: random.Random) -> UUID:
    """A record that is open, one that is hidden, or none."""
    return chance.choice(
        [chance.choice(twins.shown), *twins.more, UUID(int=chance.getrandbits(128), version=4)]
    )


def _part(twins: Twins, chance: random.Random, role: str, kind: str, name: str) -> str:
    if name in ("room", "custody"):
        return str(chance.choice([*twins.rooms, *twins.secret, *[twins.own(role)] * 8]))
    if name == "record":
        return str(ids(twins, chance))
    if name == "note":
        return chance.choice(["{note}"] * 3 + [str(twins.more[0])])
    if name == "facet":
        return chance.choice(["place", "abuse", "year", "facility", HIDDEN])
    if kind == "int":
        return chance.choice(["1", "2", "9"])
    return chance.choice({"lang": ["en", "ug"], "filename": ["guwah.css"]}.get(name, [HIDDEN, "1"]))


def _sent(twins: Twins, chance: random.Random, where: str, method: str) -> Mapping[str, Any]:
    typed = chance.choice(TYPED)
    if where.startswith("api."):
        if method == "GET":
            asked = {"api.search": "q", "api.suggest": "typed"}.get(where)
            return {"query_string": {asked: typed}} if asked else {}
        return {"json": _json(twins, chance, where, typed)}
    if method == "GET":
        return {}
    record = ids(twins, chance)
    deed = chance.choice(["add", "remove", "up", "undo", "empty"])
    return {
        "data": {
            "text": typed,
            "typed": typed,
            "since": chance.choice(["", "2019", "x"]),
            "sort": chance.choice(["relevance", "newest", "code"]),
            "filter": chance.sample(_TERMS, chance.randrange(3)),
            "add": chance.choice(["", *_TERMS]),
            "do": f"{deed} {record}" if deed in ("add", "remove", "up") else deed,
            "code": chance.choice([code_of(record), typed]),
            "step": chance.choice(["", "confirm"]),
            "purposes": ["reading"],
            "title": typed,
            "edit": chance.choice(["", "find", "add texts"]),
            "lang": "en",
            "login": chance.choice(["reader", HIDDEN]),
            "passphrase": typed,
        }
    }


def _json(twins: Twins, chance: random.Random, where: str, typed: str) -> Mapping[str, Any]:
    record = ids(twins, chance)
    bodies: dict[str, dict[str, Any]] = {
        "api.search_unseen": {
            "q": typed,
            "size": chance.choice([1, 20, 100]),
            "place": ["xj-urumqi"][: chance.randrange(2)],
        },
        "api.suggest_unseen": {"typed": typed, "lang": "en"},
        "api.make_exhibits": {"records": [str(record), str(twins.shown[0])]},
        "api.set_tags": {"tags": [{"facet": "place", "term": "xj-urumqi"}]},
        "api.mark_passages": {"revision": 1, "texts": [{"text": "original"}]},
        "api.add_facilities": {"facilities": [{"kind": "prison", "labels": {"en": typed or "x"}}]},
        "api.sign_in": {"login": HIDDEN, "passphrase": typed, "totp": "000000"},
    }
    return bodies.get(where, {"record": str(record), "source_key": typed})
