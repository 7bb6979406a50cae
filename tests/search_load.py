"""Ten readers search while an editor saves; run as a program on a database of its own by test_search_load.py.

Prints one JSON object: how many searches and saves there were, and everything that went wrong.
"""

import json
import threading
import time

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from codes.models import Alias, StatusCode  # noqa: E402
from codes.search import index  # noqa: E402
from codes.search.find import search  # noqa: E402

SECONDS = 2
READERS = 10
LEAST = 10  # saves, however slow the machine

saved: list[str] = []  # what is committed, in order
errors: list[str] = []
searches = 0
over = threading.Event()


def word(count: int) -> str:
    """A word that no other text has, nor begins with."""
    return "q" + "".join("bcdfghjklm"[int(digit)] for digit in f"{count:05}") + "x"


def write() -> None:
    """Save a new alias, a changed text and a rolled-back one in turn, and say so only after the commit."""
    row = StatusCode.objects.get(number=418)
    count = 0
    end = time.monotonic() + SECONDS
    while time.monotonic() < end or len(saved) < LEAST:
        count += 1
        with transaction.atomic():
            Alias.objects.create(status_code=row, language="en", text=word(count))
            StatusCode.objects.filter(number=500 + count % 4).update(summary_en=f"Failed. {word(count)}er")
        saved.append(word(count))
        try:
            with transaction.atomic():
                Alias.objects.create(status_code=row, language="en", text=f"rolledback{word(count)}")
                raise InterruptedError
        except InterruptedError:
            pass
        connection.close()
    over.set()


def read(place: int) -> None:
    """Search for what was committed last, and for something that is always there."""
    global searches
    while not over.is_set():
        newest = saved[-1] if saved else ""
        if newest and 418 not in numbers(newest):
            errors.append(f"{newest} was committed and is not found")
        if numbers("page not found")[:1] != [404]:
            errors.append("404 is lost")
        if newest and numbers(f"rolledback{newest}", exact=True):
            errors.append(f"{newest} was rolled back and is found")
        searches += 3
        connection.close()  # as after every request; a pool has fewer connections than there are readers


def numbers(query: str, *, exact: bool = False) -> list[int]:
    found = search(query, "en")
    return [] if exact and found.suggestion else [result.code.number for result in found.results]


def guarded(run: object, *arguments: object) -> None:
    try:
        run(*arguments)  # type: ignore[operator]
    except Exception as error:
        errors.append(repr(error))
        over.set()


threads = [threading.Thread(target=guarded, args=(read, place)) for place in range(READERS)]
for thread in threads:
    thread.start()
guarded(write)
for thread in threads:
    thread.join()
index.refresh()
missing = [text for text in saved if 418 not in numbers(text)]
left = index.engine().pending(10)
print(json.dumps({"searches": searches, "saves": len(saved), "errors": errors[:5], "missing": missing, "left": left}))
