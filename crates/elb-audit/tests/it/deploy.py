"""What the tests of deploy/ cannot read themselves: templates as JSON, and SQL."""

import json
import sys

import sqlglot
from cfnlint.decode import cfn_yaml
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify


def template(path):
    """A template with its short forms written out."""
    return cfn_yaml.load(path)


def sql(table, *queries):
    """The columns of the table; every query, once it is known to ask for no others."""
    create = sqlglot.parse_one(open(table).read(), read="athena")
    assert isinstance(create, exp.Create), "the table is no CREATE"
    columns = {column.name: column.args["kind"].sql("athena") for column in create.this.expressions}
    parts = create.find(exp.PartitionedByProperty).find_all(exp.ColumnDef)
    parts = {part.name: part.args["kind"].sql("athena") for part in parts}
    asked = {}
    for query in queries:
        (parsed,) = sqlglot.parse(open(query).read(), read="athena")
        assert isinstance(parsed, exp.Select), f"{query} is no SELECT"
        schema = {create.this.this.name: columns | parts}
        asked[query] = qualify(parsed, schema=schema, dialect="athena").named_selects
    return {"columns": columns, "parts": parts, "asked": asked}


print(json.dumps({"template": template, "sql": sql}[sys.argv[1]](*sys.argv[2:])))
