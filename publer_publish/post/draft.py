"""A post as written, from which each network's content is made: rendered, counted and checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from publer_publish.errors import Path, Problems
from publer_publish.networks.forms import board_of, shown_as
from publer_publish.networks.table import NETWORKS, Network, needs
from publer_publish.post.checks import Checks, Place, warn_of_one_text
from publer_publish.post.media.files import described
from publer_publish.post.media.rules import infer_type
from publer_publish.post.model import AccountRef, Comment, Content, Json, Media, MediaSource, Post, value_at
from publer_publish.post.template.fit import in_pieces
from publer_publish.post.template.render import Positions, Renderer
from publer_publish.secrets import credential_in, leak, without_credentials
from publer_publish.text import unseen

_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
_LINE_END = r"\r\n?"
"""GitHub's editor writes release notes with these; they are sent as they are counted."""
_OURS = frozenset({"text", "media", "type", "extra", "max_length"})
Fits = Callable[[str], bool] | None
"""Whether a text is short enough; None where that is not known."""
MAX_THREAD = 25
"""Further posts that a text may go on in; X takes no more (publer-api.md 5.3)."""
_NONE: Mapping[str, Any] = {}
"""Of all that have none: 500 posts for 13 networks have 6,500 contents."""
_SOURCES = (MediaSource.ID, MediaSource.FILE, MediaSource.URL)
"""``id`` first: with it an address is part of Publer's full form."""


@dataclass(eq=False, repr=False, kw_only=True)
class Draft:
    """One post of a document. ``content`` makes what a network gets; the same question is answered once."""

    post: Post
    path: Path
    data: Mapping[str, Any]
    positions: Positions
    renderer: Renderer
    checks: Checks
    problems: Problems
    secrets: Sequence[str] = ()
    _contents: dict[tuple[str, Path], Content | None] = field(default_factory=dict, init=False)

    def content(self, network: str, ref: AccountRef | None = None) -> Content | None:
        """What ``network`` gets; with ``ref``'s own comments, if it has any. None if it could not be made."""
        key = (network, self._comments_path(ref))
        if key not in self._contents:
            with self.problems.about(network):
                self._contents[key] = self._make(NETWORKS[network], key[1])
        return self._contents[key]

    def check_shared(self) -> None:
        """Check what can be checked of a post whose networks are not known: templates, media, secrets."""
        for path in dict.fromkeys(map(self._comments_path, self.post.accounts or (None,))):
            if content := self._shared(path):
                self._has_leaks(content)

    def shared(self, ref: AccountRef | None = None) -> Content | None:
        """What a network gets that the post does not name, for the preview; with ``ref``'s own comments."""
        content = self._shared(self._comments_path(ref))
        return _showable(content) if content else None

    def _shared(self, comments_path: Path) -> Content | None:
        text_path = (*self.path, "text")
        text = self._rendered(text_path, self.data.get("text"))
        media = self._media((*self.path, "media"), self.data.get("media"))
        comments = self._comments(None, comments_path)
        self._check_files(media, comments)
        if text is None or comments is None:
            return None
        return Content(
            network="",
            type="status",
            text=text,
            where=self.positions.where(text_path if text else self.path),
            media=media,
            comments=comments,
        )

    def warn_of_unreached(self, network: str) -> None:
        """Warn that a network is listed which no account of the post is on."""
        path, _ = self._own(NETWORKS[network])
        self.problems.warn(
            f"No account of this post is on {NETWORKS[network].label}: what is here is not published.",
            f"Add one to `accounts`, such as `{network}/*`, or remove this part.",
            self.positions.where(path, key=True),
        )

    def _comments_path(self, ref: AccountRef | None) -> Path:
        """Where the comments for an account are: its own, beside its ``id``, or those of the post."""
        return (*(ref.where.path[:-1] if ref and ref.has_comments else self.path), "comments")

    def _make(self, network: Network, comments_path: Path) -> Content | None:
        own_path, own = self._own(network)
        media_path = (*own_path, "media") if "media" in own else (*self.path, "media")
        media = self._media(media_path, own.get("media", self.data.get("media")))
        fields = {key: _trimmed(value) for key, value in own.items() if key not in _OURS} or _NONE
        rest: list[str] = []
        text_path, text = self._text_of(network, own_path, own, rest)
        comments = self._comments(network, comments_path)
        if text is None or comments is None:
            self._check_files(media, comments)
            return None
        if comments and not network.comments:
            self.problems.warn(
                f"Publer documents no comments on {network.label}: the post goes out there without.",
                f"To say so in the file: `{{ id: {network.key}/*, comments: [] }}` in `accounts`.",
                comments[0].where,
            )
            comments = ()
        if network.thread and rest:  # what the text left over goes on as the further posts of a thread
            texts = in_pieces("\n\n".join(rest), self.checks.comment_fits(network), MAX_THREAD)
            where = self.positions.where(text_path)
            comments = (*(Comment(text=one, where=where) for one in texts), *comments)
        post_type = own.get("type")
        if not isinstance(post_type, str):
            items, has_link = (
                [(item, self.checks.files.info(item)) for item in media],
                "url" in own or "link" in own,
            )
            post_type = infer_type(network.key, own, items, has_poll="options" in own, has_link=has_link)
        counted = self.checks.counted(network, own, text)
        content = Content(
            network=network.key,
            type=post_type,
            text=text,
            where=self.positions.where(text_path if text else own_path),
            media=media,
            fields=_with_title(network, post_type, media, _with_link(post_type, fields)),
            comments=comments,
            extra=_mapping(own.get("extra")),
            length=counted.used,
            limit=counted.limit,
        )
        if counted.message:
            self.problems.error(counted.message, counted.hint, content.where)
        place = Place(network, self.positions, self.problems, post=self.path, own=own_path)
        self.checks.content(content, own, place)
        self._check_board(network, content, place)
        self._check_accounts(network, content)
        return _showable(content) if self._has_leaks(content) else content

    def _check_files(self, media: Sequence[Media], comments: Sequence[Comment] | None) -> None:
        """Check files, of which those of a post whose text is wrong are reported with it."""
        of_comments = (item for comment in comments or () for item in comment.media)
        for item in (*media, *of_comments):
            self.checks.files.check(item, self.problems)

    def _check_accounts(self, network: Network, content: Content) -> None:
        """Find accounts that are named, and may not all get one text."""
        refs = [ref for ref in self.post.accounts if ref.selector.network == network.key]
        named = {ref.selector.value.casefold(): ref for ref in refs if ref.selector.value}
        if network.no_same_text and content.text and len(named) > 1:
            one, other, *_ = named.values()
            first, second = (f"{network.key}/{ref.selector.value}" for ref in (one, other))
            warn_of_one_text(network, first, second, other.where, self.problems)

    def _check_board(self, network: Network, content: Content, place: Place) -> None:
        """Find pins without a board: named for all of them, or on each account."""
        refs = [ref for ref in self.post.accounts if ref.selector.may_select(network.key)]
        without = [ref for ref in refs if not ref.fields.get("album_id")]
        is_certain = len(without) == len(refs) or any(ref.selector.network for ref in without)
        is_named = board_of(content.fields) or place.explains("board")
        if network.has_boards and without and is_certain and not is_named:
            place.error(
                f"A post on {network.label} needs a board.",
                f"Add `board: <name or id>` under `networks.{network.key}`, or `album_id` to the account. "
                "`mode: doctor` lists the boards, as does `accounts` on the command line.",
            )

    def _text_of(
        self, network: Network, own_path: Path, own: Mapping[str, Any], rest: list[str]
    ) -> tuple[Path, str | None]:
        """The text that is sent, and where it is; None after a mistake in its template.

        ``rest`` gets what goes on in a thread.
        """
        if "text" not in own and isinstance(own.get(network.text_field), str):
            # Publer knows the words below a video under both names; rendered already, too.
            return (*own_path, network.text_field), own[network.text_field].strip()
        path = (*own_path, "text") if "text" in own else (*self.path, "text")
        markup = "article" if "article" in network.types else _text(own.get("parseMode"))
        source = own.get("text", self.data.get("text"))
        return path, self._rendered(path, source, self.checks.fits(network, own), markup, rest)

    def _own(self, network: Network) -> tuple[Path, Mapping[str, Any]]:
        """The network's own node, under whichever of its spellings the file uses."""
        listed = _mapping(self.data.get("networks"))
        for key in network.keys:
            if key in listed:
                return (*self.path, "networks", key), _mapping(listed[key])
        return self.path, {}

    def _rendered(
        self, path: Path, source: Json, fits: Fits = None, markup: str = "", rest: list[str] | None = None
    ) -> str | None:
        """A text, rendered, without white space at its ends; empty if there is none; None after a mistake."""
        if not isinstance(source, str):
            return ""
        stripped_fits = (lambda text: fits(text.strip())) if fits else None
        rendered = self.renderer.text(path, source, fits=stripped_fits, markup=markup, rest=rest)
        if rendered is None:
            return None
        if re.search(_CONTROL, rendered):
            self.problems.warn(
                "The text contains control characters, which no network shows: they are left out.",
                "They come with text that is copied from another program. Remove them.",
                self.positions.where(path),
            )
            rendered = re.sub(_CONTROL, "", rendered)
        warn_of_unseen(rendered, self.positions, path, self.problems)
        return re.sub(_LINE_END, "\n", rendered).strip()

    def _media(self, path: Path, items: Json) -> tuple[Media, ...]:
        if not isinstance(items, list):
            return ()
        found = (self._media_item((*path, index), item) for index, item in enumerate(items))
        return tuple(item for item in found if item)

    def _media_item(self, path: Path, item: Json) -> Media | None:
        if not isinstance(item, Mapping):
            return None
        named = (one for one in _SOURCES if isinstance(item.get(one.value), str) and item[one.value])
        source = next(named, None)
        if source is None or self.problems.explain(self.positions.file, (*path, source.value)):
            return None
        thumbnail = item.get("thumbnail")
        ours = {"alt_text", source.value, *(() if isinstance(thumbnail, str) else ("thumbnail",))}
        media = Media(
            source=source,
            value=item[source.value].strip(),
            where=self.positions.where(path),
            alt_text=_text(item.get("alt_text")).strip(),
            fields={key: _trimmed(value) for key, value in item.items() if key not in ours},
            thumbnail=thumbnail
            if isinstance(thumbnail, int)
            else self._media_item((*path, "thumbnail"), thumbnail),
        )
        info = self.checks.files.info(media)
        return replace(media, about=described(info)) if info else media

    def _comments(self, network: Network | None, path: Path) -> tuple[Comment, ...] | None:
        """The comments at a path, rendered for a network; None after a mistake in one of them."""
        fits = self.checks.comment_fits(network) if network else None
        items = value_at(self.data, path[len(self.path) :])
        comments = []
        for index, item in enumerate(items if isinstance(items, list) else []):
            if not _may_be_comment(item):
                continue  # the schema has said what is wrong with it
            comment = self._comment((*path, index), item, fits)
            if comment is None:
                return None
            comments.append(comment)
        return tuple(comments)

    def _comment(self, path: Path, item: Json, fits: Fits) -> Comment | None:
        node = item if isinstance(item, Mapping) else {"text": item}
        text_path = (*path, "text") if node is item and "text" in node else path
        text = self._rendered(text_path, node.get("text"), fits)
        if text is None:
            return None
        media, at = node.get("media"), (*path, "media")
        found = self._media(at, media) if isinstance(media, list) else (self._media_item(at, media),)
        is_publers_form = isinstance(media, Mapping) and not any(found)
        ours = {"text"} if is_publers_form else {"text", "media"}
        return Comment(
            text=text,
            where=self.positions.where(text_path),
            media=tuple(one for one in found if one),
            fields={key: value for key, value in node.items() if key not in ours},
        )

    def _has_leaks(self, content: Content) -> bool:
        """Report credentials in texts."""
        texts = [(content.text, content.where), *((one.text, one.where) for one in content.comments)]
        leaks = [leak(name, at) for text, at in texts if (name := credential_in(text, self.secrets))]
        self.problems.extend(leaks)
        return bool(leaks)


def warn_of_unseen(text: str, positions: Positions, path: Path, problems: Problems) -> None:
    """Warn of characters that are published, and that a reviewer does not see."""
    if found := unseen(text):
        problems.warn(
            f"The text contains invisible characters: {', '.join(found[:3])}.",
            "They would be published, and can hide or reorder words. Remove them unless you mean them.",
            positions.where(path),
        )


def _may_be_comment(item: Json) -> bool:
    if isinstance(item, Mapping):
        return isinstance(item["text"], str) if "text" in item else "media" in item
    return isinstance(item, str) and item != ""


def _showable(content: Content) -> Content:
    """Return content that is never sent without the credentials in its texts: it is still previewed."""
    return content._replace(
        text=without_credentials(content.text),
        comments=tuple(one._replace(text=without_credentials(one.text)) for one in content.comments),
    )


def _with_link(post_type: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """A link post says its address twice: which of the two a network reads is uncertain (publer-api 5.2)."""
    if post_type != "link":
        return fields
    link = _mapping(fields.get("link"))
    if isinstance(fields.get("url"), str):
        return {**fields, "link": {"url": fields["url"], **link}}
    return {**fields, "url": link["url"]} if isinstance(link.get("url"), str) else fields


def _with_title(
    network: Network, post_type: str, media: Sequence[Media], fields: Mapping[str, Any]
) -> Mapping[str, Any]:
    """A title that the network needs and does not have: its only media item may have one."""
    kind = shown_as(post_type, fields.get("details"))
    needs_title = any("title" in need.split("|") for need in needs(network, kind))
    title = media[0].fields.get("title") if len(media) == 1 else None
    has_title = fields.get("title") or _mapping(fields.get("document")).get("title")
    return {**fields, "title": title} if needs_title and title and not has_title else fields


def _mapping(value: Json) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else _NONE


def _trimmed(value: Json) -> Json:
    """Without white space at the ends of texts: YAML keeps the line end of ``url: >`` and a line below it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [_trimmed(item) for item in value]
    return {key: _trimmed(item) for key, item in value.items()} if isinstance(value, Mapping) else value


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
