"""Fictional files of the same shape as the real ones: same fields, same traps, nobody and nowhere in them."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

YIDDISH = "דאָס איז אַן אויסגעטראַכט עדות."
LANGUAGES = ("cs", "de", "yi", "hu", "pl", "en")
CAMP_NAMES = ("Camp Nowhere", "Kamp Nowhere", "NOWHERE")
COUNTRY = "https://www.geonames.org/2921044/federal-republic.html"


def told_in_camps(count: int) -> list[dict[str, Any]]:
    """As EHRI's: originals and translations, vague dates, annotations whose names vary and whose address does not."""
    return [_testimony(number) for number in range(count)]


def _testimony(number: int) -> dict[str, Any]:
    lang = LANGUAGES[number % len(LANGUAGES)]
    english = f"Invented account {number}. They counted us at night."
    original = {"yi": f"{YIDDISH} {number}", "en": english}.get(lang, f"Invented original {number}.")
    return {
        "id": f"TWIN-{number:03}",
        "title": f"Example Narrator {number}, an invented account",
        "narrator": f"Example Narrator {number}",
        "place": (None, "Nowhere", "Example Town")[number % 3],
        "date": ("1945-09", "1945", None, "1945-08-12")[number % 4],
        "interviewer": "Example Committee" if number % 5 == 0 else None,
        "summary": f"Summary of invented account {number}.",
        "source": f"Example Museum, no. {number}.",
        "edition": ("early_testimonies", "documentation_campaign")[number % 2],
        "lang": "en",
        "text": english,
        "orig_lang": lang,
        "orig_text": original,
        "header_places": [],
        "header_camps": ["Nowhere"],
        "header_terms": [],
        "gold": _gold(number),
        "licence": "CC BY 4.0",
        "path": f"editions/TWIN-{number:03}.xml",
    }


def _gold(number: int) -> dict[str, Any]:
    scheme = ("https", "http", "ttps")[number % 3]
    return {
        "camps": [
            {"name": CAMP_NAMES[number % 3], "ref": f"{scheme}://example.org/keywords/camps-1", "n": 2}
        ],
        "places": [
            {"name": ("Německo", "Germany")[number % 2], "ref": COUNTRY, "n": 4, "lat": 51.5, "lon": 10.5},
            {"name": f"Example Town {number % 4}", "ref": f"https://example.org/places-{number % 4}", "n": 1},
            {"name": "im", "ref": "#twin_im", "n": 1},
        ],
        "terms": [
            {"name": ("hunger", "Hunger", "hlad")[number % 3], "ref": "https://example.org/terms-9", "n": 3}
        ],
        "orgs": [{"name": "Example Organisation", "ref": "#twin_org", "n": 1}],
        "persons": [{"name": "Example Bystander", "ref": "#twin_person", "n": 1}],
    }


def accounts(count: int) -> list[dict[str, Any]]:
    """As the WPA's: town, county and state as they could be read, a date that no calendar has, slurs flagged."""
    return [
        {
            "id": f"twin-1-{number:03}",
            "title": f"Example Narrator {number} — Invented Narratives, vol. I",
            "narrator": None if number % 6 == 5 else f"Example Narrator {number}",
            "age": 80 + number if number % 2 else None,
            "place": "Example Town, Freedonia, USA",
            "town": "Example Town" if number % 3 else None,
            "county": "Example" if number % 4 == 1 else None,
            "state": ("Freedonia", "Sylvania")[number % 2],
            "date": (None, "1937", "1938-02-30", "1936-11-06")[number % 4],
            "interviewer": "Example Interviewer" if number % 2 else None,
            "lang": "en",
            "volume": "I",
            "gutenberg": "1",
            "chars": 40,
            "text": f"Invented account {number}. I was ten years old then.",
            "slur_flag": number % 2 == 0,
        }
        for number in range(count)
    ]


def facilities(count: int) -> list[dict[str, Any]]:
    """As the synthetic ones: types by another's names, twelve-digit county codes, years as numbers."""
    types = (
        "reeducation",
        "prison",
        "detention_centre",
        "boarding_school",
        "vocational",
        "hospital",
        "factory",
    )
    return [
        {
            "id": f"TWIN-{number}",
            "synthetic": True,
            "type": types[number % len(types)],
            "county_code": ("650102000000", "653201000000")[number % 2],
            "zh": f"示例设施{number}",
            "en": f"Example facility {number}",
            "en_alt": f"Example place {number}",
            "ug": f"مىسال {number}",
            "ru": f"Пример {number}",
            "lat": 43.8,
            "lon": 87.6,
            "opened": 2016,
            "closed": "" if number % 2 else 2019,
            "precision": "county",
        }
        for number in range(count)
    ]


REPORT = {
    "source_key": "twin-report-1",
    "title": "An invented report",
    "reporter": "Example Reporter",
    "reporter_contact": "none@example.org",
    "missing_name": "Example Relative",
    "missing_other_names": "Example Alias; Another Alias",
    "relation": "sibling",
    "status": "interned",
    "as_of": "2018-03~",
    "statement": "A neighbour called.",
    "knowledge": "neighbour",
    "sought": "Where the person is.",
    "safety": "Call nobody at home.",
    "original": "Invented report.",
    "original_lang": "en",
    "place": "Hotan Prefecture",
}

ACCOUNT = {
    "source_key": "twin-account-1",
    "title": "An invented account",
    "kind": "survivor",
    "original": "بىز سانالدۇق. بۇ توقۇلما بايان.",
    "translation": "We were counted, it says. This is invented.",
    "translation_lang": "en",
    "narrator": "Example Narrator",
    "interviewer": "Example One; Example Two",
    "collected": "2019-03~",
    "place": "xj-hotan; Urumqi",
    "abuse": "arrest",
    "ethnic": "Uyghur",
    "subject": "winter; songs",
    "content_note": "torture; death",
    "citation": "",
}


def lines(rows: list[dict[str, Any]]) -> bytes:
    """As JSON Lines."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def table(rows: list[dict[str, Any]]) -> bytes:
    """As CSV, the fields of the first row being the columns."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()
