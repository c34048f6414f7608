"""Holds every answer of the API to its description: declared status and media type, a body of the declared shape."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from werkzeug.test import TestResponse

from archive.web.api.problems import MEDIA_TYPE

Document = Mapping[str, Any]
TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
FORMATS = {
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
}
EVERYWHERE = {"title", "description", "default", "discriminator"}
KNOWN = {
    "$ref", "additionalProperties", "anyOf", "const", "enum", "format", "items", "maxItems", "minItems", "maxLength",
    "maximum", "minimum", "oneOf", "pattern", "prefixItems", "properties", "required", "type",
}  # fmt: skip


def operation(document: Document, method: str, path: str) -> Mapping[str, Any] | None:
    """What the document says of a request; None when it knows no such."""
    for template, operations in document["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations:
            found: Mapping[str, Any] = operations[method.lower()]
            return found
    return None


def hold(document: Document, response: TestResponse, method: str, path: str) -> None:
    """Fail unless the answer is what the document says, and carries what every answer must."""
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers
    assert response.status_code != 500, response.text
    if response.status_code >= 400:
        assert response.content_type == MEDIA_TYPE
        assert response.json is not None
        assert response.json["status"] == response.status_code
        assert response.json["type"].startswith("urn:guwah:problem:")
    if response.status_code == 401:
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="guwah"'
    if described := operation(document, method, path):
        declared = described["responses"][str(response.status_code)]
        if "content" not in declared:
            assert response.data == b""
            return
        [(media_type, content)] = declared["content"].items()
        assert response.mimetype == media_type
        assert list(differences(document, content["schema"], response.json)) == []


def differences(document: Document, schema: Mapping[str, Any], value: Any, at: str = "") -> Iterator[str]:
    """Where a value is not of a schema; the part of JSON Schema that the document uses, and no other."""
    assert schema.keys() <= KNOWN | EVERYWHERE, schema
    if "$ref" in schema:
        yield from differences(document, resolved(document, schema["$ref"]), value, at)
    for several in ("anyOf", "oneOf"):
        if several in schema and not any(
            not list(differences(document, one, value, at)) for one in schema[several]
        ):
            yield f"{at}: none of {several}"
    yield from _plain(schema, value, at)
    if isinstance(value, dict):
        yield from _members(document, schema, value, at)
    if isinstance(value, list):
        first = schema.get("prefixItems", [])
        kinds = [*first, *([schema.get("items", {})] * (len(value) - len(first)))]
        for number, (kind, one) in enumerate(zip(kinds, value, strict=True)):
            yield from differences(document, kind, one, f"{at}.{number}")


def resolved(document: Document, ref: str) -> Mapping[str, Any]:
    found: Any = document
    for step in ref.removeprefix("#/").split("/"):
        found = found[step]
    assert isinstance(found, dict)
    return found


def _plain(schema: Mapping[str, Any], value: Any, at: str) -> Iterator[str]:
    if "type" in schema and (
        not isinstance(value, TYPES[schema["type"]])
        or (isinstance(value, bool) != (schema["type"] == "boolean"))
    ):
        yield f"{at}: {value!r} is no {schema['type']}"
    elif "format" in schema and not FORMATS[schema["format"]].fullmatch(value):
        yield f"{at}: {value!r} is no {schema['format']}"
    elif ("enum" in schema and value not in schema["enum"]) or value != schema.get("const", value):
        yield f"{at}: {value!r} is none of them"


def _members(
    document: Document, schema: Mapping[str, Any], value: Mapping[str, Any], at: str
) -> Iterator[str]:
    properties = schema.get("properties", {})
    yield from (f"{at}: no {name}" for name in schema.get("required", ()) if name not in value)
    for name, one in value.items():
        if name in properties:
            yield from differences(document, properties[name], one, f"{at}.{name}")
        elif isinstance(schema.get("additionalProperties"), dict):
            yield from differences(document, schema["additionalProperties"], one, f"{at}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{at}: unforeseen {name}"
