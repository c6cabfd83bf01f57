"""Which records can be imported, and what a row of them may hold: the API's description (OpenAPI) says it."""

import dataclasses
import json
import re

from . import Failure

VERB = "import_"
ACTION = "action"  # the variable that names the action
COUNTS = ("rows", "added", "updated", "existing", "failed")
REASON = ("line", "variable", "code", "error")


@dataclasses.dataclass(frozen=True)
class Table:
    """The records that one import action takes."""

    action: str
    format_variable: str  # which the operator may have renamed
    columns: frozenset  # of a file, with those that only an export has
    secrets: frozenset  # the columns that hold passwords
    number: str  # the column that says to which record a further part belongs; empty: records have no parts
    parts: frozenset  # the columns of parts, each of which has a row of its own in CSV
    patterns: tuple = ()  # what names match of columns that an operator adds

    def knows(self, column):
        return column in self.columns or any(re.search(pattern, column) for pattern in self.patterns)


def choose(content, resource, place):
    """The table of `resource`. None stands for the only one that there is."""
    try:
        document = json.loads(content)
        operations = [operation for methods in document["paths"].values() for operation in methods.values()]
        imports = {each["operationId"].removeprefix(VERB): each for each in operations if each["operationId"].startswith(VERB)}
        if resource is None and len(imports) == 1:
            (resource,) = imports
        if resource in imports:
            return read_table(document, operations, imports[resource], place)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise Failure(f"{place} is not the description of ngx_helpdesk's API; --openapi names another place") from None
    wrong = "--resource is required" if resource is None else f"{resource} cannot be imported"
    raise Failure(f"{wrong}: by {place} the API imports {', '.join(sorted(imports)) or 'nothing'}")


def read_table(document, operations, importing, place):
    check_answer(answer_of(document, importing), place)
    related = {each["operationId"].split("_")[0]: each for each in operations if each["tags"] == importing["tags"] and "requestBody" in each}
    (format_variable,) = (each["name"] for each in importing["parameters"] if "json" in each["schema"].get("enum", ()))
    added = resolve(document, related["add"]["requestBody"]["content"]["application/json"]["schema"])
    exported = resolve(document, answer_of(document, related["get"]))["properties"]
    secrets = (name for name, schema in added["properties"].items() if schema.get("format") == "password")
    parts = importing.get("x-parts", {"number": "", "columns": []})
    columns = {*added["properties"], *exported, *parts["columns"]} - {ACTION, format_variable}
    return Table(importing["operationId"], format_variable, frozenset(columns), frozenset(secrets), parts["number"], frozenset(parts["columns"]),
                 tuple(added.get("patternProperties", ())))


def check_answer(record, place):
    """The names that this program gives a meaning to have to be those of the answer."""
    missing = {*COUNTS, *REASON} - set(record["properties"])
    if missing:
        raise Failure(f"{place} is of another version of the API: an import does not answer with {', '.join(sorted(missing))}")


def answer_of(document, operation):
    """The schema of the records in an answer; a list that may be counted instead has that as its first form."""
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    (records,) = schema.get("oneOf", [schema])[0]["properties"].values()
    return records["items"]


def resolve(document, schema):
    """The schema, or the one of the document that it refers to."""
    if "$ref" not in schema:
        return schema
    for name in schema["$ref"].removeprefix("#/").split("/"):
        document = document[name]
    return document
