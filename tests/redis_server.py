"""A Redis for one test, which can be killed."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from redis import Redis, RedisError


@contextmanager
def redis_server(port: int, directory: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A Redis on a port, which the block gets as a process."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(directory)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        with Redis(port=port) as client:
            for _ in range(500):
                try:
                    client.ping()
                    break
                except RedisError:
                    time.sleep(0.01)
        yield process
    finally:
        process.kill()
        process.wait()
