"""Knows how the parts of the web become one Flask application: extensions, guards, blueprints, headers, errors.
Must not know files or databases: it opens nothing and reads nothing."""

from __future__ import annotations

import logging
from io import BytesIO
from pathlib import Path
from typing import IO, Final

from flask import Flask
from flask import Request as FlaskRequest
from flask_babel import Babel
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

import archive as package
from archive.config import Config
from archive.services.archive import Archive
from archive.web import current, errors, guard, headers, language, presenting
from archive.web.account.views import blueprint as account
from archive.web.api import problems
from archive.web.api import views as api
from archive.web.consenting.views import blueprint as consenting
from archive.web.desk.views import blueprint as desk
from archive.web.entering.views import blueprint as entering
from archive.web.exhibits.views import blueprint as exhibits
from archive.web.helping.views import blueprint as helping
from archive.web.log.views import blueprint as log
from archive.web.passages.views import blueprint as passages
from archive.web.recalling.views import blueprint as recalling
from archive.web.records.views import blueprint as records
from archive.web.rooms.views import blueprint as rooms
from archive.web.session import Sessions
from archive.web.signing import again
from archive.web.signing.views import blueprint as signing
from archive.web.subject.views import blueprint as subject
from archive.web.withdrawing.views import blueprint as withdrawing

_MEBIBYTE: Final = 1024 * 1024
_LARGEST_REQUEST: Final = 16 * _MEBIBYTE
_MOST_PARTS: Final = 5000


class Request(FlaskRequest):
    """A request whose parts stay in memory: a file sent here is never spooled to disk in clear."""

    def _get_file_stream(self, *_of: object, **_part: object) -> IO[bytes]:
        return BytesIO()


class Guwah(Flask):
    """The application: its requests stay in memory, and a template that names what it was not given fails."""

    request_class = Request
    jinja_options = {  # noqa: RUF012  # Flask's own way of setting it
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
    }


def templates() -> Path:
    """Where the templates lie: beside the package in a checkout, inside it in a wheel."""
    root = Path(package.__file__).parent
    inside = root / "_templates"
    return inside if inside.is_dir() else root.parent / "templates"


def create_app(config: Config, archive: Archive) -> Flask:
    """The web application of one opened archive."""
    app = Guwah(
        "archive.web",
        template_folder=str(templates()),
        static_folder=str(Path(package.__file__).parent / "web" / "static"),
    )
    app.config.update(
        LANGUAGES=config.languages,
        LEAVE_URL=config.leave_url,
        MAX_CONTENT_LENGTH=_LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=_LARGEST_REQUEST,
        MAX_FORM_PARTS=_MOST_PARTS,
        SECRET_KEY=archive.host.web_secret(),
        TLS=config.tls,
        WTF_CSRF_SSL_STRICT=False,  # there is no referrer to look at; `headers.doorway` asks Sec-Fetch-Site
        WTF_CSRF_TIME_LIMIT=None,  # a form token lasts as long as the session it is derived from
    )
    app.extensions[current.EXTENSION] = archive
    app.session_interface = Sessions(archive)
    _extend(app)
    _guard(app)
    for blueprint in (
        signing,
        rooms,
        records,
        passages,
        entering,
        consenting,
        desk,
        withdrawing,
        exhibits,
        subject,
        recalling,
        account,
        helping,
        log,
        api.blueprint,
    ):
        app.register_blueprint(blueprint)
    app.context_processor(presenting.context)
    app.jinja_env.globals["comma"] = presenting.comma
    errors.register(app, {api.PREFIX: problems.problem}, again.offer)
    return app


def _extend(app: Flask) -> None:
    app.jinja_env.policies["ext.i18n.trimmed"] = True  # as tools/translations.py reads them
    Babel(
        app,
        locale_selector=language.choose,
        default_translation_directories=str(Path(package.__file__).parent / "web" / "translations"),
    )
    login = LoginManager(app)
    login.session_protection = None  # the token is the session; there is nothing else to compare
    login.request_loader(current.load_member)


def _guard(app: Flask) -> None:
    guard.public(app.view_functions["static"])
    app.before_request(headers.doorway)
    # Before the guard: a form's token is checked against the ticket that came, even that of a session that has ended.
    CSRFProtect(app)
    app.before_request(again.resume)
    app.before_request(guard.check)
    app.after_request(headers.add)
    # It says of each refused form why; nobody asked.
    logging.getLogger("flask_wtf.csrf").setLevel(logging.WARNING)
