"""Frozen values as JSON and back, by their types: for results that are kept whole and shown again.

Not for what other systems read: their formats are in `interop`. A value of several possible classes names its class.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

Turn = Callable[[Any], Any]
CLASS = "is"
"""Where a value of several possible classes names its own."""


def to_json(value: Any, kind: Any) -> Any:
    """Return a value of the type as JSON holds it."""
    return _codec(kind)[0](value)


def from_json(data: Any, kind: Any) -> Any:
    """Return the value of the type that was put into JSON; raises KeyError or ValueError for what is none.

    Fields that the class has since gained take their defaults.
    """
    return _codec(kind)[1](data)


@cache
def _codec(kind: Any) -> tuple[Turn, Turn]:
    """How values of a type are put into JSON, and read back."""
    kind = getattr(kind, "__supertype__", kind)
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _union(tuple(get_args(kind)))
    if origin in (tuple, frozenset):
        return _many(get_args(kind), frozenset if origin is frozenset else tuple)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping(*get_args(kind))
    if isinstance(kind, type):
        return _plain(kind)
    return _as_it_is, _as_it_is


def _plain(kind: type) -> tuple[Turn, Turn]:
    if is_dataclass(kind):
        return _dataclass(kind)
    if issubclass(kind, Enum):
        return (lambda value: value.value), kind
    if issubclass(kind, (date, datetime)):
        return (lambda value: value.isoformat()), kind.fromisoformat
    if issubclass(kind, timedelta):
        return (lambda value: value.total_seconds()), (lambda data: timedelta(seconds=data))
    return _as_it_is, _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _class_of(value: Any) -> Any:
    return type(value)


def _union(kinds: tuple[Any, ...]) -> tuple[Turn, Turn]:
    """None and one other; or classes, of which the value names its own; anything else is as JSON has it."""
    others = tuple(each for each in kinds if each is not types.NoneType)
    if len(others) == 1:
        dump, load = _codec(others[0])
        return (lambda value: None if value is None else dump(value)), (
            lambda data: None if data is None else load(data)
        )
    named: dict[str, Any] = {str(getattr(each, "__name__", "")): each for each in others if is_dataclass(each)}
    if len(named) < len(others):
        return _as_it_is, _as_it_is

    def dump_named(value: Any) -> Any:
        return None if value is None else {CLASS: type(value).__name__, **_codec(_class_of(value))[0](value)}

    def load_named(data: Any) -> Any:
        return None if data is None else _codec(named[data[CLASS]])[1](data)

    return dump_named, load_named


def _many(kinds: tuple[Any, ...], made: Callable[[Any], Any]) -> tuple[Turn, Turn]:
    if (len(kinds) == 2 and kinds[1] is Ellipsis) or made is frozenset:
        dump, load = _codec(kinds[0])
        return (lambda value: [dump(each) for each in value]), (lambda data: made(load(each) for each in data))
    turns = [_codec(each) for each in kinds]
    return (
        lambda value: [dump(each) for (dump, _), each in zip(turns, value, strict=True)],
        lambda data: tuple(load(each) for (_, load), each in zip(turns, data, strict=True)),
    )


def _mapping(key_kind: Any, kind: Any) -> tuple[Turn, Turn]:
    """JSON keys are text: a key that is none is put into it."""
    dump, load = _codec(kind)
    dump_key, load_key = _codec(key_kind)
    number = getattr(key_kind, "__supertype__", key_kind) is int
    return (
        lambda value: {str(dump_key(key)): dump(each) for key, each in value.items()},
        lambda data: {(int(key) if number else load_key(key)): load(each) for key, each in data.items()},
    )


def _dataclass(kind: Any) -> tuple[Turn, Turn]:
    hints = get_type_hints(kind)
    parts = [(each.name, *_codec(hints[each.name])) for each in fields(kind) if each.init]

    def dump(value: Any) -> Any:
        return {name: dump_part(getattr(value, name)) for name, dump_part, _ in parts}

    def load(data: Any) -> Any:
        return kind(**{name: load_part(data[name]) for name, _, load_part in parts if name in data})

    return dump, load
