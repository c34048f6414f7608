"""Shares are sealed anew under a new key of the host; killed at any moment it loses none, and done again it ends."""

from __future__ import annotations

import pytest

from archive import bootstrap
from archive.config import Config
from archive.sealing.host import Host
from archive.services import backing_up, checking, disclosing
from archive.storage.shares import ShareStore
from tests.archives import Standing, draft
from tests.services.services_cast import raw, store


class Killed(BaseException):
    """The process ended here."""


def epochs(standing: Standing) -> set[int]:
    with raw(standing, "shares/shares.db") as shares:
        return {epoch for (epoch,) in shares.execute("SELECT DISTINCT epoch FROM shares")}


def keys(standing: Standing) -> set[str]:
    return {path.name for path in (standing.instance / "host").glob("shares-*")}


def test_every_share_is_sealed_under_the_new_key_and_the_old_one_is_gone(standing: Standing) -> None:
    [record] = store(standing, draft())
    assert (epochs(standing), keys(standing)) == ({1}, {"shares-1.key"})
    with raw(standing, "shares/shares.db") as shares:
        rows = shares.execute("SELECT sealed FROM shares").fetchall()
    held = standing.archive.shares.owners()
    assert backing_up.new_epoch(standing.archive) == len(held)
    assert (epochs(standing), keys(standing)) == ({2}, {"shares-2.key"})
    files = b"".join(path.read_bytes() for path in (standing.instance / "shares").glob("*"))
    assert not any(sealed in files for (sealed,) in rows)
    keeper = standing.acting("keeper")
    assert disclosing.show(standing.archive, keeper, standing.custody, record).record.id == record
    assert checking.fsck(standing.archive, keeper) == ()


@pytest.mark.parametrize("where", [(ShareStore, "reseal"), (ShareStore, "_clear_log"), (Host, "end_epochs")])
def test_killed_half_way_it_loses_nothing_and_is_done_again(
    standing: Standing, monkeypatch: pytest.MonkeyPatch, where: tuple[type, str]
) -> None:
    def kill(*_: object) -> None:
        raise Killed

    [record] = store(standing, draft())
    with monkeypatch.context() as killed:
        killed.setattr(*where, kill)
        with pytest.raises(Killed):
            backing_up.new_epoch(standing.archive)
    with bootstrap.opened(Config(instance=standing.instance)) as archive:
        standing.archive = archive
        standing._unlocked.clear()
        keeper = standing.acting("keeper")
        assert disclosing.show(archive, keeper, standing.custody, record).record.id == record
        backing_up.new_epoch(archive)
        assert (len(epochs(standing)), len(keys(standing))) == (1, 1)
        assert disclosing.show(archive, keeper, standing.custody, record).record.id == record
        assert checking.fsck(archive, keeper) == ()
