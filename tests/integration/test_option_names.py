"""Promise: an option reaches the network whichever of its two spellings Publer reads."""

import pytest

from sandbox.networks import SPELLINGS
from sandbox.scenario import Accepts
from tests.support.stage import Stage, account, world

POST = """\
text: Rocket is out
networks:
  telegram: {parseMode: HTML, disableNotification: true, disableWebPagePreview: true}
  mastodon: {spoilerText: Rockets}
accounts: [telegram/*, mastodon/*]
"""


@pytest.mark.parametrize("names", ["camelCase", "snake_case"])
def test_options_are_read_under_the_one_spelling_that_publer_knows(stage: Stage, names: str) -> None:
    accepts = Accepts(option_names="camelCase" if names == "camelCase" else "snake_case")
    stage.open(world(account("telegram"), account("mastodon"), accepts=accepts))
    stage.write("post.yml", POST)
    assert stage.run(post_file="post.yml").exit_code == 0
    read = {name for post in stage.published() for name in post.content}
    expected, ignored = set(SPELLINGS), set(SPELLINGS.values())
    if names == "snake_case":
        expected, ignored = ignored, expected
    assert expected <= read
    assert not ignored & read
