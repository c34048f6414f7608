"""Knows the two entry forms, each with its own fields.
Must not know whether what was entered is good enough, or how it is sealed."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import FormField, HiddenField, SelectField

from archive.web.entering.consent import ConsentForm
from archive.web.entering.parts import (
    PersonForm,
    PresentForm,
    Read,
    SourceForm,
    TextForm,
    Ticks,
    block,
    edtf,
    line,
)
from archive.web.entering.tags import FinderForm, TagForm
from archive.web.forms import Form, Part, repeated, required, terms


class RecordForm(Form):
    """What both kinds of record have. ``key`` is drawn with the empty form, so that sending twice stores once."""

    key = HiddenField()
    consent = FormField(ConsentForm)
    title = line(_l("Title"), required(), description=_l("Without names of people, so that it can be shown."))
    title_contains = Ticks(_l("Found in the title"), "data-classes")
    title_reviewed = Read(_l("The title was read for"))
    content_note = Ticks(
        _l("Kinds of harm it speaks of"),
        "content-notes",
        description=_l("Readers are warned of these first."),
    )
    present = repeated(PresentForm, _l("Person present"))
    collected = edtf(_l("When it was given"))
    collected_where = line(
        _l("Where it was given"), description=_l("As exact as is safe: a country or a city.")
    )
    channel = line(_l("How it reached the archive"))
    tags = repeated(TagForm, _l("Tag"))
    finder = FormField(FinderForm)
    source = FormField(SourceForm)
    note = block(_l("Note"), description=_l("For custody."))


class TestimonyForm(RecordForm):
    """One first-hand account."""

    __test__ = False  # not a test, whatever its name begins with
    kind = SelectField(_l("Kind of testimony"), choices=terms("kinds"))
    texts = repeated(TextForm, _l("Text"), at_least=1)
    narrator = FormField(PersonForm)
    period = edtf(_l("Time it speaks of"))


class StatementForm(Part):
    text = block(_l("What was said"), required())
    knowledge = SelectField(_l("How the reporter knows"), choices=terms("knowledge"), default="unknown")


class MissingForm(Part):
    name = line(_l("Name"), required())
    other_names = block(_l("Other names"), description=_l("One a line."))
    relation = SelectField(_l("Is to the reporter"), choices=terms("relations"), default="other-relative")
    born = edtf(_l("Born"))
    status = SelectField(_l("Situation"), choices=terms("person-status"), default="unknown")
    as_of = edtf(_l("As of"))
    status_source = line(_l("According to"))
    last_contact = edtf(_l("Last contact"))
    statements = repeated(StatementForm, _l("Statement"))


class FollowUpForm(Part):
    on = edtf(_l("When"))
    note = block(_l("What was learnt"), required())
    next_contact = line(_l("Day of the next contact"), description=_l("Such as 2027-03-21."))


class FamilyReportForm(RecordForm):
    """What a relative abroad says of people who are missing."""

    reporter = FormField(PersonForm)
    missing = repeated(MissingForm, _l("Missing person"), at_least=1)
    statements = repeated(StatementForm, _l("Statement"))
    sought = block(_l("What is sought"))
    safety = block(
        _l("Safety of relatives at home"),
        description=_l("Shown before anybody gets in touch with the reporter."),
    )
    objections = block(_l("Objections of other relatives"))
    when_freed = block(_l("What happens when the person is freed"))
    follow_ups = repeated(FollowUpForm, _l("Follow-up"))
    texts = repeated(TextForm, _l("Text"))
