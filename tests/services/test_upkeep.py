"""Upkeep: what is due goes, what is in use stays, and a database rolled back alone is found out."""

from __future__ import annotations

import shutil
from pathlib import Path
from uuid import UUID

import pytest

from archive import bootstrap
from archive.config import Config
from archive.domain.errors import Damaged
from archive.domain.identifiers import new_id
from archive.domain.log import KEPT, QUERIES
from archive.domain.searching import SearchQuery
from archive.services import accessioning, checking, disclosing, expiring, searching, signing_in
from archive.services.archive import Archive
from archive.services.upkeep import Upkeep
from tests.archives import Standing, draft
from tests.services.services_cast import later


def keeping(archive: Archive) -> Upkeep:
    return bootstrap.upkeep(archive)


def test_a_share_that_owns_nothing_goes_at_the_second_run(standing: Standing) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    [record] = accessioning.accession(archive, keeper, standing.custody, [draft()])
    orphan, upkeep = new_id(), keeping(archive)
    archive.shares.draw(orphan)
    assert upkeep.run() == 0, "it may belong to a save under way"
    assert orphan in archive.shares.owners()
    assert upkeep.run() == 1
    assert orphan not in archive.shares.owners()
    assert disclosing.show(archive, keeper, standing.custody, record).record.id == record
    archive.opened.close_index(standing.custody)
    assert searching.search(archive, keeper, standing.custody, SearchQuery("counted")).result.total == 1
    assert checking.fsck(archive, keeper) == ()


def test_a_session_that_ran_out_goes(standing: Standing) -> None:
    archive = standing.archive
    code = standing.code("reader")
    signed = signing_in.sign_in(archive, "reader", standing.people["reader"].passphrase, code)
    keeping(archive).run()
    assert signing_in.resume(archive, signed.token).member == signed.acting.member
    upkeep = keeping(archive)
    upkeep.idle = -1
    upkeep.run()
    assert archive.sessions.get(signed.acting.holder) is None


def test_a_main_database_rolled_back_alone_is_found_out(standing: Standing, tmp_path: Path) -> None:
    main = bootstrap.Places(standing.instance).main
    standing.acting("keeper")
    with standing.archive.read():
        shutil.copy(main, tmp_path / "yesterday.db")
    accessioning.accession(standing.archive, standing.acting("keeper"), standing.custody, [draft()])
    keeping(standing.archive).run()
    for beside in main.parent.glob("*"):
        beside.unlink()
    shutil.copy(tmp_path / "yesterday.db", main)
    with bootstrap.opened(Config(instance=standing.instance)) as archive:
        with pytest.raises(Damaged, match="older than the shred store"):
            keeping(archive).run()
        assert any("older than the shred store" in finding.text for finding in checking.fsck(archive))


def test_what_somebody_searched_for_is_forgotten_after_its_time(standing: Standing) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    searching.search(archive, keeper, standing.custody, SearchQuery("counted"))
    searching.suggest(archive, keeper, standing.custody, "h", "en")
    with archive.read() as unit:
        rows = unit.log.entries(0, 1000)
    queries = {row.id for row in rows if row.action in QUERIES}
    others = {row.id for row in rows} - queries
    assert len(queries) == 2
    for days, kept in ((KEPT.days, queries), (KEPT.days + 1, frozenset[UUID]())):
        upkeep = keeping(later(archive, days * 86_400))
        assert upkeep.run() == len(queries) - len(kept)
        assert upkeep.run() == 0
        assert queries & archive.shares.owners() == kept
        assert others <= archive.shares.owners()
    assert checking.fsck(later(archive, (KEPT.days + 1) * 86_400), keeper) == ()


def test_a_clock_that_leapt_ahead_forgets_nothing_before_an_officer_says_that_it_is_right(
    standing: Standing,
) -> None:
    archive, keeper = standing.archive, standing.acting("keeper")
    searching.search(archive, keeper, standing.custody, SearchQuery("counted"))
    keeping(archive).run()
    then = later(archive, (KEPT.days + 1) * 86_400)
    upkeep = keeping(then)
    assert upkeep.run() == 0
    assert upkeep.waits
    expiring.confirm(then, keeper)
    assert upkeep.run() == 1
    assert checking.fsck(then, keeper) == ()
    assert keeping(archive).run() == 0, "nor does one that was set back"
