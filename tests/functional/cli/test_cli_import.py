"""`guwah import`: records and facilities of invented people come in once, refused rows are told, nothing half."""

import csv
import json
from pathlib import Path

import pytest

from archive.cli import importing
from archive.cli.refusals import IN_PART, WRONG
from archive.cli.saying import Voice
from tests.functional.cli.conftest import RECORDS, SOLO, Cli

BASIS = ("--basis", "public-interest")
REASON = "Invented for a test\n"


def row(number: int, **other: str) -> dict[str, str]:
    return {
        "source_key": f"t-{number}",
        "title": f"Invented account {number}",
        "kind": "survivor",
        "original": "This was invented for a test of the import. No such person is meant.",
        **other,
    }


def written(folder: Path, *rows: dict[str, str]) -> Path:
    path = folder / "rows.csv"
    with path.open("w", newline="") as file:
        out = csv.DictWriter(file, rows[0].keys())
        out.writeheader()
        out.writerows(rows)
    return path


def test_rows_come_in_once(cli: Cli, tmp_path: Path) -> None:
    file = str(written(tmp_path, row(1), row(2)))
    first = cli.acting("import", file, *BASIS, said=REASON)
    assert (first["mapping"], first["read"], first["stored"], first["refused"]) == ("testimony", 2, 2, 0)
    again = cli.acting("import", file, *BASIS, said=REASON)
    assert (again["stored"], again["known"]) == (0, 2)
    assert cli.acting("search", "--room", "custody", said="\n")["total"] == RECORDS + 2
    assert cli.acting("search", "--room", "custody", said='"test of the import"\n')["total"] == 2


def test_the_passphrase_may_come_from_a_file_and_the_answer_is_one_line(
    cli: Cli, tmp_path: Path, kept: Path
) -> None:
    file = str(written(tmp_path, row(1)))
    done = cli("import", file, *BASIS, "--as", SOLO, "--passphrase-file", str(kept), said=REASON)
    assert done.exit_code == 0, done.output
    assert "1 rows read as testimony" in done.stdout


def test_refused_rows_are_told_to_their_member_alone(cli: Cli, tmp_path: Path) -> None:
    file = str(written(tmp_path, row(1), row(2, kind="no-such-kind"), row(3, original="")))
    done = cli("import", file, *BASIS, "--as", SOLO, "--json", said=f"{cli.passphrase}\n{REASON}")
    assert done.exit_code == IN_PART
    told = json.loads(done.stdout)
    assert (told["stored"], told["refused"], told["rejected"]) == (1, 2, [])
    [report] = cli.acting("rejects")["reports"]
    assert report["id"] == told["report"]
    rejected = cli.acting("rejects", report["id"])["rejected"]
    assert [one["line"] for one in rejected] == [3, 4]
    shown = cli("rejects", report["id"], "--as", SOLO, said=cli.passphrase).stdout
    assert rejected[0]["problems"][0]["text"] in shown
    assert "by its id" in cli.refused(WRONG, "rejects", "x", "--as", SOLO, said=cli.passphrase)


def test_a_rehearsal_stores_nothing(cli: Cli, tmp_path: Path) -> None:
    file = str(written(tmp_path, row(1), row(2, kind="no-such-kind")))
    said = f"{cli.passphrase}\n{REASON}"
    done = cli("import", file, *BASIS, "--dry-run", "--as", SOLO, "--json", said=said)
    told = json.loads(done.stdout)
    assert (told["stored"], told["refused"], told["dry_run"], told["report"]) == (1, 1, True, None)
    assert told["rejected"][0]["line"] == 3
    assert "would be stored" in cli("import", file, *BASIS, "--dry-run", "--as", SOLO, said=said).stdout
    assert cli.acting("search", "--room", "custody", said="\n")["total"] == RECORDS


def test_facilities_go_into_the_register(cli: Cli, tmp_path: Path) -> None:
    file = written(tmp_path, {"source_key": "f-1", "kind": "internment", "label_en": "Invented Centre"})
    first = cli.acting("import", str(file))
    assert (first["mapping"], first["stored"], first["known"]) == ("facility", 1, 0)
    assert cli.acting("import", str(file))["known"] == 1


def test_a_register_in_one_json_list_goes_in_alike(cli: Cli, tmp_path: Path) -> None:
    rows = [{"source_key": f"f-{n}", "kind": "prison", "label_en": f"Invented, no. {n}"} for n in range(3)]
    file = tmp_path / "register.json"
    file.write_text(json.dumps(rows, indent=2))
    first = cli.acting("import", str(file))
    assert (first["mapping"], first["stored"], first["refused"]) == ("facility", 3, 0)
    assert cli.acting("import", str(written(tmp_path, *rows)))["known"] == 3
    file.write_text(json.dumps(rows)[:-1])
    cut = cli("import", str(file), "--as", SOLO, "--json", said=f"{cli.passphrase}\n")
    assert cut.exit_code == IN_PART
    assert json.loads(cut.stdout)["refused"] == 1


def test_a_basis_that_is_public_asks_for_source_and_licence(cli: Cli, tmp_path: Path) -> None:
    file = str(written(tmp_path, row(1)))
    said = f"{REASON}An invented book\nCC0\n"
    cli.acting("import", file, "--basis", "already-public", said=said)
    record = cli.acting("search", "--room", "custody", said='"test of the import"\n')["hits"][0]["id"]
    [entry] = cli.acting("show", record, "--room", "custody")["shown"]["consent"]
    assert (entry["basis"], entry["source"], entry["licence"]) == (
        "already-public",
        "An invented book",
        "CC0",
    )


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        ((), "--basis"),
        (("--basis", "consent"), "Invalid value for '--basis'"),
        ((*BASIS, "--mapping", "nonsense"), "no mapping"),
        ((*BASIS, "--mapping", "wpa"), "No "),
    ],
)
def test_what_is_missing_is_said_and_nothing_stored(
    cli: Cli, tmp_path: Path, words: tuple[str, ...], remedy: str
) -> None:
    file = str(written(tmp_path, row(1)))
    done = cli("import", file, *words, "--as", SOLO, said=f"{cli.passphrase}\n{REASON}")
    assert done.exit_code in {WRONG, IN_PART}
    if done.exit_code == WRONG:
        assert remedy in done.stderr
    assert cli.acting("search", "--room", "custody", said="\n")["total"] == RECORDS


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"", "empty"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"[1]", "line 1: This row is JSON, but not an object"),
        (b"[]", "no rows"),
    ],
)
def test_a_file_that_cannot_be_read_is_said(cli: Cli, tmp_path: Path, content: bytes, remedy: str) -> None:
    (tmp_path / "file").write_bytes(content)
    assert remedy in cli.refused(
        WRONG, "import", str(tmp_path / "file"), *BASIS, "--as", SOLO, said=f"{cli.passphrase}\n"
    )


def test_a_file_that_is_not_there_is_named_before_anything_is_asked(lasting: Cli, tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.csv")
    assert f"{missing} cannot be read" in lasting.refused(WRONG, "import", missing, "--as", SOLO)


def test_the_bar_tells_rows_rate_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", "120")
    with importing._progress(Voice()) as progress:
        progress(64, 500, 1000)
    said = capsys.readouterr().err
    for part in ("50%", "64 rows", "rows/s", ":"):
        assert part in said
    with importing._progress(Voice(as_json=True)) as progress:
        progress(64, 500, 1000)
    assert capsys.readouterr().err == ""
