"""The whole page: headline, problems, and every post with a card for each network."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from publer_publish.delivery.outcomes import Result
from publer_publish.delivery.run import Run
from publer_publish.errors import Problem, Severity
from publer_publish.report.page.cards import cards, draw, problem_list
from publer_publish.report.page.markup import Html, join, tag
from publer_publish.report.page.pictures import Gallery, Pictures
from publer_publish.report.preview import Fold
from publer_publish.report.text import one_line, plural
from publer_publish.report.words import counts, post_names

_MOST_CARDS = 1_000
_MOST_PROBLEMS = 500
_POST_INDEX = re.compile(r"(?:bulk\.)?(?:posts)?\[(\d{1,6})\]")
_STYLE = Path(__file__).with_name("page.css")


def page(
    run: Run,
    *,
    pictures: Pictures | None = None,
    folds: Mapping[str, Fold | None] | None = None,
    previewed: Sequence[Result] = (),
) -> str:
    """Return the page as HTML. It loads nothing, runs nothing, and no foreign text can change that.

    ``previewed``: what would have been sent, of a run that ended before it had results.
    """
    gallery = Gallery(pictures or {})
    results = run.results or tuple(previewed)
    style = _STYLE.read_text(encoding="utf-8") + gallery.style()
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=_policy(style)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("title", f"{_title(run)} - preview"),
        # Raw, because nothing in a style element is unescaped; it holds only our rules and base64.
        tag("style", Html(style)),
    )
    body = tag(
        "body",
        _header(run, results),
        tag("main", _problems(run), *_posts(run, results, gallery, folds or {})),
        tag(
            "footer",
            "Drawn by publer-publish from the post files. The networks decide what a post really looks like; "
            "where a feed cuts a text is approximate.",
        ),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _policy(style: str) -> str:
    """Nothing is loaded or run; pictures and this one style sheet come along."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def _title(run: Run) -> str:
    return one_line(run.headline, 100) or run.outcome.value.capitalize()


def _header(run: Run, results: Sequence[Result]) -> Html:
    facts = " · ".join(
        filter(
            None,
            (one_line(run.workspace, 100) and f"Workspace {one_line(run.workspace, 100)}", counts(results)),
        )
    )
    return tag(
        "header",
        tag("p", run.outcome.value, class_=f"outcome {'bad' if run.failed else 'good'}"),
        tag("h1", one_line(run.headline, 1000)),
        tag("p", one_line(run.hint, 1000)) if run.hint else None,
        tag("p", facts, class_="small") if facts else None,
    )


def _problems(run: Run) -> Html | None:
    """Everything wrong or worth knowing; errors first."""
    order = list(Severity)
    found = sorted(run.problems, key=lambda problem: order.index(problem.severity))
    if not found:
        return None
    left = len(found) - _MOST_PROBLEMS
    return tag(
        "section",
        tag("h2", plural(len(found), "remark"), id="remarks"),
        problem_list(found[:_MOST_PROBLEMS]),
        tag("p", f"… and {left:,} more in the log.") if left > 0 else None,
        aria_labelledby="remarks",
    )


def _posts(
    run: Run, results: Sequence[Result], gallery: Gallery, folds: Mapping[str, Fold | None]
) -> Iterator[Html]:
    names = post_names(results)
    left = _MOST_CARDS
    for number, (post, name) in enumerate(names.items(), start=1):
        own = [result for result in results if (result.file, result.post) == post]
        drawn = cards(own, [problem for problem in run.problems if _belongs(problem, post)])[:left]
        left -= len(drawn)
        yield tag(
            "section",
            tag("h2", name, id=f"post-{number}"),
            tag(
                "div",
                *(
                    draw(card, gallery, folds, f"post-{number}-{place}")
                    for place, card in enumerate(drawn, start=1)
                ),
                class_="cards",
            ),
            aria_labelledby=f"post-{number}",
        )
        if left <= 0:
            yield join(tag("p", f"No more than {_MOST_CARDS:,} cards are drawn."))
            return


def _belongs(problem: Problem, post: tuple[str, int]) -> bool:
    """Whether a problem's place lies in a post."""
    index = _POST_INDEX.match(problem.where.path)
    return problem.where.file == post[0] and (int(index[1]) if index else 0) == post[1]
