"""What Publer makes of a text and its link when it keeps and lists a post."""

from __future__ import annotations

import hashlib
import html
import re

from sandbox.scenario import Account, StoredText

_LINK = re.compile(r"https?://[^\s<>\"]+")


def kept(rule: StoredText, account: Account, text: str, url: str) -> tuple[str, str]:
    """The text and the link of a post as the list shows them."""
    if rule.default_signature == "appended":
        text = "\n\n".join([text, *(one.text for one in account.signatures if one.default)])
    if rule.appended:
        text = f"{text}\n{rule.appended}"
    if rule.tracking == "added":
        text = _LINK.sub(lambda found: _tracked(found[0], account), text)
        url = _tracked(url, account) if url else ""
    if rule.shorten_links:
        text = _LINK.sub(lambda found: _short(found[0]), text)
    if rule.links == "moved_to_url":
        text, url = _moved(text, url)
    if rule.entities == "escaped":
        text = html.escape(text)
    return _spaced(rule, text), url


def _tracked(link: str, account: Account) -> str:
    address, mark, fragment = link.partition("#")
    joined = "&" if "?" in address else "?"
    return f"{address}{joined}utm_source=publer&utm_medium={account.provider}{mark}{fragment}"


def _short(link: str) -> str:
    return "https://pblr.example/" + hashlib.sha256(link.encode()).hexdigest()[:7]


def _moved(text: str, url: str) -> tuple[str, str]:
    found = _LINK.search(text)
    if found is None or url:
        return text, url
    before, after = text[: found.start()].rstrip(" \t"), text[found.end() :].lstrip(" \t")
    between = " " if before and after and not (before.endswith("\n") or after.startswith("\n")) else ""
    return re.sub(r"\n{3,}", "\n\n", before + between + after).strip(), found[0]


def _spaced(rule: StoredText, text: str) -> str:
    if rule.whitespace == "collapsed":
        return re.sub(r"\s+", " ", text).strip()
    if rule.whitespace == "crlf":
        return re.sub(r"\r?\n", "\r\n", text)
    if rule.whitespace == "stripped":
        return "\n".join(line.rstrip() for line in text.split("\n")).strip()
    return text
