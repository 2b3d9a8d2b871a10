"""X's and Bluesky's own libraries find nothing in plain text that GitHub does not show (needs Node)."""

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publer_publish.post.template.plain import plain
from tests.unit.post.template.test_harmless import TEXT

HERE = Path(__file__).parent
NOTES = sorted((HERE.parent / "data" / "notes").glob("*.md"))


def found_in(texts: Sequence[str]) -> list[dict[str, list[tuple[str, str]]]]:
    done = subprocess.run(
        ["node", HERE / "notes.mjs"], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    answers: list[Any] = json.loads(done.stdout)
    return answers


def check(bodies: list[str]) -> None:
    """GitHub shows what has a scheme or begins with www as a link, but in code."""
    texts = [plain(body) for body in bodies]
    for text, found in zip(texts, found_in(texts), strict=True):
        for network, entities in found.items():
            for kind, shown in entities:
                assert kind == "link", (network, kind, shown, text)
                bare = re.sub(r"^https?://", "", shown)
                assert f"://{bare}" in text or bare.startswith("www."), (network, shown, text)
                assert "acme.dev/y" not in shown, (network, shown, text)  # it is only in code


def test_the_oracle_sees_what_acts() -> None:
    (found,) = found_in(["@octocat.dev #fast $TSLA README.md https://acme.dev"])
    assert {kind for kind, _ in found["x"]} == {"mention", "hashtag", "cashtag", "link"}
    assert {kind for kind, _ in found["bluesky"]} >= {"mention", "hashtag", "link"}


def test_nothing_acts_in_the_release_notes_that_we_collected() -> None:
    assert len(NOTES) > 60
    check([path.read_bytes().decode() for path in NOTES if path.stem != "README"])


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(st.lists(TEXT, min_size=30, max_size=30))
def test_nothing_acts_in_nasty_notes(bodies: list[str]) -> None:
    check(bodies)
