"""Make ``docs/summary.png``: the step summary that ``make demo`` produces, as GitHub shows it.

``make picture`` needs Chromium and a font with emoji (Debian: chromium, fonts-noto-color-emoji).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "summary.png"
WIDTH = 820
MOST_BYTES = 150_000

_SUMMARY = re.compile(r"^3\. The summary[^\n]*\n─+\n(.*?)^What the sandbox says", re.MULTILINE | re.DOTALL)
_HEIGHT = re.compile(r'data-height="(\d+)"')
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--hide-scrollbars", "--force-device-scale-factor=1.6",
)  # fmt: skip
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><style>
body { margin: 0; padding: 20px 24px; background: #fff; color: #1f2328;
  font: 16px/1.5 "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif, "Noto Color Emoji"; }
main { border: 1px solid #d1d9e0; border-radius: 6px; padding: 0 24px 8px; }
header { font-weight: 600; font-size: 14px; margin: 0 -24px; padding: 12px 24px; background: #f6f8fa;
  border-bottom: 1px solid #d1d9e0; border-radius: 6px 6px 0 0; }
h2, h3 { line-height: 1.25; margin: 24px 0 16px; font-weight: 600; }
h2 { font-size: 24px; padding-bottom: 7px; border-bottom: 1px solid #d1d9e0b3; }
h3 { font-size: 20px; }
p, blockquote, table, details, ul { margin: 0 0 16px; }
table { border-collapse: collapse; }
th, td { padding: 6px 13px; border: 1px solid #d1d9e0; }
th { font-weight: 600; }
tr:nth-child(2n) td { background: #f6f8fa; }
code { padding: 2px 6px; background: #818b981f; border-radius: 6px;
  font: 85% ui-monospace, "Liberation Mono", "DejaVu Sans Mono", monospace; }
a { color: #0969da; text-decoration: underline; }
blockquote { padding: 0 16px; color: #59636e; border-left: 4px solid #d1d9e0; }
</style><main><header>announce summary</header>{summary}</main>
<script>document.body.dataset.height = document.documentElement.scrollHeight</script></html>
"""


def main() -> int:
    """Write the picture; return the exit code."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        sys.stderr.write("Install Chromium (Debian: apt-get install chromium fonts-noto-color-emoji).\n")
        return 1
    with tempfile.TemporaryDirectory(prefix="picture-") as place:
        page = Path(place) / "summary.html"
        page.write_text(_PAGE.replace("{summary}", as_html(demo_summary())), encoding="utf-8")
        height = _HEIGHT.search(_run(browser, place, page, 600, "--dump-dom"))
        shot = Path(place) / "summary.png"
        _run(browser, place, page, int(height[1]) if height else 600, f"--screenshot={shot}")
        if shot.stat().st_size > MOST_BYTES:
            sys.stderr.write(f"The picture has {shot.stat().st_size:,} bytes; {MOST_BYTES:,} are allowed.\n")
            return 1
        shutil.copyfile(shot, PICTURE)
    return 0


def demo_summary() -> str:
    """Publish the example to the stand-in and return the Markdown of the summary."""
    done = subprocess.run(
        [sys.executable, "-m", "sandbox.demo"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    found = _SUMMARY.search(done.stdout)
    if found is None:
        raise ValueError("the demo shows no summary")
    return found[1]


def as_html(markdown: str) -> str:
    """Render as GitHub does what a summary consists of: tables, folds, quotations, links."""
    return str(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))


def _run(browser: str, place: str, page: Path, height: int, *flags: str) -> str:
    profile = tempfile.mkdtemp(dir=place)
    command = [browser, *_FLAGS, f"--user-data-dir={profile}", f"--window-size={WIDTH},{height}", *flags]
    environment = {**os.environ, "HOME": profile}
    done = subprocess.run(
        [*command, page.as_uri()], capture_output=True, text=True, check=True, timeout=120, env=environment
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
