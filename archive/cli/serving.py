"""Knows how the archive is served: gunicorn's threads, in processes that keep to themselves.
Must not know a page, nor let a request's address, words or body reach a log."""

from __future__ import annotations

import errno
import logging
import socket
import threading
import time
from pathlib import Path
from typing import Final

import click
from gunicorn.app.base import BaseApplication
from gunicorn.workers.base import Worker

from archive import bootstrap
from archive.cli import hygiene
from archive.cli.given import Command, Given, pass_given
from archive.cli.refusals import Mistaken, unforeseen
from archive.cli.saying import Voice
from archive.config import Config
from archive.jobs import upkeep
from archive.services import signing_in
from archive.services.archive import Archive

_PERSISTENCE: Final = 2.0
"""Seconds between two looks for sessions that have ended elsewhere: their keys go within five."""
_TIMEOUT: Final = 120
_log = logging.getLogger("archive.cli")


class Discreet(logging.Filter):
    """Takes out of gunicorn's messages what a request said: of an error stay its class and place."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.exc_info[1]:
            record.msg, record.args = unforeseen(record.exc_info[1]), ()
            record.exc_info = record.exc_text = None
        elif str(record.msg).startswith("Invalid request"):
            record.msg, record.args = "A request could not be read and was refused.", ()
        return True


class _Server(BaseApplication):  # type: ignore[misc, unused-ignore]
    """One archive under gunicorn. Each worker opens the archive for itself, after it was forked."""

    def __init__(self, config: Config, voice: Voice, temporary: Path) -> None:
        self._config = config
        self._voice = voice
        self._temporary = temporary
        super().__init__()

    def load_config(self) -> None:
        config = self._config
        host = f"[{config.bind}]" if ":" in config.bind else config.bind
        settings = {
            "bind": f"{host}:{config.port}",
            "workers": config.workers,
            "threads": config.threads,
            "worker_class": "gthread",
            "timeout": _TIMEOUT,
            "accesslog": None,
            "loglevel": "warning",
            "control_socket_disable": True,
            "worker_tmp_dir": str(self._temporary),
            "umask": 0o077,
            # Whoever may reach the address of a declared proxy is the proxy; without one nobody is believed.
            "forwarded_allow_ips": "*" if config.tls == "proxy" else "",
            "post_worker_init": self._ready,
        }
        for name, value in settings.items():
            self.cfg.set(name, value)

    def load(self) -> object:
        from archive.app import create_app  # noqa: PLC0415 - Flask is loaded where pages are served, nowhere else

        archive = bootstrap.build(self._config)
        threading.Thread(target=_keep_forgetting, args=(archive,), daemon=True).start()
        upkeep.begin(bootstrap.upkeep(archive), _say_failure)
        return create_app(self._config, archive)

    def _ready(self, worker: Worker) -> None:
        if worker.age == 1:  # the first of all workers; one that replaces it is older
            self._voice.answer(
                {"ready": True, "url": self._config.url},
                f"The archive is open at {self._config.url}  (Ctrl+C closes it)",
            )


def _keep_forgetting(archive: Archive) -> None:
    while True:
        time.sleep(_PERSISTENCE)
        try:
            signing_in.forget_ended(archive)
        except Exception as error:  # noqa: BLE001 - one failure must not end the forgetting
            _say_failure(error)


def _say_failure(error: BaseException) -> None:
    _log.error(unforeseen(error))


def _say_little(said: threading.ExceptHookArgs) -> None:
    if said.exc_value:
        _say_failure(said.exc_value)


def run(config: Config, voice: Voice) -> None:
    """Serve until told to stop. Raises Mistaken when the address is taken, and whatever `bootstrap.build` raises."""
    with bootstrap.opened(config) as archive:
        bootstrap.upkeep(archive).run()  # what is wrong is said here, once, and not by every worker
    _address_is_free(config)
    hygiene.overwrite_freed_memory()
    if swap := hygiene.open_swap():
        voice.aside(
            f"Warning: swap is on and not known to be encrypted ({', '.join(swap)}): what is opened may be written to "
            "the disk. Turn it off (swapoff -a) or encrypt it."
        )
    logging.getLogger("gunicorn.error").addFilter(Discreet())
    threading.excepthook = _say_little
    with hygiene.private_temporary(config.instance) as temporary:
        _Server(config, voice, temporary).run()


def _address_is_free(config: Config) -> None:
    family = socket.AF_INET6 if ":" in config.bind else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((config.bind, config.port))
    except OSError as cause:
        if cause.errno == errno.EADDRINUSE:
            said = f"Port {config.port} is used by another program. Stop it, or choose another with --port."
        elif cause.errno == errno.EACCES:
            said = f"This account may not listen on port {config.port}. Choose one from 1024 up with --port."
        else:
            said = f"The address {config.bind} is not one of this machine's. Set bind to one that is."
        raise Mistaken(said) from None


@click.command(cls=Command)
@click.option("--port", type=int, metavar="N", help="Where to listen. Default: the setting, else 8080.")
@pass_given
def serve(given: Given, port: int | None) -> None:
    """Serve the archive to browsers and programs on this machine, until Ctrl+C.

    What stands in front of it, TLS or an onion service, is in docs/deploy.md.
    """
    run(given.config(port), given.voice)
