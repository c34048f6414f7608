"""The demonstration on the command line: made, served, and its one-time codes told.

Knows flags and who is told what. Must not know what the demonstration holds.
"""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Final

import click

from archive.cli import hygiene, serving
from archive.cli.demo import building
from archive.cli.demo.building import CREDENTIALS
from archive.cli.given import Given, Group, pass_given
from archive.cli.refusals import Mistaken
from archive.cli.saying import table
from archive.config import DEFAULT_INSTANCE
from archive.services import signing_in

_NAME: Final = "guwah"
_MAKE: Final = Path(".demo")
"""Where `make demo` puts its demonstration."""


@click.group(cls=Group, invoke_without_command=True)
@click.option("--port", type=int, metavar="N", help="Where to listen. Default: the setting, else 8080.")
@click.option("--no-serve", is_flag=True, help="Only make it.")
@click.pass_context
def demo(ctx: click.Context, port: int | None, *, no_serve: bool) -> None:
    """Make a demonstration with fictional records, say who can sign in, and serve it.

    Everything in it is invented and its secrets are public: never put a real account into it. A demonstration that is
    there already is kept.
    """
    if ctx.invoked_subcommand:
        return
    given = ctx.ensure_object(Given)
    config = given.config(port)
    if not no_serve:
        hygiene.overwrite_freed_memory()
    people = building.build(config)
    rows = [
        (one.login, ", ".join(one.roles), one.passphrase, ", ".join(room.purpose for room in one.rooms))
        for one in people
    ]
    given.voice.answer(
        {"instance": config.instance, "credentials": config.instance / CREDENTIALS, "members": people},
        "A demonstration: every record is invented, every secret public. They can sign in:",
        table(("login", "role", "passphrase", "rooms"), rows),
        f"The code that signing in asks for: {_called()} demo code LOGIN --instance {_shown(config.instance)}",
    )
    if not no_serve:
        serving.run(config, given.voice)


@demo.command("code")
@click.argument("login")
@pass_given
def code(given: Given, login: str) -> None:
    """Tell the present one-time code of a member of the demonstration."""
    for one in building.credentials(_instance(given)):
        if one.login == login:
            digits, left = signing_in.code_now(one.totp, int(time.time()))
            given.voice.answer(
                {"login": login, "code": digits, "seconds": left}, f"{digits}  ({left} seconds left)"
            )
            return
    raise Mistaken("The demonstration has nobody of this login; guwah demo --no-serve lists them.")


def _instance(given: Given) -> Path:
    """The folder that was named; else, where the default holds no demonstration, the one that `make demo` made."""
    place = given.config().instance
    unnamed = given.instance is None and place == DEFAULT_INSTANCE.absolute()
    if unnamed and not (place / CREDENTIALS).exists() and (_MAKE / CREDENTIALS).exists():
        return _MAKE
    return place


def _called() -> str:
    """What calls this command from here: its name where the shell finds it by that, else where it lies."""
    here, found = Path(sys.argv[0]), shutil.which(_NAME)
    elsewhere = here.name == _NAME and here.exists() and not (found and here.samefile(found))
    return str(here) if elsewhere else _NAME


def _shown(instance: Path) -> str:
    return os.path.relpath(instance) if instance.is_relative_to(Path.cwd()) else str(instance)
