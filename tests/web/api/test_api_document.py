"""The API's description is whole, is the one truth, and loads nothing from anywhere."""

from __future__ import annotations

import json
import re

from pydantic import BaseModel

from archive.web import guard
from archive.web.api import entering, reading, shapes
from archive.web.api.problems import ProblemDetails
from tests.web.api.conftest import API, Program, document
from tests.web.conftest import World


def test_it_describes_every_route_but_itself_and_no_other(world: World) -> None:
    served = {
        (re.sub(r"<uuid:(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in world.app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(path, method) for path, methods in document(world)["paths"].items() for method in methods}
    assert served - described == {(f"{API}/openapi.json", "get")}
    assert described <= served
    assert len(described) == 19


def test_everybody_may_read_it_and_nothing_in_it_leads_outside(nobody: Program) -> None:
    response = nobody.get("/openapi.json")
    assert response.status_code == 200
    assert response.json is not None
    assert response.json["openapi"].startswith("3.1")
    assert "://" not in response.text
    for page in ("/", "/swagger", "/swagger/", "/redoc/", "/scalar/", "/docs", "/apidoc/openapi.json"):
        assert nobody.get(page).status_code == 404


def test_every_name_in_it_leads_somewhere_and_is_used(world: World) -> None:
    said = document(world)
    referred = set(re.findall(r'"(#/[^"]+)"', json.dumps(said)))
    there = {f"#/components/schemas/{name}" for name in said["components"]["schemas"]}
    assert referred <= there
    addressed = {f"#/components/schemas/{name}" for name in ("Typed", "Search", "LogAsked")}
    assert there - referred == addressed - referred


def test_each_operation_has_a_name_and_says_who_may(world: World) -> None:
    operations = {
        (method, path): operation
        for path, methods in document(world)["paths"].items()
        for method, operation in methods.items()
    }
    names = [operation["operationId"] for operation in operations.values()]
    assert len(set(names)) == len(names)
    views = {rule.endpoint: rule for rule in world.app.url_map.iter_rules()}
    for endpoint, rule in views.items():
        mark = guard.access(world.app.view_functions[endpoint])
        path = re.sub(r"<uuid:(\w+)>", r"{\1}", rule.rule)
        for method in rule.methods or ():
            if operation := operations.get((method.lower(), path)):
                assert mark is not None
                assert (mark.by is None) == (operation.get("security") == [])
                assert (mark.by is None) or "401" in operation["responses"]
                assert operation["summary"]
                assert "requestBody" in operation or not {"413", "415"} & operation["responses"].keys()


def test_two_shapes_of_one_name_are_one_shape(world: World) -> None:
    """What is asked and what is answered share names: the document must not show the one for the other."""
    components = document(world)["components"]["schemas"]
    models: list[type[BaseModel]] = [
        model
        for module in (shapes, entering)
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, reading.Shape) and model is not reading.Shape
    ]
    assert len(models) > 15
    models.append(ProblemDetails)
    for shape in models:
        schema = shape.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, inner in schema.get("$defs", {}).items():
            assert inner == components[name], name


def test_what_the_archive_draws_is_not_asked_for(world: World) -> None:
    components = document(world)["components"]["schemas"]
    assert "id" not in components["NewTestimony"]["properties"]
    assert "id" not in components["NewFamilyReport"]["properties"]
    assert not {"id", "record", "event", "closes"} & components["NewConsent"]["properties"].keys()
    assert "id" not in components["NewGrantItem"]["properties"]
    for name in ("NewText", "NewPerson", "NewMissing", "NewFacility"):
        assert "id" not in components[name].get("required", [])
    assert "record_kind" in components["NewTestimony"]["required"]
