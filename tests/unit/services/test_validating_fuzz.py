"""Whatever is entered: `check` returns, or raises Invalid with problems that can be shown; never anything else."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.domain.consent import Basis, ConsentEntry, DataClass, Decision, Event, GrantItem
from archive.domain.drafts import Draft
from archive.domain.errors import Invalid
from archive.domain.family_report import FamilyReport, FollowUp, MissingPerson, Statement
from archive.domain.records import KnownPerson, Present, Source, Text
from archive.domain.tags import Facet, Tag
from archive.domain.testimony import Testimony as Account
from archive.services.validating import check
from tests.unit.policy.policy_cast import CATALOGUE, KEPT, RESEARCH, STORE, named

# Characters of six scripts, and those that break things: NUL, halves of characters, direction, noncharacters.
HOSTILE = st.text(
    alphabet="aZ0-_./~?%X<>&'\"\\ \n\t\r\x00\x1b\x85ئېжҚ維老⟩💥\u0301\u200f\u202e\u2066\ufeff\ufffe\ud800\udfff",
    max_size=12,
)
WORDS = (
    HOSTILE
    | st.text(max_size=12)
    | st.sampled_from(["reg-", "reg-" + "0" * 32, "%(term)s", "%s", "__class__"])
)
DATES = WORDS | st.sampled_from(["2018", "2018~/..", "2018-1X", "XXXX", "9999-99-99"])
IDS = st.integers(0, 3).map(named)
CLASSES = st.lists(st.sampled_from(DataClass), max_size=3).map(tuple)


def many(one: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=most).map(tuple)


TEXTS = st.builds(
    Text,
    id=WORDS | st.just("t1"),
    role=WORDS | st.just("original"),
    lang=WORDS | st.sampled_from(["en", "ug-Arab", "und"]),
    direction=WORDS | st.sampled_from(["rtl", "ltr"]),
    body=WORDS,
    translator=WORDS,
    method=WORDS,
    contains=CLASSES,
    reviewed=CLASSES,
)
TAGS = st.builds(
    Tag,
    facet=st.sampled_from(Facet),
    term=WORDS | st.sampled_from(["xj-hotan", "rape", "prison"]),
    certainty=WORDS,
    passage=WORDS,
    text=WORDS | st.just("t1"),
    broader=many(WORDS),
    labels=st.dictionaries(WORDS, WORDS, max_size=2),
    aliases=many(WORDS),
    kind=WORDS,
)
SHARED: dict[str, st.SearchStrategy[Any]] = {
    "id": IDS,
    "title": WORDS,
    "texts": many(TEXTS),
    "present": many(st.builds(Present, role=WORDS, name=WORDS, organisation=WORDS)),
    "tags": many(TAGS),
    "collected": DATES,
    "collected_where": WORDS,
    "channel": WORDS,
    "content_note": many(WORDS | st.just("sexual-violence")),
    "title_contains": CLASSES,
    "title_reviewed": CLASSES,
    "source": st.none() | st.builds(Source, citation=WORDS, licence=WORDS, identifier=WORDS),
    "note": WORDS,
}
STATEMENTS = many(st.builds(Statement, text=WORDS, knowledge=WORDS))
MISSING = st.builds(
    MissingPerson,
    id=IDS,
    name=WORDS,
    other_names=many(WORDS),
    relation=WORDS,
    born=DATES,
    status=WORDS,
    as_of=DATES,
    status_source=WORDS,
    last_contact=DATES,
    statements=STATEMENTS,
)
ACCOUNTS = st.builds(Account, kind=WORDS, narrator=st.none() | IDS, period=DATES, **SHARED)
REPORTS = st.builds(
    FamilyReport,
    reporter=IDS,
    missing=many(MISSING),
    statements=STATEMENTS,
    sought=WORDS,
    safety=WORDS,
    objections=WORDS,
    when_freed=WORDS,
    follow_ups=many(st.builds(FollowUp, on=DATES, note=WORDS, next_contact=DATES)),
    **SHARED,
)
DAYS = st.dates()
ITEMS = st.builds(
    lambda pair, **more: GrantItem(purpose=pair[0], audience=pair[1], **more),
    st.sampled_from([STORE, CATALOGUE, RESEARCH]),
    id=IDS,
    data_class=st.sampled_from(DataClass),
    decision=st.sampled_from(Decision),
    since=st.none() | DAYS,
    until=st.none() | DAYS,
    conditions=WORDS,
)
CONSENTS = st.builds(
    ConsentEntry,
    id=IDS,
    record=IDS,
    event=st.sampled_from(Event),
    basis=st.sampled_from(Basis),
    at=DAYS,
    items=many(ITEMS, 4) | st.just(KEPT),
    closes=many(IDS),
    given_by=WORDS,
    capacity=WORDS,
    method=WORDS,
    script_version=WORDS,
    script_language=WORDS,
    witness=WORDS,
    reason=WORDS,
    source=WORDS,
    licence=WORDS,
    review_on=st.none() | DAYS,
)
PEOPLE = st.builds(
    KnownPerson,
    id=IDS,
    role=WORDS,
    name=WORDS,
    other_names=many(WORDS),
    contact=WORDS,
    safe_contact=WORDS,
    note=WORDS,
)
DRAFTS = st.builds(Draft, record=ACCOUNTS | REPORTS, consent=CONSENTS, people=many(PEOPLE), source_key=WORDS)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(DRAFTS)
def test_check_raises_nothing_but_invalid(draft: Draft) -> None:
    try:
        check(draft, {"reg-" + "0" * 32})
    except Invalid as invalid:
        found = invalid.problems
    else:
        found = ()
        assert draft.consent.event is Event.GRANT
    for problem in found:
        assert problem.where
        assert problem.where.isascii()
        assert str(problem).isprintable()
        str(problem).encode()
