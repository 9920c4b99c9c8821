"""What is wrong with a JSON document by its schema, all at once and in whole sentences.

Reads the part of JSON Schema (draft 2020-12) that the schemas shipped here use; a word it does not know raises ValueError, so
that a schema never promises what is not checked. Not for schemas of strangers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from trainer.kernel.values import Problem, Wording, wording

_SAID = frozenset({"$schema", "$id", "$defs", "title", "description"})
_CHECKED = frozenset(
    {
        "$ref", "type", "const", "enum", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "required",
        "properties", "additionalProperties", "items", "maxItems", "uniqueItems",
    }
)  # fmt: skip
_KINDS: Mapping[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "boolean": bool, "array": list, "object": dict, "null": type(None),
}  # fmt: skip
MOST_NAMED = 12
"""Of a longer list of allowed values only the first are named."""


def problems_of(document: Any, *, schema: Mapping[str, Any]) -> tuple[Problem, ...]:
    """Return everything wrong with the document; a field is named by its path, as in `instruments/0/tasks/2/force`."""
    return tuple(Problem(field=path or None, message=said) for path, said in _faults(document, schema, schema, ""))


def _faults(value: Any, rule: Mapping[str, Any], root: Mapping[str, Any], path: str) -> Iterator[tuple[str, Wording]]:
    unknown = rule.keys() - _SAID - _CHECKED
    if unknown:
        raise ValueError(f"this reader does not check {', '.join(sorted(unknown))}")
    if "$ref" in rule:
        yield from _faults(value, root["$defs"][rule["$ref"].removeprefix("#/$defs/")], root, path)
        return
    kinds = rule.get("type", ())
    kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
    if kinds and not any(_is(value, kind) for kind in kinds):
        yield path, wording("This must be of the kind {kind}.", kind=" or ".join(kinds))
        return
    if "const" in rule and value != rule["const"]:
        yield path, wording("This must be {value}.", value=json.dumps(rule["const"]))
    if "enum" in rule and not any(value == each and type(value) is type(each) for each in rule["enum"]):
        named = ", ".join(json.dumps(each) for each in rule["enum"][:MOST_NAMED])
        yield (
            path,
            wording("This must be one of {values}.", values=named + ("…" if len(rule["enum"]) > MOST_NAMED else "")),
        )
    if isinstance(value, str):
        yield from ((path, said) for said in _text_faults(value, rule))
    elif isinstance(value, int) and not isinstance(value, bool):
        if not rule.get("minimum", value) <= value <= rule.get("maximum", value):
            yield (
                path,
                wording("This must be a number from {least} to {most}.", least=rule["minimum"], most=rule["maximum"]),
            )
    elif isinstance(value, list):
        yield from _list_faults(value, rule, root, path)
    elif isinstance(value, dict):
        yield from _object_faults(value, rule, root, path)


def _is(value: Any, kind: str) -> bool:
    # a truth value is a number to Python and not to JSON
    return isinstance(value, _KINDS[kind]) and not (kind == "integer" and isinstance(value, bool))


def _text_faults(value: str, rule: Mapping[str, Any]) -> Iterator[Wording]:
    if not value.strip() and rule.get("minLength"):
        yield wording("This must not be empty.")
    if len(value) > rule.get("maxLength", len(value)):
        yield wording("This must have at most {most} letters.", most=rule["maxLength"])
    if "pattern" in rule and not re.search(rule["pattern"], value):
        yield wording("This must be written in small letters, digits and hyphens.")
    if rule.get("format") == "date" and not _is_day(value):
        yield wording("This must be a day, such as 2027-02-15.")


def _is_day(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text)) and date.fromisoformat(text) > date.min
    except ValueError:
        return False


def _list_faults(
    value: list[Any], rule: Mapping[str, Any], root: Mapping[str, Any], path: str
) -> Iterator[tuple[str, Wording]]:
    if len(value) > rule.get("maxItems", len(value)):
        yield path, wording("This must have at most {most} entries.", most=rule["maxItems"])
        return
    if rule.get("uniqueItems") and any(each in value[:place] for place, each in enumerate(value)):
        yield path, wording("Each entry may stand here only once.")
    for place, each in enumerate(value):
        yield from _faults(each, rule.get("items", {}), root, f"{path}/{place}".lstrip("/"))


def _object_faults(
    value: dict[str, Any], rule: Mapping[str, Any], root: Mapping[str, Any], path: str
) -> Iterator[tuple[str, Wording]]:
    known = rule.get("properties", {})
    for name in rule.get("required", ()):
        if name not in value:
            yield path, wording("{name} is missing.", name=name)
    for name, each in value.items():
        at = f"{path}/{name}".lstrip("/")
        if name in known:
            yield from _faults(each, known[name], root, at)
        elif rule.get("additionalProperties") is False:
            yield at, wording("There is no such field here. Take it out, or check its name.")
