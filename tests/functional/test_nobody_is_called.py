"""While people use it the served archive calls nobody: no connection, no name looked up, no program started.

Python itself tells, in every process of the server, of each such call (PEP 578), and the kernel lists its sockets.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pyotp
import pytest
from flask.testing import FlaskClient

from archive.services import accessioning
from tests.archives import Standing, draft, found
from tests.functional.canary.by_server import Answer, Client
from tests.web.api.conftest import account
from tests.web.browsing import Browser

pytestmark = pytest.mark.slow

CALLS = ("socket.connect", "socket.getaddrinfo", "socket.gethostby", "socket.getnameinfo", "socket.sendto",
         "socket.sendmsg", "subprocess.Popen", "os.system", "os.posix_spawn", "urllib.Request")  # fmt: skip
SITE = f"""
import os, sys
_to = os.open(os.environ["CALLS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
def _hear(event, said):
    if event.startswith({CALLS!r}):
        os.write(_to, f"{{os.getpid()}} {{event}} {{said!r:.200}}\\n".encode())
sys.addaudithook(_hear)
os.write(_to, f"{{os.getpid()}} begun\\n".encode())
"""
LISTENING = 10
INTERNET = ("tcp", "tcp6", "udp", "udp6")


@dataclass
class Server:
    """A served archive whose calls are written down."""

    process: subprocess.Popen[str]
    port: int
    calls: Path

    def heard(self) -> list[str]:
        """What its processes called, other than the beginning."""
        return [line for line in self.calls.read_text().splitlines() if not line.endswith("begun")]

    def foreign(self) -> set[str]:
        """Sockets of its processes that lead anywhere but to its own port."""
        mine = {link for pid in processes(self.process.pid) for link in sockets(pid)}
        return {
            line
            for kind in INTERNET
            for line in Path(f"/proc/{self.process.pid}/net/{kind}").read_text().splitlines()[1:]
            if f"socket:[{line.split()[9]}]" in mine
            and int(line.split()[1].rpartition(":")[2], 16) != self.port
        }


def processes(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from processes(int(child))


def sockets(pid: int) -> set[str]:
    links = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.add(str(file.readlink()))
        except FileNotFoundError:  # closed meanwhile
            continue
    return links


def environment(folder: Path) -> dict[str, str]:
    (folder / "site").mkdir()
    (folder / "site" / "sitecustomize.py").write_text(SITE)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GUWAH_")}
    return {**kept, "PYTHONPATH": str(folder / "site"), "CALLS": str(folder / "calls")}


@pytest.fixture
def living(tmp_path: Path) -> Iterator[Standing]:
    """An archive whose slots cost what they cost: nothing can be made cheap in a process of its own."""
    with found(tmp_path / "instance") as standing:
        yield standing


@pytest.fixture
def server(living: Standing, tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    guwah = Path(sys.executable).with_name("guwah")
    process = subprocess.Popen(
        [guwah, "serve", "--instance", living.instance, "--port", str(port), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(tmp_path),
    )
    try:
        assert process.stdout
        while "ready" not in (said := process.stdout.readline()):
            assert said, process.stderr and process.stderr.read()
        yield Server(process, port, tmp_path / "calls")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def code(standing: Standing, steps: int) -> str:
    """A one-time code; each step is good once."""
    return pyotp.TOTP(standing.people["keeper"].totp).at(int(time.time()) + 30 * steps)


def by_page(standing: Standing, port: int, record: str) -> None:
    """A custodian signs in, searches, reads, enters, looks into the log, makes papers, signs out."""
    browser = Browser(cast("FlaskClient", Client(port)))
    form = browser.get("/sign-in").form("/sign-in")
    passphrase = standing.people["keeper"].passphrase
    assert browser.send(form, login="keeper", passphrase=passphrase, code=code(standing, 0)).status == 303
    room = f"/rooms/{standing.custody}"
    search = browser.get(room).form(f"{room}/search")
    assert "1 record found" in browser.follow(browser.send(search, text="counted")).text
    here = f"{room}/records/{record}"
    for path in ("/", "/account", "/safety", "/help/search", "/static/guwah.css", here, f"{here}/print",
                 f"{here}/consent", f"{here}/report", f"{room}/new/testimony", "/log", "/desk"):  # fmt: skip
        assert browser.get(path).status == 200, path
    assert browser.send(browser.get("/log/verify").form("/log/verify")).status == 200
    assert browser.get("/no/such/page").status == 404
    assert browser.client.get("/leave").status_code == 303


def by_program(standing: Standing, port: int) -> None:
    """A program signs in, stores an account, searches, and signs out."""
    client = Client(port)

    def ask(method: str, path: str, said: object = None, token: str = "") -> Answer:
        sent = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return client.open(f"/api/v1{path}", method=method, data=json.dumps(said).encode(), headers=sent)

    keeper = {
        "login": "keeper",
        "passphrase": standing.people["keeper"].passphrase,
        "totp": code(standing, 1),
    }
    token = str(json.loads(ask("POST", "/sessions", keeper).body)["token"])
    room = f"/rooms/{standing.custody}"
    assert ask("POST", f"{room}/records", account(tags=[]), token).status_code == 201
    found = ask("POST", f"{room}/search", {"q": ""}, token)
    assert json.loads(found.body)["total"] == 2
    assert ask("POST", "/sessions", {**keeper, "passphrase": "wrong"}).status_code in (401, 429)
    assert ask("DELETE", "/sessions/current", None, token).status_code == 204


def test_the_served_archive_calls_nobody(living: Standing, server: Server) -> None:
    [record] = accessioning.accession(living.archive, living.acting("keeper"), living.custody, [draft()])
    looked: set[str] = set()
    by_page(living, server.port, str(record))
    looked |= server.foreign()
    by_program(living, server.port)
    looked |= server.foreign()
    begun = {int(line.split()[0]) for line in server.calls.read_text().splitlines() if line.endswith("begun")}
    assert server.process.pid in begun, "it was listened to"
    assert server.heard() == []
    assert looked == set()


CALLING = """
import socket, sys, urllib.request
try:
    urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/x", timeout=5)
except OSError:
    pass
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", int(sys.argv[1])))
"""


def test_a_call_would_be_heard(tmp_path: Path) -> None:
    """The control: a process that calls somebody is found by the same means."""
    with socket.socket() as somebody:
        somebody.bind(("127.0.0.1", 0))
        port = str(somebody.getsockname()[1])
        process = subprocess.run([sys.executable, "-c", CALLING, port], env=environment(tmp_path), check=True)
        assert process.returncode == 0
        said = (tmp_path / "calls").read_text()
    for event in ("urllib.Request", "socket.getaddrinfo", "socket.connect", "socket.sendto"):
        assert event in said
    with socket.create_connection(
        ("127.0.0.1", port_of(listening := socket.create_server(("127.0.0.1", 0))))
    ):
        own = Server(cast("subprocess.Popen[str]", type("Self", (), {"pid": os.getpid()})), 1, tmp_path)
        assert own.foreign()
    listening.close()


def port_of(server: socket.socket) -> int:
    return int(server.getsockname()[1])
