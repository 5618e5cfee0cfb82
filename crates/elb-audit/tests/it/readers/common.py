"""What the readers of all formats share: they go through a folder, and say how many reports they have read."""

import json
import pathlib
import sys

SCHEMAS = pathlib.Path(__file__).parent / "schemas"

# What no output may hold: control characters and those that hide or reorder text. A newline ends a line.
HIDDEN = {*range(0x20), *range(0x7F, 0xA0), 0xAD, 0x61C, 0x180E, *range(0x200B, 0x2010)}
HIDDEN |= {*range(0x2028, 0x202F), *range(0x2060, 0x2070), 0xFEFF, *range(0xFFF9, 0xFFFC)}
HIDDEN |= {*range(0xE0000, 0xE0080)}
# What no character will ever be.
HIDDEN |= {*range(0xFDD0, 0xFDF0), *(plane << 16 | low for plane in range(17) for low in (0xFFFE, 0xFFFF))}

# Who has accepted a finding of the reports, why, and its last day.
ACCEPTED = ["edge-team", "moves in May", "2099-05-31"]


def read_all(read):
    """Calls read(text, expected) for each report, whose `expected` has `sums`, `fingerprints` and `payload`.

    `expected["name"]` says which report it is. Nothing in the text may steer a terminal.
    """
    files = sorted(pathlib.Path(sys.argv[1]).glob("*.out"))
    for file in files:
        expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        expected["name"] = file.stem
        with open(file, encoding="utf-8", newline="") as opened:
            text = opened.read()
        steering = {ord(c) for c in text.replace("\r\n", "\n")} & (HIDDEN - {0x0A})
        assert not steering, (file.stem, [hex(c) for c in steering])
        try:
            read(text, expected)
        except Exception as error:
            raise AssertionError(f"{file.stem}: {type(error).__name__}: {error}") from error
    assert files, "no report"
    print(f"{len(files)} reports read")


def same(found, expected, what):
    assert found == expected, f"{what}: {found!r} is not {expected!r}"


def no_duplicates(pairs):
    """An object of JSON whose names are there once."""
    names = [name for name, _ in pairs]
    same(len(names), len(set(names)), f"names {names}")
    return dict(pairs)


def counted(standings):
    """How many there are of each standing, as `expected["sums"]` has them."""
    standings = list(standings)
    return {name: standings.count(name) for name in ("fault", "unknown", "note", "pass", "accepted", "informing")}


def neutral(text):
    """A text as the formats for people and spreadsheets write it."""
    return "".join(escape(c) if ord(c) in HIDDEN else c for c in text)


def escape(character):
    known = {"\t": "\\t", "\n": "\\n", "\r": "\\r"}
    return known.get(character, f"\\u{{{ord(character):x}}}")
