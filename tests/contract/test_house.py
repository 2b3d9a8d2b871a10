"""The plan of the house: which room may know which, and how large a room may grow."""

import ast
import re
from pathlib import Path

import pytest

from tests.contract import repository as repo

PACKAGE = repo.ROOT / "publer_publish"
MODULES = sorted(PACKAGE.rglob("*.py"))

MAY_IMPORT = {
    "app": {
        "cli",
        "pipeline",
        "session",
        "signals",
        "config",
        "github",
        "post",
        "delivery",
        "report",
        "preview",
        "errors",
        "clock",
        "",
    },
    "cli": {"config", ""},
    "signals": {"errors"},
    "pipeline": {
        "session",
        "connection",
        "sending",
        "config",
        "delivery",
        "publer",
        "post",
        "errors",
        "clock",
    },
    "connection": {"session", "publer", "errors", "clock"},
    "sending": {"session", "config", "delivery", "publer", "post", "report", "clock"},
    "session": {"template_context", "config", "github", "post", "delivery", "preview", "errors", "clock"},
    "template_context": {"github", "errors"},
    "delivery": {"publer", "post", "errors", "clock"},
    "preview": {"report", "delivery", "post", "errors"},
    "report": {"delivery", "post", "credentials", "errors"},
    "publer": {"errors", "clock", ""},
    "github": {"credentials", "errors", "clock"},
    "post": {"credentials", "errors"},
    "config": {"errors"},
    "credentials": set(),
    "errors": set(),
    "clock": set(),
    "": set(),
}
"""Room -> rooms that it may import besides itself. Nothing points back up. "" is the package itself."""

NETWORK = {"requests", "urllib3", "http", "socket", "ssl", "requests_toolbelt", "urllib.request"}


def _room(path: Path) -> str:
    return _room_of(path.relative_to(PACKAGE).with_suffix("").parts)


def _room_of(parts: tuple[str, ...]) -> str:
    """The room that a module belongs to; the modules beside ``app`` that only it needs are part of it."""
    first = parts[0]
    if first.startswith("__"):
        return ""
    return first if first in MAY_IMPORT else "app"


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    package = path.relative_to(repo.ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*above, *([node.module] if node.module else [])])
            found |= {source} | {f"{source}.{alias.name}" for alias in node.names}
    return found


def _rooms_imported(path: Path) -> set[str]:
    names = [name.split(".") for name in _imports(path)]
    return {_room_of(tuple(parts[1:])) for parts in names if parts[0] == "publer_publish" and len(parts) > 1}


def _packages_imported(path: Path) -> set[str]:
    return {name.split(".")[0] for name in _imports(path)}


def _id(path: Path) -> str:
    return str(path.relative_to(repo.ROOT))


@pytest.mark.parametrize("path", MODULES, ids=_id)
def test_imports_point_one_way(path: Path) -> None:
    room = _room(path)
    assert _rooms_imported(path) - {room} <= MAY_IMPORT[room]


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_the_plan_allows_no_more_than_is_needed(room: str) -> None:
    """What is allowed and not needed is where the next import against the direction would go unseen."""
    needed = {other for path in MODULES if _room(path) == room for other in _rooms_imported(path)}
    assert MAY_IMPORT[room] - needed == set()


@pytest.mark.parametrize("path", MODULES, ids=_id)
def test_every_import_is_a_statement_that_these_tests_can_read(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"\b(?:import_module|__import__|run_module|spec_from_file_location)\b", text) == []


@pytest.mark.parametrize("path", [path for path in MODULES if _room(path) in {"post", "report"}], ids=_id)
def test_posts_and_reports_are_made_without_the_network(path: Path) -> None:
    imported = _imports(path)
    assert {name for name in imported if name in NETWORK or name.split(".")[0] in NETWORK} == set()


@pytest.mark.parametrize(
    "path", [path for path in MODULES if _room(path) not in {"publer", "github"}], ids=_id
)
def test_http_is_spoken_only_with_publer_and_github(path: Path) -> None:
    assert {name for name in _imports(path) if name.split(".")[0] in {"requests", "urllib3"}} == set()


@pytest.mark.parametrize("path", [path for path in MODULES if _room(path) not in {"app", "config"}], ids=_id)
def test_nothing_below_config_reads_the_environment(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert (
        re.findall(r"\bos\.(?:environ|getenv|environb|getenvb)\b|from os import .*(?:environ|getenv)", text)
        == []
    )


@pytest.mark.parametrize("path", [path for path in MODULES if _room(path) != "github"], ids=_id)
def test_only_github_knows_what_a_workflow_command_is(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    commands = re.compile(r"::(?:error|warning|notice|debug|group|endgroup|add-mask|stop-commands)|##\[")
    written = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docs
        and commands.search(node.value)
    ]
    assert written == []


@pytest.mark.parametrize("path", [*MODULES, *sorted((repo.ROOT / "sandbox").rglob("*.py"))], ids=_id)
def test_no_module_outgrows_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_sandbox_and_program_share_no_code_so_that_each_checks_the_other() -> None:
    """A misreading of the API that both shared would never be noticed."""
    sandbox = sorted((repo.ROOT / "sandbox").rglob("*.py"))
    assert [_id(path) for path in sandbox if "publer_publish" in _packages_imported(path)] == []
    assert [_id(path) for path in MODULES if {"sandbox", "tests"} & _packages_imported(path)] == []


def test_the_entrypoint_is_a_few_lines() -> None:
    lines = (repo.ROOT / "entrypoint.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 30
