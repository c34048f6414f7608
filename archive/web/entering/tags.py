"""Knows how tags are found by name and added, changed and taken away on a form, without JavaScript.
Must not know which tags a record should have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask_babel import lazy_gettext as _l
from wtforms import FormField, HiddenField, SelectChoice, SelectField, StringField, TextAreaField

from archive.domain.facilities import Facility
from archive.domain.tags import Facet, Tag
from archive.text.fold import fold
from archive.vocabularies.load import vocabulary
from archive.web.forms import LINE, PAGE, Form, Part, at_most, repeated, terms
from archive.web.presenting import VOCABULARIES, Said, above, facet, tag

MOST: Final = 20
KEEP: Final = "keep"
_FINDABLE: Final = (Facet.PLACE, Facet.FACILITY, Facet.ABUSE, Facet.ETHNIC, Facet.GOODS)


class TagForm(Part):
    facet = HiddenField()
    term = HiddenField()
    certainty = SelectField(_l("How sure"), choices=terms("certainty"))
    passage = TextAreaField(_l("The words it rests on"), [at_most(PAGE)])
    text = SelectField(_l("Where they stand"), choices=[], validate_choice=False)


class FinderForm(Part):
    facet = SelectField(
        _l("Kind of tag"), choices=lambda: [SelectChoice(name.value, facet(name)) for name in _FINDABLE]
    )
    wanted = StringField(
        _l("Name to look for"),
        [at_most(LINE)],
        description=_l("In any language and script; leave it empty to see the widest terms."),
    )


class TagsForm(Form):
    """The tags of a record that exists already."""

    tags = repeated(TagForm, _l("Tag"))
    finder = FormField(FinderForm)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A term that may be meant. ``value`` is what its button sends."""

    value: str
    path: tuple[Said, ...]
    label: Said


def finding(finder: FinderForm, button: str) -> bool:
    """Whether names are looked for: by their button, or by Enter, which presses the form's first one."""
    return button == "find" or (button == KEEP and bool(finder.wanted.data))


def candidates(finder: FinderForm, register: Sequence[Facility]) -> list[Candidate]:
    """What the finder's words may mean, of one facet: built-in terms first, then this archive's own facilities."""
    name, wanted = finder.facet.data, finder.wanted.data or ""
    if name not in _FINDABLE:
        return []
    words = vocabulary(VOCABULARIES[name])
    found = words.find(wanted) if wanted.strip() else words.children(None)
    listed = [Candidate(f"tag {name} {one.id}", above(name, one.id), tag(name, one.id)) for one in found]
    if name == Facet.FACILITY:
        listed = [_registered(one) for one in _named(register, wanted)] + listed
    return listed[:MOST]


def add(form: Form, name: str, term: str) -> None:
    """Put one more tag on the form, unless it is there."""
    if name in {one.value for one in Facet} and (name, term) not in {
        (entry.form.facet.data, entry.form.term.data) for entry in form.tags
    }:
        form.tags.append_entry({"facet": name, "term": term[:LINE]})
    form.finder.form.wanted.data = ""


def show(
    form: Form, known: Iterable[Tag], register: Sequence[Facility], texts: Sequence[tuple[str, str]]
) -> list[Candidate]:
    """What each tag on the form is called; its choice of texts is filled in too."""
    labels = {facility.term: (facility.labels, facility.kind) for facility in register}
    labels |= {one.term: (one.labels, one.kind) for one in known if one.labels}
    shown = []
    for entry in form.tags:
        entry.form.text.choices = [SelectChoice(id, name) for id, name in (("", "—"), *texts)]
        name, term = entry.form.facet.data or "", entry.form.term.data or ""
        names, kind = labels.get(term, ({}, ""))
        shown.append(
            Candidate(
                facet(name) if name in set(Facet) else name, above(name, term, kind), tag(name, term, names)
            )
        )
    return shown


def chosen(form: Form, known: Iterable[Tag]) -> tuple[Tag, ...]:
    """The tags of the form. What a known tag carries besides (labels, aliases, broader terms) stays with it."""
    before = {(one.facet.value, one.term): one for one in known}
    return tuple(_chosen(entry.form, before) for entry in form.tags)


def data(tags: Iterable[Tag]) -> list[dict[str, str]]:
    """What a form shows of a record's tags."""
    return [
        {
            "facet": one.facet.value,
            "term": one.term,
            "certainty": one.certainty,
            "passage": one.passage,
            "text": one.text,
        }
        for one in tags
    ]


def _chosen(form: TagForm, before: dict[tuple[str, str], Tag]) -> Tag:
    name = form.facet.data if form.facet.data in set(Facet) else Facet.SUBJECT
    base = before.get((name, form.term.data)) or Tag(facet=Facet(name), term=form.term.data or "")
    return replace(
        base,
        certainty=form.certainty.data,
        passage=(form.passage.data or "").replace("\r\n", "\n").strip(),
        text=form.text.data or "",
    )


def _named(register: Sequence[Facility], wanted: str) -> Iterator[Facility]:
    plain = fold(wanted.strip())
    return (
        one for one in register if any(plain in fold(name) for name in (*one.labels.values(), *one.aliases))
    )


def _registered(facility: Facility) -> Candidate:
    return Candidate(
        f"tag facility {facility.term}",
        above("facility", facility.term, facility.kind),
        tag("facility", facility.term, facility.labels),
    )
