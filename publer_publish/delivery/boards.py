"""The board that a pin goes to: each account has its own, and a post names one by name or id."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from publer_publish.clock import Deadline
from publer_publish.delivery.targets import Target
from publer_publish.errors import Problems
from publer_publish.networks.forms import board_of
from publer_publish.networks.table import NETWORKS, canonical
from publer_publish.publer.api import Directory
from publer_publish.publer.model import Account, Album

Boards = Callable[[Account], Sequence[Album]]
"""The boards of an account, as Publer lists them; empty if it lists none."""
_ID = re.compile(r"(?=.*\d)[0-9A-Za-z_-]+")
_MOST_NAMES = 20


def boards_of(account: Account, directory: Directory, deadline: Deadline) -> Sequence[Album]:
    """The boards of an account: Publer lists them with it, or else among its media options.

    Empty for a network that has none.
    """
    rules = NETWORKS.get(canonical(account.provider))
    if rules is None or not rules.has_boards:
        return ()
    return account.albums or directory.media_options([account.id], deadline=deadline).get(account.id, ())


def place_pin(target: Target, boards: Boards, problems: Problems) -> Target:
    """Return a pin with the id of its board as the account's ``album_id``; any other target as it is.

    A board that is not one of the account's is an error: Publer would refuse the pin.
    """
    wanted = str(target.ref.fields.get("album_id") or board_of(target.content.fields))
    if not NETWORKS[target.content.network].has_boards or not wanted:
        return target
    listed = boards(target.account)
    found = [board for board in listed if board.id == wanted] or [
        board for board in listed if board.name.strip().casefold() == wanted.strip().casefold()
    ]
    album_id = found[0].id if found else wanted
    name = f"{canonical(target.account.provider)}/{target.account.name}"
    if len(found) > 1:
        ids = ", ".join(board.id for board in found)
        problems.error(
            f"{len(found)} boards of {name} are named {wanted!r}.",
            f"Name the one you mean by its id: {ids}.",
            target.ref.where,
        )
    elif listed and not found:
        names = ", ".join(map(str, listed[:_MOST_NAMES]))
        more = f" and {len(listed) - _MOST_NAMES} more" if len(listed) > _MOST_NAMES else ""
        problems.error(f"{name} has no board {wanted!r}.", f"It has: {names}{more}.", target.ref.where)
    elif not listed and not _ID.fullmatch(wanted):
        problems.error(
            f"Publer lists no boards of {name}, so {wanted!r} cannot be found.",
            "Write the board's id instead of its name, or connect the account again in Publer.",
            target.ref.where,
        )
    elif not listed:
        problems.warn(
            f"Publer lists no boards of {name}: whether {wanted!r} is one of them is not known.",
            "It is sent as it is. If Publer refuses it, connect the account again in Publer.",
            target.ref.where,
        )
    return replace(target, ref=replace(target.ref, fields={**target.ref.fields, "album_id": album_id}))
