#!/usr/bin/env python3
"""Compares AWS's API models with what elb-audit knows of them, and names what is new.

    $(scripts/python-env) scripts/models.py [--botocore DIR] [--data DIR] [--table FILE] [--summary FILE]

Walks what every operation that a scan calls answers, and the words and attribute keys in it, beside
scripts/models.tsv, which says of each whether it is read or why it is left out. Fails on what is in one of them
alone, and where the code does not name what the table says that it reads.

Without --botocore the models are those of the botocore that scripts/requirements.txt pins; with it, those of the
one that is installed in a directory (pip install --target DIR botocore). --data adds models, which go before
botocore's. --summary appends what is wrong to a file, in Markdown.
"""

import argparse
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).parent.parent
PINNED = ROOT / "scripts/requirements.txt"
CALLS = ROOT / "crates/core/src/vocab/call.rs"
# What places of the table begin with.
SOURCES = {
    "services": ROOT / "crates/elb-audit/src/collect/services",
    "shell": ROOT / "crates/elb-audit/src",
    "core": ROOT / "crates/core/src",
}
STANDINGS = ("read", "left-out")
KEY = r"[a-z0-9_]+\.[a-z0-9_.]+"
# Members whose words only the documentation tells, and what they look like.
DOCUMENTED = {
    ("elb", "AdditionalAttribute", "Key"): KEY,
    ("elbv2", "ListenerAttribute", "Key"): KEY,
    ("elbv2", "LoadBalancerAttribute", "Key"): KEY,
    ("elbv2", "TargetGroupAttribute", "Key"): KEY,
}
# The same for words of members that are no enumeration in the models.
SPELLED = {
    ("ec2", "Region", "OptInStatus"): r"[a-z-]+",
    ("elb", "InstanceState", "State"): r"[A-Z][A-Za-z]+",
    ("elb", "LoadBalancerDescription", "Scheme"): r"internal|internet-[a-z]+",
    ("elbv2", "MutualAuthenticationAttributes", "Mode"): r"[a-z]+",
    ("elbv2", "RuleCondition", "Field"): r"[a-z]+(?:-[a-z]+)+",
    ("elbv2", "TargetGroup", "ProtocolVersion"): r"[A-Z0-9]+",
}


def fail(message):
    sys.exit(f"models.py: {message}")


def options():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n")[2].strip(), allow_abbrev=False)
    for name in ("--botocore", "--data", "--summary"):
        parser.add_argument(name)
    parser.add_argument("--table", default=ROOT / "scripts/models.tsv")
    return parser.parse_args()


class Table:
    """What the table says of each member, word and key."""

    def __init__(self, path, faults):
        self.rows = {}
        for number, line in enumerate(pathlib.Path(path).read_text().splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            cells = line.split("\t")
            if len(cells) != 6 or cells[3] not in STANDINGS or not all(cell.strip() for cell in cells):
                fail(f"line {number} of the table is none: {line}")
            service, kind, of, standing, names, because = cells
            if "*" in names.split() and (kind, standing, names) != ("word", "left-out", "*"):
                fail(f"line {number}: `*` leaves out all words of an enumeration, and nothing else")
            for name in names.split():
                key = (service, kind, of, name)
                if key in self.rows:
                    faults.append(f"{label(key)} stands in the table twice")
                self.rows[key] = (standing, because)
        self.used = set()

    def of(self, key):
        """Standing and place or reason; none where the table says nothing."""
        for known in (key, (*key[:3], "*")):
            if known in self.rows:
                self.used.add(known)
                return self.rows[known]
        return None


def label(key):
    service, kind, of, name = key
    return f"{service} {kind} {of}.{name}"


class Models:
    """What is in the models, as far as it is read."""

    def __init__(self, table, loader, faults):
        self.table, self.loader, self.faults = table, loader, faults
        self.count = collections.Counter()
        # What is read, by where: place -> [(key, name on the wire)].
        self.places = collections.defaultdict(list)
        # What the items of lists are called.
        self.items = set()

    def walk(self, service, operations):
        self.service = service
        self.model = self.loader.load_service_model(service, "service-2")
        self.shapes, self.seen = self.model["shapes"], set()
        for operation in operations:
            output = self.model["operations"][operation].get("output")
            if output:
                self.reach(output["shape"])

    def reach(self, name):
        """Everything below a shape."""
        shape = self.shapes[name]
        kind = shape["type"]
        if kind == "list":
            self.items.add(shape["member"].get("locationName"))
            self.reach(shape["member"]["shape"])
        elif kind == "map":
            self.reach(shape["key"]["shape"])
            self.reach(shape["value"]["shape"])
        elif name in self.seen:
            return
        elif kind == "structure":
            self.seen.add(name)
            for member, reference in shape["members"].items():
                if member == shape.get("payload") and self.shapes[reference["shape"]]["type"] == "structure":
                    # The whole answer: it has no name on the wire.
                    self.reach(reference["shape"])
                else:
                    self.member(name, member, reference)
        elif "enum" in shape:
            self.seen.add(name)
            for word in shape["enum"]:
                self.judge((self.service, "word", name, word), word)

    def member(self, of, name, reference):
        shape = self.shapes[reference["shape"]]
        wire = reference.get("locationName", shape.get("locationName", name))
        if shape["type"] == "list" and shape.get("flattened"):
            wire = shape["member"].get("locationName", wire)
        if self.judge((self.service, "field", of, name), wire) != "read":
            return
        at = (self.service, of, name)
        for kind, pattern in (("attribute", DOCUMENTED.get(at)), ("word", SPELLED.get(at))):
            for word in documented(reference.get("documentation", ""), pattern):
                self.judge((self.service, kind, f"{of}.{name}" if kind == "word" else of, word), word)
        self.reach(reference["shape"])

    def judge(self, key, wire):
        kind = key[1]
        said = self.table.of(key)
        self.count[kind] += 1
        if said is None:
            self.count["unknown"] += 1
            self.faults.append(f"{label(key)} is new")
            return None
        standing, because = said
        self.count[standing] += 1
        if standing == "read":
            for place in because.split(","):
                self.places[place].append((key, wire, because))
        return standing


def documented(text, pattern):
    """The words of a documentation that look so."""
    if not pattern:
        return []
    return sorted(set(re.findall(f"<code>({pattern})</code>", text)))


# Of Rust: the attributes of an item or a field, in lines of their own, and how far it is seen.
ATTRIBUTES = r"(?:^[ ]*#\[\w+\((?:[^\]]|\n)*?\)\]\n)*"
VISIBLE = r"(?:pub(?:\([a-z]+\))? )?"


class Source:
    """The code, item by item."""

    def __init__(self):
        self.files = {}

    def text(self, path):
        """A file without its tests and comments."""
        if path not in self.files:
            root, _, below = path.partition("/")
            file = SOURCES[root] / below if root in SOURCES else pathlib.Path("/nowhere")
            text = file.read_text() if file.is_file() else ""
            text = text.split("#[cfg(test)]\nmod tests")[0]
            self.files[path] = re.sub(r"^\s*//.*$", "", text, flags=re.MULTILINE)
        return self.files[path]

    def item(self, place):
        """What stands at a place, `path#Item` or a path, with its kind; none where there is nothing."""
        path, _, name = place.partition("#")
        text = self.text(path)
        if not name:
            return ("file", text) if text else None
        head = rf"({ATTRIBUTES})^[ ]*{VISIBLE}(?:async )?"
        found = re.search(rf"{head}(struct|enum|fn|const) {name}\b", text, re.MULTILINE)
        if not found:
            return None
        return found[2], found[1] + ended(text, found.start(2))

    def structs(self):
        """The structures that answers are read into, as places."""
        for file in sorted(SOURCES["services"].rglob("*.rs")):
            path = f"services/{file.relative_to(SOURCES['services']).as_posix()}"
            for attributes, name in re.findall(rf"({ATTRIBUTES})^{VISIBLE}struct (\w+)", self.text(path), re.MULTILINE):
                if "Deserialize" in attributes:
                    yield f"{path}#{name}"


def ended(text, start):
    """An item from its first word to the brace, or the semicolon, that ends it."""
    depth = 0
    for at in range(start, len(text)):
        if text[at] in "{([":
            depth += 1
        elif text[at] in "})]":
            depth -= 1
            if depth == 0 and text[at] == "}":
                return text[start : at + 1]
        elif text[at] == ";" and depth == 0:
            return text[start:at]
    return text[start:]


CASES = {
    "camelCase": lambda words: words[0] + "".join(word.capitalize() for word in words[1:]),
    "PascalCase": lambda words: "".join(word.capitalize() for word in words),
    "kebab-case": "-".join,
    "lowercase": "".join,
    "SCREAMING_SNAKE_CASE": lambda words: "_".join(words).upper(),
}


def cased(name, case):
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.removeprefix("r#")).lower().split("_")
    return CASES[case](words) if case else name.removeprefix("r#")


def names(kind, text):
    """The names that serde knows of an item's fields or variants: a list of them for each."""
    case = re.search(r'rename_all = "([^"]+)"', text.partition("{")[0])
    inside = text.partition("{")[2]
    pattern = rf"({ATTRIBUTES})^[ ]*{VISIBLE}((?:r#)?\w+)" + (":" if kind == "struct" else r"(?:\(\w+\))?,")
    for attributes, name in re.findall(pattern, inside, re.MULTILINE):
        if "untagged" in attributes or "flatten" in attributes:
            continue
        renamed = re.findall(r'rename = "([^"]+)"', attributes)
        aliases = re.findall(r'alias = "([^"]+)"', attributes)
        # A field that is only called `list` here has no name but its aliases.
        own = renamed or ([] if aliases and name == "list" else [cased(name, case and case[1])])
        yield [*own, *aliases]


class Claims:
    """Whether the code is as the table says."""

    def __init__(self, models, snake):
        self.models, self.snake, self.source = models, snake, Source()
        self.held = set()

    def check(self):
        faults, claimed = self.models.faults, collections.defaultdict(set)
        for place, claims in sorted(self.models.places.items()):
            item = self.source.item(place)
            if item is None:
                faults.append(f"{place} is nowhere, and {label(claims[0][0])} is said to be read there")
                continue
            for key, wire, _ in claims:
                claimed[place].add(wire)
                if self.names(item, key, wire):
                    self.held.add(key)
        for place, claims in sorted(self.models.places.items()):
            for key, _, because in claims:
                if key not in self.held and self.source.item(place):
                    faults.append(f"{label(key)} is not read at {because}")
                    self.held.add(key)
        self.structures(claimed)

    def names(self, item, key, wire):
        """Whether an item names it."""
        kind, text = item
        if kind in ("struct", "enum"):
            return any(wire in own for own in names(kind, text))
        name = self.snake(key[3])
        by_code = key[1] == "field" and (
            re.search(rf"(?:\.|::)(?:r#)?{name}\b", text) or re.search(rf"::{key[3]}\(", text)
        )
        # Words are compared in small letters here and there, and what an action does is its name.
        return bool(by_code) or f'"{wire.lower()}"' in text.lower() or (key[1] != "field" and spliced(text, wire))

    def structures(self, claimed):
        """Every structure reads what AWS sends, and nothing else."""
        for place in self.source.structs():
            kind, text = self.source.item(place)
            for own in names(kind, text):
                # The frame that answers in the query protocol have around them.
                if own[0].endswith("Result") or not own:
                    continue
                unknown = [name for name in own if name not in claimed[place] | self.models.items]
                if unknown:
                    self.models.faults.append(f"{place} reads {', '.join(unknown)}, which the table does not say")


def spliced(text, word):
    """Whether code looks for words by how they begin or end, and so for this one."""
    parts = re.findall(r'"([a-z0-9_.]+)"', text)
    begins = any(part.endswith(".") and word.startswith(part) for part in parts)
    if begins and any(part.startswith(".") and word.endswith(part) for part in parts):
        return True
    calls = re.findall(r'(starts_with|strip_prefix|ends_with|strip_suffix)\("([^"]+)"\)', text)
    ends = [part for call, part in calls if call in ("ends_with", "strip_suffix")]
    starts = [part for call, part in calls if call in ("starts_with", "strip_prefix")]
    return word.endswith(tuple(ends)) or word.startswith(tuple(starts))


def calls():
    """The operations that a scan calls, by service."""
    found = collections.defaultdict(list)
    for service, operation in re.findall(r'\(\s*Call::\w+,\s*"([a-z0-9-]+):(\w+)"', CALLS.read_text()):
        found[service].append(operation)
    return found


def summary(path, line, faults):
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"### What is new in AWS\n\n{line}\n")
        if faults:
            file.write("\n" + "".join(f"- {fault}\n" for fault in faults))
            file.write("\nEach is read, or left out with a reason, by a line in `scripts/models.tsv`.\n")


def main():
    asked = options()
    if asked.botocore:
        sys.path.insert(0, asked.botocore)
    # The one of the folder, where one is named.
    import botocore
    from botocore.loaders import Loader

    version, where = botocore.__version__, pathlib.Path(botocore.__file__).resolve()
    if asked.botocore and pathlib.Path(asked.botocore).resolve() not in where.parents:
        fail(f"there is no botocore in {asked.botocore}")
    if not asked.botocore and f"botocore=={version}" not in PINNED.read_text().split():
        fail(f"botocore {version} is not the one of {PINNED.name}; scripts/python-env makes its Python")
    faults = []
    table = Table(asked.table, faults)
    models = Models(table, Loader(extra_search_paths=[asked.data] if asked.data else None), faults)
    for service, operations in sorted(calls().items()):
        models.walk(service, operations)
    gone = sorted(key for key in table.rows if key not in table.used)
    faults.extend(f"{label(key)} is no longer in the models, or below what is left out" for key in gone)
    Claims(models, botocore.xform_name).check()
    count = models.count
    line = (
        f"{count['field']} fields, {count['word']} words, {count['attribute']} attribute keys of botocore {version}: "
        f"{count['read']} known, {count['left-out']} left out with a reason, {count['unknown']} unknown"
    )
    for fault in faults:
        print(fault)
    print(line)
    if asked.summary:
        summary(asked.summary, line, faults)
    sys.exit(1 if faults else 0)


main()
