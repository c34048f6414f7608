"""The person's report and the certificate of a withdrawal by the command; anybody checks the certificate."""

from __future__ import annotations

import json
from pathlib import Path

from archive.cli.refusals import DAMAGED, REFUSED, WRONG
from tests.functional.cli.conftest import SOLO, Cli
from tests.functional.cli.test_cli_holds import first


def test_the_report_tells_everything_by_role(cli: Cli) -> None:
    record = first(cli)
    cli.acting("show", record, "--room", "custody")
    cli.acting("hold", "risk", record, said="Their brother was asked.\n")
    found = cli.acting("subject", "report", record)["report"]
    assert found["agreed"]["record"] == record
    assert ["open", "custodian"] in [[deed["action"], deed["role"]] for deed in found["deeds"]]
    assert found["risk"][0][1] == "Their brother was asked."
    done = cli("subject", "report", record, "--as", SOLO, said=cli.passphrase)
    assert done.exit_code == 0, done.stderr
    for word in ("Keep safely", "custodian", "Their brother was asked.", "Searches are not listed"):
        assert word in done.stdout, word
    assert "safe to carry" in done.stderr
    code = found["agreed"]["code"]
    asked = cli.acting("subject", "report", said=f"{code.lower()}\n")["report"]
    assert asked["agreed"]["record"] == record, "a spoken code is asked for, never on the command line"
    assert "demo" in cli.refused(WRONG, "subject", "report", code, "--as", SOLO, said=cli.passphrase)


def test_a_certificate_is_given_and_checked_by_anybody(cli: Cli, tmp_path: Path) -> None:
    record = first(cli)
    refused = ("subject", "certificate", record, "--as", SOLO)
    assert cli("subject", "certificate", record, "--as", SOLO, said=cli.passphrase).exit_code != 0
    cli.acting("consent", "withdraw", record)
    made = cli(*refused, said=cli.passphrase)
    assert made.exit_code == 0, made.stderr
    file = tmp_path / "certificate.json"
    file.write_text(made.stdout)
    key = made.stderr.split("--key ")[1].split()[0]
    elsewhere = Cli(tmp_path / "no archive here")
    checked = elsewhere.json("subject", "verify", str(file), "--key", key)
    assert (checked["holds"], checked["compared"]) == (True, True)
    assert checked["certificate"]["record"] == record
    assert "Withdrawn on" in elsewhere("subject", "verify", str(file)).stdout
    assert "Compare its key" in elsewhere("subject", "verify", str(file)).stdout
    assert elsewhere("subject", "verify", str(file), "--key", "00").exit_code == DAMAGED
    said = json.loads(file.read_text())
    file.write_text(json.dumps(said | {"withdrawn": "2020-01-01"}))
    changed = elsewhere("subject", "verify", str(file), "--key", key)
    assert changed.exit_code == DAMAGED
    assert "Do not rely on it" in changed.stdout
    assert elsewhere("subject", "verify", str(tmp_path / "nowhere")).exit_code == WRONG
    told = cli("subject", "report", record, "--as", SOLO, said=cli.passphrase)
    assert "It is destroyed on" in told.stdout
    assert cli("subject", "certificate", "0" * 32, "--as", SOLO, said=cli.passphrase).exit_code == REFUSED
