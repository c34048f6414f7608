"""The attack that works on archives which filter their answers: a hidden name, letter by letter, from what differs.

Whoever asks compares lengths and statuses of answers to guesses of one length; or how long two answers took. Knows how
to guess. Must not know what is hidden.
"""

from __future__ import annotations

import random
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.functional.asking import LAST, routes
from tests.functional.twins import ROLES, Twins, World, difference

_FIELDS: Final = (
    "text",
    "typed",
    "code",
    "login",
    "title",
    "finder-wanted",
    "do",
    "add",
    "filter",
    "since",
    "edit",
)
_JSON: Final = {
    "api.search_unseen": "q",
    "api.suggest_unseen": "typed",
    "api.sign_in": "login",
    "api.add_record": "source_key",
    "api.search": "q",
    "api.suggest": "typed",
}
LONGEST: Final = 20

Guess = Callable[[str], tuple[int, int]]


@dataclass(frozen=True)
class Channel:
    """One route, asked by somebody, into which a guess is put wherever a word fits; ``shape`` is how it is written."""

    role: str
    where: str
    method: str
    path: str
    shape: str

    @property
    def api(self) -> bool:
        return self.where.startswith("api.")

    def sent(self, guess: str) -> dict[str, Any]:
        word = self.shape.format(guess)
        name = _JSON.get(self.where, "q")
        if self.method == "GET":
            return {"query_string": {name: word}}
        if self.api:
            json = {name: word}
            return {"json": {**json, "passphrase": word, "totp": word} if name == "login" else json}
        return {"data": dict.fromkeys(_FIELDS, word)}


def channels(twins: Twins) -> Iterator[Channel]:
    """Every route by every role, in the room that they hold and in a hidden one, with every way to write a guess."""
    for role in ROLES:
        for where, method, rule in routes(twins.hidden.app):
            if where in LAST or where == "static":
                continue
            shapes = ("{}*", "{}", "title:{}*", "counted OR {}*") if "earch" in where else ("{}",)
            rooms = (twins.own(role), twins.secret[0]) if "room>" in rule else (twins.own(role),)
            for room in rooms:
                path = rule.replace("<uuid:room>", str(room)).replace("<uuid:custody>", str(room))
                for shape in shapes:
                    yield Channel(role, where, method, _filled(twins, path), shape)


def _filled(twins: Twins, path: str) -> str:
    known = {"<uuid:record>": str(twins.more[0]), "<uuid:note>": "{note}", "<facet>": "place", "<lang>": "en"}
    for part, value in known.items():
        path = path.replace(part, value)
    while "<" in path:  # numbers, and a choice of words: the first
        start, end = path.index("<"), path.index(">")
        inside = path[start + 1 : end]
        path = (
            path[:start]
            + (inside[4:].split(",")[0].split(")")[0] if inside.startswith("any") else "1")
            + path[end + 1 :]
        )
    return path


def attack(twins: Twins, channel: Channel, alphabet: str) -> tuple[str, str]:
    """What the attack recovers over one channel: in the archive that hides something, and in the one that does not.

    Raises AssertionError as soon as any answer differs between the two.
    """
    told: dict[str, tuple[tuple[int, int], tuple[int, int]]] = {}

    def ask(guess: str, which: int) -> tuple[int, int]:
        if guess not in told:
            replies = twins.both(
                channel.role, channel.method, channel.path, api=channel.api, **channel.sent(guess)
            )
            differs = difference(replies)
            assert not differs, f"{channel} guessing {guess}: {differs}"
            one, other = ((reply.status, len(reply.body)) for reply in replies)
            told[guess] = one, other
        return told[guess][which]

    return recovered(lambda guess: ask(guess, 1), alphabet), recovered(lambda guess: ask(guess, 0), alphabet)


def recovered(ask: Guess, alphabet: str) -> str:
    """As much of a name as answers give away: at each place the one letter whose answer stands out."""
    name = ""
    while len(name) < LONGEST:
        answers = {letter: ask(name + letter) for letter in alphabet}
        often = Counter(answers.values())
        [(usual, _count), *_rest] = often.most_common(1)
        outstanding = [letter for letter, answer in answers.items() if answer != usual]
        if len(outstanding) != 1:
            return name
        name += outstanding[0]
    return name


@dataclass(frozen=True)
class Timed:
    """One request, timed in both archives."""

    kind: int
    without: float
    hidden: float


def timed(
    twins: Twins, pairs: int, role: str, requests: Sequence[tuple[str, str, dict[str, Any]]]
) -> list[Timed]:
    """So many pairs, in turns of chance order; some before them warm up and count for nothing."""
    chance, found = random.Random(7), list[Timed]()
    for number in range(-len(requests) * min(20, pairs // 20), pairs):
        kind = number % len(requests)
        method, path, sent = requests[kind]
        took = {}
        for world in chance.sample((twins.without, twins.hidden), 2):
            took[id(world)] = _seconds(world, role, method, path, sent)
        if number >= 0:
            found.append(Timed(kind, took[id(twins.without)], took[id(twins.hidden)]))
    return found


def _seconds(world: World, role: str, method: str, path: str, sent: dict[str, Any]) -> float:
    begun = time.perf_counter()
    world.ask(role, method, path, api=True, **sent)
    return time.perf_counter() - begun


def accuracy(found: Sequence[Timed]) -> dict[str, float]:
    """How often a classifier is right that was taught on the first half and is tried on the second.

    ``one``: it sees one answer, and says which archive it came from by the best threshold. ``pair``: it sees both, and
    says which is which by which took longer. Each learns for each kind of request by itself.
    """
    half = len(found) // 2
    taught, tried = found[:half], found[half:]
    right_one, right_pair = 0, 0
    for kind in {each.kind for each in found}:
        learnt = [each for each in taught if each.kind == kind]
        asked = [each for each in tried if each.kind == kind]
        threshold, slower = _threshold(learnt)
        right_one += sum((each.hidden > threshold) == slower for each in asked)
        right_one += sum((each.without > threshold) != slower for each in asked)
        usual = statistics.median(each.hidden - each.without for each in learnt) > 0
        right_pair += sum((each.hidden > each.without) == usual for each in asked)
    return {"one": round(right_one / (2 * len(tried)), 4), "pair": round(right_pair / len(tried), 4)}


def _threshold(learnt: Sequence[Timed]) -> tuple[float, bool]:
    values = sorted([(each.hidden, True) for each in learnt] + [(each.without, False) for each in learnt])
    best, below, right = (0.0, True), 0, 0
    for value, hidden in values:
        below += 1 if hidden else -1  # by how much more of the hidden ones lie below than of the others
        if abs(below) > right:
            right, best = abs(below), (value, below < 0)
    return best
