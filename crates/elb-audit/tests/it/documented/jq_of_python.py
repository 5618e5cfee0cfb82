"""jq [-c] [-n] [-r] [-s] PROGRAM [FILE…], by the jq of Python's package."""

import json
import sys

import jq

options, rest = "", []
for word in sys.argv[1:]:
    if word.startswith("-") and len(word) > 1:
        options += word[1:]
    else:
        rest.append(word)
if unknown := set(options) - set("cnrs"):
    sys.exit(f"jq: this stand-in has no option -{unknown.pop()}")
program, files = rest[0], rest[1:]
text = "".join(open(file).read() for file in files) if files else sys.stdin.read()
try:
    asked = jq.compile(program)
    answers = asked.input_value(None) if "n" in options else asked.input_text(text, slurp="s" in options)
    for answer in answers:
        raw = "r" in options and isinstance(answer, str)
        print(answer if raw else json.dumps(answer, indent=None if "c" in options else 2))
except ValueError as error:
    print(f"jq: {error}", file=sys.stderr)
    sys.exit(5)
