"""Whatever is typed into whatever field: an answer in words, nothing acted on, nothing stored half, never a 5xx."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.web.rooms.forms import filters
from tests.naughty import TWIN, sampled
from tests.web.browsing import Browser, filled
from tests.web.conftest import World
from tests.web.hostility import check, stuffed


def test_signing_in(visitor: Browser, naughty: tuple[str, ...]) -> None:
    form = visitor.get("/sign-in").form("/sign-in")
    for values in stuffed(form, naughty):
        check(visitor, form, "/sign-in", values)


def test_searching(world: World, reader: Browser, naughty: tuple[str, ...]) -> None:
    form = reader.get(world.reading).form(f"{world.reading}/search")
    for text in sampled(naughty, 30):
        check(reader, form, f"{world.reading}/search", {"text": text, "add": f"place:{text}"})
    for values in islice(stuffed(form, naughty), 8):
        check(reader, form, f"{world.reading}/search", values | {"sort": values["text"]})


@pytest.mark.parametrize("kind", ["new/testimony", "new/family-report"])
def test_entering(world: World, keeper: Browser, naughty: tuple[str, ...], kind: str) -> None:
    path = f"{world.custody}/{kind}"
    form = keeper.get(path).form(button="find")
    for part in ("add present", "add texts", "tag place xj"):
        form = keeper.send(form, path, button=("edit", part)).form(button="find")
    for values in stuffed(form, naughty):
        check(keeper, form, path, values)
    for values in islice(stuffed(form, naughty), 3):
        chosen = dict.fromkeys(form.choices, values["title"])
        check(keeper, form, path, chosen)


def test_changing_tags(world: World, keeper: Browser, naughty: tuple[str, ...]) -> None:
    path = f"{world.custody}/records/{world.records['many-0']}/tags"
    form = keeper.get(path).form(button="find")
    for text in sampled(naughty, 8):
        page = keeper.send(form, path, button=("edit", f"tag place {text}"), finder__wanted=text)
        assert page.status == 200
        check(keeper, page.form(button="find"), path, {"tags-0-passage": text, "tags-0-text": text})
        assert keeper.send(form, path, button=("edit", "find"), finder__wanted=text).status == 200


def test_marking_passages(world: World, keeper: Browser, naughty: tuple[str, ...]) -> None:
    path = f"{world.custody}/records/{world.records['many-1']}/passages"
    for text in sampled(naughty, 8):
        form = keeper.get(path).form(button="mark")
        page = keeper.send(form, path, button=("edit", f"drop {text}"), texts__0__words=text)
        assert page.status == 200
        for name in ("words", "reason"):
            check(keeper, keeper.get(path).form(button="mark"), path, {f"texts-0-{name}": text})
        for name in ("texts-0-id", "texts-0-marks", "revision"):
            page = keeper.post(path, filled(form, {name: text}))
            assert page.status in (303, 400, 409, 422), (name, text)


def test_addresses(reader: Browser, world: World) -> None:
    for text in TWIN:
        for base in ("/", world.reading + "/", f"{world.reading}/found/", f"{world.reading}/all/"):
            response = reader.client.get(base + text.replace("\r\n", ""), buffered=True)
            assert response.status_code in (200, 303, 308, 400, 404, 405), (base, text)


@given(st.lists(st.text(max_size=20), max_size=8), st.text(max_size=20), st.text(max_size=20))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_filters_hold_only_facets(present: list[str], add: str, drop: str) -> None:
    for facet, terms in filters([*present, "place:xj"], add, drop).items():
        assert facet in ("place", "facility", "abuse", "ethnic", "goods", "subject", "lang", "year", "kind")
        assert terms
        assert f"{facet}:{terms[0]}" != drop
