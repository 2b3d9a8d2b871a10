"""The reader of output files takes and refuses what the runner's own tests say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fake_runner.file_commands import FileCommandError, read_entries


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("", []),
        ("\n\n", []),
        ("MY_OUTPUT=MY VALUE", [("MY_OUTPUT", "MY VALUE")]),
        ("\nMY_OUTPUT=my value\n\n", [("MY_OUTPUT", "my value")]),
        ("MY_OUTPUT=", [("MY_OUTPUT", "")]),
        ("K==abc", [("K", "=abc")]),
        ("K=a=b=c", [("K", "a=b=c")]),
        ("K=<<EOF", [("K", "<<EOF")]),
        ("K=v1\nK=v2", [("K", "v1"), ("K", "v2")]),
        ("A=1\nB=2\n", [("A", "1"), ("B", "2")]),
        ("K=v\r\n", [("K", "v\r")]),
        ("\ufeffK=v", [("K", "v")]),
        ("K<<EOF\nEOF\n", [("K", "")]),
        ("K<<EOF\n\nEOF\n", [("K", "")]),
        ("K<<EOF\nEOF", [("K", "")]),
        ("K<<EOF\nline one\nline two\nEOF\n", [("K", "line one\nline two")]),
        ("K<<EOF\n\n\nEOF\n", [("K", "\n")]),
        ("K<<EOF\nline one\n\nline three\n\nEOF\n", [("K", "line one\n\nline three\n")]),
        ("K<<EOF\n EOF\nEOF \nEOF\n", [("K", " EOF\nEOF ")]),
        ("K<<=EOF\nhello\n=EOF\n", [("K", "hello")]),
        ("K<<EOF=\nhello\nEOF=\n", [("K", "hello")]),
        ("K<<<EOF\nhello\n<EOF\n", [("K", "hello")]),
        ("K<< E O F \nhello\n E O F \n", [("K", "hello")]),
        ("K<<EOF\na\r\nb\r\nEOF\n", [("K", "a\r\nb\r")]),
        ("K<<EOF\na=b\nc<<d\nEOF\nL=1", [("K", "a=b\nc<<d"), ("L", "1")]),
        ("\nK<<EOF\n1\nEOF\n\nL<<EOF2\n2\nEOF2\n", [("K", "1"), ("L", "2")]),
    ],
)
def test_what_the_runner_reads(text: str, entries: list[tuple[str, str]]) -> None:
    assert list(read_entries(text)) == entries


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("MY_OUTPUT", "Invalid format 'MY_OUTPUT'"),
        ("=value", "Invalid format '=value'"),
        ("<<EOF\nEOF", "Name must not be empty and delimiter must not be empty"),
        ("K<<\nvalue\n", "Name must not be empty and delimiter must not be empty"),
        (
            "K<<EOF line one line two line three EOF",
            "Matching delimiter not found 'EOF line one line two line three EOF'",
        ),
        ("K<<EOF\nline one\n", "Matching delimiter not found 'EOF'"),
        ("K<<EOF", "Matching delimiter not found 'EOF'"),
        ("K<<EOF\nline one\nline two\nline three EOF", "EOF marker missing new line."),
        ("K<<EOF\r\nvalue\nEOF\n", "Matching delimiter not found 'EOF\r'"),
    ],
)
def test_what_the_runner_refuses(text: str, message: str) -> None:
    with pytest.raises(FileCommandError) as caught:
        list(read_entries(text))
    assert message in str(caught.value)


def test_what_comes_before_a_bad_line_counts() -> None:
    entries = read_entries("A=1\nbad\n")
    assert next(entries) == ("A", "1")
    with pytest.raises(FileCommandError):
        next(entries)


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        entries = list(read_entries(text))
    except FileCommandError:
        return
    assert all(name for name, _ in entries)
