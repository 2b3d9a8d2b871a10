"""The step summary: what happened, target by target, what to do, and how each text reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise
from textwrap import indent

from publer_publish.errors import Problem, Severity, is_error
from publer_publish.post.model import Media
from publer_publish.report.links import PUBLER, docs_url, line_url
from publer_publish.report.markdown import block, code, in_html, inline, link, quoted
from publer_publish.report.preview import (
    Preview,
    head_of,
    link_of,
    media_fields,
    poll_of,
    previews,
    title_of,
    usage,
)
from publer_publish.report.values import Check, Outcome, Result, Run, Status, is_live, needs_attention
from publer_publish.report.wording import (
    NEEDS_ATTENTION,
    Rerun,
    counts,
    explanation,
    how_many,
    network_label,
    post_names,
    rerun_lines,
    row_network,
    target,
)
from publer_publish.text import beginning, first_of, plural

_SYMBOLS = {
    **dict.fromkeys((Status.PUBLISHED, Status.READY, Status.VALID), "✅"),
    **dict.fromkeys((Status.FAILED, Status.INVALID), "❌"),
    Status.UNCONFIRMED: "❓",
    Status.SKIPPED: "⏭️",
}
_OUTCOME_SYMBOLS = {
    **{Outcome(status): symbol for status, symbol in _SYMBOLS.items()},
    Outcome.CANCELLED: "⏹️",
    Outcome.PARTIAL: "⚠️",
    Outcome.HEALTHY: "✅",
    Outcome.UNHEALTHY: "❌",
}
_OPEN_ROWS = 30
"""A longer table is folded, with what needs attention in a table of its own before it."""
_OPEN_PREVIEWS = 3
_MOST_LISTED = 10
_MOST_PREVIEWED_POSTS = 100
_NEW_POST = "{}: GitHub's editor opens with a file to fill in."
_NO_BREAK = "\N{NO-BREAK SPACE}"
_SHORT = 32
"""Code points of a table cell that stays on one line."""
_LONGEST_VALUE = 1_000
"""Code points of a field's value."""
_TAIL = 40
"""Code points of a text that show where it is cut."""


MOST_IN_STEP = 1_000_000
"""Bytes: GitHub shows nothing of a step summary above 1,048,576."""
MOST_IN_OUTPUT = 60_000
"""Bytes of the output ``summary``: a comment on GitHub may have 65,536 characters."""


def summary(run: Run, *, rerun: Rerun | None = None, most: int = MOST_IN_STEP) -> str:
    """Return the Markdown of the step summary, in at most so many bytes."""
    sections = (
        _head(run),
        _problems("Problems", run, Severity.ERROR),
        _checks(run.checks),
        _targets(run.results),
        _rerun(run, rerun or Rerun()),
        _problems("Warnings", run, Severity.WARNING),
        _problems("Notices", run, Severity.NOTICE),
        _previews(run.results),
        ("", _NEW_POST.format(link("Write another post", run.new_post_url))) if run.new_post_url else (),
    )
    lines = chain.from_iterable(sections)
    spaced = (f"{line}\n" for before, line in pairwise(chain([""], lines)) if before or line)
    return within(spaced, most).rstrip("\n") + "\n"


def within(lines: Iterable[str], most: int) -> str:
    """Join lines, each with its end, up to so many bytes in UTF-8, with a visible note if it was cut.

    Closes each ``<details>`` that is open there (its tags have lines of their own). Of more than fits no
    further line is even made.
    """
    note = f"\n*Cut here: no more than {most // 1000:,} kB fit.*\n"
    size, depth = 0, 0
    kept: list[str] = []
    cut, closing = 0, ""
    for line in lines:
        size += len(line.encode("utf-8", "replace"))
        if size > most:
            return "".join(kept[:cut]) + closing + note
        kept.append(line)
        depth += line.startswith("<details>") - line.startswith("</details>")
        closers = "\n</details>\n" * depth
        if size + len(closers) + len(note) <= most:
            cut, closing = len(kept), closers
    return "".join(kept)


def _head(run: Run) -> Iterator[str]:
    yield f"## {_title(run)}{f' · {code(run.step, 200)}' if run.step else ''}"
    yield ""
    yield inline(run.headline, 1000)
    if run.hint:
        yield ""
        yield f"**What to do:** {inline(run.hint, 1000).replace(f'`{PUBLER}`', f'<{PUBLER}>')}"
    jobs = first_of([code(job_id, 100) for job_id in run.job_ids], _MOST_LISTED)
    facts = [
        f"Workspace: {inline(run.workspace, 100)}" if run.workspace else "",
        counts(run.results),
        f"Publer {'job' if len(run.job_ids) == 1 else 'jobs'}: {jobs}" if jobs else "",
    ]
    if any(facts):
        yield ""
        yield " · ".join(fact for fact in facts if fact)


def _title(run: Run) -> str:
    """Return the outcome in a word, and none for more than is known."""
    title = run.outcome.capitalize()
    if run.outcome is Outcome.PARTIAL:
        title = "Partly published" if any(map(is_live, run.results)) else "Partly failed"
    return f"{_OUTCOME_SYMBOLS[run.outcome]} {title}"


def _heading(text: str) -> tuple[str, str, str]:
    return ("", f"### {text}", "")


def _problems(title: str, run: Run, severity: Severity) -> Iterator[str]:
    chosen = [problem for problem in run.problems if problem.severity is severity]
    if not chosen:
        return
    yield from _heading(f"{title} ({how_many(chosen)})")
    by_file: dict[str, list[Problem]] = {}
    for problem in chosen:
        by_file.setdefault(problem.where.file, []).append(problem)
    for file, own in by_file.items():
        yield f"{code(file)}" if file else "Not in a file"
        yield ""
        explained: set[str] = set()
        for problem in own:
            docs = docs_url(problem.where) if is_error(problem) else ""
            yield _problem(problem, run.source_url, "" if docs in explained else docs)
            explained.add(docs)
        yield ""


def _problem(problem: Problem, source_url: str, docs: str) -> str:
    where = problem.where
    position = ":".join(str(part) for part in (where.line, where.column) if part)
    line = f"**{link(position, line_url(source_url, where))}**" if position else ""
    place = " ".join(filter(None, (line, code(where.shown_path, 200))))
    hint = f" → {inline(problem.hint)}" if problem.hint else ""
    more = f" ({link('docs', docs)})" if docs else ""
    fix = f"\n\n{indent(block(problem.fix, 'yaml'), '  ')}\n" if problem.fix else ""
    return f"- {place}{': ' if place else ''}{inline(problem.message)}{hint}{more}{fix}"


def _checks(checks: Sequence[Check]) -> Iterator[str]:
    if not checks:
        return
    yield from _heading("Checks")
    yield "| | Check | What was found | What to do |"
    yield "| --- | --- | --- | --- |"
    for check in checks:
        symbol = "✅" if check.ok else "❌"
        yield f"| {symbol} | {inline(check.name)} | {inline(check.detail)} | {inline(check.cure)} |"


def _targets(results: Sequence[Result]) -> Iterator[str]:
    if not results:
        return
    yield from _heading(plural(len(results), "target"))
    names = post_names(results)
    if len(results) <= _OPEN_ROWS:
        yield from _table(results, names)
        return
    attention = [result for result in results if needs_attention(result)]
    if attention:
        yield NEEDS_ATTENTION
        yield ""
        yield from _table(attention, names)
        yield ""
    if len(names) > 1:
        yield from _posts(results, names)
    yield from _folded(f"All {len(results):,} targets", _table(results, names))


def _posts(results: Sequence[Result], names: Mapping[tuple[str, int], str]) -> Iterator[str]:
    """Yield a table with a line for each post: how it begins, and how many targets have which status."""
    tallies: dict[tuple[str, int], Counter[str]] = {post: Counter() for post in names}
    begins: dict[tuple[str, int], str] = {}
    for result in results:
        post = (result.file, result.post)
        tallies[post][_SYMBOLS[result.status]] += 1
        if result.content:
            begins.setdefault(post, beginning(result.content.text))
    yield "| Post | Text | Targets |"
    yield "| --- | --- | --- |"
    for post, tally in list(tallies.items())[:_MOST_PREVIEWED_POSTS]:
        shown = " ".join(f"{symbol}{_NO_BREAK}{number:,}" for symbol, number in tally.items())
        yield f"| {_together(inline(names[post]))} | {inline(begins.get(post, ''))} | {shown} |"
    yield ""
    left = len(tallies) - _MOST_PREVIEWED_POSTS
    if left > 0:
        yield f"… and {plural(left, 'more post')}."
        yield ""


def _folded(title: str, lines: Iterator[str]) -> Iterator[str]:
    """Yield a part that opens on a click. The title is HTML; ``within`` relies on the lines."""
    yield "<details>"
    yield f"<summary>{title}</summary>"
    yield ""
    yield from lines
    yield ""
    yield "</details>"


def _table(results: Sequence[Result], names: Mapping[tuple[str, int], str]) -> Iterator[str]:
    several = len(names) > 1
    yield f"|{' Post |' if several else ''} Target | Status | Length | Result |"
    yield f"|{' --- |' if several else ''} --- | --- | ---: | --- |"
    for result in results:
        post = f" {inline(names[result.file, result.post])} |" if several else ""
        status = f"{_SYMBOLS[result.status]}{_NO_BREAK}{result.status.value}"
        length = _together(usage(result.length, result.limit))
        yield f"|{post} {_together(inline(target(result)))} | {status} | {length} | {_what(result)} |"


def _what(result: Result) -> str:
    seen = link("view post", result.url) if result.url else ""
    return " · ".join(part for part in (seen, inline(explanation(result)), inline(result.message)) if part)


def _together(text: str) -> str:
    """Return a short text that a narrow column does not break."""
    return text.replace(" ", _NO_BREAK) if len(text) <= _SHORT else text


def _rerun(run: Run, rerun: Rerun) -> Iterator[str]:
    if run.outcome not in {Outcome.PARTIAL, Outcome.FAILED, Outcome.UNCONFIRMED, Outcome.CANCELLED}:
        return
    if lines := rerun_lines(run.results, rerun):
        yield from _heading("If you re-run this job")
        yield from (f"- {line}" for line in lines)


def _previews(results: Sequence[Result]) -> Iterator[str]:
    shown = previews(results)
    if not shown:
        return
    yield from _heading("Preview")
    if len(shown) <= _OPEN_PREVIEWS:
        yield from chain.from_iterable(map(_preview, shown))
        return
    by_post: dict[tuple[str, int], list[Preview]] = {}
    for preview in shown:
        by_post.setdefault((preview.results[0].file, preview.results[0].post), []).append(preview)
    names = post_names(results)
    for post, group in list(by_post.items())[:_MOST_PREVIEWED_POSTS]:
        begins = in_html(beginning(group[0].content.text))
        title = f"{in_html(names[post])} · {plural(len(group), 'text')}{f': {begins}' if begins else ''}"
        yield from _folded(title, chain.from_iterable(map(_preview, group)))
    left = len(by_post) - _MOST_PREVIEWED_POSTS
    if left > 0:
        yield f"\n… and {plural(left, 'more post')}."


def _preview(preview: Preview) -> Iterator[str]:
    content = preview.content
    only = f", only for {code(preview.accounts, 100)}" if preview.accounts else ""
    yield "**" + " · ".join(_used(result) for result in preview.results) + f"**{only}"
    yield ""
    yield from quoted(content.text).split("\n") if content.text else ["> (no text)"]
    yield ""
    yield from _notes(preview)
    for number, comment in enumerate(content.comments, start=1):
        yield f"Comment {number}:"
        yield ""
        yield from quoted(comment.text).split("\n")
        yield ""
        if comment.media:
            yield from map(_media_note, comment.media)
            yield ""


def _used(result: Result) -> str:
    used = usage(result.length, result.limit)
    label = inline(row_network(result), 40)
    return f"{label} {used}" if used else label


def _media_note(item: Media) -> str:
    alt = f"alt text: {inline(item.alt_text, 1000)}" if item.alt_text else "no alt text"
    about = f" ({inline(item.about, 100)})" if item.about else ""
    fields = "".join(f", {code(name, 60)}: {inline(value, 300)}" for name, value in media_fields(item))
    return f"- Media: {code(item.value)}{about}, {alt}{fields}"


def _notes(preview: Preview) -> Iterator[str]:
    notes: list[str] = []
    if title := title_of(preview.content):
        notes.append(f"- Title: {inline(title, 300)}")
    if poll := poll_of(preview.content):
        notes.append(f"- Poll: {' · '.join(inline(option, 100) for option in poll)}")
    selectors = dict.fromkeys(one for result in preview.results for one in result.selectors)
    if selectors and not preview.accounts:
        notes.append(f"- Accounts: {first_of([code(one, 100) for one in selectors], _MOST_LISTED)}")
    notes += map(_media_note, preview.content.media)
    if card := link_of(preview.content):
        notes.append(f"- First link: {code(card)}")
    for result in preview.results:
        if head := head_of(result.content) if result.content else "":
            network, where = network_label(result.network), inline(f"…{head[-_TAIL:].lstrip()}")
            notes.append(f"- {inline(network, 40)} cuts with “see more” after “{where}”")
    notes += [f"- {code(name, 100)}: {inline(value, _LONGEST_VALUE)}" for name, value in preview.fields]
    yield from notes
    yield ""
