"""What Lighthouse says of the pages that readers open first, in every language; a part of ``make bench``.

Needs npx (Debian: ``apt install npm``), which fetches Lighthouse, and Chromium. The scores are of its usual profile, a
slow phone.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator

VERSION = "12.8.2"
LANGUAGES = ("en", "zh-hant", "zh-hans")
PAGES = {
    "list": "",
    "number": "404/",
    "search": "search/",
    "results": "search/?q=gateway",
    "comparison": "compare/401-403/",
}
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


def lighthouse(port: int) -> Iterator[str]:
    """Lines that tell the scores of the pages of a server, and what kept one from being 100."""
    browser = shutil.which("chromium")
    if not browser or not shutil.which("npx"):
        yield "  Lighthouse is left out: it needs npx and chromium"
        return
    yield f"  Lighthouse {VERSION}: performance, accessibility, best practices, SEO"
    for name, path in PAGES.items():
        for language in LANGUAGES:
            try:
                told = report(f"http://127.0.0.1:{port}/{language}/{path}", browser)
            except subprocess.CalledProcessError as error:
                yield f"    {language:8} {name:12} {error.stderr.decode().strip()}"
                continue
            scores = " ".join(f"{100 * (part['score'] or 0):3.0f}" for part in told["categories"].values())
            yield f"    {language:8} {name:12} {scores}   {' '.join(lacking(told))}"


def report(address: str, browser: str) -> dict:
    """What Lighthouse tells of a page."""
    command = ["npx", "--yes", f"lighthouse@{VERSION}", address, "--quiet", "--output=json", f"--chrome-flags={FLAGS}"]
    environment = {**os.environ, "CHROME_PATH": browser}
    return json.loads(subprocess.run(command, env=environment, check=True, capture_output=True).stdout)


def lacking(told: dict) -> Iterator[str]:
    """The audits that cost a category some of its score."""
    for category in told["categories"].values():
        if category["score"] < 1:
            for audit in category["auditRefs"]:
                score = told["audits"][audit["id"]]["score"]
                if audit["weight"] and score is not None and score < 1:
                    yield f"{audit['id']} {score}"
