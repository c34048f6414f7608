"""Knows what every command is given: the instance, --json, who acts; and opens and closes the archive around a command.
Must not know what any command does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from archive import bootstrap
from archive.cli import asking, refusals
from archive.cli.refusals import Mistaken
from archive.cli.saying import Voice
from archive.config import Config, load
from archive.services import signing_in
from archive.services.acting import Acting
from archive.services.archive import Archive


@dataclass(frozen=True, slots=True)
class Member:
    """Who acts, and where their passphrase comes from."""

    login: str
    passphrase_file: str | None
    passphrase: str | None = field(repr=False)

    def words(self, archive: Archive) -> str:
        """Their passphrase, asked for unless a demo's stood on the command line. Raises Mistaken."""
        if self.passphrase is None:
            return asking.secret("passphrase", self.passphrase_file)
        only_in_a_demo(archive, "--passphrase", "Leave it out to be asked, or use --passphrase-file.")
        return self.passphrase


@dataclass(slots=True)
class Given:
    """What stands before, between or after the words of a command, wherever it was put."""

    instance: Path | None = None
    voice: Voice = field(default_factory=Voice)

    def config(self, port: int | None = None) -> Config:
        """The settings of the instance. Raises WrongSetting."""
        return load(self.instance, port=port)

    @contextmanager
    def archive(self) -> Iterator[Archive]:
        """The opened archive. Raises what `bootstrap.build` raises."""
        with bootstrap.opened(self.config()) as archive:
            yield archive

    @contextmanager
    def acting(self, member: Member) -> Iterator[tuple[Archive, Acting]]:
        """The opened archive and the member's keys, which are dropped at the end."""
        with self.archive() as archive:
            acting = signing_in.unlock(archive, member.login, member.words(archive))
            try:
                yield archive, acting
            finally:
                signing_in.lock(archive, acting)

    @contextmanager
    def officers(self, member: Member, second: Member | None) -> Iterator[tuple[Archive, list[Acting]]]:
        """The opened archive and one officer's keys, or two officers'."""
        with self.acting(member) as (archive, first):
            if second is None:
                yield archive, [first]
                return
            words = asking.secret("second officer's passphrase", second.passphrase_file)
            also = signing_in.unlock(archive, second.login, words)
            try:
                yield archive, [first, also]
            finally:
                signing_in.lock(archive, also)


def only_in_a_demo(archive: Archive, flag: str, instead: str) -> None:
    """Refuse a flag that would leave something in the shell's history, except in a demo. Raises Mistaken."""
    if not archive.row.demo:
        raise Mistaken(
            f"{flag} is for demo archives only: the shell and the process list would keep it. {instead}"
        )


def _keep_instance(ctx: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        ctx.find_root().ensure_object(Given).instance = value


_FOR_EVERY_COMMAND: Final = (
    click.Option(
        ["--instance"],
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        expose_value=False,
        callback=_keep_instance,
        help="The archive's folder. Default: GUWAH_INSTANCE, else instance/.",
    ),
    click.Option(
        ["--json"],
        is_flag=True,
        expose_value=False,
        help="Answer with one JSON object on standard output, errors with one on standard error.",
    ),
)


class Command(click.Command):
    """A command that takes --instance and --json, as every one does."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        return [*super().get_params(ctx), *_FOR_EVERY_COMMAND]


class Group(Command, click.Group):
    """Commands under one word."""

    command_class = Command
    group_class = type


class Root(Group):
    """The whole of `guwah`: every error that passes here becomes one sentence and an exit code."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.ensure_object(Given).voice.as_json = "--json" in args
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's own word
        as_json = ctx.ensure_object(Given).voice.as_json
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, SystemExit):
            raise
        except click.UsageError as wrong:
            if not as_json:
                raise
            answer = refusals.Refusal("Usage", wrong.format_message(), refusals.WRONG)
        except BaseException as error:  # noqa: BLE001 - the one place that answers for all of them
            answer = refusals.refusal(error)
        answer.as_json = as_json
        raise answer


pass_given: Final = click.make_pass_decorator(Given)


def as_member(function: Callable[..., object]) -> Any:  # noqa: ANN401 - as `decorated`
    """Give a command `member: Member` from --as and --passphrase-file."""
    return _member_flags(function, required=True)


def as_member_or_nobody(function: Callable[..., object]) -> Any:  # noqa: ANN401 - as `decorated`
    """Give a command `member: Member | None`: it does less when nobody acts."""
    return _member_flags(function, required=False)


def _member_flags(function: Callable[..., object], *, required: bool) -> Any:  # noqa: ANN401 - as `decorated`
    @wraps(function)
    def gathered(
        *args: object,
        actor: str | None,
        passphrase_file: str | None,
        passphrase: str | None,
        **more: object,
    ) -> object:
        member = None if actor is None else Member(actor, passphrase_file, passphrase)
        return function(*args, member=member, **more)

    options = (
        click.option("--as", "actor", metavar="LOGIN", required=required, help="Who acts."),
        click.option(
            "--passphrase-file",
            metavar="FILE",
            help="A file only you can read (chmod 600); - for standard input.",
        ),
        click.option("--passphrase", metavar="WORDS", help="In demo archives only."),
    )
    return decorated(gathered, options)


def as_officers(function: Callable[..., object]) -> Any:  # noqa: ANN401 - as `decorated`
    """Give a command `member` and, where two officers are needed, `second: Member | None`."""

    @wraps(function)
    def gathered(
        *args: object, second: str | None, second_passphrase_file: str | None, **more: object
    ) -> object:
        also = None if second is None else Member(second, second_passphrase_file, None)
        return function(*args, second=also, **more)

    options = (
        click.option("--second", metavar="LOGIN", help="The second officer, where two must act."),
        click.option("--second-passphrase-file", metavar="FILE", help="As --passphrase-file."),
    )
    return as_member(decorated(gathered, options))


def decorated(function: Callable[..., object], options: Sequence[Callable[[Any], Any]]) -> Any:  # noqa: ANN401 - click's decorators keep no type
    """The function with its options, shown in this order."""
    for option in reversed(options):
        function = option(function)
    return function
