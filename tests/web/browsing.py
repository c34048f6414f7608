"""A browser without JavaScript, made of Flask's test client: reads pages, fills their forms, presses their buttons."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSED_OVER = {"checkbox", "radio"}


@dataclass
class PageForm:
    """One form as it would be sent: names and values, and its buttons."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    ticks: list[tuple[str, str]] = field(default_factory=list)
    choices: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    written: set[str] = field(default_factory=set)  # names of the fields that take any text

    def value(self, name: str) -> str:
        found = [value for known, value in self.fields if known == name]
        return found[-1 if name in self.choices else 0]


class Page(HTMLParser):
    """What stands on a page. Every piece of text is kept with the language and direction around it."""

    def __init__(self, response: TestResponse) -> None:
        super().__init__()
        self.response = response
        self.status = response.status_code
        self.forms: list[PageForm] = []
        self.links: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.pieces: list[tuple[str, str, str]] = []
        self._around: list[tuple[str, str, str]] = []
        self._textarea = self._select = ""
        self.feed(response.get_data(as_text=True))

    @property
    def text(self) -> str:
        return " ".join(" ".join(piece for piece, _lang, _dir in self.pieces).split())

    @property
    def title(self) -> str:
        return self.response.get_data(as_text=True).partition("<title>")[2].partition("</title>")[0].strip()

    def form(self, action: str = "", *, button: str = "") -> PageForm:
        """The one form that leads there (or to this page), or that has such a button."""
        for form in self.forms:
            if form.action == action and (not button or button in [value for _name, value in form.buttons]):
                return form
        raise AssertionError(
            f"no form to {action!r} with {button!r} among {[form.action for form in self.forms]}"
        )

    def said(self, text: str) -> tuple[str, str]:
        """Language and direction of the piece that holds ``text``."""
        return next((lang, dir) for piece, lang, dir in self.pieces if text in piece)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        here = {name: value or "" for name, value in attrs}
        if tag not in ("input", "meta", "link", "hr", "br", "img"):
            _tag, lang, dir = self._around[-1] if self._around else ("", "", "")
            self._around.append((tag, here.get("lang", lang), here.get("dir", dir)))
        if "id" in here:
            self.ids.append(here["id"])
        if tag == "a":
            self.links.append((here.get("href", ""), here.get("rel", "")))
        if tag == "form":
            self.forms.append(PageForm(here.get("action", ""), here.get("method", "get")))
        elif self.forms and "form" in [name for name, _l, _d in self._around]:
            self._control(tag, here)

    def handle_endtag(self, tag: str) -> None:
        while self._around and self._around.pop()[0] != tag:
            pass
        if tag == "textarea":
            self._textarea = ""
        if tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            fields = self.forms[-1].fields
            name, before = fields.pop()
            fields.append((name, (before + data).removeprefix("\r\n").removeprefix("\n")))
        elif data.strip() and self._around and self._around[-1][0] not in ("script", "title", "option"):
            self.pieces.append((data.strip(), *self._around[-1][1:]))

    def _control(self, tag: str, here: dict[str, str]) -> None:
        form, name = self.forms[-1], here.get("name", "")
        if tag == "button":
            form.buttons.append((name, here.get("value", "")))
        elif tag == "input" and here.get("type") in PASSED_OVER:
            form.ticks.append((name, here.get("value", "y")))
            if "checked" in here:
                form.fields.append((name, here.get("value", "y")))
        elif tag in ("select", "option"):
            self._choice(tag, here)
        elif tag in ("input", "textarea") and name:
            form.fields.append((name, here.get("value", "")))
            if here.get("type", "text") in ("text", "search", "password", "date"):
                form.written.add(name)
            if tag == "textarea":
                self._textarea = name

    def _choice(self, tag: str, here: dict[str, str]) -> None:
        form = self.forms[-1]
        if tag == "select":
            self._select = here.get("name", "")
            form.choices[self._select] = []
        elif self._select:
            form.choices[self._select].append(here.get("value", ""))
            if (
                "selected" in here or len(form.choices[self._select]) == 1
            ):  # the first, until another is chosen
                form.fields.append((self._select, here.get("value", "")))


class Browser:
    """Goes from page to page and keeps the cookie."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    @property
    def cookie(self) -> str:
        kept = self.client.get_cookie("__Host-guwah")
        return kept.value if kept else ""

    def get(self, path: str, **headers: str) -> Page:
        return Page(self.client.get(path, headers=headers))

    def send(
        self, form: PageForm, path: str = "", *, button: tuple[str, str] | None = None, **typed: str
    ) -> Page:
        """Send a form with other values in its fields; names may be written with __ for hyphens."""
        values = {name.replace("__", "-"): value for name, value in typed.items()}
        return self.post(path or form.action, filled(form, values, button))

    def post(self, path: str, fields: list[tuple[str, str]]) -> Page:
        data: dict[str, list[str]] = {}
        for name, value in fields:
            data.setdefault(name, []).append(value)
        return Page(self.client.post(path, data=data))

    def follow(self, page: Page) -> Page:
        assert page.status == 303, page.text
        return self.get(page.response.headers["Location"])


def filled(
    form: PageForm, values: dict[str, str], button: tuple[str, str] | None = None
) -> list[tuple[str, str]]:
    """What a form sends with these values: replaced where it has such fields, added where it has none."""
    kept: dict[str, list[str]] = {}
    for name, value in form.fields:
        kept.setdefault(name, []).append(value)
    if form.fields:  # a select shows its first choice until another is chosen
        kept |= {name: found[-1:] for name, found in kept.items() if name in form.choices}
    kept |= {name: [value] for name, value in values.items()}
    sent = [(name, value) for name, found in kept.items() for value in found]
    return sent + ([button] if button else [])
