"""Reads YAML from standard input, refuses a key that is there twice, and prints it as JSON."""

import json
import sys

import yaml


class Strict(yaml.SafeLoader):
    """A mapping has each key once."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"twice: {twice}", node.start_mark)
        return super().construct_mapping(node, deep)


# `on` is a word of workflows, and no truth value.
Strict.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

json.dump(yaml.load(sys.stdin, Strict), sys.stdout)
