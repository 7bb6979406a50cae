"""Prints codes/search/data/characters.txt: ``python -m tests.codes.search.characters``."""

import unicodedata
from collections import defaultdict

from opencc import OpenCC

HEADER = """\
# Simplified characters, each followed by the traditional ones that are folded to it.
# Derived from the dictionaries of OpenCC (Open Chinese Convert, https://github.com/BYVoid/OpenCC),
# Copyright Carbo Kuo and contributors, Apache License 2.0: see LICENSE-OpenCC.txt. Changed: reduced to
# single characters of the Basic Multilingual Plane, and turned round.
"""


def characters() -> str:
    """The content of the file."""
    simplify = OpenCC("t2s").convert
    found = defaultdict(list)
    for code in (*range(0x3400, 0xA000), *range(0xF900, 0xFB00)):
        character = chr(code)
        # What NFKC changes is folded by that already.
        if unicodedata.category(character) == "Lo" and unicodedata.normalize("NFKC", character) == character:
            simplified = simplify(character)
            if simplified != character and len(simplified) == 1 and ord(simplified) < 0x10000:
                found[simplified].append(character)
    return HEADER + "".join(f"{key}{''.join(found[key])}\n" for key in sorted(found))


if __name__ == "__main__":
    print(characters(), end="")
