"""``extra`` adds fields that the schema does not know. It never changes where, whether, what or when."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from publer_publish.errors import Problems, Where
from publer_publish.text import letters

OF_ACCOUNT = dict.fromkeys(("comments", "share", "delete", "labels", "previewed_media", "album_id"))
"""What an entry of ``accounts`` has under names of its own."""
_OURS = frozenset({"id", "type", "text", "media", "state"})
_TIMES = """scheduled_at scheduled schedule publish_at date time start_date end_date delay after conditions
    recurring recycling repeat repeat_rate days_of_week auto range share_next expire_date expire_count"""
_SET_TIMES = frozenset(map(letters, _TIMES.split()))
_WHERE = """accounts account_id account_ids auto_share networks provider providers workspace workspace_id
    draft is_draft"""
_SET_PLACES = frozenset(map(letters, _WHERE.split()))


def check_extra(
    extra: object,
    written: object,
    where: Callable[..., Where],
    problems: Problems,
    path: tuple[str | int, ...] = (),
) -> None:
    """Find what would replace ``written`` or set a time, at any depth. ``where``: the place of a key."""
    if isinstance(extra, list):
        for index, item in enumerate(extra):
            check_extra(item, None, where, problems, (*path, index))
    if not isinstance(extra, Mapping):
        return
    known = written if isinstance(written, Mapping) else {}
    for key, value in extra.items():
        at = (*path, key)
        place = where(*at)
        if problems.explain(place.file, place.path):
            continue  # the schema has refused it
        below = known.get(key)
        is_inside = isinstance(below, Mapping) and isinstance(value, Mapping)
        if letters(key) in _SET_TIMES:
            problems.error(
                f'"{key}" in `extra` would set a time: this action publishes now.',
                "Remove it. To publish at a time, run the workflow with `on: schedule`.",
                place,
            )
        elif letters(key) in _SET_PLACES:
            problems.error(
                f'"{key}" in `extra` would change where the post goes, or whether it goes out.',
                "Take it out. Where a post goes is what `accounts` says.",
                place,
            )
        elif letters(key) in _OURS or (key in known and not is_inside):
            problems.error(
                f'"{key}" in `extra` would replace what the file says under `{key}`.',
                f"`extra` only adds to what is sent. Write `{key}` itself, outside of `extra`.",
                place,
            )
        else:
            check_extra(value, below, where, problems, at)
