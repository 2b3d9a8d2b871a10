"""Promise: what is plainly a credential is recognised, and nothing of it is shown."""

from __future__ import annotations

import pytest

from publer_publish.secrets import MASK, kind_of_credential, without_credentials

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----"
CREDENTIALS = {
    **{f"gh{kind}_{'a1B2' * 9}": "a GitHub token" for kind in "pousr"},
    f"github_pat_{'a1_B' * 20}": "a GitHub token",
    "AKIAIOSFODNN7EXAMPLE": "an AWS access key",
    "ASIAIOSFODNN7EXAMPLE": "an AWS access key",
    f"xoxb-{'12-ab' * 6}": "a Slack token",
    f"AIza{'a1_-B' * 7}": "a Google API key",
    f"sk_live_{'a1B2' * 6}": "a Stripe key",
    f"rk_live_{'a1B2' * 6}": "a Stripe key",
    KEY: "a private key",
    f"npm_{'a1B2' * 9}": "an npm token",
    f"pypi-{'a1_-B' * 12}": "a PyPI token",
}


@pytest.mark.parametrize(("credential", "kind"), CREDENTIALS.items(), ids=CREDENTIALS.values())
def test_each_kind_is_recognised_and_wholly_hidden(credential: str, kind: str) -> None:
    text = f"Use {credential}, please"
    assert kind_of_credential(text) == kind
    assert without_credentials(text) == f"Use {MASK}, please"
    assert without_credentials(without_credentials(text)) == without_credentials(text)


def test_a_private_key_without_an_end_is_hidden_to_the_end() -> None:
    assert without_credentials(f"Mine: {KEY[:60]}") == f"Mine: {MASK}"


def test_the_beginning_of_one_is_hidden_where_a_message_cuts_it() -> None:
    assert without_credentials('cannot be "github_pat_a1B2a1B2a1B2a1B2…".') == f'cannot be "{MASK}".'


@pytest.mark.parametrize(
    "text",
    [
        "npm_install works again",
        "ghp_short",
        "BEGIN PRIVATE KEY",
        "pypi-publish@v1 is out",
        "AKIA",
        "",
        "xoxo-",
    ],
)
def test_what_only_looks_a_little_like_one_stays(text: str) -> None:
    assert kind_of_credential(text) == ""
    assert without_credentials(text) == text


def test_text_that_begins_many_credentials_costs_no_square() -> None:
    for piece in ("-----BEGIN PRIVATE KEY-----", "ghp_", "xoxb-", "-----BEGIN ", "npm_a…"):
        without_credentials(piece * 50_000)
