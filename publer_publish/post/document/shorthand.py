"""Short forms of a post file, written out once so that everything after this knows one form only.

``media: pics/card.png``, a list of paths and addresses, one media item that is no list, a network's name in
any case. Nodes are changed in place: what an alias repeats is the same object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import UnionType

from publer_publish.networks.table import NETWORKS, canonical
from publer_publish.post.document.source import Node, container

_ADDRESS = r"(?i)\s*https?://"


def expand(root: Node) -> None:
    """Write out the short forms of all posts of a file."""
    for post in _posts(root):
        _expand_media(post)
        for comments in (post, *_children(post, "accounts")):
            for comment in _children(comments, "comments"):
                _expand_media(comment, of=str)  # Publer's own form has keys, too
        networks = post.child("networks")
        if networks:
            _expand_names(networks)
            for network in networks.entries.values():
                _expand_media(network)


def _posts(root: Node) -> Iterable[Node]:
    holder = root.child("bulk") or root
    return root.items or (holder.child("posts") or Node(0, 0, None)).items or [root]


def _children(node: Node, key: str) -> Iterable[Node]:
    child = node.child(key)
    return child.items if child else ()


def _expand_media(node: Node, of: UnionType | type = str | dict) -> None:
    """Write out media items; one alone, if it is ``of`` this kind, as a list."""
    media = node.child("media")
    if media is None:
        return
    if isinstance(media.value, of) and media.value:
        items = container(media.start, media.end, [])
        items.items.append(media)
        items.value.append(media.value)
        items.key_start = media.key_start
        node.entries["media"] = items
        node.value["media"] = items.value
        media = items
    for index, item in enumerate(media.items):
        if isinstance(item.value, str) and item.value:
            media.items[index] = _media_item(item)
            media.value[index] = media.items[index].value


def _media_item(text: Node) -> Node:
    key = "url" if re.match(_ADDRESS, text.value) else "file"
    item = container(text.start, text.end, {key: text.value})
    item.key_start = text.key_start
    source = Node(text.start, text.end, text.value, text.style, key_start=text.start)
    item.entries[key] = source
    return item


def _expand_names(networks: Node) -> None:
    """Write the names of networks in small letters; of one that is there twice the second stays as it is."""
    if not networks.entries:
        return
    named: dict[str, Node] = {}
    for key, node in networks.entries.items():
        name = key.lower()
        is_free = canonical(name) in NETWORKS and name not in networks.entries and name not in named
        named[name if is_free else key] = node
    networks.entries.clear()
    networks.entries.update(named)
    networks.value.clear()
    networks.value.update({name: node.value for name, node in named.items()})
