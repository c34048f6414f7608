"""Who signs in to the demonstration: everybody a role names, with secrets that never change, and an outsider."""

import base64
from collections import Counter

from archive.cli.demo.members import AUDIT, members, rooms
from archive.domain.rooms import Capability, RoomPurpose
from archive.vocabularies.load import vocabulary

MEMBERS = {member.login: member for member in members()}


def test_there_is_one_a_role_two_officers_and_an_outsider_with_nothing() -> None:
    held = Counter(role for member in MEMBERS.values() for role in member.roles)
    assert held == {role.id: 2 if role.id == "officer" else 1 for role in vocabulary("roles")}
    assert len(MEMBERS) == len(vocabulary("roles")) + 2
    assert (MEMBERS["outsider"].roles, MEMBERS["outsider"].holdings) == ((), ())


def test_names_are_evidently_invented() -> None:
    assert all(member.name.startswith("Demo ") for member in MEMBERS.values())


def test_secrets_are_the_same_every_time_and_nobody_s_twice() -> None:
    assert tuple(MEMBERS.values()) == members()
    for secrets in ({m.passphrase for m in MEMBERS.values()}, {m.totp for m in MEMBERS.values()}):
        assert len(secrets) == len(MEMBERS)
    assert {len(member.passphrase.split("-")) for member in MEMBERS.values()} == {6}
    assert {len(base64.b32decode(member.totp)) for member in MEMBERS.values()} == {20}
    assert not any(m.passphrase in repr(m) or m.totp in repr(m) for m in MEMBERS.values())


def test_rooms_are_the_first_collection_s_and_one_with_a_scope() -> None:
    purposes = [room.purpose for room in rooms()]
    assert purposes == [
        RoomPurpose.CUSTODY, RoomPurpose.IDENTITY, RoomPurpose.READING, RoomPurpose.MATTER, RoomPurpose.READING,
    ]  # fmt: skip
    *unbounded, scoped = [room.scope for room in rooms()]
    assert set(unbounded) == {type(scoped)()}
    assert (scoped.places, scoped.not_abuses) == (("xj-hotan",), ("sexual-violence",))


def test_holdings_name_rooms_that_are_and_fit_the_role() -> None:
    known = {room.key for room in rooms()} | {AUDIT}
    held = {m.login: {h.room: h.capabilities for h in m.holdings} for m in MEMBERS.values()}
    assert all(known.issuperset(rooms_held) for rooms_held in held.values())
    assert all(Capability.READ in able for rooms_held in held.values() for able in rooms_held.values())
    nothing = {"officer-one", "officer-two", "translator", "desk", "vetter", "trustee", "outsider"}
    assert {login for login, rooms_held in held.items() if not rooms_held} == nothing
    assert held["custodian"].keys() == known - {AUDIT}
    assert held["researcher"].keys() == {"reading", "reading-hotan"}
    assert held["counsel"].keys() == {"matter"}
    assert held["auditor"].keys() == {AUDIT}
    assert Capability.PLACE in held["cataloguer"]["custody"]
    assert held["reviewer"] == {"custody": {Capability.READ}}


def test_officers_are_told_apart() -> None:
    assert {member.login for member in MEMBERS.values() if member.officer} == {"officer-one", "officer-two"}
