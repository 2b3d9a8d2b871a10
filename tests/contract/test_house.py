"""The laws of the house (CONTRIBUTING.md draws it). Each failure says what the law is for."""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from tests.support import repository as repo

PACKAGE = repo.ROOT / "publer_publish"
MODULES = sorted(PACKAGE.rglob("*.py"))

FLOORS = (
    {"__main__"},
    {"app"},
    {"modes", "online", "finish", "cli"},
    {"session"},
    {"config"},
    {"delivery"},
    {"report", "github"},
    {"post", "publer"},
    {"networks", "workspace"},
    {"text", "limits"},
    {"secrets", "clock"},
    {"errors", "__init__", "supervisor"},
)
"""The floors of the house from the roof to the ground: a room imports only from floors below its own."""

MAY_SEE_BESIDE_IT = {"online": {"modes"}}
"""The one step sideways: what needs a key goes on where ``validate`` ends."""

SEAMS = {
    "cli": "the command line only: it brings `argparse`",
    "app": "signals are caught before it is imported",
    "engine": "posts with a template only: it brings `jinja2`",
    "plain": "texts that use it only: it brings `markdown_it`",
    "imagesize": "pictures only: it brings `urllib`",
    "regex": "texts in which characters combine only",
    **dict.fromkeys(("api", "changes"), "where GitHub is asked only: it brings `requests`"),
    "requests_toolbelt": "runs with files only",
    "preview_page": "few runs draw the page",
    "screen": "at a terminal that somebody watches only: it brings `rich`",
    "online": "never for `validate`: it brings `requests`",
}
"""What is imported late, for its weight, and when it is needed."""


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


@cache
def imports(path: Path) -> Sequence[tuple[str, bool]]:
    """Every module that a file imports, and whether it does so inside a function."""
    return list(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, bool]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(tree):
        late = id(node) in inside
        if isinstance(node, ast.Import):
            yield from ((alias.name, late) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                is_module = repo.ROOT.joinpath(*whole.split(".")).with_suffix(".py").exists()
                yield (whole if is_module else str(node.module)), late


def ours(path: Path) -> set[str]:
    return {name for name, _ in imports(path) if name.startswith("publer_publish.")}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(repo.ROOT).with_suffix("").parts)


def test_imports_point_down() -> None:
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    wrong = []
    for path in MODULES:
        room = room_of(path)
        for name in ours(path):
            other = name.split(".")[1]
            beside = other in MAY_SEE_BESIDE_IT.get(room, ())
            if other != room and not beside and floor[other] <= floor[room]:
                wrong.append(f"{name_of(path)} imports {name}")
    assert not wrong, (
        "A room imports only what is below it, so that a change never comes back from above: "
        f"{'; '.join(wrong)}. Hand the value down as an argument, or move the code to where it is needed."
    )


def test_nothing_imports_in_a_circle() -> None:
    for top in ("publer_publish", "sandbox"):
        graph = {
            name_of(path): {name for name, _ in imports(path) if name.startswith(f"{top}.")}
            for path in sorted((repo.ROOT / top).rglob("*.py"))
        }
        while graph:
            leaves = [name for name, needs in graph.items() if not needs & graph.keys() - {name}]
            assert leaves, (
                f"These modules import each other in a circle, late imports included: {sorted(graph)}. "
                "One idea is spread over them: put it into one of them."
            )
            for name in leaves:
                del graph[name]


def test_imports_are_at_the_top_but_at_the_seams() -> None:
    late = [
        f"{name_of(path)} imports {name}"
        for path in MODULES
        for name, is_late in imports(path)
        if is_late and not set(name.split(".")) & SEAMS.keys()
    ]
    assert not late, (
        f"Imports are at the top, where a reader looks for them: {'; '.join(late)}. Only what is heavy and "
        f"rarely needed is imported late: {', '.join(f'{name} ({why})' for name, why in SEAMS.items())}."
    )


def test_posts_networks_and_reports_touch_neither_network_nor_clock_nor_environment() -> None:
    effects = {
        "requests",
        "urllib3",
        "http",
        "socket",
        "ssl",
        "subprocess",
        "time",
        "os",
        "signal",
        "threading",
    }
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in MODULES
        if room_of(path) in {"post", "networks", "report"}
        for name, _ in imports(path)
        if name.split(".")[0] in effects
    ]
    assert not wrong, (
        f"These rooms turn values into values, so that a table of data tests them: {'; '.join(wrong)}. "
        "Read files through `workspace`; get everything else as an argument."
    )


def test_http_is_spoken_only_with_publer_and_github() -> None:
    wrong = [
        name_of(path)
        for path in MODULES
        for name, _ in imports(path)
        if name.split(".")[0] in {"requests", "urllib3"}
        and room_of(path) != "publer"
        and name_of(path) != "publer_publish.github.api"
    ]
    assert not wrong, f"Whether a request left is decided in one place; not also in {wrong}."


def test_the_environment_is_read_in_one_place() -> None:
    wrong = [
        name_of(path)
        for path in MODULES
        if room_of(path) not in {"__main__", "app", "config", "cli"}
        and re.search(r"\bos\.(?:environ|getenv)|from os import .*(?:environ|getenv)", path.read_text())
    ]
    assert not wrong, f"Inputs are read in `config` and `cli`, and handed on as values; not also in {wrong}."


def test_only_github_knows_what_a_workflow_command_is() -> None:
    commands = re.compile(r"::(?:error|warning|notice|debug|group|endgroup|add-mask|stop-commands)|##\[")
    wrong = []
    for path in MODULES:
        if room_of(path) == "github":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        docs = {
            ast.get_docstring(node, clean=False) for node in ast.walk(tree) if isinstance(node, documented)
        }
        wrong += [
            name_of(path)
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and node.value not in docs
            and commands.search(node.value)
        ]
    assert not wrong, (
        f"Foreign text becomes a command where commands are made; only `github` makes any: {wrong}."
    )


def test_a_network_is_named_in_its_record_and_in_the_schema_only() -> None:
    table = (PACKAGE / "networks" / "table.py").read_text(encoding="utf-8")
    keys = set(re.findall(r'^\s+key="(\w+)"', table, re.MULTILINE))
    assert keys, "No record of a network was found: this test would see nothing."
    wrong = [
        f"{name_of(path)}:{node.lineno} ({node.value!r})"
        for path in MODULES
        if room_of(path) != "networks" and "schema" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in keys
    ]
    assert not wrong, (
        f"What is special about a network is a field of its record in networks/table.py: {wrong}."
    )


def test_sandbox_and_program_share_no_code() -> None:
    shared = [path for path in (repo.ROOT / "sandbox").rglob("*.py") if ours(path)]
    back = [
        path for path in MODULES for name, _ in imports(path) if name.split(".")[0] in {"sandbox", "tests"}
    ]
    assert not [*shared, *back], (
        f"A misreading of the API that both shared would never be noticed: {[*shared, *back]}."
    )
