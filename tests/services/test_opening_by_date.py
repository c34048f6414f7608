"""A yes that begins, and a no that ends, on a later day: somebody with custody's key is told to place anew then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from archive.domain.consent import Audience, Decision, Event, Purpose
from archive.domain.errors import NotFound
from archive.domain.identifiers import new_id
from archive.services import cataloguing, checking, consenting, desk, disclosing
from archive.services.archive import Archive
from tests.archives import KEPT, Standing, account, consent, draft
from tests.services.services_cast import entry, later, store

DAY = 86_400


def waiting(standing: Standing, archive: Archive) -> int:
    [served] = desk.serves(archive, standing.acting("keeper"))
    return served.waiting


@pytest.mark.parametrize("by", ["a yes that begins", "a no that ends"])
def test_what_opens_later_waits_for_its_day(standing: Standing, by: str) -> None:
    archive, keeper, record = standing.archive, standing.acting("keeper"), account()
    today = datetime.now(UTC).date()
    if by == "a yes that begins":
        kept, whole = consent(record.id, KEPT), consent(record.id)
        opening = [replace(item, since=today + timedelta(days=3)) for item in whole.items]
        store(standing, draft(record, replace(kept, items=(*kept.items, *opening))))
    else:
        store(standing, draft(record))
        noes = tuple(
            replace(item, id=new_id(), decision=Decision.NO, until=today + timedelta(days=2))
            for item in consent(record.id).items
            if (item.purpose, item.audience) == (Purpose.RESEARCH, Audience.VETTED_RESEARCHERS)
        )
        limit = replace(entry(record.id, Event.LIMIT), items=noes, closes=())
        consenting.append(archive, keeper, standing.custody, limit)
    for days, waits in ((0, 0), (2, 0), (3, 1)):
        moment = later(archive, days * DAY)
        with pytest.raises(NotFound):
            disclosing.show(moment, standing.acting("reader"), standing.reading, record.id)
        assert waiting(standing, moment) == waits
    assert cataloguing.place_waiting(moment, keeper, standing.custody) == 0
    assert disclosing.show(moment, standing.acting("reader"), standing.reading, record.id).record.texts
    assert waiting(standing, moment) == 0
    assert checking.fsck(moment, keeper) == ()
