"""Passages: what was marked is withheld where its class is closed, leaves nothing behind, and tells nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.domain.consent import DataClass
from archive.domain.drafts import Record
from archive.domain.family_report import FamilyReport
from archive.domain.records import WITHHELD, Passage, Text
from archive.domain.tags import Facet, Tag
from archive.policy.redaction import holds, redact
from archive.sealing.codec import decode_record, encode_record
from archive.services.documents import document
from tests.unit.policy.policy_cast import BEATEN, CAMP, HOTAN, READ_FOR_ALL, account, named, report, text

EVERY = frozenset(DataClass)
NARRATIVE, MEDICAL, SEXUAL = DataClass.NARRATIVE, DataClass.MEDICAL, DataClass.SEXUAL_VIOLENCE
PRECISE, COARSE = DataClass.PLACE_PRECISE, DataClass.PLACE_COARSE
BODY = "They beat us. I was ill. They gave me pills. Then I was let go."


def marked(body: str, *spans: tuple[int, int], contains: Iterable[DataClass] = (MEDICAL,)) -> Text:
    passages = tuple(
        Passage(start=start, end=end, contains=tuple(contains), reason="reasons stay") for start, end in spans
    )
    return text(body=body, reviewed=READ_FOR_ALL, passages=passages)


def words(body: str, *found: str, contains: Iterable[DataClass] = (MEDICAL,)) -> Text:
    spans = [match.span() for one in found for match in re.finditer(re.escape(one), body)]
    return marked(body, *spans, contains=contains)


def shown(one: Text, classes: Iterable[DataClass] = EVERY - {MEDICAL}) -> str:
    return redact(account(texts=(one,)), frozenset(classes)).texts[0].body


# --- a marked passage --------------------------------------------------------------------------------------------


def test_a_passage_is_withheld_where_its_class_is_closed() -> None:
    one = words(BODY, "I was ill.")
    assert shown(one) == "They beat us. [withheld] They gave me pills. Then I was let go."
    assert shown(one, EVERY) == BODY
    assert shown(one, EVERY - {NARRATIVE}) == WITHHELD


def test_a_passage_is_shown_where_all_its_classes_are_open_and_nowhere_else() -> None:
    one = words(BODY, "I was ill.", contains=(MEDICAL, SEXUAL))
    for closed in ({MEDICAL}, {SEXUAL}, {MEDICAL, SEXUAL}):
        assert "I was ill" not in shown(one, EVERY - closed)
    assert shown(one, EVERY - {DataClass.CONTACT}) == BODY


def test_passages_confine_a_class_only_where_somebody_read_for_it_and_found_it_nowhere_else() -> None:
    one = words(BODY, "I was ill.")
    unread = tuple(found for found in READ_FOR_ALL if found is not MEDICAL)
    for whole in (replace(one, reviewed=unread), replace(one, contains=(MEDICAL,))):
        assert shown(whole) == WITHHELD
        assert shown(whole, EVERY) == BODY


@pytest.mark.parametrize(
    ("spans", "left"),
    [
        ([(0, 13), (14, 24)], "[withheld] They gave me pills. Then I was let go."),
        ([(14, 24), (25, 44)], "They beat us. [withheld] Then I was let go."),
        ([(14, 20), (16, 24)], "They beat us. [withheld] They gave me pills. Then I was let go."),
        ([(14, 24), (18, 20)], "They beat us. [withheld] They gave me pills. Then I was let go."),
        ([(14, 23), (23, 24)], "They beat us. [withheld] They gave me pills. Then I was let go."),
        ([(45, 63)], "They beat us. I was ill. They gave me pills. [withheld]"),
        ([(0, 5), (14, 24)], "[withheld]beat us. [withheld] They gave me pills. Then I was let go."),
        ([(0, 62)], WITHHELD),
        ([(0, 63)], WITHHELD),
    ],
)
def test_what_touches_is_one_mark(spans: list[tuple[int, int]], left: str) -> None:
    assert shown(marked(BODY, *spans)) == left
    assert shown(marked(BODY, *reversed(spans))) == left


def test_nothing_but_blanks_and_stops_between_is_one_mark_too() -> None:
    body = "Before.\n\nOne. «Two!» — …\n\nThree.\n\nAfter."
    assert shown(words(body, "One", "Two", "Three")) == "Before.\n\n[withheld].\n\nAfter."
    assert shown(words(body, "Before", "One", "Two", "Three", "After")) == WITHHELD


def test_the_marks_of_a_letter_go_with_it() -> None:
    assert shown(words("Her name is Aze\u0301. Yes.", "Aze")) == "Her name is [withheld]. Yes."


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (4, 4), (9, 4), (4, len(BODY) + 1), (4000, 5000)])
def test_a_passage_of_another_text_withholds_this_one_whole(start: int, end: int) -> None:
    for contains in ((MEDICAL,), (NARRATIVE,)):
        assert shown(marked(BODY, (start, end), contains=contains)) == WITHHELD


def test_a_text_of_which_nothing_is_left_does_not_name_its_translator() -> None:
    one = replace(words(BODY, BODY), translator="Ada Invented", method="by ear")
    whole = replace(one, passages=(), contains=(MEDICAL,))
    record = account(texts=(one,))
    assert redact(record, EVERY - {MEDICAL}) == redact(replace(record, texts=(whole,)), EVERY - {MEDICAL})


def test_kind_length_number_and_reason_of_what_is_withheld_are_told_to_nobody() -> None:
    body = "Before. {} After."
    hidden = [
        marked(body.format("x" * long), *spans, contains=contains)
        for long in (1, 7, 900)
        for contains in ((MEDICAL,), (SEXUAL,), (DataClass.THIRD_PARTY, SEXUAL))
        for spans in ([(8, 8 + long)], [(8, 8 + long)] * 3, [(8, 8 + max(1, long // 2)), (8, 8 + long)])
    ]
    closed = EVERY - {MEDICAL, SEXUAL}
    seen = {encode_record(redact(account(texts=(one,)), closed)) for one in hidden}
    assert len(seen) == 1
    assert b"reasons stay" not in seen.pop()


def test_a_record_is_known_to_hold_what_its_passages_carry() -> None:
    one = words(BODY, "I was ill.", contains=(MEDICAL, DataClass.DOCUMENTS))
    assert holds(account(texts=(one,), tags=())) == {MEDICAL, DataClass.DOCUMENTS}


# --- tags --------------------------------------------------------------------------------------------------------


def tags(one: Text, *found: Tag, closed: Iterable[DataClass] = (MEDICAL,)) -> list[str]:
    return [tag.term for tag in redact(account(texts=(one,), tags=found), EVERY - set(closed)).tags]


def test_a_tag_that_rests_on_withheld_words_is_none() -> None:
    one = words(BODY, "They beat us.")
    assert tags(one, BEATEN) == []
    assert tags(one, BEATEN, closed=()) == ["beating"]
    for part in ("They", "us.", "us. I was", "."):
        assert tags(one, replace(BEATEN, passage=part)) == []
    assert tags(one, replace(BEATEN, passage="I was ill")) == ["beating"]
    assert tags(one, replace(BEATEN, passage="")) == [], "all of the text, and not all of it is shown"
    assert tags(one, replace(BEATEN, passage="", text="")) == ["beating"]
    assert tags(one, HOTAN, replace(HOTAN, text="t1", passage="They")) == ["xj-hotan"]


def test_words_that_stand_elsewhere_too_may_be_the_withheld_ones() -> None:
    one = marked("They beat us. They beat us.", (0, 13))
    assert tags(one, BEATEN) == []
    assert tags(words("They beat us. I fell ill.", "ill"), BEATEN) == ["beating"]


@pytest.mark.parametrize("whole", [False, True])
def test_a_place_is_widened_where_its_words_are_withheld_for_naming_it_and_for_nothing_else(
    whole: bool,
) -> None:
    def told(*contains: DataClass, closed: Iterable[DataClass]) -> list[str]:
        one = words("It was near Hetian.", "near Hetian", contains=contains)
        one = replace(one, passages=(), contains=contains) if whole else one
        here = Tag(facet=Facet.PLACE, term="xj-hotan-hetian", passage="Hetian", text="t1")
        return tags(one, here, replace(CAMP, passage="Hetian", text="t1"), closed=closed)

    assert told(PRECISE, closed=[PRECISE]) == ["xj-hotan", "internment"]
    assert told(PRECISE, MEDICAL, closed=[PRECISE]) == ["xj-hotan", "internment"]
    assert told(PRECISE, MEDICAL, closed=[PRECISE, MEDICAL]) == []
    assert told(MEDICAL, closed=[MEDICAL]) == []
    assert told(PRECISE, closed=[PRECISE, COARSE]) == []


# --- stored before -----------------------------------------------------------------------------------------------


def test_a_record_stored_before_there_were_passages_is_read_as_it_was() -> None:
    before = (
        b'{"id":"5d0e6f3f-93a1-4c2b-8f51-0a3c9a0f7d11","title":"Invented","kind":"survivor","texts":[{"id":"t1",'
        b'"role":"original","lang":"en","direction":"ltr","body":"They counted us.","translator":"","method":"",'
        b'"contains":["narrative"],"reviewed":["medical","identity"]}],"narrator":null,"present":[],"tags":[],'
        b'"collected":"2021-03","collected_where":"","channel":"","period":"","content_note":[],"title_contains":[],'
        b'"title_reviewed":[],"source":null,"note":"","record_kind":"testimony"}'
    )
    record = decode_record(before)
    assert record.texts == (
        text(body="They counted us.", contains=(NARRATIVE,), reviewed=(MEDICAL, DataClass.IDENTITY)),
    )
    now = account(texts=(words(BODY, "ill", "pills"),))
    assert decode_record(encode_record(now)) == now


# --- properties --------------------------------------------------------------------------------------------------

PLAIN = "abc defg. \u06af\u0301 中。"
HIDDEN = 0x3400  # from here on each marked stretch has a letter of its own
CLASSES = st.frozensets(st.sampled_from(DataClass))


@st.composite
def passages(draw: st.DrawFn, at: int, number: int) -> tuple[str, list[Passage]]:
    """Words of two letters that nothing else is written in: a passage over both, and one over the first of them."""
    first, second = (chr(HIDDEN + 1000 * number + 2 * at + one) for one in (0, 1))
    long, more = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    contains = tuple(draw(st.sets(st.sampled_from(DataClass), min_size=1, max_size=3)))
    other = tuple(draw(st.sets(st.sampled_from(DataClass), min_size=1, max_size=2)))
    found = [
        Passage(start=at, end=at + long + more, contains=contains, reason=first),
        Passage(start=at, end=at + long, contains=other, reason=first),
    ]
    return first * long + second * more, found


@st.composite
def records(draw: st.DrawFn) -> Record:
    """An account or report whose marked passages are made of letters of their own, and tags that rest on any words."""
    texts = []
    for number in range(draw(st.integers(1, 2))):
        body, found = "", list[Passage]()
        for _ in range(draw(st.integers(0, 4))):
            body += draw(st.text(alphabet=PLAIN, max_size=12))
            if draw(st.booleans()):
                words, more = draw(passages(len(body), number))
                body, found = body + words, found + more
        texts.append(text(f"t{number}", body + "x", reviewed=tuple(EVERY), passages=tuple(found)))
    resting = tuple(
        replace(
            BEATEN,
            term=draw(st.sampled_from(["beating", "rape"])),
            passage=one.body[at : at + 4],
            text=one.id,
        )
        for one in texts
        for at in range(0, len(one.body), 3)
    )
    days = st.sampled_from(["2018-03-04", "2018-03~", "2017-11/2018-02-01", "2018"])
    shared: dict[str, Any] = {"texts": tuple(texts), "tags": (HOTAN, *resting), "collected": draw(days)}
    return report(**shared) if draw(st.booleans()) else account(**shared, period=draw(days))


def closed(record: Record, classes: frozenset[DataClass]) -> set[str]:
    """The letters of passages that may not be shown; a reporter's consent never opens what is said of others."""
    known = classes | ({COARSE} if PRECISE in classes else set())
    known -= {DataClass.THIRD_PARTY} if isinstance(record, FamilyReport) else set()
    return {
        letter
        for one in record.texts
        for passage in one.passages
        if not known.issuperset(passage.contains)
        for letter in one.body[passage.start : passage.end]
    }


@settings(max_examples=150, deadline=None)
@given(records(), CLASSES)
def test_no_letter_of_a_withheld_passage_survives(record: Record, classes: frozenset[DataClass]) -> None:
    seen = redact(record, classes)
    written = encode_record(seen).decode()
    searched = repr(document(seen, named("body"), None))  # of which hits, facets and snippets are made
    assert closed(record, classes).isdisjoint(written + searched)
    assert all(not one.passages and not one.contains for one in seen.texts)
    for tag in seen.tags:
        assert not tag.passage or any(tag.passage in one.body for one in seen.texts)


@settings(max_examples=100, deadline=None)
@given(records(), CLASSES)
def test_everything_else_is_shown(record: Record, classes: frozenset[DataClass]) -> None:
    """All but the marked letters, and the blanks and stops between two marks."""
    letters, seen = closed(record, classes), redact(record, classes | {NARRATIVE})
    letters &= closed(record, classes | {NARRATIVE})
    for before, after in zip(record.texts, seen.texts, strict=True):
        kept = [char for char in before.body if char.isalnum() and char not in letters]
        left = [char for char in after.body.replace(WITHHELD, "") if char.isalnum()]
        assert left == kept


@settings(max_examples=100, deadline=None)
@given(records(), CLASSES)
def test_redacting_passages_is_deterministic_and_once_is_enough(
    record: Record, classes: frozenset[DataClass]
) -> None:
    once = redact(record, classes)
    assert once == redact(record, classes)
    assert redact(once, classes) == once


@settings(max_examples=100, deadline=None)
@given(records(), CLASSES, CLASSES)
def test_opening_more_never_shows_less(
    record: Record, classes: frozenset[DataClass], more: frozenset[DataClass]
) -> None:
    few, many = redact(record, classes), redact(record, classes | more)
    for less, wide in zip(few.texts, many.texts, strict=True):
        pieces = [piece for piece in less.body.split(WITHHELD) if piece]
        assert re.search(".*".join(map(re.escape, pieces)), wide.body, re.DOTALL)
    assert {tag.term for tag in few.tags} <= {tag.term for tag in many.tags}


@settings(max_examples=60, deadline=None)
@given(records(), CLASSES, st.permutations(range(4)))
def test_the_order_in_which_passages_were_marked_changes_nothing(
    record: Record, classes: frozenset[DataClass], order: list[int]
) -> None:
    def mixed(one: Text) -> Text:
        passages = sorted(one.passages, key=lambda passage: (order[passage.start % 4], passage.end))
        return replace(one, passages=tuple(passages))

    assert redact(record, classes) == redact(replace(record, texts=tuple(map(mixed, record.texts))), classes)
