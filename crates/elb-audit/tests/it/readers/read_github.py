"""Workflow commands as GitHub's runner reads a line of a log; only ours are found, and none is lost."""

import re

from common import neutral, read_all, same

# What the runner takes for a command; anything else is text.
KNOWN = {"add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group"}
KNOWN |= {"internal-set-repo-path", "notice", "remove-matcher", "save-state", "set-env", "set-output"}
KNOWN |= {"stop-commands", "warning"}

TOTALS = re.compile(
    r"elb-audit: (?P<fault>\d+) faults?(?: \((?P<severities>[^()]*)\))?, (?P<unknown>\d+) unknown, (?P<note>\d+) notes?, "
    r"(?P<pass>\d+) of \d+ passes reported, (?P<accepted>\d+) accepted, (?P<informing>\d+) informing"
)


def unescaped(text, escapes):
    for escape, character in escapes:
        text = text.replace(escape, character)
    return text


DATA = [("%0D", "\r"), ("%0A", "\n"), ("%25", "%")]
PROPERTY = [("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")]


def command(line):
    """The command of a line, its properties and its message; none where it is text."""
    trimmed = line.lstrip()
    if trimmed.startswith("::") and "::" in trimmed[2:]:
        head, message = trimmed[2:].split("::", 1)
        name, _, rest = head.partition(" ")
        if name.lower() in KNOWN:
            pairs = (pair.split("=", 1) for pair in rest.strip().split(",") if pair)
            properties = {pair[0]: unescaped(pair[1], PROPERTY) for pair in pairs if len(pair) == 2}
            return name, properties, unescaped(message, DATA)
    # The old form begins anywhere in a line.
    if "##[" in line and "]" in line[line.index("##["):]:
        name = line[line.index("##[") + 3:].split("]", 1)[0].split(" ")[0]
        if name.lower() in KNOWN:
            return name, {}, line
    return None


def annotation(found, expected):
    name, properties, message = found
    assert name in ("error", "warning", "notice"), found
    same(list(properties), ["title"], "properties")
    title = properties["title"]
    assert title.startswith("elb-audit: ") and len(title) <= 200, title
    assert message.strip() and len(message) <= 4096, message
    if title == "elb-audit: not assessed" or title.endswith(" more"):
        return
    lines = message.split("\n")
    same(len(lines), 3, f"lines of {message!r}")
    fingerprint = lines[2].rpartition(" ")[2]
    assert fingerprint in expected["fingerprints"], fingerprint
    if expected["payload"] is not None:
        told = neutral(expected["payload"]).replace("##[", "## [")
        # A long text is cut, its beginning stays.
        assert told[:900] in lines[0], (told, lines[0])


def read(text, expected):
    assert "\r" not in text and text.endswith("\n") and "##[" not in text
    lines = text.splitlines()
    same(len(lines), text.count("\n"), "lines")
    commands = [command(line) for line in lines]
    for line, found in zip(lines, commands):
        # What is no command of ours is a plain line, and begins as one.
        same(found is None, line.startswith("elb-audit: "), f"command in {line!r}")
    found = [one for one in commands if one is not None]
    for one in found:
        annotation(one, expected)
    names = [name for name, _, _ in found]
    same(names, sorted(names, key=["error", "warning", "notice"].index), "the loudest first")
    assert max((names.count(name) for name in names), default=0) <= 10, names
    totals = TOTALS.fullmatch(lines[-1])
    assert totals, lines[-1]
    same({name: int(totals[name]) for name in expected["sums"]}, expected["sums"], "sums")
    severities = [part.split(" ") for part in (totals["severities"] or "").split(", ") if part]
    same(sum(int(number) for number, _ in severities), expected["sums"]["fault"], "faults by severity")
    more(found, {name: int(number) for number, name in severities}, expected)
    if expected["name"] == "nothing":
        assert "nothing could be assessed" in found[0][2] and names[0] == "error", found


def more(found, severities, expected):
    """What is annotated and what the tenth counts come to all that there is."""
    count = severities.get
    all_of = {
        "error": count("critical", 0) + count("high", 0),
        "warning": count("medium", 0) + count("low", 0),
        "notice": count("info", 0) + expected["sums"]["note"],
    }
    for name, expected_number in all_of.items():
        titles = [properties["title"] for level, properties, _ in found if level == name]
        causes = titles.count("elb-audit: not assessed")
        rest = [int(title.split(" ")[1]) for title in titles if title.endswith(" more")]
        told = len(titles) - len(rest) - causes + sum(rest)
        # Of causes the tenth may count some, too.
        assert told == expected_number or (told > expected_number and rest and name == "notice"), (name, told)


read_all(read)
