"""Measures search on every judged set of the shared data, one JSON object a line, and keeps what was measured.

`peer` is plain BM25 over exact tokens, as the data itself says. Sets named on the command line choose.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from archive.search import judged
from archive.search.laboratory import Bench, Figures, Paper, Question

DATA = Path(__file__).parents[3] / "shared/data"
HISTORY = Path(__file__).parents[2] / "docs/proofs/quality.jsonl"
PEER = "plain BM25, exact tokens"
# What is measured, the goal, and what plain BM25 reaches.
LEMMAS = {"ug": 0.30, "kk": 0.20, "ky": 0.24, "tr": 0.21, "ru": 0.20, "zh": 1.0}
XQUAD = {
    "en": (0.96, 0.949),
    "zh": (0.96, 0.954),
    "tr": (0.93, 0.876),
    "ar": (0.92, 0.869),
    "ru": (0.93, 0.850),
    "de": (None, 0.896),
}
OTHERS = {"kazqad": ("mrr", 0.72, 0.632), "cranfield": ("map", 0.36, 0.277)}
ENTITIES = {"camp": (0.92, 0.60), "place": (0.80, 0.32)}

Line = tuple[str, str, Figures, float | None, float | None]


def collection(docs: str, queries: str) -> tuple[Bench, list[Question]]:
    papers = judged.papers(judged.rows(DATA / docs))
    asked = judged.questions(judged.rows(DATA / queries), frozenset(paper.id for paper in papers))
    return Bench(papers), asked


def lemmas() -> Iterator[Line]:
    for lang, theirs in LEMMAS.items():
        bench, asked = collection(
            f"ud_sentences/sentences.{lang}.jsonl", f"ud_sentences/lemma_queries.{lang}.jsonl"
        )
        figures = bench.asked(asked)
        yield f"lemmas {lang}", "recall", figures, 0.90, theirs
        yield f"lemmas {lang}", "precision", figures, 0.80, None


def ranking() -> Iterator[Line]:
    for lang, (goal, theirs) in XQUAD.items():
        bench, asked = collection(f"ir/xquad/docs.{lang}.jsonl", f"ir/xquad/queries.{lang}.jsonl")
        yield f"xquad {lang}", "mrr", bench.asked(asked), goal, theirs
    for name, (figure, goal, theirs) in OTHERS.items():
        bench, asked = collection(f"ir/{name}/docs.jsonl", f"ir/{name}/queries.jsonl")
        yield name, figure, bench.asked(asked), goal, theirs


def entities() -> Iterator[Line]:
    """Camps and places by one spelling: in the text alone; where a room knows their names; where accounts are tagged.

    Known means that one account, and no more, bears the tag with its names; all others must be found by their text.
    """
    rows = judged.rows(DATA / "ehri_testimonies/entity_queries.jsonl")
    papers = judged.papers(judged.rows(DATA / "ehri_testimonies/testimonies.jsonl"))
    ids = frozenset(paper.id for paper in papers)
    for kind, (goal, theirs) in ENTITIES.items():
        of_kind = [row for row in rows if row["kind"] == kind]
        asked = judged.questions(of_kind, ids)
        facet = "facility" if kind == "camp" else "place"
        cases = {
            "in the text alone": papers,
            "names known": [*papers, *_register(of_kind, facet)],
            "tagged": _tagged(papers, of_kind, facet),
        }
        for case, collected in cases.items():
            wished = goal if case == "tagged" else None
            yield f"ehri {kind}s, {case}", "recall", Bench(collected).asked(asked), wished, theirs


def _register(rows: list[judged.Row], facet: str) -> list[Paper]:
    """Papers without text that only make the names of what they are tagged with known to the room."""
    return [
        Paper(
            f"register {row['ref']}",
            (),
            names=tuple(row["variants"]),
            tags={facet: (row["ref"],)},
            aliases={row["ref"]: tuple(row["variants"])},
        )
        for row in rows
    ]


def _tagged(papers: list[Paper], rows: list[judged.Row], facet: str) -> list[Paper]:
    borne = {paper.id: [row for row in rows if paper.id in row["relevant"]] for paper in papers}
    return [
        Paper(
            paper.id,
            paper.texts,
            paper.title,
            names=tuple(name for row in borne[paper.id] for name in row["variants"]),
            tags={facet: tuple(row["ref"] for row in borne[paper.id])},
            aliases={row["ref"]: tuple(row["variants"]) for row in borne[paper.id]},
        )
        for paper in papers
    ]


def names() -> Iterator[Line]:
    """Names from each script to each: given as names, and standing in sentences."""
    for file in ("uyghur_given_names", "place_variants"):
        for running in (False, True):
            for one, other, papers, asked in judged.pairs(
                judged.rows(DATA / f"names/{file}.jsonl"), running=running
            ):
                goal = 0.99 if one == other else 0.90 if "zh" in (one, other) else 0.97
                # Dihua is no spelling of Ürümchi: only a register knows such names of a place.
                wished = goal if file == "uyghur_given_names" else None
                where = "in sentences" if running else "as names"
                yield (
                    f"{file}, {where}, {one} to {other}",
                    "recall20",
                    Bench(papers).asked(asked),
                    wished,
                    None,
                )


SETS: dict[str, Callable[[], Iterator[Line]]] = {
    "lemmas": lemmas,
    "ranking": ranking,
    "entities": entities,
    "names": names,
}


def main(chosen: list[str]) -> int:
    if unknown := sorted(set(chosen) - set(SETS)):
        print(f"no set {', '.join(unknown)}; there are {', '.join(SETS)}", file=sys.stderr)
        return 2
    if not DATA.is_dir():
        print("the shared data is not beside the checkout", file=sys.stderr)
        return 2
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(
        git, capture_output=True, text=True, check=True, cwd=HISTORY.parent
    ).stdout.strip()
    day = datetime.now(UTC).date().isoformat()
    with HISTORY.open("a", encoding="utf-8") as kept:
        for name in chosen or SETS:
            for case, figure, figures, goal, theirs in SETS[name]():
                every = figures.rounded()
                line = {
                    "bench": "quality",
                    "case": case,
                    "unit": figure,
                    "ours": every[figure],
                    "peer": PEER,
                    "theirs": theirs,
                    "goal": goal,
                    "better": "higher",
                }
                line |= {"all": every, "date": day, "commit": commit}
                print(json.dumps(line, ensure_ascii=False), flush=True)
                kept.write(json.dumps(line, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
