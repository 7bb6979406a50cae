"""The WSGI application: a stored page is answered here, everything else by Django."""

import logging
import threading
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from httpref.pages import health
from httpref.pages.coding import acceptable
from httpref.pages.conditions import is_unchanged
from httpref.pages.health import Complaints
from httpref.pages.journal import Journal
from httpref.pages.page import Damaged, Field, Part, rendered
from httpref.pages.rendering import Rendering
from httpref.pages.request import Environ, Reception
from httpref.pages.store import Store

log = logging.getLogger(__name__)

StartResponse = Callable[..., Any]
WSGI = Callable[[Environ, StartResponse], Iterable[bytes]]

MOST_FIELDS = 1000
# Locks for those who render. Pages that happen to share one wait for each other, which costs next to nothing.
TURNS = 64
PATIENCE = 1.0  # seconds, after which a page is rendered by whoever waits for it
# How long stored pages have the processor for themselves after a start, unless somebody asks for another.
HEAD_START = 0.5  # seconds
# Of the answers that may be stored: what was found, and the page that says that nobody assigned a number.
STORED = ("200 OK", "404 Not Found")
HEALTH = LIVE, READY = ("/healthz", "/readyz")


class Application:
    """``load`` makes Django's application; it is called once, in a thread, a little later or when it is needed first.

    ``complaints`` says what is wrong with the parts of the site, once Django is there.
    """

    def __init__(
        self, store: Store, reception: Reception, journal: Journal, load: Callable[[], WSGI], complaints: Complaints
    ) -> None:
        self.complaints = complaints
        self.store = store
        self.reception = reception
        self.journal = journal
        self.codings: dict[str | None, tuple[str, ...]] = {}
        self.load = load
        self.turns = [threading.Lock() for _ in range(TURNS)]
        self.wanted, self.loaded = threading.Event(), threading.Event()
        self.django: WSGI | None = None

    def start(self) -> None:
        self.store.start()
        self.journal.start()
        threading.Thread(target=self.load_in_time, name="django", daemon=True).start()

    def load_in_time(self) -> None:
        self.wanted.wait(HEAD_START)
        self.load_django()

    def load_django(self) -> None:
        try:
            self.django = self.load()
        except BaseException:
            log.critical("Django could not be loaded", exc_info=True)
        finally:
            self.loaded.set()

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        began = perf_counter()
        if not self.reception.admits(environ) or not self.reception.is_public(environ["PATH_INFO"]):
            return self.ask_django(environ, start_response, began)
        if part := self.stored(environ):
            return self.answer(part, environ, start_response, "hit", began)
        return self.render_once(environ, start_response, began)

    def render_once(self, environ: Environ, start_response: StartResponse, began: float) -> Iterable[bytes]:
        """Let those who want the same page now wait for one rendering: each further one would take as long again."""
        turn = self.turns[hash(environ["PATH_INFO"]) % TURNS]
        mine = turn.acquire(timeout=PATIENCE)
        try:
            part = self.stored(environ)
            if part is None and self.store.borrow(environ["PATH_INFO"]):
                part = self.stored(environ)
            if part:
                return self.answer(part, environ, start_response, "hit", began)
            return self.render(environ, start_response, began)
        finally:
            if mine:
                turn.release()

    def stored(self, environ: Environ) -> Part | None:
        """What the store has for a request."""
        store, path = self.store, environ["PATH_INFO"]
        if store.generation != store.shared.words[0]:
            store.move()
        page = store.pages.get(path) or store.find(path)
        if page is None:
            return None
        try:
            return page.part(self.codings_for(environ.get("HTTP_ACCEPT_ENCODING")))
        except Damaged as error:
            log.warning("the %s of %s is damaged", error, path)
            store.drop(path)
            return None

    def answer(
        self, part: Part, environ: Environ, start_response: StartResponse, verdict: str, began: float
    ) -> list[bytes]:
        """A part's answer to one request: the content, or that the client has it already."""
        status, fields, content = part.status, part.fields, part.content
        if "HTTP_IF_NONE_MATCH" in environ and is_unchanged(environ["HTTP_IF_NONE_MATCH"], part.etag):
            status, fields, content = "304 Not Modified", part.unchanged, b""
        elif environ["REQUEST_METHOD"] == "HEAD":
            content = b""
        if verdict != "hit":
            fields = with_timing(fields, verdict, began)
        start_response(status, fields)
        self.journal.note(environ, status, len(content), verdict, began)
        return [content]

    def codings_for(self, field: str | None) -> tuple[str, ...]:
        """What an Accept-Encoding field allows; browsers send few different ones."""
        found = self.codings.get(field)
        if found is None:
            if len(self.codings) >= MOST_FIELDS:
                self.codings.clear()
            found = self.codings[field] = acceptable(field)
        return found

    def render(self, environ: Environ, start_response: StartResponse, began: float) -> Iterable[bytes]:
        """Have a page rendered for everybody, and answer with it; what differs by reader is asked for once more."""
        path = environ["PATH_INFO"]
        canonical, rendering = self.reception.canonical(environ)
        status, fields, content = call(self.wait_for_django(), canonical)
        if may_be_stored(status, fields, rendering):
            page = rendered(status, fields, content)
            self.store.put(path, rendering.generation, page)
            part = page.part(self.codings_for(environ.get("HTTP_ACCEPT_ENCODING")))
            return self.answer(part, environ, start_response, "miss", began)
        if differs_by_reader(fields):
            return self.ask_django(environ, start_response, began)
        self.journal.note(environ, status, len(content), "bypass", began)
        start_response(status, with_timing(fields, "bypass", began))
        return [content if environ["REQUEST_METHOD"] == "GET" else b""]

    def ask_django(self, environ: Environ, start_response: StartResponse, began: float) -> Iterable[bytes]:
        """Let Django answer this one request, as it is."""
        if environ["PATH_INFO"] in HEALTH:
            return self.tell_health(environ, start_response)

        def start(status: str, fields: list[Field], *rest: Any) -> Any:
            self.journal.note(environ, status, None, "bypass", began)
            return start_response(status, with_timing(fields, "bypass", began), *rest)

        return self.wait_for_django()(environ, start)

    def tell_health(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        """Answered by any name and over any scheme: whoever asks knows the address of the process only."""
        if environ["PATH_INFO"] == LIVE:
            status, fields, content = health.live()
        else:
            status, fields, content = health.ready(self.django is not None, self.complaints)
        start_response(status, fields)
        return [content]

    def wait_for_django(self) -> WSGI:
        self.wanted.set()
        self.loaded.wait()
        if self.django is None:
            raise RuntimeError("Django could not be loaded; the log says why.")
        return self.django


def with_timing(fields: list[Field], verdict: str, began: float) -> list[Field]:
    others = [field for field in fields if field[0] != "Server-Timing"]
    return [*others, ("Server-Timing", f"store;desc={verdict}, app;dur={1000 * (perf_counter() - began):.1f}")]


def call(application: WSGI, environ: Environ) -> tuple[str, list[Field], bytes]:
    """An application's whole answer."""
    started: list[tuple[str, list[Field]]] = []
    parts = application(environ, lambda status, fields, *rest: started.append((status, fields)))
    try:
        content = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close:
            close()
    return *started[-1], content


def may_be_stored(status: str, fields: Iterable[Field], rendering: Rendering) -> bool:
    """Whether an answer is whole and the same for everybody."""
    names = {name.lower() for name, _ in fields}
    return (
        rendering.same_for_everybody
        and status in STORED
        and names.isdisjoint({"set-cookie", "content-encoding", "content-range"})
    )


def differs_by_reader(fields: Iterable[Field]) -> bool:
    """Whether another reader may get another answer."""
    varying = {part.strip().lower() for name, value in fields if name.lower() == "vary" for part in value.split(",")}
    return not varying <= {"", "origin"} or any(name.lower() == "set-cookie" for name, _ in fields)
