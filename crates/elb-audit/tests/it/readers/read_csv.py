"""CSV by Python's own reader: rows, columns, sums, and that no cell is a formula."""

import csv
import io

from common import ACCEPTED, counted, neutral, read_all, same


def read(text, expected):
    assert text.endswith("\r\n")
    rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    same(counted(row["standing"] for row in rows), expected["sums"], "sums")
    same(sorted(row["fingerprint"] for row in rows), sorted(expected["fingerprints"]), "fingerprints")
    for row in rows:
        assert None not in row and None not in row.values(), "a row of another length"
        for cell in row.values():
            assert cell.lstrip()[:1] not in set("=+-@＝＋－＠"), cell
        if row["standing"] == "accepted" and expected["payload"] is None:
            same([row[f"accepted_{what}"] for what in ("by", "because", "until")], ACCEPTED, "acceptance")
    if expected["payload"] is not None:
        told = neutral(expected["payload"])
        same({row["subject"].removeprefix("'") for row in rows}, {told}, "names")


read_all(read)
