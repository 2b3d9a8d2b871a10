"""Run pytest in a process that lacks what Windows lacks: ``python tests/support/as_on_windows.py ARGUMENTS``.

Nothing else is imported before, so that the standard library, too, finds out what there is.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

MISSING = (
    "O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "geteuid", "fchown", "chown", "fork",
)  # fmt: skip
WITH_DIR_FD = ("open", "stat", "lstat", "mkdir", "readlink", "rename", "replace", "unlink")


def without_dir_fd(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def call(*arguments: Any, **options: Any) -> Any:
        if any(options.get(name) is not None for name in ("dir_fd", "src_dir_fd", "dst_dir_fd")):
            raise NotImplementedError("dir_fd unavailable on this platform")
        return function(*arguments, **options)

    return call


def main() -> int:
    for name in MISSING:
        delattr(os, name)
    for name in ("SIGALRM", "setitimer", "getitimer"):
        delattr(signal, name)
    for name in WITH_DIR_FD:
        setattr(os, name, without_dir_fd(getattr(os, name)))
    os.supports_dir_fd.clear()
    os.supports_fd.clear()
    sys.modules["resource"] = None  # type: ignore[assignment]

    import pytest  # noqa: PLC0415

    return pytest.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
