"""`guwah quality`: judged papers of one's own, measured by the product's own search."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.cli.quality import quality

PAPERS: list[dict[str, object]] = [
    {"id": "a", "lang": "ug", "text": "بىزنىڭ مەكتەپلەر يېپىلدى."},
    {"id": "b", "lang": "kk", "text": "Мен мектептен қайттым."},
    {"id": "c", "lang": "en", "title": "The_orchard", "text": "They took Abdurehim from the orchard."},
]
QUESTIONS: list[dict[str, object]] = [
    {"qid": "1", "query": "مەكتەپ", "relevant": ["a"]},
    {"qid": "2", "query": "мектеп", "relevant": {"b": 1, "a": 0}},
    {"ref": "3", "variants": ["ئابدۇرېھىم", "阿不都热依木"], "relevant": ["c", "lost"]},
]
NAMES: list[dict[str, object]] = [
    {"uas": "ئابدۇرېھىم", "latin_variants": ["Abdurehim", "Abdurihim"], "zh_variants": ["阿不都热依木"]},
    {"uas": "تۇرسۇن", "latin_variants": ["Tursun"], "zh_variants": ["吐尔逊"]},
]


def lines(path: Path, rows: Sequence[Mapping[str, object]]) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return path


def measured(docs: Path, queries: Path, *more: str) -> Result:
    return CliRunner().invoke(quality, ["--docs", str(docs), "--queries", str(queries), *more])


def test_judged_papers_are_measured(tmp_path: Path) -> None:
    docs, queries = lines(tmp_path / "docs.jsonl", PAPERS), lines(tmp_path / "queries.jsonl", QUESTIONS)
    done = measured(docs, queries)
    assert done.exit_code == 0, done.output
    figures = json.loads(done.output)
    assert (figures["questions"], figures["recall"]) == (4, 1.0)
    assert figures["mrr"] >= 0.8
    only = json.loads(measured(docs, queries, "--no-forms", "--no-sounds").output)
    assert only["recall"] == 0.0


def test_names_are_measured_from_each_script_to_each_other(tmp_path: Path) -> None:
    names = lines(tmp_path / "names.jsonl", NAMES)
    found = [json.loads(line) for line in measured(names, names).output.splitlines()]
    assert {line["case"] for line in found} >= {
        "names: arab to latn",
        "names: zh to arab",
        "names: latn to latn",
    }
    assert all(line["recall20"] == 1.0 for line in found)


@pytest.mark.parametrize(
    ("docs", "queries", "said"),
    [
        ('{"id": "a"}', '{"query": "x", "relevant": ["a"]}', 'needs "id" and "text"'),
        ('{"id": "a", "text": "b"}', '{"query": "x"}', '"relevant"'),
        ('{"id": "a", "text": "b"}', '{"query": "x", "relevant": ["z"]}', "no question is answered"),
        ("[1]", "{}", "not a JSON object"),
        ("{", "{}", "line 1"),
    ],
)
def test_what_is_of_no_known_shape_is_named(tmp_path: Path, docs: str, queries: str, said: str) -> None:
    (tmp_path / "d.jsonl").write_text(docs, encoding="utf-8")
    (tmp_path / "q.jsonl").write_text(queries, encoding="utf-8")
    done = measured(tmp_path / "d.jsonl", tmp_path / "q.jsonl")
    assert done.exit_code == 1
    assert said in done.output


@pytest.mark.shared
def test_lemmas_of_the_shared_sentences_reach_their_goals(shared: Path) -> None:
    folder = shared / "ud_sentences"
    done = measured(folder / "sentences.kk.jsonl", folder / "lemma_queries.kk.jsonl")
    figures = json.loads(done.output)
    assert figures["recall"] >= 0.90
    assert figures["precision"] >= 0.80
