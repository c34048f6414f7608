"""Knows how to tell from its letters which script, language and direction a short text has.
Must not know whose words they are; its answer is a suggestion that the person who typed may change."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

Direction = Literal["rtl", "ltr"]

# Enough letters to be sure, and a bound on the work for a pasted book.
_SAMPLE = 4000

_SCRIPT_LETTERS = 4  # of an ISO 15924 code
_RTL_SCRIPTS = frozenset({"Arab", "Aran", "Hebr", "Syrc", "Thaa", "Nkoo", "Adlm", "Rohg", "Samr", "Mand"})
_RTL_LANGUAGES = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "syr", "ug", "ur", "yi"})
# Kazakh and Kyrgyz are written in Arabic letters in China, as CLDR's likely subtags have it.
_RTL_TAGS = frozenset({"kk-cn", "ky-cn"})

_RANGES = (
    ("Latn", 0x0041, 0x024F), ("Latn", 0x1E00, 0x1EFF), ("Latn", 0xFF21, 0xFF5A),
    ("Grek", 0x0370, 0x03FF), ("Cyrl", 0x0400, 0x052F), ("Armn", 0x0530, 0x058F),
    ("Hebr", 0x0590, 0x05FF), ("Hebr", 0xFB1D, 0xFB4F), ("Arab", 0x0600, 0x06FF), ("Arab", 0x0750, 0x077F),
    ("Arab", 0x08A0, 0x08FF), ("Arab", 0xFB50, 0xFDFF), ("Arab", 0xFE70, 0xFEFC), ("Syrc", 0x0700, 0x074F),
    ("Deva", 0x0900, 0x097F), ("Thai", 0x0E00, 0x0E7F), ("Tibt", 0x0F00, 0x0FFF), ("Geor", 0x10A0, 0x10FF),
    ("Kore", 0x1100, 0x11FF), ("Mong", 0x1800, 0x18AF), ("Jpan", 0x3040, 0x30FF), ("Kore", 0xAC00, 0xD7AF),
    ("Hani", 0x3400, 0x4DBF), ("Hani", 0x4E00, 0x9FFF), ("Hani", 0xF900, 0xFAFF), ("Hani", 0x20000, 0x323AF),
)  # fmt: skip

# Letters that one of two neighbouring languages has and the other lacks.
_UYGHUR_ARABIC = frozenset("ېۈئخغ")
_KAZAKH_ARABIC = frozenset("ٴءعح")
_KYRGYZ_ARABIC = frozenset("ۅۉ")
_TURKIC_ARABIC = frozenset("ەۆۇڭۋ")
_NOT_TURKIC_ARABIC = frozenset("ةثذصضطظأإٱؤۀۂټډړښ")
_PERSIAN = frozenset("کی")
_URDU = frozenset("ٹڈڑےںہ")
# Arabic has ى only at the end of a word; Uyghur opens no word with a bare vowel, Kazakh does.
_I_WITHIN = re.compile(r"ى(?=\w)")
_BARE_VOWEL_FIRST = re.compile(r"\b[اەىوۇۆ]")

# Each traditional character before its simplified form.
_HAN_PAIRS = (
    "們们國国說说時时會会來来對对發发個个麼么為为過过還还進进動动問问開开長长現现樣样當当業业東东車车見见關关門门馬马"
    "龍龙兩两給给讓让請请認认識识書书買买賣卖維维爾尔烏乌魯鲁從从經经學学條条權权應应與与聯联點点實实體体無无達达產产"
    "員员總总華华處处務务機机報报語语話话區区頭头親亲號号錢钱飛飞魚鱼黃黄歷历漢汉觀观縣县營营獄狱監监證证訴诉審审勞劳"
)
_TRADITIONAL = frozenset(_HAN_PAIRS[::2])
_SIMPLIFIED = frozenset(_HAN_PAIRS[1::2])


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Small words tell languages apart where the letters are the same. Words shared by two of the lists stand in neither.
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼʻ][^\W\d_]+)*")
_TURKISH_WORDS = _words(
    "ve da de için ile gibi çok ama benim daha olan var sonra ne kadar değil şey beni bana"
)
_UYGHUR_WORDS = _words("we bilen u men sen biz siz ular emes idi bolup dep kéyin uning méning yoq hem üchün")
_ENGLISH_WORDS = _words("the of and to is my he she it that for they with on not his had have were at by")
_OTHER_WORDS = _words(
    "der und ich nicht von mit wir zu den ein het een van en niet les des est et je une se na jsem nie nem egy az"
)
_KYRGYZ_WORDS = _words("жана менен деп эле бир бул ал анын эмес бар болуп кыргыз үчүн дагы ошол мен биз")
_RUSSIAN_WORDS = _words("и в не на что с по это как из у за от был она они мы но его к")
_YIDDISH_WORDS = _words("דער די און איז פון האט האב צו מיט איך מיר נישט געווען")
_UYGHUR_LATIN = re.compile(
    r"ning\b|(?:ghan|qan|gen|ken)\b|(?:lar|ler)(?:ning|ni|gha|ge|da|de|din)\b|gh(?!t)|é|ë|q(?!u)"
)
_KYRGYZ_SOUND = re.compile(r"аа|оо|уу|ээ|(?:нын|дын|ган|гон|дар|лар|тар)\b")
_UZBEK_LATIN = re.compile(r"[og][ʻ‘]|\b(?:va|bilan|uchun|emas|boʻl\w*|o'z\w*)\b")
_YIDDISH = re.compile("[װױײ]|א[\u05b7\u05b8]|[\ufb2e\ufb2f]")
_FOREIGN_LATIN = frozenset("řěůąęłżźćńőűßåøæãõñäêôûàèìòùžšč")


@dataclass(frozen=True, slots=True)
class Script:
    """What a text appears to be: BCP 47 language ("und" if no rule fits), ISO 15924 script, direction of writing."""

    lang: str
    script: str
    direction: Direction


def detect(text: str) -> Script:
    """Language, script and direction of a short text, by the letters most of it is written in.

    Looks at no more than its first 4,000 characters. Text without letters is left to right and undetermined.
    """
    sample = text[:_SAMPLE]
    counts = Counter(script for char in sample if (script := _script_of(char)))
    if not counts:
        return Script("und", "Zyyy", "ltr")
    if counts["Jpan"]:
        # Kana beside Han is Japanese, whichever there is more of.
        counts["Jpan"] += counts.pop("Hani", 0)
    script = max(counts, key=counts.__getitem__)
    if script == "Hani":
        script = _han(sample)
    lang = _language(script, sample)
    return Script(lang, script, "rtl" if script in _RTL_SCRIPTS else "ltr")


def direction(lang_or_script: str) -> Direction:
    """Direction of writing for a BCP 47 tag ("ug-Arab", "kk_Cyrl", "he") or an ISO 15924 script ("Arab")."""
    parts = lang_or_script.strip().replace("_", "-").split("-")
    script = next((part.title() for part in parts if len(part) == _SCRIPT_LETTERS and part.isalpha()), "")
    if script:
        return "rtl" if script in _RTL_SCRIPTS else "ltr"
    tag = "-".join(parts[:2]).lower()
    return "rtl" if parts[0].lower() in _RTL_LANGUAGES or tag in _RTL_TAGS else "ltr"


def _script_of(char: str) -> str:
    if not char.isalpha():
        return ""
    code = ord(char)
    return next((script for script, first, last in _RANGES if first <= code <= last), "")


def _language(script: str, sample: str) -> str:
    match script:
        case "Arab":
            return _arabic(sample)
        case "Cyrl":
            return _cyrillic(sample)
        case "Latn":
            return _latin(sample)
        case "Hebr":
            return _hebrew(sample)
        case "Hans" | "Hant":
            return f"zh-{script}"
        case _:
            # Only scripts that, among the archive's languages, belong to one.
            return {"Tibt": "bo", "Mong": "mn-Mong", "Jpan": "ja", "Kore": "ko", "Thai": "th"}.get(
                script, "und"
            )


def _arabic(sample: str) -> str:
    letters = Counter(sample)

    def seen(alphabet: frozenset[str]) -> int:
        return sum(letters[letter] for letter in alphabet)

    if seen(_URDU):
        return "ur"
    if seen(_KYRGYZ_ARABIC):
        return "ky-Arab"
    kazakh = seen(_KAZAKH_ARABIC) + len(_BARE_VOWEL_FIRST.findall(sample))
    uyghur = seen(_UYGHUR_ARABIC)
    if (
        letters["ې"]
        or letters["ۈ"]
        or seen(_TURKIC_ARABIC) + len(_I_WITHIN.findall(sample)) > seen(_NOT_TURKIC_ARABIC)
    ):
        return "kk-Arab" if kazakh > uyghur else "ug-Arab"
    if seen(_PERSIAN):
        return "fa"
    if seen(_NOT_TURKIC_ARABIC) or letters["ع"] or letters["ح"]:
        return "ar"
    # «پاختا», «ئالىم»: nothing that Uyghur lacks; in this archive Uyghur is the likeliest.
    return "ug-Arab"


def _cyrillic(sample: str) -> str:
    lower = sample.lower()
    letters = set(lower)
    if "ў" in letters:
        return "be" if "і" in letters else "uz-Cyrl"
    if letters & set("їєґ"):
        return "uk"
    if letters & set("ӣӯҷҳ"):
        return "tg"
    if letters & set("іұ"):
        return "kk-Cyrl"
    if "җ" in letters:
        return "ug-Cyrl" if letters & set("ғқ") or "ы" not in letters else "tt"
    if letters & set("әғқһ"):
        # Both have these; Uyghur writes и where Kazakh writes ы and і.
        return "ug-Cyrl" if "ы" not in letters and letters & set("иә") else "kk-Cyrl"
    if letters & set("ңөү"):
        return "ky-Cyrl"
    words = _WORD.findall(lower)
    kyrgyz = sum(word in _KYRGYZ_WORDS for word in words) + len(_KYRGYZ_SOUND.findall(lower))
    return "ky-Cyrl" if kyrgyz > sum(word in _RUSSIAN_WORDS for word in words) else "ru"


def _latin(sample: str) -> str:
    lower = sample.replace("İ", "i").lower()
    words = _WORD.findall(lower)
    letters = set(lower)
    if "ə" in letters:
        return "az"
    foreign = sum(not _FOREIGN_LATIN.isdisjoint(word) or word in _OTHER_WORDS for word in words)
    # Where two score alike, the first is taken.
    scores = {
        "en": 2 * sum(word in _ENGLISH_WORDS for word in words),
        "tr": 3 * bool(letters & set("ığş") or "İ" in sample)
        + sum(word in _TURKISH_WORDS for word in words)
        + ("ç" in letters),
        "ug-Latn": len(_UYGHUR_LATIN.findall(lower)) + sum(word in _UYGHUR_WORDS for word in words),
        "uz-Latn": 2 * len(_UZBEK_LATIN.findall(lower)),
        "und": foreign,
    }
    best = max(scores, key=scores.__getitem__)
    if scores[best] == 0:
        return "en" if lower.isascii() else "und"
    return best


def _hebrew(sample: str) -> str:
    yiddish = _YIDDISH.search(sample) or any(word in _YIDDISH_WORDS for word in _WORD.findall(sample))
    return "yi" if yiddish else "he"


def _han(sample: str) -> str:
    traditional = sum(char in _TRADITIONAL for char in sample)
    simplified = sum(char in _SIMPLIFIED for char in sample)
    return "Hant" if traditional > simplified else "Hans"
