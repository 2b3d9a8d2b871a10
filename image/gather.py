"""``gather.py TARGET``: copy what the program needs out of the image in which this runs, and nothing else.

Everything comes from the base that is pinned by digest: nothing is fetched, resolved or built. When the new
root has imported all that a run can import, it is cut into the three layers ``system``, ``python`` and
``program``: an engine unpacks one while it fetches the next, so they should weigh about the same.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

PROGRAMS = ("sh", "env", "tail", "tar", "find", "chmod", "stat", "mv", "rm")
"""What a runner in Kubernetes mode starts in the image (runner-container-hooks)."""

LEFT_OUT = (
    "__pycache__", "site-packages", "dist-packages", "config-*", "sitecustomize.py", "ensurepip", "venv",
    "idlelib", "tkinter", "turtledemo", "turtle.py", "fetch_macholib*", "pydoc.py", "pydoc_data", "test",
    "unittest", "doctest.py", "curses", "_pyrepl", "dbm", "sqlite3", "wsgiref", "xmlrpc", "_tkinter*.so",
    "_curses*.so", "readline*.so", "_dbm*.so", "_gdbm*.so", "_sqlite3*.so", "_test*.so", "_ctypes_test*.so",
    "_xxtest*.so", "xx*.so",
)  # fmt: skip
"""Of the standard library: what installs, draws, tests, or talks to terminals and databases."""

OPENED_BY_NAME = ("libgcc_s.so.1",)
"""The C library opens it when a thread ends, where ``ldd`` cannot see it."""

FILES = (
    "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/os-release", "/etc/debian_version",
    "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ssl/openssl.cnf", "/etc/ssl/certs/ca-certificates.crt",
    "/usr/lib/ssl/openssl.cnf", "/usr/lib/locale/C.utf8",
)  # fmt: skip
"""Who is who, what the system is called, whom to trust, and the locale that Python falls back to."""

STDLIB = Path(sysconfig.get_path("stdlib"))
PYTHON = Path("/usr/local/bin/python")
APP = Path("/app")


def run(*command: str | Path, stdin: str = "") -> str:
    done = subprocess.run(command, input=stdin, stdout=subprocess.PIPE, check=False, text=True)
    if done.returncode:
        raise SystemExit(f"{command[0]} failed with {done.returncode}; see its output above")
    return done.stdout


class Root:
    """A directory that becomes the root of an image."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __truediv__(self, path: Path | str) -> Path:
        return self.place / str(path).lstrip("/")

    def add(self, path: Path | str, *, without: tuple[str, ...] = ()) -> None:
        """Copy a file or directory, and what it leads to if it is a link."""
        path = Path(path).parent.resolve() / Path(path).name
        if not path.exists() or (self / path).exists():
            return
        self._make(path.parent)
        if path.is_symlink():
            self.add(path.resolve(), without=without)
            (self / path).symlink_to(path.resolve())
        elif path.is_dir():
            shutil.copytree(path, self / path, symlinks=True, ignore=shutil.ignore_patterns(*without))
        else:
            shutil.copy2(path, self / path)

    def _make(self, directory: Path) -> None:
        """A directory with the mode that it has here."""
        if not (self / directory).exists():
            self._make(directory.parent)
            (self / directory).mkdir()
            shutil.copystat(directory, self / directory)

    def files(self) -> Iterator[Path]:
        """Every file and link, by its path in the image."""
        for directory, _, names in os.walk(self.place):
            yield from (Path("/", Path(directory).relative_to(self.place), name) for name in names)


def add_directories(root: Root) -> None:
    """What exists empty, and Debian's links into its one tree under /usr."""
    for name in ("/etc", "/root", "/tmp", "/usr", "/var/lib/dpkg"):  # noqa: S108  (the image's own)
        root._make(Path(name))
    for link in map(Path, ("/bin", "/sbin", "/lib", "/lib64")):
        if link.is_symlink():
            root._make(link.resolve())
            (root / link).symlink_to(link.readlink())


def add_libraries(root: Root) -> None:
    """Each library that a program or a module is linked with, where the linker looks for it."""
    run("ldconfig")
    cached = dict(re.findall(r"^\t(\S+) .* => (\S+)$", run("ldconfig", "-p"), re.MULTILINE)[::-1])
    for name in OPENED_BY_NAME:
        root.add(cached[name])
    linked = [path for path in root.files() if "bin" in path.parts or ".so" in path.name]
    for library in re.findall(r"(?:=> |^\s+)(/\S+) \(", linked_with(linked), re.MULTILINE):
        root.add(library)
    run("ldconfig", "-r", root.place)
    shutil.rmtree(root / "/var/cache", ignore_errors=True)  # it holds the times of this build


def linked_with(paths: Iterable[Path]) -> str:
    """What ``ldd`` says; it complains of scripts, which are linked with nothing."""
    command = ["ldd", *map(str, paths)]
    said = subprocess.run(command, capture_output=True, check=False, text=True).stdout
    missing = [line.strip() for line in said.splitlines() if "not found" in line]
    if missing:
        raise SystemExit(f"the base lacks libraries: {missing}")
    return said


def add_package_state(root: Root) -> None:
    """For scanners: the state of every Debian package of which a file is here, and its licence."""
    ours = [path for path in map(str, root.files()) if not path.startswith(("/app/", "/usr/local/"))]
    names = [
        *ours,
        *(path.removeprefix("/usr") for path in ours if path.startswith(("/usr/bin/", "/usr/lib"))),
    ]
    found = subprocess.run(["dpkg", "-S", *names], capture_output=True, check=False, text=True).stdout
    owners = {owner for line in found.splitlines() for owner in line.partition(": ")[0].split(", ")}
    packages = sorted({owner.partition(":")[0] for owner in owners if not owner.startswith("diversion ")})
    status = "".join(f"{run('dpkg', '-s', package).strip()}\n\n" for package in packages)
    (root / "/var/lib/dpkg/status").write_text(status)
    for package in packages:
        root.add(f"/usr/share/doc/{package}/copyright")


def check(root: Root) -> None:
    """Import in the new root what can be imported here; this fails and says what is missing."""
    script = Path(__file__).with_name("imports.py")
    python = (APP / "venv/bin/python", "-E", "-B")
    wanted = run(*python, script, "wanted", root.place)
    inside = ("chroot", root.place, *python, "-c", script.read_text())
    run(*inside, "check", stdin=wanted)
    run(*inside, "compile")


def cut(root: Root, target: Path) -> None:
    """Move Python and the program out of the system's layer into their own."""
    for layer, paths in {"python": ("/usr/local", STDLIB, PYTHON.resolve()), "program": (APP,)}.items():
        for path in paths:
            if (root / path).exists():
                moved = Root(target / layer)
                moved.place.mkdir(exist_ok=True)
                moved._make(Path(path).parent)
                shutil.move(root / path, moved / path)


def main(target: Path) -> None:
    root = Root(target / "system")
    root.place.mkdir(parents=True)
    add_directories(root)
    root.add(STDLIB, without=LEFT_OUT)
    for name in ("python", "python3"):
        root.add(PYTHON.with_name(name))
    root.add(APP)
    for name in PROGRAMS:
        root.add(str(shutil.which(name)))
    for path in FILES:
        root.add(path)
    add_libraries(root)
    add_package_state(root)
    check(root)
    cut(root, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
