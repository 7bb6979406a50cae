"""docs/nginx.conf: nginx takes it, and it brings requests to the site as the site relies on."""

import http.client
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAIN = """
daemon off; master_process off; pid {0}/pid; error_log {0}/error.log;
events {{ }}
http {{ access_log off; include {0}/httpref.conf; client_body_temp_path {0}/a; proxy_temp_path {0}/b;
  fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d; scgi_temp_path {0}/e; }}
"""


class Site(BaseHTTPRequestHandler):
    """What stands behind nginx: it answers as the page store does and remembers what it was asked."""

    protocol_version = "HTTP/1.1"
    asked: list[dict[str, str]] = []

    def do_GET(self) -> None:
        self.asked.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(304 if "If-None-Match" in self.headers else 200)
        for name, value in (("ETag", '"a"'), ("Content-Encoding", "br"), ("Vary", "Accept-Encoding")):
            self.send_header(name, value)
        self.send_header("Cache-Control", "public, max-age=1, stale-while-revalidate=30")
        if "If-None-Match" not in self.headers:
            self.send_header("Content-Length", "5")
        self.end_headers()
        if "If-None-Match" not in self.headers:
            self.wfile.write(b"bytes")

    def log_message(self, *arguments: object) -> None: ...


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, int]]:
    """Where nginx listens for HTTP and for HTTPS."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        if os.environ.get("HTTPREF_REQUIRE_NGINX"):
            pytest.fail("HTTPREF_REQUIRE_NGINX is set, and no nginx was found.")
        pytest.skip("no nginx was found: its configuration was not tried")
    directory = tmp_path_factory.mktemp("nginx")
    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    plain, secure = free_port(), free_port()
    key, certificate = directory / "key.pem", directory / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=www.example.com"]
        + ["-keyout", key, "-out", certificate],
        check=True,
        capture_output=True,
    )
    text = (ROOT / "docs" / "nginx.conf").read_text()
    for found, replacement in (
        ("listen [::]:80;", ""),
        ("listen [::]:443 ssl http2;", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{secure} ssl http2;"),
        ("127.0.0.1:8000", f"127.0.0.1:{site.server_port}"),
        ("/etc/ssl/certs/www.example.com.pem", str(certificate)),
        ("/etc/ssl/private/www.example.com.key", str(key)),
    ):
        assert found in text
        text = text.replace(found, replacement)
    (directory / "httpref.conf").write_text(text)
    (directory / "main.conf").write_text(MAIN.format(directory))
    command = [program, "-c", directory / "main.conf", "-e", directory / "error.log"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        wait_for(secure, process)
        yield plain, secure
        process.terminate()
    site.shutdown()
    site.server_close()


def wait_for(port: int, process: "subprocess.Popen[str]") -> None:
    for _ in range(500):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            pytest.fail(f"nginx refuses the configuration: {process.communicate()[1]}")
        time.sleep(0.01)
    pytest.fail("nginx does not listen")


def get(port: int, path: str, *, secure: bool = True, **fields: str) -> http.client.HTTPResponse:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if secure:
        connection: http.client.HTTPConnection = http.client.HTTPSConnection("127.0.0.1", port, context=context)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Host": "www.example.com", **{name.replace("_", "-"): value for name, value in fields.items()}}
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    answer.content = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


def test_a_page_arrives_as_the_store_made_it(ports):
    answer = get(ports[1], "/en/404/", Accept_Encoding="br")
    assert (answer.status, answer.content) == (200, b"bytes")
    assert answer.getheader("Content-Encoding") == "br"
    assert answer.getheader("ETag") == '"a"'
    assert answer.getheader("Vary") == "Accept-Encoding"
    assert "stale-while-revalidate" in answer.getheader("Cache-Control")
    assert Site.asked[-1]["accept-encoding"] == "br"
    assert get(ports[1], "/en/404/", If_None_Match='"a"').status == 304


def test_what_clients_say_of_proxies_does_not_arrive(ports):
    get(
        ports[1],
        "/en/404/",
        X_Forwarded_Proto="http",
        X_Forwarded_Host="evil.example",
        X_Forwarded_For="192.0.2.66",
        Forwarded="host=evil.example",
    )
    asked = Site.asked[-1]
    assert (asked["host"], asked["x-forwarded-proto"], asked["x-forwarded-for"]) == (
        "www.example.com",
        "https",
        "127.0.0.1",
    )
    assert "evil" not in str(asked)


def test_plain_http_is_led_to_https(ports):
    answer = get(ports[0], "/en/404/?a=b", secure=False)
    assert (answer.status, answer.getheader("Location")) == (301, "https://www.example.com/en/404/?a=b")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_not_for_the_world(path, ports):
    assert get(ports[1], path).status == 403
