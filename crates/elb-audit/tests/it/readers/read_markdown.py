"""Markdown by a CommonMark reader with GitHub's tables and links: nothing that somebody chose is Markdown."""

import re

from markdown_it import MarkdownIt

from common import neutral, read_all, same

READER = MarkdownIt("gfm-like")
# GitHub makes no link of a bare host.
READER.linkify.set({"fuzzy_link": False})
COLUMNS = {"fault": "Faults", "unknown": "Unknown", "note": "Notes", "accepted": "Accepted", "informing": "Newer checks"}
# What a comment on GitHub holds.
COMMENT = 65_536
# A cell as GitHub's reader cuts it: pairs of a backslash and what is escaped, and all but a bar.
CELL = re.compile(r"(?:\\[!-/:-@\[-`{-~]|[^|])*")


def cells(line):
    assert line.startswith("| ") and line.endswith(" |"), line
    return [cell.strip() for cell in CELL.findall(line[1:-1]) if cell]


def read(text, expected):
    assert text.endswith("\n") and len(text) <= COMMENT, len(text)
    tables, rows = [], []
    for line in [*text.split("\n"), ""]:
        if line.startswith("|"):
            rows.append(cells(line))
        elif rows:
            tables, rows = [*tables, rows], []
    for table in tables:
        same({len(row) for row in table}, {len(table[0])}, f"cells of {table[0]}")
    totals = dict(zip(tables[0][0], tables[0][2]))
    for standing, column in COLUMNS.items():
        same(int(totals[column]), expected["sums"][standing], column)
    inlines = [token for token in READER.parse(text) if token.type != "inline"]
    same({token.type for token in inlines} & {"html_block", "fence", "code_block", "hr", "blockquote_open"}, set(), "blocks")
    children = [child for token in READER.parse(text) for child in token.children or []]
    same({child.type for child in children} & {"image", "html_inline"}, set(), "inlines")
    for child in children:
        if child.type == "link_open":
            assert child.attrs["href"].startswith("https://docs.aws.amazon.com/"), child.attrs
        if child.type == "text":
            assert "@" not in child.content and not re.search(r"#\d", child.content), child.content
    if expected["payload"] is None:
        return
    told = neutral(expected["payload"]).strip() or "(empty)"
    spans = {child.content.strip() for child in children if child.type == "code_inline"}
    # Bars are told apart from those of a table by a backslash, and a long name is cut.
    if "|" not in told and len(told) < 300:
        assert told in spans, (told, spans)


read_all(read)
