"""Promise: whatever the world puts into a run, the page has our structure, fits, and says what is known."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.errors import Problem, Severity, Where
from publer_publish.post.model import Comment, Content, Media, MediaSource
from publer_publish.report.summary import summary
from publer_publish.report.values import Check, Outcome, Result, Run, Status, Variant
from tests.support import samples
from tests.support.samples import row
from tests.unit.report.test_markdown import FOREIGN, ORACLE, flat, squeezed

WORD = "word"


def hostile_run(text: str, *, outcome: Outcome, posts: int) -> Run:
    """A run that has the text wherever a foreign one can be; what is empty would only leave parts out."""
    foreign = text if squeezed(text) else WORD
    where = Where(file=foreign, line=3, column=5, path=("reig",))
    content = Content(
        network=foreign,
        type="photo",
        text=foreign,
        where=where,
        media=(Media(source=MediaSource.FILE, value=foreign, where=where, alt_text=foreign, about=foreign),),
        fields={"url": foreign, "title": foreign, "options": [foreign, {"text": foreign}]},
        comments=(
            Comment(
                text=foreign,
                where=where,
                media=(Media(source=MediaSource.FILE, value=foreign, where=where, alt_text=foreign),),
            ),
        ),
        length=5,
    )
    results = [
        Result(
            post=number,
            file=foreign,
            status=Status.FAILED if number else Status.UNCONFIRMED,
            network=foreign,
            account_id=foreign,
            account_name=foreign,
            url="https://e.com/1",
            message=foreign,
            content=content,
        )
        for number in range(posts)
    ]
    return Run(
        mode="publish",
        outcome=outcome,
        failed=True,
        headline=foreign,
        hint=foreign,
        results=tuple(results),
        problems=tuple(
            Problem(message=foreign, hint=foreign, fix=foreign, where=where, severity=kind)
            for kind in Severity
        ),
        job_ids=(foreign,),
        workspace=foreign,
        checks=(Check(name=foreign, ok=False, detail=foreign, cure=foreign),),
    )


def structure(markdown: str) -> Counter[str]:
    """Everything on the page but words: blocks, links and where they lead, our own HTML."""
    found: Counter[str] = Counter()
    for token in flat(ORACLE.parse(markdown)):
        if token.type in {"text", "code_inline", "html_inline", "hardbreak"}:
            continue
        if token.type == "html_block":
            found.update(re.findall(r"</?\w+", token.content.replace("<span>$</span>", "")))
        found[f"{token.type} {token.attrs.get('href', '')}"] += 1
    return found


@given(FOREIGN, st.sampled_from(Outcome), st.sampled_from([0, 1, 2, 31]))
def test_foreign_text_adds_nothing_to_the_page(text: str, outcome: Outcome, posts: int) -> None:
    page = summary(hostile_run(text, outcome=outcome, posts=posts))
    plain = summary(hostile_run(WORD, outcome=outcome, posts=posts))
    # A quoted text of several lines may have several paragraphs, each within our quote.
    quotes = {"paragraph_open ", "paragraph_close ", "inline "}
    ours, theirs = structure(plain), structure(page)
    assert {kind: count for kind, count in theirs.items() if kind not in quotes} == {
        kind: count for kind, count in ours.items() if kind not in quotes
    }


@pytest.mark.parametrize(
    ("statuses", "title"),
    [
        ("published published", "✅ Published"),
        ("published failed", "⚠️ Partly published"),
        ("skipped failed", "⚠️ Partly published"),
        ("unconfirmed failed", "⚠️ Partly failed"),
    ],
)
def test_the_title_claims_no_more_than_is_known(statuses: str, title: str) -> None:
    """Who reads nothing else must not think that something is live which nobody has seen."""
    networks = ("twitter", "linkedin", "mastodon")
    kinds = [Status(one) for one in statuses.split()]
    rows = [row(network, kind, duplicate=True) for network, kind in zip(networks, kinds, strict=False)]
    assert summary(samples.run(rows)).splitlines()[0] == f"## {title} · `posts/*.yml`"


def test_the_whole_text_of_a_post_is_on_the_page() -> None:
    text = "*Stars*, <b>tags</b>, `code`, [a](b) & | pipes\n# no heading\n- no list"
    page = summary(samples.run([row("linkedin", content=samples.content("linkedin", text))]))
    shown = "".join(
        token.content for token in flat(ORACLE.parse(page)) if token.type in {"text", "code_inline"}
    )
    assert squeezed(text) in html.unescape(squeezed(shown))


def test_a_page_of_thousands_of_targets_fits_and_shows_first_what_needs_attention() -> None:
    long = "A sentence with ümläuts and 漢字. " * 90
    rows = [
        row(network, post=post, content=samples.content(network, f"{post} {network} {long}"))
        for post in range(150)
        for network in samples.LIMITS
    ]
    rows[-1] = rows[-1]._replace(status=Status.FAILED, message="The last one failed.")
    page = summary(samples.run(rows))
    assert len(page.encode()) <= 1_000_000
    assert "Cut here" in page
    assert page.index("The last one failed.") < page.index("<details>")
    assert page.count("<details>") == page.count("</details>")


def test_posts_and_problems_beyond_what_one_can_read_are_counted() -> None:
    rows = [row("bluesky", post=post) for post in range(130)]
    problems = [Problem(message=f"wrong {number}", severity=Severity.WARNING) for number in range(400)]
    page = summary(samples.run(rows, problems=problems, jobs=[f"job{number}" for number in range(12)]))
    assert "… and 30 more posts." in page
    assert "and 2 more" in page


def test_a_post_without_text_or_alt_text_is_shown_as_that() -> None:
    content = samples.content("instagram")._replace(text="", media=(replace(samples.CARD, alt_text=""),))
    page = summary(samples.run([row("instagram", content=content, length=None)]))
    assert "**Instagram**\n\n> (no text)" in page
    assert "`docs/card.png`, no alt text" in page
    bare = summary(samples.run([row("bluesky", content=content._replace(text="Hello", media=()))]))
    assert bare.endswith("> Hello\n\n- `type`: photo\n")


def test_what_is_known_of_a_file_stands_beside_its_name() -> None:
    known = replace(samples.CARD, about="PNG, 1200 x 630 pixels, 84 KB")
    page = summary(samples.run([row("bluesky", content=samples.content("bluesky")._replace(media=(known,)))]))
    assert "`docs/card.png` (PNG, 1200 x 630 pixels, 84 KB), " in page


def test_the_cut_of_a_network_is_shown_by_what_stands_before_it() -> None:
    page = summary(samples.published())
    assert re.search("LinkedIn cuts with “see more” after “….*412.”", page)


def test_a_reviewer_sees_titles_polls_and_the_pictures_of_comments() -> None:
    """Who has only the summary approves what goes out; and a poll is not the same as its text elsewhere."""
    where = Where(file="p.yml", line=1, column=1)
    picture = Media(source=MediaSource.FILE, value="docs/second.png", where=where, alt_text="Two charts")
    plain = Content(
        network="mastodon",
        type="status",
        text="What next?",
        where=where,
        comments=(Comment(text="More", where=where, media=(picture,)),),
    )
    poll = plain._replace(network="twitter", type="poll", fields={"options": ["Speed", {"text": "Calm"}]})
    pin = plain._replace(network="pinterest", fields={"title": "A pin"})
    event = plain._replace(network="google", fields={"details": {"title": "Open day"}})
    results = [
        row("mastodon")._replace(network=one.network, content=one) for one in (plain, poll, pin, event)
    ]
    text = summary(samples.run(results, mode="validate", jobs=()))
    assert text.count("> What next?") == 4
    assert text.count("- Poll: Speed · Calm") == 1
    assert text.count("- Title: A pin") == text.count("- Title: Open day") == 1
    assert text.count("> More\n\n- Media: `docs/second.png`, alt text: Two charts") == 4


def test_a_problem_links_to_its_line_and_once_to_the_docs() -> None:
    problems = [
        Problem(message=f"Wrong {key}", where=Where(file="posts/a.yml", line=line, path=("media", 0, key)))
        for line, key in enumerate(("file", "type"), start=2)
    ]
    page = summary(samples.run(problems=problems, mode="validate", jobs=()))
    assert f"**[2](<{samples.SOURCE}/posts/a.yml#L2>)** `media[0].file`" in page
    assert f"**[3](<{samples.SOURCE}/posts/a.yml#L3>)** `media[0].type`" in page
    assert page.count("docs/post-file.md#a-media-item") == 1


def test_a_published_post_without_a_link_says_why() -> None:
    page = summary(samples.run([row("twitter", url=None)]))
    assert "no link: Publer has not given one" in page


def test_what_only_some_accounts_get_is_a_preview_of_its_own() -> None:
    plain = samples.content("twitter")
    own = plain._replace(comments=(Comment(text="Only here", where=plain.where),))
    variant = Variant(accounts="twitter/second", content=own, options={"share": {"text": "Shared words"}})
    page = summary(
        samples.run([row("twitter", variants=(variant,), selectors=("twitter/*", "twitter/second"))])
    )
    assert "- Accounts: `twitter/*`, `twitter/second`" in page
    assert "**X 46 / 280**, only for `twitter/second`" in page
    assert "Only here" in page
    assert "- `account.share.text`: Shared words" in page
