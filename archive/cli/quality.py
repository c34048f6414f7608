"""Knows `guwah quality`: how well searches find what judges say, on a collection of the person's own.
Must not know members, rooms or the store: the collection lives in memory and is gone afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import click

from archive.search import judged
from archive.search.laboratory import Bench, Figures

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--docs", type=_FILE, required=True, help="Papers, one JSON object a line: id, text; lang, title, names."
)
@click.option(
    "--queries", type=_FILE, required=True, help="Questions: query or variants, and relevant (ids of papers)."
)
@click.option("--forms/--no-forms", default=True, help="Find other forms and spellings of the words.")
@click.option("--sounds/--no-sounds", default=True, help="Find words that sound alike.")
def quality(docs: Path, queries: Path, *, forms: bool, sounds: bool) -> None:
    """Measure recall, precision, MRR and MAP on judged papers, by the analysis, index and ranking that rooms have.

    Names in several scripts (as in a file of name variants) are measured from each script to each other.
    """
    try:
        rows, asked = judged.rows(docs), judged.rows(queries)
        if rows and judged.of_names(rows[0]):
            for one, other, papers, questions in judged.pairs(rows):
                _say(
                    f"{docs.stem}: {one} to {other}",
                    Bench(papers).asked(questions, forms=forms, sounds=sounds),
                )
            return
        papers = judged.papers(rows)
        questions = judged.questions(asked, frozenset(paper.id for paper in papers))
    except judged.NotJudged as error:
        raise click.ClickException(str(error)) from None
    if not questions:
        raise click.ClickException("no question is answered by any of the papers")
    _say(queries.stem, Bench(papers).asked(questions, forms=forms, sounds=sounds))


def _say(case: str, figures: Figures) -> None:
    click.echo(json.dumps({"bench": "quality", "case": case, **figures.rounded()}, ensure_ascii=False))
