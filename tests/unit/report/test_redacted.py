"""Secrets leave every text of a report, and everything else stays as it is."""

from dataclasses import replace

from publer_publish.errors import Problem, Where
from publer_publish.post.model import Comment, Content, Media, MediaSource
from publer_publish.report.values import Check, Listed, Outcome, Result, Run, Status
from publer_publish.secrets import redacted

WHERE = Where(file="a KEY.yml", line=3, path=("posts", 0, "KEY"))
MEDIA = Media(source=MediaSource.FILE, value="KEY.png", where=WHERE, alt_text="KEY", about="KEY")
CONTENT = Content(
    network="mastodon",
    type="status",
    text="Hi KEY",
    where=WHERE,
    media=(replace(MEDIA, thumbnail=MEDIA),),
    comments=(Comment(text="KEY", where=WHERE),),
    fields={"url": "https://x/KEY", "KEY": [1, None, {"a": ("KEY", True)}]},
)
RUN = Run(
    mode="publish",
    outcome=Outcome.FAILED,
    failed=True,
    headline="KEY",
    hint="KEY",
    results=(Result(post=0, file="KEY.yml", status=Status.FAILED, message="KEY", content=CONTENT),),
    problems=(Problem(message="KEY", hint="KEY", where=WHERE),),
    job_ids=("KEY",),
    workspace="KEY",
    checks=(Check(name="KEY", ok=False, detail="KEY", cure="KEY"),),
    accounts=(Listed(id="KEY", network="x", name="KEY", trouble="KEY"),),
)


def _redact(text: str) -> str:
    return text.replace("KEY", "***")


def test_every_text_of_a_run_is_redacted() -> None:
    shown = redacted(RUN, _redact)
    assert "KEY" not in repr([shown, shown.results[0].content])
    assert redacted(shown, lambda text: text.replace("***", "KEY")) == RUN


def test_without_a_secret_in_it_a_run_is_the_very_same() -> None:
    assert redacted(RUN, str) is RUN


def test_words_of_ours_are_no_secrets() -> None:
    """A short key may be such a word: what became of a target is reported all the same."""
    shown = redacted(RUN, lambda text: text.replace("failed", "***"))
    assert (shown.outcome, shown.results[0].status) == (Outcome.FAILED, Status.FAILED)
