"""Whether an event keeps a class of OCSF, by the part of the schema that is kept beside this file."""

import json
import re

from common import SCHEMAS

SCHEMA = json.loads((SCHEMAS / "ocsf-1.6.0-compliance-finding.json").read_text(encoding="utf-8"))
TYPES = SCHEMA["types"]
BASES = {"string_t": str, "boolean_t": bool, "float_t": float}
WHOLE = {"integer_t": 2**31, "long_t": 2**63}


def faults(event):
    """What is wrong with an event, each with its place; nothing where it keeps the class."""
    profiles = event.get("metadata", {}).get("profiles", [])
    unknown = [f"profile {name}" for name in profiles if name not in ("cloud", "datetime")]
    return unknown + list(of_object(event, SCHEMA["attributes"], {}, profiles, ""))


def of_object(value, attributes, constraints, profiles, place):
    if not isinstance(value, dict):
        yield f"{place}: no object"
        return
    known = {name: one for name, one in attributes.items() if one.get("profile") in (None, *profiles)}
    for name, one in known.items():
        if one["requirement"] == "required" and name not in value:
            yield f"{place}.{name}: required"
    one_of = constraints.get("at_least_one", [])
    if one_of and not any(value.get(name) for name in one_of):
        yield f"{place}: none of {one_of}"
    for name, part in value.items():
        here = f"{place}.{name}"
        if name not in known:
            yield f"{here}: no attribute of it"
            continue
        if "deprecated" in known[name]:
            yield f"{here}: deprecated since {known[name]['deprecated']}"
        yield from of_attribute(part, known[name], profiles, here)
        yield from of_sibling(value, name, known, here)


def of_attribute(value, attribute, profiles, place):
    if attribute.get("is_array"):
        if not isinstance(value, list):
            yield f"{place}: no list"
            return
        parts = [(part, f"{place}[{number}]") for number, part in enumerate(value)]
    else:
        parts = [(value, place)]
    for part, here in parts:
        if "object_type" in attribute:
            kind = attribute["object_type"]
            # The one object that may hold anything.
            if kind != "object":
                named = SCHEMA["objects"][kind]
                yield from of_object(part, named["attributes"], named.get("constraints", {}), profiles, here)
            elif not isinstance(part, dict):
                yield f"{here}: no object"
        else:
            yield from of_type(part, attribute["type"], here)
            if "enum" in attribute and str(part) not in attribute["enum"]:
                yield f"{here}: {part} is none of {sorted(attribute['enum'])}"


def of_type(value, name, place):
    if name == "json_t":
        return
    kind = TYPES[name]
    base = kind.get("type", name)
    if base in WHOLE:
        if type(value) is not int or abs(value) >= WHOLE[base]:
            yield f"{place}: {value!r} is no {name}"
    elif type(value) is not BASES[base]:
        yield f"{place}: {value!r} is no {name}"
    elif "regex" in kind and not re.search(kind["regex"], value):
        yield f"{place}: {value!r} is no {name}"
    elif len(str(value)) > kind.get("max_len", len(str(value))):
        yield f"{place}: longer than {kind['max_len']}"
    if name == "timestamp_t" and type(value) is int and not 10**12 < value < 10**13:
        yield f"{place}: {value} are no milliseconds of these days"


def of_sibling(value, name, known, place):
    """Beside a number stands the word for it; with 99, one of whoever writes it."""
    sibling = known[name].get("sibling")
    number = value[name]
    if not sibling or isinstance(number, (list, dict)):
        return
    if number == 99:
        if not value.get(sibling):
            yield f"{place}: 99 without {sibling}"
    elif sibling in value and value[sibling] != known[name]["enum"].get(str(number)):
        yield f"{place}: {number} is not {value[sibling]!r}"
