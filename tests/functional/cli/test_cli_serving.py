"""`guwah serve`: a real process that keeps to itself, says when it is ready, logs nothing of a request, and stops."""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archive.cli import hygiene, serving
from archive.cli.refusals import WRONG, unforeseen
from tests.functional.cli.conftest import Cli

GUWAH = Path(sys.executable).with_name("guwah")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(cli: Cli, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The command serving on a free port, and the address that it told."""
    process = subprocess.Popen(
        [GUWAH, *(words or ("serve",)), "--instance", cli.instance, "--port", str(free_port()), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        said = process.stdout.readline()
        while said and "ready" not in json.loads(said):
            said = process.stdout.readline()
        assert said, process.stderr and process.stderr.read()
        yield process, json.loads(said)["url"]
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def status(address: str) -> int:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return int(answer.status)


def environment_of(process: subprocess.Popen[str]) -> dict[str, str]:
    raw = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
    return dict(line.decode().split("=", 1) for line in raw if line)


@pytest.mark.slow
def test_a_served_archive_answers_keeps_to_itself_and_stops(cli: Cli) -> None:
    with served(cli) as (process, url):
        assert status(url) == 200
        canary = "canary-of-a-request"
        with pytest.raises(urllib.error.HTTPError):
            status(f"{url}/{canary}?q={canary}")
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        assert "Max core file size        0                    0" in limits
        if os.geteuid() == 0:  # a process that is not dumpable shows its environment to nobody else
            assert environment_of(process)["MALLOC_PERTURB_"] == "85"
            assert environment_of(process)["PYTHONMALLOC"] == "malloc"
            assert environment_of(process)["GLIBC_TUNABLES"] == "glibc.malloc.tcache_count=0"
        assert Path(f"/proc/{process.pid}").stat().st_uid == 0  # not dumpable: its files belong to root
        [line] = [
            line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if "Umask" in line
        ]
        assert line.split() == ["Umask:", "0077"]
        made = f"guwah-{process.pid}-*"
        [temporary] = [*Path("/dev/shm").glob(made), *cli.instance.glob(made)]
        process.send_signal(signal.SIGTERM)
        _, logged = process.communicate(timeout=30)
    assert process.returncode == 0
    assert canary not in logged
    assert logged == ""
    assert not temporary.exists()


@pytest.mark.slow
def test_a_second_server_on_the_port_is_refused(cli: Cli) -> None:
    with served(cli) as (_, url):
        port = url.rpartition(":")[2]
        assert f"Port {port} is used" in cli.refused(WRONG, "serve", "--port", port)


def test_an_address_that_others_reach_is_refused_and_why(cli: Cli) -> None:
    (cli.instance / "guwah.toml").write_text('bind = "0.0.0.0"\n')
    said = cli.refused(WRONG, "serve")
    assert "no TLS is declared" in said
    assert "cookie" in said


@pytest.mark.parametrize(
    ("words", "remedy"),
    [(("--port", "0"), "--port: port must be"), (("--port", "x"), "--port"), (("x",), "extra")],
)
def test_a_wrong_flag_is_said(cli: Cli, words: tuple[str, ...], remedy: str) -> None:
    assert remedy in cli.refused(WRONG, "serve", *words)


def test_an_address_of_another_machine_is_refused(cli: Cli) -> None:
    (cli.instance / "guwah.toml").write_text('bind = "192.0.2.1"\ntls = "proxy"\n')
    assert "is not one of this machine's" in cli.refused(WRONG, "serve")


def logged(record: logging.LogRecord) -> str:
    serving.Discreet().filter(record)
    return logging.Formatter().format(record)


def test_the_log_of_the_server_says_nothing_that_a_request_said() -> None:
    try:
        raise ValueError("canary")
    except ValueError:
        failed = logging.LogRecord(
            "x", logging.ERROR, "", 0, "Error handling request %s", ("/canary",), sys.exc_info()
        )
    refused = logging.LogRecord(
        "x", logging.WARNING, "", 0, "Invalid request from ip=192.0.2.1: canary", (), None
    )
    plain = logging.LogRecord("x", logging.WARNING, "", 0, "Worker %s", ("exited",), None)
    assert "canary" not in logged(failed) + logged(refused)
    assert "192.0.2.1" not in logged(refused)
    assert "ValueError" in logged(failed)
    assert logged(plain) == "Worker exited"


def test_of_an_error_outside_this_package_not_even_the_place_is_told() -> None:
    assert "KeyError at an unknown place" in unforeseen(KeyError("canary"))
    assert "canary" not in unforeseen(KeyError("canary"))


def test_swap_that_is_not_encrypted_is_named(tmp_path: Path) -> None:
    swaps = tmp_path / "swaps"
    devices = tmp_path / "devices"
    for name, uuid in (("dm-0", "CRYPT-PLAIN-swap"), ("dm-1", "LVM-abc")):
        (devices / name / "dm").mkdir(parents=True)
        (devices / name / "dm" / "uuid").write_text(uuid)
    lines = [
        f"{path} partition 1 0 -2"
        for path in ("/dev/dm-0", "/dev/dm-1", "/dev/zram0", "/dev/sdz9", "/swap.img")
    ]
    swaps.write_text("\n".join(["Filename Type Size Used Priority", *lines, ""]))
    assert hygiene.open_swap(swaps, devices) == ["/dev/dm-1", "/dev/sdz9", "/swap.img"]
    assert hygiene.open_swap(tmp_path / "none", devices) == []


def test_temporary_files_go_to_a_folder_of_ones_own_and_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with hygiene.private_temporary(tmp_path) as folder:
        assert folder.stat().st_mode & 0o077 == 0
        assert Path(tempfile.gettempdir()) == folder
        (folder / "left").touch()
    assert not folder.exists()
