"""Knows the addresses of the API and which use case answers at each.
Must not know who may do what: the same services decide as for the pages, and what they refuse is refused here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, request, url_for

from archive.domain.errors import Invalid, Problem, SignedOut
from archive.domain.identifiers import code_of
from archive.services import (
    accessioning,
    cataloguing,
    deciding,
    disclosing,
    exhibiting,
    registering,
    rooms,
    searching,
    signing_in,
    transparency,
    withdrawing,
)
from archive.services.acting import Acting
from archive.services.imports.facilities import problems
from archive.web import language
from archive.web.api import entering, presenting, shapes
from archive.web.api.problems import problem
from archive.web.api.reading import Unreadable
from archive.web.api.spec import document, operation
from archive.web.current import acting, archive
from archive.web.guard import member, public

PREFIX: Final = "/api/"
blueprint = Blueprint("api", __name__, url_prefix=f"{PREFIX}v1")
# A form token guards against what a browser sends along by itself, and of that nothing counts here.
blueprint.record(lambda state: state.app.extensions["csrf"].exempt(blueprint))
Answer = tuple[Any, int] | tuple[Any, int, dict[str, str]]


def bearer() -> Acting:
    """Who acts by the token in the header; a cookie counts for nothing. Raises SignedOut."""
    given = request.authorization
    if given is None or given.type != "bearer" or not given.token:
        raise SignedOut
    return signing_in.resume(archive(), given.token)


@blueprint.errorhandler(Unreadable)
def unreadable(error: Unreadable) -> Response:
    return problem(error.refusal)


@blueprint.get("/openapi.json")
@public
def openapi() -> dict[str, Any]:
    return document()


@blueprint.post("/sessions")
@public
@operation("signIn", {201: shapes.Session}, 401, 429, sends=True, signed_in=False)
def sign_in(json: shapes.SignIn) -> Answer:
    """Sign in.

    A one-time code is good once. Too many tries are answered with 429 and `Retry-After`, alike for every login.
    """
    signed = signing_in.sign_in(archive(), json.login, json.passphrase, json.totp)
    return presenting.session(signed, rooms.rooms(archive(), signed.acting)), 201


@blueprint.delete("/sessions/current")
@member(bearer)
@operation("signOut", {204: None})
def sign_out() -> Answer:
    """Sign out. The token opens nothing any more."""
    signing_in.sign_out(archive(), acting().token)
    return "", 204


@blueprint.get("/rooms")
@member(bearer)
@operation("listRooms", {200: shapes.Rooms})
def list_rooms() -> Answer:
    """The rooms that you hold."""
    return shapes.Rooms(rooms=presenting.rooms(rooms.rooms(archive(), acting()))), 200


@blueprint.get("/rooms/<uuid:room>/search")
@member(bearer)
@operation("search", {200: shapes.Found}, 403, 404, 409, 422)
def search(room: UUID, query: shapes.Search) -> Answer:
    """Search a room; the query stands in the address.

    The archive writes no address down, but programs between may: prefer `POST`. Values of a facet are given by
    repeating its name.
    """
    return _search(room, query), 200


@blueprint.post("/rooms/<uuid:room>/search")
@member(bearer)
@operation("searchUnseen", {200: shapes.Found}, 403, 404, 409, sends=True)
def search_unseen(room: UUID, json: shapes.Search) -> Answer:
    """Search a room; the query stands in the body. Recommended."""
    return _search(room, json), 200


@blueprint.get("/rooms/<uuid:room>/suggest")
@member(bearer)
@operation("suggest", {200: shapes.Suggestions}, 403, 404, 409, 422)
def suggest(room: UUID, query: shapes.Typed) -> Answer:
    """Tags of the room's records by the beginning of their names; what was typed stands in the address."""
    return _suggest(room, query), 200


@blueprint.post("/rooms/<uuid:room>/suggest")
@member(bearer)
@operation("suggestUnseen", {200: shapes.Suggestions}, 403, 404, 409, sends=True)
def suggest_unseen(room: UUID, json: shapes.Typed) -> Answer:
    """Tags of the room's records by the beginning of their names; what was typed stands in the body. Recommended."""
    return _suggest(room, json), 200


@blueprint.get("/rooms/<uuid:room>/records/<uuid:record>")
@member(bearer)
@operation("showRecord", {200: shapes.Record}, 404)
def show(room: UUID, record: UUID) -> Answer:
    """A record as the room sees it. The opening is logged before it is opened."""
    return presenting.record(disclosing.show(archive(), acting(), room, record)), 200


@blueprint.get("/log")
@member(bearer)
@operation("readLog", {200: shapes.Log}, 404, 422)
def read_log(query: shapes.LogAsked) -> Answer:
    """Read the transparency log, as an auditor or an officer; the reading is logged.

    Who holds the audit room sees details too. What somebody searched for is shown to nobody. The next page starts at
    the last number and one.
    """
    read = transparency.entries(
        archive(), acting(), query.start, query.count, only=query.only(), newest=query.newest
    )
    return shapes.Log(entries=tuple(shapes.Logged(**asdict(entry)) for entry in read)), 200


@blueprint.post("/rooms/<uuid:room>/exhibits")
@member(bearer)
@operation("makeExhibits", {200: shapes.Exhibits}, 404, sends=True)
def make_exhibits(room: UUID, json: shapes.Wanted) -> Answer:
    """Signed exhibit sheets of records of a matter room. Each opening and each sheet is logged first."""
    made = exhibiting.make(archive(), acting(), room, json.records)
    return presenting.exhibits(made, exhibiting.fingerprint(archive())), 200


@blueprint.post("/rooms/<uuid:room>/records")
@member(bearer)
@operation("addRecord", {200: shapes.Stored, 201: shapes.Stored}, 403, 404, 409, sends=True)
def add_record(room: UUID, json: entering.NewRecord) -> Answer:
    """Store a testimony or a family report with its consent, in a custody room.

    It is stored whole or not at all, and placed in every room that consent and scope open. The archive draws its ids.
    With a `source_key` that is known already nothing is stored, and the answer is 200 with the record that has it.
    """
    draft = entering.draft(json)
    with _placed("record.", besides=("consent", "people", "source_key")):
        [stored] = accessioning.accession(archive(), acting(), room, [draft])
    there = {"Location": url_for("api.show", room=room, record=stored)}
    return shapes.Stored(id=stored, code=code_of(stored)), 201 if stored == draft.record.id else 200, there


@blueprint.put("/rooms/<uuid:room>/records/<uuid:record>/tags")
@member(bearer)
@operation("setTags", {204: None}, 403, 404, 409, sends=True)
def set_tags(room: UUID, record: UUID, json: entering.Tags) -> Answer:
    """Give a record of a custody room these tags instead of those it has; it is placed anew by them."""
    cataloguing.retag(archive(), acting(), room, record, json.tags)
    return "", 204


@blueprint.post("/rooms/<uuid:room>/records/<uuid:record>/passages")
@member(bearer)
@operation("markPassages", {204: None}, 403, 404, 409, sends=True)
def mark_passages(room: UUID, record: UUID, json: entering.Passages) -> Answer:
    """Say which passages of a record's texts carry which kinds of data, and what the texts were read for.

    Code points of the text, from `start` up to, not including, `end`; an empty `text` is the title, without passages.
    The record is placed anew: where one of a passage's kinds is closed it reads `[withheld]`. Reasons stay in custody.
    """
    cataloguing.mark_passages(archive(), acting(), room, record, json.revision, json.texts)
    return "", 204


@blueprint.get("/records/<uuid:record>/consent")
@member(bearer)
@operation("showConsent", {200: shapes.Agreement}, 404)
def show_consent(record: UUID) -> Answer:
    """Where consent to a record stands, for those who hold its custody. Logged, as an opening."""
    custody = deciding.custody_of(archive(), acting(), record)
    return shapes.Agreement(consent=deciding.agreed(archive(), acting(), custody, record)), 200


@blueprint.post("/records/<uuid:record>/consent")
@member(bearer)
@operation("changeConsent", {200: shapes.Agreement}, 403, 404, 409, sends=True)
def change_consent(record: UUID, json: entering.Step) -> Answer:
    """Append an entry to a record's ledger; every room holds at once what it leaves open."""
    custody = deciding.custody_of(archive(), acting(), record)
    with _stepped():
        deciding.enter(archive(), acting(), custody, json.plain(record), json.read)
    return shapes.Agreement(consent=deciding.agreed(archive(), acting(), custody, record)), 200


@blueprint.post("/records/<uuid:record>/consent/preview")
@member(bearer)
@operation("foreseeConsent", {200: shapes.Foreseen}, 403, 404, 409, sends=True)
def foresee_consent(record: UUID, json: entering.Step) -> Answer:
    """What an entry would open and close, and for which rooms. Nothing is stored but that it was looked at."""
    custody = deciding.custody_of(archive(), acting(), record)
    with _stepped():
        effect = deciding.preview(archive(), acting(), custody, record, json.plain(record))
    return shapes.Foreseen(effect=effect), 200


@blueprint.post("/records/<uuid:record>/withdrawal")
@member(bearer)
@operation("withdraw", {200: shapes.Withdrawn}, 404, 409, sends=True)
def withdraw(record: UUID, json: shapes.Withdrawal) -> Answer:
    """Withdraw a record whole, at the consent desk or in custody: no room holds it from the next request on."""
    ending = withdrawing.withdraw(archive(), acting(), record, json.reason)
    return presenting.withdrawn(ending), 200


@blueprint.get("/rooms/<uuid:room>/facilities")
@member(bearer)
@operation("listFacilities", {200: shapes.Facilities}, 403, 404)
def list_facilities(room: UUID) -> Answer:
    """The facility register of a custody room's collection."""
    return presenting.register(registering.facilities(archive(), acting(), room)), 200


@blueprint.post("/rooms/<uuid:room>/facilities")
@member(bearer)
@operation("addFacilities", {201: shapes.Facilities}, 403, 404, 409, sends=True)
def add_facilities(room: UUID, json: entering.NewFacilities) -> Answer:
    """Add facilities to the register, or replace those with the same id or source key; all or none.

    The answer holds them as they now stand, with the terms by which tags name them.
    """
    new = json.plain()
    found = [
        replace(one, where=f"facilities.{number}.{one.where}")
        for number, facility in enumerate(new)
        for one in problems(facility)
    ]
    if found:
        raise Invalid(found)
    registering.add(archive(), acting(), room, new)
    ids, keys = {one.id for one in new}, {one.source_key for one in new} - {""}
    register = registering.facilities(archive(), acting(), room)
    return presenting.register(one for one in register if one.id in ids or one.source_key in keys), 201


def _search(room: UUID, asked: shapes.Search) -> shapes.Found:
    return presenting.found(searching.search(archive(), acting(), room, asked.query()))


def _suggest(room: UUID, asked: shapes.Typed) -> shapes.Suggestions:
    lang = asked.lang or language.spoken().code
    return presenting.suggestions(searching.suggest(archive(), acting(), room, asked.typed, lang))


@contextmanager
def _placed(lead: str, besides: tuple[str, ...]) -> Iterator[None]:
    """Say the places of problems as in the JSON that was sent: the services name the record's fields without it."""
    try:
        yield
    except Invalid as invalid:
        raise Invalid([_under(found, lead, besides) for found in invalid.problems]) from None


@contextmanager
def _stepped() -> Iterator[None]:
    """As `_placed`, for an entry of the ledger alone."""
    try:
        yield
    except Invalid as invalid:
        named = [replace(one, where=one.where.replace("consent", "entry", 1)) for one in invalid.problems]
        raise Invalid(named) from None


def _under(found: Problem, lead: str, besides: tuple[str, ...]) -> Problem:
    known = not found.where or found.where.partition(".")[0] in besides
    return found if known else replace(found, where=lead + found.where)
