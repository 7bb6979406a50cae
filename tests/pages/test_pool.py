"""Pages that hosts lend to each other, with a Redis of its own that can be killed, and with servers that are none."""

import shutil
import socket
import threading

import pytest

from httpref.pages import pool as module
from httpref.pages.page import pack
from httpref.pages.pool import HEAD, PAUSE, Pool
from httpref.pages.shared import UNKNOWN, Shared
from httpref.pages.store import Store
from tests.pages.pages import DATABASE, content_of, page_of
from tests.redis_server import redis_server


@pytest.fixture
def running(unused_port, tmp_path):
    if not shutil.which("redis-server"):
        pytest.skip("needs redis-server")
    with redis_server(unused_port, tmp_path):
        yield unused_port


def pool_at(port, release="f" * 16):
    return Pool(f"redis://127.0.0.1:{port}/0", release)


def content(page):
    return page and page.part(["identity"]).content


def test_another_host_gets_what_one_lent_for_the_same_release_generation_and_path(running):
    pool_at(running).lend(1, "/a/", *pack(page_of("a", "404 Not Found")))
    page = pool_at(running).page(1, "/a/")
    assert content(page) == content_of("a")
    assert page.status == "404 Not Found"
    assert page.part(["br"]).content == page_of("a").part(["br"]).content
    assert pool_at(running).page(2, "/a/") is None
    assert pool_at(running).page(1, "/b/") is None
    assert pool_at(running, "0" * 16).page(1, "/a/") is None


def test_what_was_lent_is_kept_for_an_hour(running):
    pool = pool_at(running)
    pool.lend(1, "/a/", *pack(page_of("a")))
    assert 3500 < pool.client.ttl(pool.key(1, "/a/")) <= 3600


@pytest.mark.parametrize("at", [0, 4, HEAD.size + 5, -5])
def test_a_record_with_another_byte_is_no_page(at, running, caplog):
    pool = pool_at(running)
    pool.lend(1, "/a/", *pack(page_of("a")))
    record = bytearray(pool.client.get(pool.key(1, "/a/")))
    record[at] ^= 1
    pool.client.set(pool.key(1, "/a/"), bytes(record))
    assert pool.page(1, "/a/") is None
    assert "of /a/ from Redis is damaged" in caplog.text


@pytest.mark.parametrize("record", [b"", b"page", b"\xff" * 100])
def test_what_is_no_record_is_no_page(record, running):
    pool = pool_at(running)
    pool.client.set(pool.key(1, "/a/"), record)
    assert pool.page(1, "/a/") is None


def test_a_key_of_another_type_is_no_page(running):
    pool = pool_at(running)
    pool.client.lpush(pool.key(1, "/a/"), "x")
    assert pool.page(1, "/a/") is None


def test_while_redis_is_away_there_are_no_pages_and_afterwards_there_are(running, tmp_path, caplog, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    pool = pool_at(running)
    pool.lend(1, "/a/", *pack(page_of("a")))
    pool.client.shutdown(nosave=True)
    assert pool.page(1, "/a/") is None
    pool.lend(1, "/a/", *pack(page_of("a")))
    now[0] += PAUSE
    assert pool.page(1, "/a/") is None
    assert caplog.text.count("Redis fails") == 1
    with redis_server(running, tmp_path):
        assert pool_at(running).page(1, "/a/") is None
        pool.lend(1, "/a/", *pack(page_of("a")))  # it failed a moment ago, so that nobody asks it
        assert pool_at(running).page(1, "/a/") is None
        now[0] += PAUSE
        pool.lend(1, "/a/", *pack(page_of("a")))
        assert content(pool_at(running).page(1, "/a/")) == content_of("a")
    assert caplog.text.count("Redis answers again") == 1


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", None])
def test_a_server_that_is_no_redis_or_does_not_answer_costs_a_moment_and_nothing_else(answer, caplog):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            if answer is not None:
                connection.recv(1000)
                connection.sendall(answer)
                connection.close()
            else:
                silent.append(connection)

        silent = []
        thread = threading.Thread(target=serve)
        thread.start()
        assert pool_at(server.getsockname()[1]).page(1, "/a/") is None
        thread.join()
        for connection in silent:
            connection.close()
    assert "Redis fails" in caplog.text


def store_of(directory, pool):
    directory.mkdir()
    Shared(directory, DATABASE).publish(1)
    store = Store(Shared(directory, DATABASE), directory, "f" * 16, disk=10**7, memory=10**7, pool=pool)
    store.move()
    return store


def test_a_store_lends_what_it_rendered_and_writes_what_it_borrowed(running, tmp_path):
    here, there = (store_of(tmp_path / name, pool_at(running)) for name in ("here", "there"))
    assert not there.borrow("/a/")
    here.put("/a/", 1, page_of("a"))
    here.write_one(*here.waiting.get())
    assert there.borrow("/a/")
    assert content(there.pages["/a/"]) == content_of("a")
    there.pool.lend = None  # what is borrowed is not lent again
    there.write_one(*there.waiting.get())
    assert content(there.find("/a/")) == content_of("a")


def test_while_nobody_knows_the_generation_nothing_is_borrowed(running, tmp_path):
    store = store_of(tmp_path / "here", pool_at(running))
    store.pool.lend(UNKNOWN, "/a/", *pack(page_of("a")))
    store.shared.forget()
    store.move()
    assert not store.borrow("/a/")
