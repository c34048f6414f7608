"""Knows the first level at which two spellings count as the same letters: width, case, marks, letter variants.
Must not know languages, word boundaries or indexes."""

from __future__ import annotations

import unicodedata

# Latin letters that Unicode does not decompose into a plain letter and a mark.
_LATIN = {
    "ı": "i", "ə": "e", "ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe",
    "ħ": "h", "ŧ": "t", "ŋ": "ng", "ĸ": "k", "ƣ": "gh", "ɵ": "o", "ⱪ": "k", "ⱨ": "h", "ⱬ": "z",
}  # fmt: skip
_ARABIC = {
    "ک": "ك",
    # ى is a letter of its own: Uyghur and Kazakh write i with it and y with ي. Persian keyboards know only ی.
    "ی": "ي",
    # Old fonts wrote Uyghur ە in presentation forms that Unicode resolves to ه.
    "ه": "ە", "ہ": "ە",
}  # fmt: skip
# Marks that only colour a letter. In Tibetan, Thai or Devanagari such marks are vowels: those stay.
_MARKS = (
    range(0x0300, 0x0370), range(0x0483, 0x048A), range(0x0591, 0x05C8), range(0x0610, 0x061B),
    range(0x064B, 0x0660), range(0x0670, 0x0671), range(0x06D6, 0x06DD), range(0x06DF, 0x06E5),
    range(0x06E7, 0x06E9), range(0x06EA, 0x06EE), range(0x08D3, 0x0900), range(0x1DC0, 0x1E00), range(0x20D0, 0x2100),
)  # fmt: skip
_NOT_MARKS = frozenset({0x05BE, 0x05C0, 0x05C3, 0x05C6})  # Hebrew punctuation among the points
# Soft hyphen, tatweel, joiners, directional controls, byte-order mark.
_INVISIBLE = (
    0x00AD,
    0x0640,
    0x061C,
    *range(0x200C, 0x2010),
    *range(0x202A, 0x202F),
    *range(0x2060, 0x206A),
    0xFEFF,
)


def _table() -> dict[int, str | None]:
    table: dict[int, str | None] = {}
    for code in (*range(0x00C0, 0x0250), *range(0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", chr(code))[0]
        if base.isascii() and base.isalpha():
            table[code] = base.lower()
    table.update((ord(letter), plain) for letter, plain in (_LATIN | _ARABIC).items())
    table.update((code, None) for marks in _MARKS for code in marks if code not in _NOT_MARKS)
    table.update((code, None) for code in _INVISIBLE)
    return table


_TABLE = _table()


def fold(text: str) -> str:
    """`text` with compatibility forms resolved, lower-cased, and without marks, joiners and letter variants.

    İ I ı i fall together, as do ö and o, ك and ک, ي and ی. Linear in the length; folding twice changes nothing.
    """
    folded = unicodedata.normalize("NFKC", text).lower().translate(_TABLE)
    # Lower-casing and dropping joiners may leave something to compose; rare, so asked before done.
    return folded if unicodedata.is_normalized("NFKC", folded) else unicodedata.normalize("NFKC", folded)
