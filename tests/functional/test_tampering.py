"""Forty ways to tamper with an archive's files: each is refused when somebody uses what was changed, and `fsck`
names it; only a rollback of everything needs a checkpoint that was kept elsewhere.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archive import bootstrap
from archive.config import Config
from archive.crypto import kdf
from archive.domain.consent import Event
from archive.domain.errors import Damaged, GuwahError, NotFound
from archive.domain.keeping import BodyKind
from archive.domain.rooms import Capability
from archive.domain.searching import SearchQuery
from archive.sealing.host import HostSecretsMissing
from archive.services import (
    accessioning,
    admitting,
    cataloguing,
    checking,
    checkpoints,
    disclosing,
    rooms,
    searching,
    signing_in,
    transparency,
    withdrawing,
)
from archive.services.checkpoints import Unproven
from tests.archives import Standing, account, draft, found, place
from tests.functional import tampering
from tests.functional.tampering import MAIN, SHARES, Scene
from tests.services.services_cast import append, entry


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Made once; each deed is done to a copy."""
    folder = tmp_path_factory.mktemp("tampering")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kdf, "FLOOR", kdf.Cost(32, 1, 4))
        with found(folder / "instance") as standing:
            return _lived_in(standing, folder)


def _lived_in(standing: Standing, folder: Path) -> Scene:
    archive, keeper, reading = standing.archive, standing.acting("keeper"), standing.reading
    one, two, gone = accessioning.accession(
        archive, keeper, standing.custody, [draft(account(tags=(place("xj-hotan"),))) for _ in range(3)]
    )
    cataloguing.retag(archive, keeper, standing.custody, two, [place("xj-urumqi")])
    append(standing, entry(two, Event.SUSPEND))
    append(standing, entry(two, Event.RESUME))
    searching.search(archive, keeper, reading, SearchQuery("counted"))
    shutil.copytree(standing.instance, folder / "before")
    withdrawing.withdraw(archive, keeper, gone)
    checkpoints.checkpoint(archive)
    shutil.copytree(standing.instance, folder / "yesterday")
    disclosing.show(archive, keeper, standing.custody, one)
    disclosing.show(archive, keeper, standing.custody, two)
    scene = Scene(
        standing, one, two, gone, folder / "yesterday", folder / "before", checkpoints.checkpoint(archive)
    )
    bootstrap.upkeep(archive).run()
    assert checking.fsck(archive, keeper, scene.kept) == ()
    with archive.read() as unit:
        for name, record in (("one", one), ("two", two)):
            [shown] = [
                body for body in unit.records.bodies_of(record, BodyKind.RENDITION) if body.room == reading
            ]
            masters = unit.records.bodies_of(record, BodyKind.MASTER)
            scene.ids |= {f"rendition_{name}": shown.id.hex, f"first_{name}": masters[0].id.hex}
    scene.ids |= {"one": one.hex, "two": two.hex, "gone": gone.hex, "reading": reading.hex}
    scene.ids |= {"custody": standing.custody.hex, "audit": archive.row.audit.hex}
    scene.ids |= {login: enrolled.member.hex for login, enrolled in standing.people.items()}
    return scene


@pytest.fixture
def scene(prepared: Scene, tmp_path: Path, cheap_kdf: None) -> Iterator[Scene]:
    instance = tmp_path / "instance"
    shutil.copytree(prepared.standing.instance, instance)
    with bootstrap.opened(Config(instance=instance)) as archive:
        standing = replace(prepared.standing, instance=instance, archive=archive, _unlocked={})
        made = replace(prepared, standing=standing)
        for login in ("keeper", "reader"):
            standing.acting(login)
        yield made


def read(scene: Scene, which: str = "one", login: str = "keeper") -> object:
    room = scene.standing.custody if login == "keeper" else scene.standing.reading
    return disclosing.show(scene.archive, scene.standing.acting(login), room, getattr(scene, which))


def store(scene: Scene) -> object:
    return accessioning.accession(scene.archive, scene.keeper, scene.standing.custody, [draft()])


def grant(scene: Scene, login: str = "outsider") -> object:
    member = scene.standing.people[login].member
    return rooms.grant(scene.archive, scene.keeper, scene.standing.reading, member, [Capability.READ])


def sign_in(scene: Scene, login: str) -> object:
    """In another process: what this one remembers counts for nothing."""
    with bootstrap.opened(Config(instance=scene.standing.instance)) as archive:
        return signing_in.unlock(archive, login, scene.standing.people[login].passphrase)


def read_custody_as_the_reader(scene: Scene) -> object:
    with bootstrap.opened(Config(instance=scene.standing.instance)) as archive:
        reader = signing_in.unlock(archive, "reader", scene.standing.people["reader"].passphrase)
        return disclosing.show(archive, reader, scene.standing.custody, scene.one)


def read_as_the_reader_again(scene: Scene) -> object:
    with bootstrap.opened(Config(instance=scene.standing.instance)) as archive:
        reader = signing_in.unlock(archive, "reader", scene.standing.people["reader"].passphrase)
        return disclosing.show(archive, reader, scene.standing.reading, scene.one)


def see_members(scene: Scene) -> object:
    return admitting.members(scene.archive, scene.keeper)


def sign(scene: Scene) -> object:
    return checkpoints.checkpoint(scene.archive)


def prove(scene: Scene, number: int = 6) -> object:
    return checkpoints.inclusion(scene.archive, number)


def prove_growth(scene: Scene) -> object:
    with bootstrap.opened(Config(instance=scene.standing.instance)) as archive:
        return checkpoints.growth(archive, scene.kept)


def read_the_log(scene: Scene) -> object:
    return transparency.entries(scene.archive, scene.keeper)


def serve(scene: Scene) -> object:
    """Upkeep runs before anything is served."""
    return bootstrap.upkeep(scene.archive).run()


Use = Callable[[Scene], object]
READ_TWO: Use = partial(read, which="two")
AS_READER: Use = partial(read, login="reader")
READ_GONE: Use = partial(read, which="gone")


@dataclass(frozen=True)
class Tampering:
    """A deed (SQL on the main database, or a function), what it spoils, how that is refused, what fsck calls it.

    ``keys``: fsck needs somebody's keys to see it. ``use`` None: what is used heals itself, or nothing uses it.
    """

    deed: str | tuple[str, ...] | Callable[[Scene], None]
    named: str
    use: Use | None
    refusal: type[GuwahError] | tuple[type[GuwahError], ...] = Damaged
    keys: bool = False


SWAPPED = "UPDATE parts SET sealed = (SELECT sealed FROM parts WHERE body = :rendition_two) WHERE body = :rendition_one"
TABLE: dict[str, Tampering] = {
    # the whole
    "main database rolled back": Tampering(lambda s: s.put_back(MAIN), "log", serve),
    "all but the host rolled back": Tampering(tampering.roll_back_all_but_the_host, "checkpoint", sign),
    "everything rolled back": Tampering(tampering.roll_back_everything, "checkpoint", prove_growth),
    "host's key replaced": Tampering(
        tampering.replace_the_host, "checkpoint", prove_growth, (Unproven, HostSecretsMissing, Damaged)
    ),
    # the log
    "log cut at its end": Tampering(tampering.cut_the_log, "checkpoint", sign),
    "log changed and hashed anew": Tampering(tampering.rewrite_the_log, "checkpoint", sign),
    "log entry taken out": Tampering("DELETE FROM log WHERE number = 6", "log", sign),
    "log entries exchanged": Tampering(
        (
            "UPDATE log SET number = 9999 WHERE number = 6",
            "UPDATE log SET number = 6 WHERE number = 7",
            "UPDATE log SET number = 7 WHERE number = 9999",
        ),
        "log",
        sign,
    ),
    "log entry given to another member": Tampering(
        "UPDATE log SET actor = :outsider WHERE number = 6", "log", prove
    ),
    "log entry said to speak of another record": Tampering(
        "UPDATE log SET about = :two WHERE number = 6", "log", prove
    ),
    "log entry's sealed words taken away": Tampering(
        "DELETE FROM bodies WHERE id = (SELECT id FROM log WHERE number = 6)", "log", read_the_log
    ),
    "log's head changed": Tampering(
        "UPDATE log SET peaks = x'' WHERE number = (SELECT max(number) FROM log)", "log", READ_TWO
    ),
    "commit's signer changed": Tampering("UPDATE commits SET signer = :reader", "record", read),
    # bodies and shares
    "words exchanged between two records": Tampering(SWAPPED, "body", AS_READER),
    "rendition moved to another room": Tampering(
        (
            "DELETE FROM bodies WHERE id = :rendition_two",
            "UPDATE bodies SET room = :reading WHERE record = :two AND kind = 'rendition'",
            "UPDATE wraps SET room = :reading WHERE body IN (SELECT id FROM bodies WHERE room = :reading)",
        ),
        "body",
        partial(read, which="two", login="reader"),
        NotFound,
    ),
    "rendition forged": Tampering(partial(tampering.forge_a_rendition, signed=False), "body", AS_READER),
    "rendition signed by somebody who may not": Tampering(
        partial(tampering.forge_a_rendition, signed=True), "body", AS_READER
    ),
    "signature of another commit": Tampering(
        "UPDATE bodies SET [commit] = (SELECT [commit] FROM bodies WHERE id = :rendition_two)"
        " WHERE id = :rendition_one",
        "body",
        AS_READER,
    ),
    "licence edited": Tampering(
        "UPDATE bodies SET licence = replace(licence, 'null', '\"2999-12-31\"') WHERE id = :rendition_one",
        "body",
        AS_READER,
    ),
    "last day put off": Tampering(
        "UPDATE bodies SET not_after = '2999-12-31' WHERE id = :rendition_one", "body", AS_READER
    ),
    "share lost": Tampering(
        lambda s: s.sql("DELETE FROM shares WHERE owner = :rendition_one", part=SHARES), "share", AS_READER
    ),
    "share of another": Tampering(
        lambda s: s.sql(
            "UPDATE shares SET sealed = (SELECT sealed FROM shares WHERE owner = :rendition_two)"
            " WHERE owner = :rendition_one",
            part=SHARES,
        ),
        "body",
        AS_READER,
        keys=True,
    ),
    "destroyed share brought back": Tampering(tampering.resurrect, "share", READ_GONE, NotFound),
    # records and consent
    "record taken out whole": Tampering(
        (
            "DELETE FROM bodies WHERE record = :one",
            "DELETE FROM consents WHERE record = :one",
            "DELETE FROM records WHERE id = :one",
        ),
        "record",
        read,
        NotFound,
    ),
    "withdrawn record opened again": Tampering(
        "UPDATE records SET closed = 0 WHERE id = :gone", "record", READ_GONE
    ),
    "older master put back": Tampering(
        "UPDATE records SET master = :first_two, revision = 1 WHERE id = :two", "record", READ_TWO
    ),
    "consent taken out": Tampering(
        "DELETE FROM consents WHERE record = :two AND number = 2", "ledger", READ_TWO
    ),
    "consent put in": Tampering(tampering.insert_a_consent, "ledger", READ_TWO),
    "consents in another order": Tampering(tampering.reorder_consents, "ledger", READ_TWO),
    "consent of another record": Tampering(tampering.replay_a_consent, "ledger", READ_TWO),
    # people and rooms
    "member's key replaced": Tampering(
        "UPDATE members SET wrap_public = (SELECT wrap_public FROM members WHERE id = :counsel) WHERE id = :outsider",
        "member",
        grant,
        NotFound,
    ),
    "member made an officer": Tampering(
        "UPDATE members SET officer = 1 WHERE id = :reader", "member", partial(sign_in, login="reader")
    ),
    "member's name exchanged": Tampering(
        "UPDATE members SET profile_audit = (SELECT profile_audit FROM members WHERE id = :counsel)"
        " WHERE id = :outsider",
        "member",
        see_members,
        keys=True,
    ),
    "room's key replaced": Tampering(
        lambda s: s.sql("UPDATE rooms SET public = :theirs WHERE id = :reading", theirs=kdf.random(1216)),
        "room",
        store,
    ),
    "audit room's key replaced": Tampering(
        lambda s: s.sql("UPDATE rooms SET public = :theirs WHERE id = :audit", theirs=kdf.random(1216)),
        "room",
        read,
    ),
    "room's bounds exchanged": Tampering(
        "UPDATE rooms SET (terms_room, terms_custody) ="
        " (SELECT terms_room, terms_custody FROM rooms WHERE purpose = 'matter') WHERE id = :reading",
        "room",
        store,
        keys=True,
    ),
    "officers' keys replaced": Tampering(
        tampering.replace_the_officers, "member", partial(sign_in, login="keeper")
    ),
    "grant forged": Tampering(tampering.forge_a_grant, "grant", read_custody_as_the_reader, NotFound),
    "capability raised": Tampering(tampering.raise_a_capability, "grant", read_as_the_reader_again, NotFound),
    "grant's last day taken away": Tampering(
        "UPDATE grants SET not_after = '2999-12-31' WHERE grantee = :reader",
        "grant",
        read_as_the_reader_again,
        NotFound,
    ),
    # the index
    "index's head edited": Tampering(
        "UPDATE index_heads SET digest = zeroblob(32) WHERE room = :reading", "index", None, keys=True
    ),
}


def whats(scene: Scene, how: Tampering) -> set[str]:
    """What fsck names, as another process sees it."""
    with bootstrap.opened(Config(instance=scene.standing.instance)) as archive:
        acting: Any = None
        if how.keys:
            acting = signing_in.unlock(archive, "keeper", scene.standing.people["keeper"].passphrase)
        since = scene.kept if how.named == "checkpoint" else ""
        return {finding.what for finding in checking.fsck(archive, acting, since)}


def test_there_are_thirty_and_more() -> None:
    assert len(TABLE) >= 30


@pytest.mark.parametrize("how", TABLE)
def test_refused_when_used_and_named_by_fsck(scene: Scene, how: str) -> None:
    deed = TABLE[how].deed
    if isinstance(deed, str | tuple):
        scene.sql(*([deed] if isinstance(deed, str) else deed))
    else:
        deed(scene)
    if (use := TABLE[how].use) is not None:
        with pytest.raises(TABLE[how].refusal) as refused:
            use(scene)
        assert "ninety days" not in str(refused.value).lower()
    assert TABLE[how].named in whats(scene, TABLE[how])


def test_an_index_that_was_tampered_with_answers_as_before(scene: Scene) -> None:
    scene.sql("UPDATE index_heads SET digest = zeroblob(32)")
    for room in (scene.standing.custody, scene.standing.reading):
        answer = searching.search(scene.archive, scene.keeper, room, SearchQuery("counted"))
        assert {hit.record for hit in answer.result.hits} == {scene.one, scene.two}


def test_nothing_is_named_where_nothing_was_done(scene: Scene) -> None:
    assert checking.fsck(scene.archive, scene.keeper, scene.kept) == ()
    for use in (
        read,
        READ_TWO,
        AS_READER,
        store,
        grant,
        sign,
        prove,
        prove_growth,
        read_the_log,
        serve,
        see_members,
    ):
        use(scene)
    for login in ("keeper", "reader"):
        sign_in(scene, login)
    read_as_the_reader_again(scene)
