"""A receipt's code is drawn from 128 random bits, and known however it is typed."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto.errors import CannotOpen
from archive.sealing import receipts

INSTANCE = UUID(int=1)


def test_codes_are_of_one_shape_and_never_twice() -> None:
    codes = {receipts.draw() for _ in range(200)}
    assert len(codes) == 200
    assert {tuple(len(group) for group in code.split("-")) for code in codes} == {(5, 5, 5, 5, 5, 1)}
    assert len({receipts.digest(INSTANCE, code) for code in codes}) == 200


def test_as_people_type_it() -> None:
    code = receipts.draw()
    known = receipts.digest(INSTANCE, code)
    for typed in (
        code.lower(),
        code.replace("-", " "),
        code.replace("0", "o").replace("1", "I"),
        f"  {code}\n",
    ):
        assert receipts.digest(INSTANCE, typed) == known
    assert receipts.digest(UUID(int=2), code) != known


@given(st.text(max_size=40))
def test_what_is_no_code_is_refused(typed: str) -> None:
    plain = "".join(typed.split()).replace("-", "").upper().translate(str.maketrans("OIL", "011"))
    if len(plain) == 26 and set(plain) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ"):
        return
    with pytest.raises(CannotOpen):
        receipts.digest(INSTANCE, typed)
