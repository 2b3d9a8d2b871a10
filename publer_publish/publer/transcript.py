"""What was exchanged with Publer, for a report of a problem: one line of JSON for each request.

Whose posts they were must not be readable in it, and what Publer did must: names, ids, addresses and the
words of texts become numbered stand-ins of the same form and length, the same one for the same word;
punctuation, line ends, the structure of addresses and Publer's own words and sentences stay.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from publer_publish.clock import Clock
from publer_publish.publer.answers import words
from publer_publish.publer.model import Json

MOST_CHARACTERS = 1_000_000
"""Of one line; what is longer says only how long it was."""
_SHORTEST = 3
"""Letters of a word that is looked for in sentences: Publer counts media, minutes and days."""
_MOST_RAW = 2_000
"""Characters that are kept of an answer that is not JSON."""


_PUBLERS_WORDS = words(
    "status state type provider account_type source rate network postType unit relation comparison "
    "privacy visibility replySettings style parseMode parse_mode trial_reel"
)
"""Keys whose values are Publer's own words."""
_SENTENCES = words("error errors message reason failure failures")
"""Keys under which Publer speaks."""
_KEYS = words(
    "account_id account_ids account_name account_type accounts after age album_id albums alt_text "
    "audio auto_add_music board boardId board_id bulk call_to_action caption carouselOptions "
    "categories category clauses comment comments community comparison conditions content "
    "content_warning coupon created_at data default default_image default_thumbnail delay delete "
    "description details direct_upload disableNotification disableWebPagePreview disable_notification "
    "disable_web_page_preview document duet duetWith duration end engagements error errors excerpt "
    "failure failures featured_media feed file firstComment first_name from has_media height hide id "
    "ids image images in_library in_photo_captions isShort items job_id label labels language level "
    "link locked media member_id members message name network networks old_id options owner page paid "
    "parseMode parse_mode path payload per_page phone_number picture plan post post_id post_ids "
    "post_link posts previewed_media privacy promotional provider provider_display published_at query "
    "question rate reach reminder replySettings replyTo result results scheduled_at sensitive share "
    "signature signatures size social_id soundId source spoilerText sponsor start state status stitch "
    "style sublinks success successes tags terms text text_format_preset_id thumbnail thumbnails "
    "title to total total_pages trial_reel type unit updated_at url user validity value visibility "
    "watermarks width workspace workspaces"
)
_COMMON = words(
    "a account accounts already an and another api are at attached authorized be been blank by can "
    "cannot code connection content could count date day days do does duplicate error expired failed "
    "file for format found gap has have hours image in invalid is it its later limit link long many "
    "media message method minute minutes missing more must need needed network nil no not of on one "
    "only or page params permission photo please post posts publish published rate reached reconnect "
    "refused required retry server social something state status text than that the there this time "
    "to token too try type undefined unknown upload url user valid video wait was went with wrong you "
    "your"
)
"""Words of sentences that say nothing about anybody, whichever texts they are also in."""
_PUBLIC = words(
    "https http www cdn app api publer facebook instagram twitter x linkedin pinterest google youtube youtu "
    "tiktok t telegram mastodon threads bsky github wordpress com org net edu gov info io dev ai co me "
    "example test utm source medium campaign content term id"
)
"""Words of addresses that everybody uses."""
_SEGMENTS = words(
    "users me workspaces accounts posts schedule publish job_status media from-url media_options signatures"
)

_ID = re.compile(r"[0-9a-f]{24}", re.IGNORECASE)
_DATE = r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_WORD_OF_PUBLERS = r"[A-Za-z][A-Za-z_]{0,30}"
_KEY = r"[A-Za-z][A-Za-z0-9_-]{0,40}"
_ADDRESS = re.compile(r"https?://[^\s<>\"']+", re.IGNORECASE)
_PART = (
    r"(?i)(?P<entity>&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[0-9a-f]{1,6});)"
    r"|(?P<address>https?://[^\s<>\"]+)|[^\W_]+"
)
_WORD = r"[^\W_]+"
_QUOTED = (
    '["\u201c\u201e\u00ab]([^"\u201c\u201d\u201e\u00bb]{2,})["\u201d\u201c\u00bb]'
    "|(?<!\\w)['\u2018]([^'\u2018\u2019]{2,})['\u2019](?!\\w)"
)
_NUMBER = re.compile(r"\d{5,}|\d{1,3}(?:\.\d{1,3}){3}")
_MAIL = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+|@[\w.-]+")
_ALPHABETS = {
    "l": "abcdefghijklmnopqrstuvwxyz",
    "u": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "d": "0123456789",
    "o": "àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþ",
    "w": "".join(map(chr, range(0x4E00, 0x5E00))),
}
"""What stands for a small letter, a capital, a digit, another letter, and one that is twice as wide."""


class Anonymiser:
    """Replaces what is private, the same by the same; one for a whole transcript."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        self._secrets = tuple(secret for secret in secrets if secret)
        self._ids: dict[str, str] = {}
        self._standing: dict[str, str] = {}
        self._counts: dict[str, Iterator[int]] = defaultdict(itertools.count)
        self._private: set[str] = set()

    def value(self, value: Json, key: str = "") -> Json:
        """Any JSON value, found under a key. What people wrote is met before what Publer says of it."""
        if isinstance(value, dict):
            later = sorted(value.items(), key=lambda item: item[0] in _SENTENCES)
            # Failures are keyed by post: what is there is said by Publer, too.
            said = key == "failures"
            found = {
                name: self.value(one, key if said and name not in _KEYS else name) for name, one in later
            }
            return {self._key(name): found[name] for name in value}
        if isinstance(value, list):
            return [self.value(item, key) for item in value]
        if isinstance(value, str):
            return self._string(value, key)
        if isinstance(value, bool) or value is None or not key.endswith(("id", "ids")):
            return value
        return int(self._word(str(value))) if isinstance(value, int) and value >= 0 else 0

    def query(self, name: str, value: str) -> str:
        """The value of a parameter of an address."""
        if name == "page":
            return value
        return self._string(value, "state" if name.startswith("state") else name.removesuffix("[]"))

    def path(self, path: str) -> str:
        return "/".join(part if part in _SEGMENTS else self.text(part) for part in path.split("/"))

    def text(self, text: str) -> str:
        """A text that somebody wrote: entities and the structure of addresses stay."""
        return re.sub(_PART, self._part, self._without_secrets(text))

    def _part(self, found: re.Match[str]) -> str:
        if found["address"]:
            return re.sub(
                _WORD, lambda word: word[0] if word[0].lower() in _PUBLIC else self._word(word[0]), found[0]
            )
        return found[0] if found["entity"] else self._word(found[0])

    def sentence(self, text: str) -> str:
        """What Publer said: everything stays but what is known, or looks as if it were, to be private."""
        text = self._without_secrets(text)
        for private in (_ADDRESS, _MAIL, _ID, _NUMBER):
            text = private.sub(lambda found: self.text(found[0]), text)
        text = re.sub(_QUOTED, self._quoted, text)
        return re.sub(_WORD, lambda word: self._word(word[0]) if self._is_private(word[0]) else word[0], text)

    def _quoted(self, found: re.Match[str]) -> str:
        inner = found[1] or found[2]
        is_a_name = re.fullmatch(_WORD_OF_PUBLERS, inner) is not None and not self._is_private(inner)
        return found[0] if is_a_name else found[0].replace(inner, self.text(inner))

    def _is_private(self, word: str) -> bool:
        known = word.casefold()
        return len(known) >= _SHORTEST and known in self._private and known not in _COMMON

    def _string(self, text: str, key: str) -> str:
        if re.fullmatch(_DATE, text):
            return text
        if key in _SENTENCES or (not key and text):
            return self.sentence(text)
        if key in _PUBLERS_WORDS and re.fullmatch(_WORD_OF_PUBLERS, text) and not self._is_private(text):
            return text
        return text if text in {"external", "external-0"} else self.text(text)

    def _key(self, key: str) -> str:
        is_public = key in _KEYS or (
            re.fullmatch(_KEY, key) and not _ID.fullmatch(key) and key.casefold() not in self._private
        )
        return key if is_public else self.text(key)

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text

    def _word(self, word: str) -> str:
        if _ID.fullmatch(word):
            return self._ids.setdefault(word.lower(), f"{len(self._ids) + 1:024x}")
        if word not in self._standing:
            self._private.add(word.casefold())
            form = "".join(map(_kind, word))
            number, standing = next(self._counts[form]), ""
            for kind in reversed(form):
                number, place = divmod(number, len(_ALPHABETS[kind]))
                standing = _ALPHABETS[kind][place] + standing
            # A number of JSON does not begin with 0.
            self._standing[word] = f"1{standing[1:]}" if set(form) == {"d"} and len(form) > 1 else standing
        return self._standing[word]


def _kind(char: str) -> str:
    if char.isascii():
        return "d" if char.isdigit() else "u" if char.isupper() else "l"
    return "w" if unicodedata.east_asian_width(char) in "WF" else "o"


class Transcript:
    """Writes a line of ASCII for every exchange. Safe to use from several threads."""

    def __init__(self, write: Callable[[str], None], clock: Clock, secrets: Sequence[str]) -> None:
        self._write, self._clock = write, clock
        self._anonymiser = Anonymiser(secrets)
        self._lock = threading.Lock()

    def planned(self, bulk: Json, **rules: float) -> None:
        """What is to be sent, if it is not live already, and the numbers that the run goes by."""
        self._say({"publer": 1, "at": round(self._clock.time(), 3), "rules": rules}, {"plan": bulk})

    def begin(
        self, method: str, path: str, params: Sequence[tuple[str, str]], request: Json
    ) -> Callable[..., None]:
        """A request is about to be sent; what is returned is called with what became of it."""
        began = self._clock.time()
        line = {"method": method, "path": path, "query": params, "request": request, "response": None}

        def end(**outcome: object) -> None:
            milliseconds = round((self._clock.time() - began) * 1000)
            self._say({"publer": 1, "at": round(began, 3), "ms": milliseconds}, line | outcome)

        return end

    def _say(self, first: dict[str, Any], rest: dict[str, Any]) -> None:
        with self._lock:
            try:
                shown = self._shown(first, rest)
            except Exception as error:  # noqa: BLE001  (never a reason to end a run that may have posted)
                shown = json.dumps(first | {"unwritten": type(error).__name__})
            self._write(shown)

    def _shown(self, first: dict[str, Any], rest: dict[str, Any]) -> str:
        shown = json.dumps(first | self._anonymous(rest))
        if len(shown) <= MOST_CHARACTERS:
            return shown
        return json.dumps(first | self._anonymous(rest | {"response": None}) | {"cut": len(shown)})

    def _anonymous(self, line: dict[str, Any]) -> dict[str, Any]:
        hide = self._anonymiser
        changes: dict[str, Callable[[Any], Any]] = {
            "path": hide.path,
            "query": lambda pairs: [[name, hide.query(name, value)] for name, value in pairs],
            "request": hide.value,
            "plan": hide.value,
            "response": self._body,
        }
        return {name: changes.get(name, lambda value: value)(value) for name, value in line.items()}

    def _body(self, text: str | None) -> Json:
        if text is None:
            return None
        try:
            return self._anonymiser.value(json.loads(text))
        except (ValueError, RecursionError):
            return {"raw": self._anonymiser.sentence(text[:_MOST_RAW])}
