"""Promise: the page shows every post as it will look, loads nothing, and no foreign text can act in it."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publer_publish.errors import Problem, Severity, Where
from publer_publish.networks.table import NETWORKS
from publer_publish.post.model import Comment, Content, Media, MediaSource
from publer_publish.report.preview_page import page
from publer_publish.report.values import Picture, Result, Run, Status, Variant
from tests.support import samples

WHERE = Where(file="posts/release.yml", line=2, column=7)
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=")
PICTURES = {
    "docs/card.png": Picture(
        kind="photo", about="GIF, 1 x 1 pixels, 42 bytes", width=1, height=1, mime="image/gif", data=PIXEL
    ),
    "docs/large.png": Picture(kind="photo", about="PNG, 9000 x 9000 pixels, 40 MB", width=9000, height=9000),
    "docs/tour.mp4": Picture(
        kind="video", about="MP4, 1280 x 720 pixels, 12 s, 3 MB", width=1280, height=720
    ),
}


def media(value: str = "docs/card.png", alt: str = "The new dashboard", **more: Any) -> Media:
    return Media(source=MediaSource.FILE, value=value, alt_text=alt, where=WHERE, **more)


def content(network: str = "twitter", text: str = "Acme 2.0 is out.", **more: Any) -> Content:
    return Content(network=network, type="status", text=text, where=WHERE, **more)


def row(shown: Content | None, status: Status = Status.VALID, **more: Any) -> Result:
    network = more.pop("network", shown.network if shown else None)
    return Result(post=0, file="posts/release.yml", status=status, network=network, content=shown, **more)


def drawn(*results: Result, problems: tuple[Problem, ...] = (), **more: Any) -> str:
    run = samples.run(results, mode="validate", problems=problems, jobs=())
    return page(run, **({"pictures": PICTURES} | more))


class Reader(HTMLParser):
    """What a browser would see: every element with its attributes, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.other: list[str] = []
        self.feed(html)
        self.close()
        self.text = "".join(self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"img", "meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        self.other.append(data)

    def handle_decl(self, decl: str) -> None:
        if decl != "DOCTYPE html":
            self.other.append(decl)

    def handle_pi(self, data: str) -> None:
        self.other.append(data)

    def unknown_decl(self, data: str) -> None:
        self.other.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def classes(self) -> set[str]:
        return {one for _, attributes in self.elements for one in (attributes.get("class") or "").split()}


def everything() -> Run:
    """A run with one of everything that the page can draw."""
    thread = (
        Comment(text="1. The cache", where=WHERE),
        Comment(text="2. The dashboard", where=WHERE, media=(media(),)),
    )
    problem = Problem(
        message="Unknown key `txt`.",
        hint="Did you mean `text`?",
        where=Where(file="posts/release.yml", line=4, column=5, path=("networks", "linkedin", "txt")),
        severity=Severity.WARNING,
    )
    results = (
        row(content("twitter", "Out now! #acme @ada https://example.com/a.", comments=thread), Status.PUBLISHED,
            account_name="Acme Inc", url="https://x.example/1", length=42, limit=280),
        row(content("linkedin", "Line\n" * 9, media=(media(), media("docs/large.png", "")), fields={"title": "T"}),
            Status.FAILED, account_name="Acme", message="Publer said no", length=45, limit=40),
        row(content("mastodon", "Boo", fields={"spoilerText": "Ghosts", "visibility": "unlisted"})),
        row(content("instagram", "Four views", media=(media(), media("docs/tour.mp4")))),
        row(content("bluesky", "", fields={"options": ["A", {"text": "B"}], "duration": 3, "question": "Which?"})),
        row(content("facebook", "A link", fields={"url": "https://www.example.com/x", "link": {"title": "Page"}})),
        row(content("wordpress", "", fields={"title": "Art", "content": [{"data": {"items": ["one"]}}]},
                    extra={"beta": {"on": True}})),
        row(None, network="telegram", status=Status.INVALID, message="it could not be made"),
    )  # fmt: skip
    return samples.run(results, problems=(problem,), jobs=())


def test_page_of_everything(golden: Callable[[str, str], None]) -> None:
    # One element a line, and without the style sheet: what changed shall be seen in a diff.
    html = page(everything(), pictures=PICTURES)
    html = re.sub(r"<style>.*?</style>", "<style>…</style>", html, flags=re.DOTALL)
    html = re.sub(r"sha256-[\w+/=]+", "sha256-…", html)
    golden("page.html", html.replace("><", ">\n<"))


def test_nothing_is_loaded_and_nothing_runs() -> None:
    html = page(everything(), pictures=PICTURES)
    reader = Reader(html)
    names = {name for name, _ in reader.elements}
    assert names.isdisjoint({"script", "link", "iframe", "object", "embed", "form", "base", "svg"})
    assert all((image["src"] or "").startswith("data:image/svg+xml;base64,") for image in reader.of("img"))
    addresses = set(re.findall(r"url\((.{0,20})", html))
    assert all(address.startswith("data:image/") for address in addresses)
    assert "@import" not in html
    assert [link["href"] for link in reader.of("a")] == ["https://x.example/1"]


def test_policy_allows_exactly_the_style_sheet_of_the_page() -> None:
    html = drawn(row(content(media=(media(),))))
    style = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(meta["content"] for meta in Reader(html).of("meta") if "http-equiv" in meta)
    assert policy is not None
    assert policy.split("; ")[:3] == ["default-src 'none'", "img-src data:", f"style-src 'sha256-{digest}'"]
    assert " style=" not in html


def test_a_picture_is_embedded_once_however_many_cards_show_it() -> None:
    html = drawn(
        *(row(content(network, media=(media(),))) for network in ("twitter", "linkedin", "facebook"))
    )
    assert html.count(base64.b64encode(PIXEL).decode()) == 1
    assert len([image for image in Reader(html).of("img") if image["alt"] == "The new dashboard"]) == 3


@pytest.mark.parametrize("network", NETWORKS)
def test_every_network_gets_a_card_with_its_name_and_count(network: str) -> None:
    reader = Reader(drawn(row(content(network), length=16, limit=NETWORKS[network].text_limit)))
    assert (
        f"16 / {NETWORKS[network].text_limit:,}" in reader.text
        if NETWORKS[network].text_limit
        else "16 characters"
    )
    assert "Acme 2.0 is out." in reader.text


def test_a_text_over_its_limit_says_by_how_much() -> None:
    assert "35 / 30 characters · 5 too many" in Reader(drawn(row(content(), length=35, limit=30))).text


def test_what_the_feed_hides_stands_behind_see_more() -> None:
    text = "word " * 100
    reader = Reader(drawn(row(content("linkedin", text.strip()))))
    assert "fold" in reader.classes()
    assert reader.text.count("word") == 100
    assert "fold" not in Reader(drawn(row(content("linkedin", "short")))).classes()


def test_a_picture_without_alternative_text_is_marked() -> None:
    reader = Reader(drawn(row(content(media=(media(alt=""),)))))
    assert "no alt text" in reader.text
    assert [image["alt"] for image in reader.of("img")] == [""]


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (media("docs/large.png"), "9000 x 9000 pixels, 40 MB"),
        (media("docs/tour.mp4"), "12 s, 3 MB"),
        (
            Media(source=MediaSource.URL, value="https://cdn.example/a.png", where=WHERE),
            "at an address of its own",
        ),
        (Media(source=MediaSource.ID, value="66db83154e299efa19a2d8ea", where=WHERE), "in Publer's library"),
    ],
)
def test_what_cannot_be_shown_is_a_frame_with_its_facts(item: Media, words: str) -> None:
    reader = Reader(drawn(row(content(media=(item,)))))
    assert words in reader.text
    frames = [attributes for _, attributes in reader.elements if attributes.get("role") == "img"]
    assert [bool(frame["aria-label"]) for frame in frames] == [True]


def test_a_video_is_shown_by_its_own_thumbnail() -> None:
    html = drawn(row(content(media=(media("docs/tour.mp4", thumbnail=media()),))))
    assert [image["class"] for image in Reader(html).of("img")] == ["p1"]


def test_accounts_that_get_the_same_share_a_card() -> None:
    rows = [row(content(), Status.PUBLISHED, account_name=f"Account {number}") for number in range(30)]
    reader = Reader(drawn(*rows))
    assert len(reader.of("article")) == 1
    assert "Account 0" in reader.text
    assert "and 10 more" in reader.text


def test_a_problem_stands_at_the_card_of_its_network_too() -> None:
    problem = Problem(message="Too long!", where=WHERE._replace(path=("networks", "twitter", "text")))
    other = Problem(
        message="Elsewhere!", where=WHERE._replace(file="posts/b.yml", path=("networks", "twitter", "text"))
    )
    reader = Reader(drawn(row(content()), row(content("linkedin")), problems=(problem, other)))
    assert reader.text.count("Too long!") == 2
    assert reader.text.count("Elsewhere!") == 1


def test_a_run_without_results_shows_what_would_have_been_sent() -> None:
    run = samples.run((), problems=(Problem(message="No account matches"),), jobs=())
    reader = Reader(page(run, previewed=[row(content(text="Still to see"))]))
    assert "Still to see" in reader.text
    assert "No account matches" in reader.text


def test_what_is_the_same_everywhere_is_said_once() -> None:
    """55 times "valid" is nothing to read."""
    reader = Reader(drawn(row(content("twitter")), row(content("linkedin"))))
    assert [text for text in reader.texts if text.strip() == "valid"] == ["valid"]
    mixed = Reader(drawn(row(content("twitter")), row(content("linkedin"), Status.INVALID)))
    assert "1 valid, 1 invalid" in mixed.text
    assert [text for text in mixed.texts if text in {"valid", "invalid"}] == ["invalid", "valid", "invalid"]


def test_why_a_card_is_invalid_is_at_its_top_and_a_missing_alt_text_is_not() -> None:
    problem = Problem(
        message="The text is too long",
        hint="Shorten it.",
        where=WHERE._replace(path=("networks", "twitter", "text")),
    )
    shown = content(media=(media(alt=""),))
    html = drawn(row(shown, Status.INVALID, message="The text is too long"), problems=(problem,))
    card = html[html.index("<article") :]
    assert (
        card.index('<div class="reason">') < card.index("The text is too long") < card.index('class="post"')
    )
    assert card.count("The text is too long") == 1
    assert card.index("no alt text") > card.index('class="notes"')


def test_an_article_has_its_headings_lists_and_code() -> None:
    blocks = [
        {"type": "header", "data": {"text": "What is new", "level": 2}},
        {"type": "list", "data": {"items": ["one", "two"]}},
        {"type": "code", "data": {"code": "pip install acme"}},
        {"type": "paragraph", "data": {"text": "The end."}},
    ]
    html = drawn(row(content("wordpress", "", fields={"title": "Acme", "content": blocks})))
    assert '<p class="subtitle" lang="" dir="auto">What is new</p>' in html
    assert '<li lang="" dir="auto">two</li>' in html
    assert "pip install acme</pre>" in html


def test_an_offer_has_its_dates_its_coupon_and_its_button() -> None:
    details = {
        "title": "Acme week",
        "start": "2026-12-01T10:00:00+00:00",
        "end": "next week",
        "coupon": "ACME10",
        "terms": "https://example.com/terms",
    }
    fields = {"title": "LEARN_MORE", "url": "https://www.example.com/x", "details": details}
    text = Reader(drawn(row(content("google", "Ten percent off", fields=fields)))).text
    assert "1 December 2026, 10:00 (UTC)" in text
    assert "next week" in text
    assert "ACME10" in text
    assert "Learn more → example.com" in text


def test_a_table_of_contents_leads_to_each_post() -> None:
    rows = [row(content(text=f"Post {number}"))._replace(post=number) for number in range(3)]
    html = drawn(*rows)
    reader = Reader(html)
    links = [link["href"] for link in reader.of("a")]
    assert links == ["#post-1", "#post-2", "#post-3"]
    assert {f'id="{str(link).removeprefix("#")}"' in html for link in links} == {True}
    assert Reader(drawn(rows[0])).of("nav") == []


def test_what_only_some_accounts_get_has_a_card_of_its_own() -> None:
    own = content(comments=(Comment(text="Only here", where=WHERE),))
    variant = Variant(accounts="twitter/second", content=own, options={"share": {"text": "Shared words"}})
    reader = Reader(drawn(row(content(), variants=(variant,), selectors=("twitter/*", "twitter/second"))))
    assert len(reader.of("article")) == 2
    assert "Only for " in reader.text
    assert "Only here" in reader.text
    assert "Shared words" in reader.text


def test_a_huge_run_is_cut_and_says_so() -> None:
    rows = [row(content(text=f"Post {number}"))._replace(post=number) for number in range(1_100)]
    reader = Reader(drawn(*rows))
    assert len(reader.of("article")) == 1_000
    assert "No more than 1,000 cards are drawn." in reader.text


def test_a_link_of_a_foreign_scheme_is_never_clickable() -> None:
    assert Reader(drawn(row(content(), url="javascript:alert(1)"))).of("a") == []


PIECES = (
    *"<>\"'&`\0\u202e\n",
    *[
        "</style>",
        "</title>",
        "<script>",
        "<!--",
        "-->",
        "]]>",
        "<?",
        "onerror=alert(1)",
        "javascript:x",
        "&lt;",
        "<img/src=x>",
        'https://a.b/<x>"y',
        "#tag",
        "@me",
    ],
)
HOSTILE = st.text() | st.lists(st.sampled_from(PIECES)).map("".join)
HOSTILE_JSON = st.recursive(
    HOSTILE | st.none() | st.integers(), lambda deeper: st.lists(deeper, max_size=3), max_leaves=4
)
ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "article", "div", "p", "h1",
    "h2", "h3", "nav", "ol", "pre", "blockquote", "span", "b", "ul", "li", "dl", "dt", "dd", "code", "a", "img", "meter", "details", "summary",
}  # fmt: skip
ATTRIBUTES = {
    "lang", "dir", "class", "id", "href", "rel", "src", "alt", "width", "height", "role", "tabindex", "charset", "name",
    "content", "http-equiv", "min", "max", "low", "high", "optimum", "value", "aria-label", "aria-labelledby", "aria-hidden",
}  # fmt: skip


@given(text=HOSTILE, other=HOSTILE, value=HOSTILE_JSON, network=st.sampled_from([*NETWORKS, "", "<b>"]))
def test_no_foreign_text_makes_an_element_or_an_attribute(
    text: str, other: str, value: Any, network: str
) -> None:
    fields = {
        "title": other,
        "url": other,
        "spoilerText": other,
        "options": [text, value],
        "link": {"title": other},
    }
    item = media(other or "x", text, fields={"title": value})
    shown = content(
        network, text, media=(item, media()), fields={**fields, "details": value, other: value}, extra={other: value},
        comments=(Comment(text=text, where=WHERE, fields={"delay": {"duration": other}}),),
    )  # fmt: skip
    rows = [
        row(shown, account_name=other, message=text, url=f"https://{other}", length=3, limit=2),
        row(None, network=other)._replace(file=other),
    ]
    problem = Problem(message=text, hint=other, where=Where(file=other, path=(text,)))
    reader = Reader(
        drawn(*rows, problems=(problem,), pictures={**PICTURES, other: PICTURES["docs/card.png"]})
    )
    assert reader.open == []
    assert reader.other == []
    assert {name for name, _ in reader.elements} <= ELEMENTS
    assert {key for _, attributes in reader.elements for key in attributes} <= ATTRIBUTES
    assert all(re.match(r"https://|#post-\d+\Z", link["href"] or "") for link in reader.of("a"))
    known = re.compile(r"[a-z][a-z0-9-]*|p\d+|n-[a-z]+")
    assert all(known.fullmatch(one) for one in reader.classes())
