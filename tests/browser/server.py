"""A server as `make run` starts it, and the Chromium that visits it."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
EDITOR = ("editor", "a-long-enough-password")


def chromium() -> str | None:
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


@contextmanager
def serving(database: str, data: Path) -> Iterator[tuple[str, Callable[..., Any]]]:
    """The address of a server on a database, which it fills if it is empty, and a function for its commands."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": database, "HTTPREF_DATA_DIR": str(data), "PORT": str(port)}
    environment["DJANGO_SUPERUSER_PASSWORD"] = EDITOR[1]
    program = [sys.executable, str(ROOT / "manage.py")]

    def manage(*arguments: str) -> None:
        subprocess.run([*program, *arguments], env=environment, check=True, capture_output=True)

    with open(data / "log", "w+") as log:
        process = subprocess.Popen([*program, "serve"], env=environment, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(port, process, log)
            yield f"http://127.0.0.1:{port}", manage
        finally:
            process.terminate()
            process.wait(timeout=20)


def wait_for(port: int, process: subprocess.Popen[bytes], log: Any) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    log.seek(0)
    raise RuntimeError(f"the server did not start:\n{log.read()}")
