"""What is read from sealed bytes lives only as long as somebody uses it."""

from __future__ import annotations

from archive.domain.showing import Profile
from archive.sealing.codec import decode, decode_record, encode, encode_record
from archive.web.api.shapes import Typed
from tests.archives import account


def test_no_parser_keeps_the_words_it_met() -> None:
    """Pydantic's own habit is to keep each short string for the process's life, and to give out that one again."""
    raw = encode(Profile, Profile(name="Example Person"))
    assert decode(Profile, raw).name == "Example Person"
    assert decode(Profile, raw).name is not decode(Profile, raw).name
    record = encode_record(account(title="Example Title"))
    assert decode_record(record).title is not decode_record(record).title
    typed = [Typed.model_validate_json(b'{"typed": "example"}').typed for _ in range(2)]
    assert typed[0] is not typed[1]
