"""Small things stay small: a module, a function, a template fits in the head. The limits may only tighten."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULE_LINES = 400
FUNCTION_LINES = 50
TEMPLATE_LINES = 150


def sources() -> list[Path]:
    return [path for folder in ("archive", "tests", "tools") for path in (ROOT / folder).rglob("*.py")]


def function_lengths(source: str) -> Iterator[tuple[str, int]]:
    """Name and length of every function; its docstring does not count, so that nothing is left unsaid."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            said = ast.get_docstring(node, clean=False) is not None
            docstring = (first.end_lineno or 0) - first.lineno + 1 if said else 0
            yield node.name, (node.end_lineno or 0) - node.lineno + 1 - docstring


def too_long(path: Path) -> list[str]:
    source = path.read_text()
    found = []
    if (lines := len(source.splitlines())) > MODULE_LINES:
        found.append(f"{path.name}: {lines} lines, at most {MODULE_LINES}")
    found += [
        f"{path.name}: {name} has {length} lines, at most {FUNCTION_LINES}"
        for name, length in function_lengths(source)
        if length > FUNCTION_LINES
    ]
    return found


def test_modules_and_functions_are_small() -> None:
    assert [finding for path in sources() for finding in too_long(path)] == []


def test_templates_are_small() -> None:
    lengths = {path: len(path.read_text().splitlines()) for path in (ROOT / "templates").rglob("*.html")}
    assert {path.name: lines for path, lines in lengths.items() if lines > TEMPLATE_LINES} == {}


@pytest.mark.parametrize(
    ("source", "finding"),
    [
        ("x = 1\n" * (MODULE_LINES + 1), "at most 400"),
        ("def f():\n" + "    x = 1\n" * FUNCTION_LINES, "f has 51 lines"),
        ("class C:\n  async def g(self):\n" + "    x = 1\n" * FUNCTION_LINES, "g has 51 lines"),
    ],
)
def test_what_is_too_long_is_found(tmp_path: Path, source: str, finding: str) -> None:
    (tmp_path / "planted.py").write_text(source)
    [found] = too_long(tmp_path / "planted.py")
    assert finding in found


def test_a_docstring_does_not_count(tmp_path: Path) -> None:
    said = '    """' + "word\n" * FUNCTION_LINES + '    """\n'
    (tmp_path / "planted.py").write_text("def f():\n" + said + "    x = 1\n" * (FUNCTION_LINES - 1))
    assert too_long(tmp_path / "planted.py") == []
