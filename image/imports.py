"""Find out whether everything that a run can import exists in the small image.

    imports.py wanted ROOT      in the image that it is taken from: the modules below ROOT, and what the
                                program and its libraries import at any depth, as far as that can be imported
    imports.py check <wanted    in the small image: import all of it and say what cannot be imported and why
    imports.py compile          there: leave byte code of what a run can import of the standard library

An import inside a function fails when a run gets there, perhaps between a post that went out and its report.
"""

import ast
import contextlib
import importlib
import io
import pkgutil
import py_compile
import sys
import sysconfig
import warnings
from collections.abc import Iterator
from pathlib import Path

APP = Path("/app")
PACKAGE = "publer_publish"
LIBRARIES = Path(sysconfig.get_path("purelib"))
ACT_WHEN_IMPORTED = {"__main__", "antigravity", "this"}
OPTIONAL = ("rich",)
"""What the image goes without on purpose, and the program imports only at a terminal."""
BY_NAME = {
    f"encodings.{name}" for name in ("ascii", "idna", "latin_1", "unicode_escape", "utf_16", "utf_8_sig")
}
"""What no import statement shows: Python loads an encoding by the name that a call gives."""


def modules_below(place: Path, package: str = "") -> Iterator[str]:
    """The modules of a directory and of the packages in it, by their full names, without importing any."""
    for found in pkgutil.iter_modules([str(place)]):
        yield package + found.name
        if found.ispkg:
            yield from modules_below(place / found.name, f"{package}{found.name}.")


def imported_by(source: Path, package: str) -> Iterator[str]:
    """What a source file imports at any depth, names that need not be modules among it."""
    for node in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            above = parents[: len(parents) + 1 - node.level] if node.level else []
            origin = ".".join([*above, *filter(None, [node.module])])
            yield from (origin, *(f"{origin}.{alias.name}" for alias in node.names))


def of_the_program() -> set[str]:
    """The modules of the program and of its libraries, and whatever they import."""
    found = {*BY_NAME, *modules_below(APP / PACKAGE, f"{PACKAGE}."), *modules_below(LIBRARIES)}
    for top, place in ((APP, APP / PACKAGE), (LIBRARIES, LIBRARIES)):
        for source in place.rglob("*.py"):
            found.update(imported_by(source, ".".join(source.parent.relative_to(top).parts)))
    return {name for name in found if ACT_WHEN_IMPORTED.isdisjoint(name.split("."))}


def of_the_standard_library(root: str) -> set[str]:
    """The modules of the standard library that exist below another root."""
    places = [entry for entry in sys.path if entry.startswith("/usr/")]
    found = {name for place in places for name in modules_below(Path(root + place))}
    return {name for name in found if ACT_WHEN_IMPORTED.isdisjoint(name.split("."))}


def why_not_importable(name: str) -> str:
    """The reason why a module cannot be imported; empty if it can be."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            importlib.import_module(name)
    except Exception as error:  # noqa: BLE001  (a foreign module may raise anything)
        return f"cannot import {name}: {type(error).__name__}: {error}"
    return ""


def compile_for(names: set[str]) -> None:
    """Compile what these load; trusted later without a look at the source: every run is a new container."""
    for name in sorted(names):
        why_not_importable(name)
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    for module in list(sys.modules.values()):
        source = getattr(module, "__file__", None) or ""
        if source.startswith("/usr/") and source.endswith(".py"):
            py_compile.compile(source, doraise=True, invalidation_mode=mode)


def wanted(root: str) -> list[str]:
    """Print what must be there. A module of our own that cannot be imported even here is a problem."""
    reasons = {name: why_not_importable(name) for name in of_the_program() | of_the_standard_library(root)}
    sys.stdout.write("".join(f"{name}\n" for name, why in sorted(reasons.items()) if not why))
    ours = [reasons[name] for name in modules_below(APP / PACKAGE, f"{PACKAGE}.") if reasons.get(name)]
    return [why for why in ours if not why.endswith(tuple(f"No module named '{name}'" for name in OPTIONAL))]


def main(verb: str, root: str = "") -> int:
    warnings.simplefilter("ignore")
    sys.path.append(str(APP))
    if verb == "wanted":
        problems = wanted(root)
    elif verb == "check":
        problems = [why for name in sys.stdin.read().split() if (why := why_not_importable(name))]
    else:
        problems = []
        compile_for(of_the_program())
    sys.stderr.write("".join(f"{why}\n" for why in problems if why))
    return any(problems)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
