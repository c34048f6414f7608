"""Knows the archive as a process of its own: served by gunicorn, and the command started from a shell.
Must not know what is searched for afterwards. Nothing is made cheap or patched in these processes."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlencode

from tests.functional.canary.stage import Stage, binary

_SHARED_MEMORY: Final = Path("/dev/shm")
_KEPT_AS_IT_IS: Final = "/?=&%"


@dataclass(frozen=True)
class Cookie:
    value: str


@dataclass(frozen=True)
class Answer:
    """An answer as Flask's test client gives it, as far as it is asked."""

    status_code: int
    headers: http.client.HTTPMessage
    body: bytes

    def get_data(self, *, as_text: bool = False) -> Any:
        return self.body.decode() if as_text else self.body


class Client:
    """Stands for Flask's test client before a served archive; keeps its one cookie."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookie: dict[str, str] = {}

    def open(
        self, path: str, *, method: str, data: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Answer:
        sent = dict(headers or {})
        if self._cookie:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookie.items())
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            connection.request(method, quote(path, safe=_KEPT_AS_IT_IS), data, sent)
            answer = connection.getresponse()
            for said in answer.headers.get_all("Set-Cookie", []):
                name, _equals, value = said.partition(";")[0].partition("=")
                self._cookie[name] = value
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.open(path, method="GET", headers=headers)

    def post(self, path: str, data: Any, content_type: str = "application/x-www-form-urlencoded") -> Answer:
        raw = data if isinstance(data, bytes) else urlencode(data, doseq=True).encode()
        return self.open(path, method="POST", data=raw, headers={"Content-Type": content_type})

    def get_cookie(self, name: str) -> Cookie | None:
        return Cookie(self._cookie[name]) if name in self._cookie else None


class Served:
    """`guwah serve`, its output in the searched logs. It starts while others work."""

    def __init__(self, stage: Stage) -> None:
        self.port = _free_port()
        self._out, self._err = stage.logs / "serve.out", stage.logs / "serve.err"
        self._before = set(_SHARED_MEMORY.glob("guwah-*"))
        words = [
            str(binary()),
            "serve",
            "--instance",
            str(stage.instance),
            "--port",
            str(self.port),
            "--json",
        ]
        with self._out.open("wb") as said, self._err.open("wb") as log:
            self._process = subprocess.Popen(words, stdout=said, stderr=log)

    def wait(self) -> None:
        """Return when it answers."""
        deadline = time.monotonic() + 60
        while '"ready": true' not in self._out.read_text():
            assert self._process.poll() is None, self._err.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def stop(self) -> int:
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=60)

    def folders(self) -> set[Path]:
        """Where it may have put something besides the stage."""
        return set(_SHARED_MEMORY.glob("guwah-*")) - self._before

    def deleted_files(self) -> Iterator[tuple[str, bytes]]:
        """What the server and its workers hold open without a name; only root may look."""
        for pid in (self._process.pid, *_children(self._process.pid)):
            with suppress(PermissionError):
                for file in Path(f"/proc/{pid}/fd").iterdir():
                    with suppress(OSError):
                        if (name := str(file.readlink())).endswith("(deleted)") and file.is_file():
                            yield f"{name} of the server", file.read_bytes()


@contextmanager
def served(stage: Stage) -> Iterator[Served]:
    """A server until the block ends."""
    server = Served(stage)
    try:
        yield server
    finally:
        ended = server.stop()
    assert ended == 0


def malform(stage: Stage, port: int) -> None:
    """Requests that are none, each with words in it: servers like to log what they could not read."""
    word = stage.aviary.name("server: word in a malformed request")
    raw, plain = word.encode(), quote(word).encode()
    host = b"Host: localhost\r\n"
    for request in (
        b"GET /%s HTTP/1.1\r\n%s\r\n" % (raw, host),
        b"GET /%s HTTP/9.9\r\n%s\r\n" % (plain, host),
        b"%s / HTTP/1.1\r\n%s\r\n" % (plain, host),
        b"%s\r\n\r\n" % raw,
        b"GET /?%s HTTP/1.1\r\n%s%s\r\n\r\n" % (plain, host, raw),
        b"GET /%s HTTP/1.1\r\n%s\r\n" % (plain * 100, host),
        b"GET / HTTP/1.1\r\nHost: %s\r\nContent-Length: %s\r\n\r\n" % (raw, raw),
        b"GET / HTTP/1.1\r\n%sX-%s: %s\r\n\r\n" % (host, plain, raw * 200),
        b"POST /sign-in HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n%s\r\n" % (host, raw),
        b"POST /sign-in HTTP/1.1\r\n%sContent-Length: 100000\r\n\r\nlogin=%s" % (host, plain),
        b"POST /sign-in HTTP/1.1\r\n%sTransfer-Encoding: %s\r\n\r\n" % (host, raw),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
            line.sendall(request)
            line.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):
                while line.recv(65536):
                    pass


def command(stage: Stage) -> None:
    """The command from a shell: it imports a row and refuses one; standard error is a log."""
    bred, person = stage.aviary, stage.people["served"]
    row = {
        "source_key": bred.value("shell: source key"),
        "title": bred.value("shell: title", kept=True),
        "kind": "survivor",
        "original_lang": "und",
        "original": bred.value("shell: text", kept=True),
    }
    lines = [row, row | {"source_key": "other", "kind": bred.value("shell: refused kind")}]
    rows = stage.file(f"{bred.name('shell: name of a file')}.jsonl", "\n".join(map(json.dumps, lines)))
    secret = stage.file("passphrase", person.passphrase + "\n")
    mine = ("--as", person.login, "--passphrase-file", secret, "--json")
    reason = bred.value("shell: reason of the basis", kept=True) + "\n"
    told = _run(stage, 7, "import", rows, *mine, "--basis", "public-interest", said=reason)
    assert json.loads(told)["stored"] == 1


def _run(stage: Stage, code: int, *words: str, said: str) -> str:
    done = subprocess.run(
        [str(binary()), *words, "--instance", str(stage.instance)],
        input=said.encode(),
        capture_output=True,
        check=False,
        timeout=300,
    )
    with (stage.logs / "shell.err").open("ab") as log:
        log.write(done.stderr)
    assert done.returncode == code, done.stderr.decode()
    return done.stdout.decode()


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
