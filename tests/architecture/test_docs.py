"""What the documents say is so: targets exist, links resolve, decisions have a status, nothing names a machine."""

import re
import subprocess
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
STATUS = re.compile(
    r"^status: (proposed|accepted|rejected|deprecated|superseded by \[ADR-\d{4}\]\([^)]+\))$", re.MULTILINE
)
# Written so that they do not match themselves.
NAMES_A_MACHINE = re.compile(
    r"(?<![\w.])/[w]ork/|(?<![\w.])/[t]mp\b|(?<![\w.])/[r]oot/|/[h]ome/\w|\.[l]ibrary/|\.[p]yenv"
    r"|\b[f]arm-[a-z]+|\b[i]ssues (?:show|list|resolve)\b|`[d]uplicates`"
)


def committed() -> list[Path]:
    """Every file under version control or about to be; without git, every file outside hidden folders."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if not path.relative_to(ROOT).parts[0].startswith(".")]
    return [path for path in paths if path.is_file()]


def documents() -> list[Path]:
    found = [path for path in committed() if path.suffix == ".md"]
    assert ROOT / "README.md" in found
    return found


def anchors(document: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", CODE.sub("", document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def broken_links(document: Path) -> Iterator[str]:
    for target in LINK.findall(CODE.sub("", document.read_text())):
        if urllib.parse.urlsplit(target).scheme:
            continue
        name, _, anchor = urllib.parse.unquote(target).partition("#")
        goal = document.parent / name if name else document
        if not goal.exists() or (anchor and anchor not in anchors(goal)):
            yield f"{document.name}: {target}"


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def named_targets(text: str) -> set[str]:
    return {name for code in CODE.findall(text) for name in re.findall(r"\bmake ([a-z][a-z-]*)", code)}


def test_every_relative_link_resolves() -> None:
    assert [link for document in documents() for link in broken_links(document)] == []


def test_every_make_target_named_in_a_document_exists() -> None:
    named = {name for document in documents() for name in named_targets(document.read_text())}
    assert {"demo", "test"} <= named
    assert named <= make_targets()


def test_every_make_target_explains_itself() -> None:
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {name for name in make_targets() if f"make {name} " not in shown} == set()


def test_no_committed_file_names_the_machine_it_was_written_on() -> None:
    found = []
    for path in committed():
        text = path.read_bytes().decode(errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in NAMES_A_MACHINE.finditer(text)]
    assert found == []


def test_every_decision_has_a_status_and_stands_in_the_list() -> None:
    folder = ROOT / "docs" / "adr"
    decisions = sorted(folder.glob("[0-9]*.md"))
    assert decisions
    listed = (folder / "README.md").read_text()
    for number, decision in enumerate(decisions, start=1):
        assert decision.name.startswith(f"{number:04d}-")
        assert STATUS.search(decision.read_text()), f"{decision.name} has no status"
        assert f"({decision.name})" in listed, f"{decision.name} is not in docs/adr/README.md"


@pytest.mark.parametrize("text", ["[x](missing.md)", "[x](#no-such-heading)", "![x](missing.svg)"])
def test_a_broken_link_is_found(tmp_path: Path, text: str) -> None:
    document = tmp_path / "planted.md"
    document.write_text(f"# A heading\n\n{text} [good](#a-heading) [far](https://example.org/x)\n")
    assert len(list(broken_links(document))) == 1


@pytest.mark.parametrize(
    "parts", [("see /", "work/main"), ("/", "tmp/x"), ("fa", "rm-bench it"), ("iss", "ues show 2")]
)
def test_a_machine_name_is_found(parts: tuple[str, str]) -> None:
    assert NAMES_A_MACHINE.search("".join(parts))
