"""Whatever is sent to the API: a clear refusal as problem details, nothing stored, nothing repeated, never a 500."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.services import accessioning
from archive.web.api import entering, reading
from tests.web.api.conftest import Program, account, credentials, family_report
from tests.web.conftest import World

BAD_JSON = (
    b"", b" ", b"{", b"}", b"[1,", b'{"a"}', b'{"a":}', b'{"a":1,}', b"{'a':1}", b"{a:1}", b"nul", b"tru", b"+1", b"01",
    b"1.", b".5", b"0x1", b"NaN", b"Infinity", b"-Infinity", b'{"q":NaN}', b'"\x01"', b'"\\x41"', b'"\\u12"', b"//",
    b'{"q":1}//', b'{"q":1} {"q":2}', b"\xff", b'"\xff"', b'{"q":"\xc0\xaf"}', b'{"q":"\xed\xa0\x80"}', b"\x00",
    b'\xef\xbb\xbf{"q":"x"}', '{"q":"x"}'.encode("utf-16"), '{"q":"x"}'.encode("utf-16-le"), b'{"q":"\xe9"}',
    b"[" * 100_000, b'{"a":' * 50_000, b"[" * 900 + b"]" * 900, b"[" * 40 + b"]" * 40, b"1" * 5000,
    b'{"q":"a","q":"b"}', b'{"q":"a","\\u0071":"b"}', b'{"x":{"y":1,"y":2}}', b'{"q":"\\ud800"}', b'{"\\udc00":1}',
    b'{"q":["\\ud83d"]}', b'{"place":[' + b'"x",' * 2001 + b'"x"]}',
)  # fmt: skip
GOOD_JSON = (
    b"null", b"true", b"0", b"-0", b"1e400", b'"text"', b"[]", b"[[]]", b'{"":0}', b'{"a":"b"}', b'{"\\u0000":1}',
    b'["\\uD83D\\uDE00"]', b'{"a":1e1}', b"[" * 20 + b"]" * 20, b"9" * 400, '["گۇۋاھ"]'.encode(), b"  {}  ",
)  # fmt: skip
PATHS = ("/sessions", "{}/search", "{}/suggest", "{}/records", "{}/facilities")


def everywhere(keeping: Program, raw: bytes) -> Iterator[tuple[str, Any]]:
    """The answers of every operation that reads JSON."""
    tags = f"{keeping.record('many-1')}/tags"
    for path in PATHS:
        where = path.format(keeping.custody)
        yield path, keeping.post(where, data=raw, content_type="application/json")
    yield "tags", keeping.put(tags, data=raw, content_type="application/json")
    passages = f"{keeping.record('many-1')}/passages"
    yield "passages", keeping.post(passages, data=raw, content_type="application/json")
    consent = keeping.record("many-1").partition("/records/")[2]
    for path in ("consent", "consent/preview"):
        yield path, keeping.post(f"/records/{consent}/{path}", data=raw, content_type="application/json")
    withdrawal = f"/records/{uuid4()}/withdrawal"  # of nothing: an empty object is enough for one
    yield "withdrawal", keeping.post(withdrawal, data=raw, content_type="application/json")


@pytest.mark.parametrize("raw", BAD_JSON, ids=range(len(BAD_JSON)))
def test_what_is_no_json_of_ours_is_unreadable(keeping: Program, raw: bytes) -> None:
    for path, response in everywhere(keeping, raw):
        assert response.status_code in (400, 413), (path, response.text)
        assert response.json["detail"].endswith(("stored.", "once."))


@pytest.mark.parametrize("raw", GOOD_JSON, ids=range(len(GOOD_JSON)))
def test_json_of_another_shape_is_invalid(keeping: Program, raw: bytes) -> None:
    for path, response in everywhere(keeping, raw):
        if (path, raw) == ("{}/search", b"  {}  "):
            assert response.status_code == 200
            continue
        if (path, raw) == ("withdrawal", b"  {}  "):
            assert response.status_code == 404
            continue
        assert response.status_code == 422, (path, response.text)
        assert response.json["problems"]


@pytest.mark.shared
def test_the_parsing_suite(keeping: Program, shared: Path) -> None:
    """n_ must not be read, y_ is read and is nothing that belongs here, i_ may be either."""
    files = sorted((shared / "fuzz" / "json").glob("*.json"))
    assert len(files) > 300
    for number, file in enumerate(files):
        raw = file.read_bytes()
        expected = {"n": {400, 413}, "y": {400, 422}, "i": {400, 422}}[file.name[0]]
        path = PATHS[number % len(PATHS)].format(keeping.custody)
        response = keeping.post(path, data=raw, content_type="application/json")
        assert response.status_code in expected | ({200} if raw.strip() == b"{}" else set()), (
            file.name,
            path,
        )


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
    "application/xml", "application/problem+json", "text/json", "x", "application/json-patch+json"])  # fmt: skip
def test_only_json_is_read(keeping: Program, content_type: str) -> None:
    for path in PATHS:
        response = keeping.post(path.format(keeping.custody), data=b'{"q":"x"}', content_type=content_type)
        assert response.status_code == 415
    assert keeping.post(
        f"{keeping.custody}/search", data=b"{}", content_type="application/json;charset=utf-8"
    ).json


def test_what_is_too_long_is_not_read(nobody: Program, keeping: Program) -> None:
    small = reading.Shape.largest
    for program, path, size in (
        (nobody, "/sessions", small),
        (keeping, f"{keeping.custody}/search", small),
        (keeping, f"{keeping.custody}/records", entering.NewRecord.largest),
    ):
        raw = b'{"q":"' + b"x" * size + b'"}'
        assert program.post(path, data=raw, content_type="application/json").status_code == 413
        stream = {"input_stream": BytesIO(raw), "environ_overrides": {"wsgi.input_terminated": True}}
        assert program.post(path, content_type="application/json", **stream).status_code == 413


def test_a_long_account_is_taken(keeping: Program) -> None:
    body = "They counted us again. " * 40_000
    new = account(tags=[])
    new["record"]["texts"][0] |= {"lang": "en", "body": body}
    response = keeping.post(f"{keeping.custody}/records", json=new)
    assert response.status_code == 201
    assert response.json is not None
    assert (
        keeping.said(f"{keeping.custody}/records/{response.json['id']}")["record"]["texts"][0]["body"] == body
    )


def test_other_methods_and_addresses(keeping: Program, nobody: Program, world: World) -> None:
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        response = keeping.call(method, "/rooms")
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]
        assert keeping.call(method, f"{keeping.custody}/search").status_code == 405
    room = world.standing.custody
    for path in ("", "/", "/rooms/", "/rooms/x", "/rooms/../rooms", "/sessions/other", "/rooms/%00/search",
                 f"/rooms/{room.hex}/search", f"/rooms/{{{room}}}/search"):  # fmt: skip
        assert nobody.get(path).status_code in (404, 405), path
    assert nobody.call("HEAD", "/openapi.json").status_code == 200


def test_naughty_strings_are_searched_for(keeping: Program, naughty: tuple[str, ...]) -> None:
    for text in naughty[:: max(1, len(naughty) // 20)]:
        found = keeping.said(f"{keeping.reading}/search", json={"q": text, "subject": [text[:500]]})
        assert found["total"] == 0
        response = keeping.call("GET", f"{keeping.reading}/search", query_string={"q": text[:1000]})
        assert response.status_code == 200
        keeping.said(f"{keeping.reading}/suggest", json={"typed": text[:500]})


def test_naughty_strings_sign_nobody_in(nobody: Program, naughty: tuple[str, ...]) -> None:
    for text in naughty[:: max(1, len(naughty) // 40)]:
        for sent in ({"login": text, "passphrase": text, "totp": text},):
            assert nobody.post("/sessions", json=sent).status_code in (401, 429)


def test_naughty_strings_are_kept_as_written_or_refused(keeping: Program, naughty: tuple[str, ...]) -> None:
    """Each record gets three: most are refused for one of them, and what is stored is as it was written."""
    few, kept = naughty[:: max(1, len(naughty) // 36)], 0
    for title, note, body in zip(few[::3], few[1::3], few[2::3], strict=False):
        new = account(tags=[], title=title, note=note)
        new["record"]["texts"][0] |= {"lang": "en", "body": body}
        response = keeping.post(f"{keeping.custody}/records", json=new)
        assert response.json is not None
        if response.status_code == 201:
            kept += 1
            record = keeping.said(f"{keeping.custody}/records/{response.json['id']}")["record"]
            assert (record["title"], record["note"], record["texts"][0]["body"]) == (title, note, body)
        else:
            assert response.status_code == 422
            assert {problem["where"].split(".")[0] for problem in response.json["problems"]} == {"record"}
    assert kept > 1


LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=20),
    st.dates().map(str),
    st.uuids().map(str),
)
ANYTHING = st.recursive(
    LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def places(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield at
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*at, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value[:2]):
            yield from places(inner, (*at, number))


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """A good draft with up to three of its values exchanged for anything, taken away or joined by another."""
    new: dict[str, Any] = draw(st.sampled_from([account, family_report]))()
    for _time in range(draw(st.integers(1, 3))):
        *steps, last = draw(st.sampled_from([at for at in places(new) if at]))
        here: Any = new
        for step in steps:
            here = here[step]
        match draw(st.sampled_from(["exchange", "take", "join"])):
            case "exchange":
                here[last] = draw(ANYTHING)
            case "take":
                del here[last]
            case _ if isinstance(here, dict):
                here[draw(st.text(max_size=8))] = draw(ANYTHING)
    return new


@given(spoilt())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_spoilt_drafts_are_stored_whole_or_refused(keeping: Program, new: dict[str, Any]) -> None:
    """Read and checked as in use, but not sealed: thousands of records would only cost time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accessioning, "_ready", lambda *_: pytest.fail(_STORED))
        raw = json.dumps(new).encode()
        try:
            response = keeping.post(f"{keeping.custody}/records", data=raw, content_type="application/json")
        except pytest.fail.Exception as whole:
            assert whole.msg == _STORED  # noqa: PT017
            return
    assert response.status_code in (400, 422)
    assert response.json is not None
    assert response.json["detail"]


_STORED = "it would be stored"


@given(ANYTHING)
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_anything_at_all_is_refused(keeping: Program, value: Any) -> None:
    raw = json.dumps(value).encode()
    for _path, response in everywhere(keeping, raw):
        assert response.status_code in (200, 400, 404, 422)
        assert response.status_code not in (200, 404) or value == {}


def test_what_is_refused_stands_in_no_log(
    world: World,
    keeping: Program,
    nobody: Program,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG, logger="")
    word = "unspeakable"
    new = account(title=f"{word}\n", kind=word)
    for sent in (new, {word: word}, f'{{"record": "{word}', f'{{"{word}": 1, "{word}": 2}}'):
        raw = (sent if isinstance(sent, str) else json.dumps(sent)).encode()
        keeping.post(f"{keeping.custody}/records", data=raw, content_type="application/json")
    nobody.post("/sessions", json=credentials(world, "counsel") | {"passphrase": word})
    nobody.get("/rooms", headers={"Authorization": f"Bearer {word}"})

    def fail(*_: object) -> None:
        raise RuntimeError(word)

    monkeypatch.setattr(accessioning, "accession", fail)
    client, headers = world.app.test_client(), {"Authorization": f"Bearer {keeping.token}"}
    failed = client.post(f"/api/v1{keeping.custody}/records", json=account(), headers=headers)
    assert failed.status_code == 500
    assert failed.json is not None
    assert failed.json["type"] == "urn:guwah:problem:failed"
    assert failed.json["number"] in caplog.text
    assert word not in failed.text
    assert word not in caplog.text
    assert all(word not in repr(vars(entry)) for entry in caplog.records)


def test_a_value_is_not_repeated_when_it_has_the_wrong_shape(keeping: Program) -> None:
    secret = f"secret-{uuid4().hex}"
    new = account(narrator=secret, collected=[secret], content_note={"a": secret})
    new["consent"] |= {"at": secret, "basis": secret, "copy_given": secret}
    new["record"]["tags"][0]["facet"] = secret
    response = keeping.post(f"{keeping.custody}/records", json=new)
    assert response.status_code == 422
    assert response.json is not None
    assert len(response.json["problems"]) == 7
    assert secret not in response.text


def test_messages_speak_the_language_that_is_asked_for(keeping: Program) -> None:
    english = keeping.get("/rooms/x", headers={"Accept-Language": "en"}).json
    uyghur = keeping.get("/rooms/x", headers={"Accept-Language": "ug"}).json
    assert english is not None
    assert uyghur is not None
    assert english["type"] == uyghur["type"] == "urn:guwah:problem:nothing-here"
    assert english["detail"].isascii()
    assert not uyghur["detail"].isascii()
