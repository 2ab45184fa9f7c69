"""Whether an answer has the shape that Mastodon.py documents for it.

Mastodon.py converts what it can and passes on the rest as it is; here the rest is an error. Every field that Mastodon
had in the version that the server names, and that is not optional, must be there; every field that is there must be of
the documented type. The versions stand in the docstrings of Mastodon.py's own classes.
"""

import functools
import inspect
import re
import typing

from mastodon import return_types
from mastodon.types_base import AttribAccessDict, MaybeSnowflakeIdType

FIELD = re.compile(r'^    (\w+): "[^"]+"\n    """(.*?)"""', re.MULTILINE | re.DOTALL)
ADDED = re.compile(r"\* (\d+)\.(\d+)\.(\d+): added")
# The version that docs/api.md promises.
SERVER = (4, 3, 0)
# Documented as always there; Mastodon itself leaves them out where they say nothing (those of a filter: beside a post), had
# them only later (`for_bots`), or writes them otherwise (`rule_ids`).
SOMETIMES = {
    "FilterV2.keywords", "FilterV2.statuses",
    "Instance.contact_account", "InstanceV2.icon", "InstanceContact.account", "NodeinfoUsageUsers.activeHalfyear",
    "NodeinfoUsageUsers.activeMonth", "Notification.status", "NotificationPolicy.for_bots", "Report.rules_ids",
    "ScheduledStatusParams.application_id",
}


@functools.cache
def fields(entity):
    """Each field's type, and whether the server must have it."""
    hints = typing.get_type_hints(entity, {**vars(typing), **vars(return_types)})
    added = {}
    for base in reversed(entity.__mro__):
        if base.__module__ == return_types.__name__:
            for name, text in FIELD.findall(inspect.getsource(base)):
                versions = [tuple(map(int, found)) for found in ADDED.findall(text)]
                added[name] = min(versions, default=(0, 0, 0))
    return {name: (hints[name], version <= SERVER) for name, version in added.items()}


def check(value, kind, path):
    """Raises where `value` is not of the documented type `kind`. Answers the value."""
    wrong = list(problems(value, kind, path))
    if wrong:
        raise TypeError("; ".join(wrong))
    return value


def problems(value, kind, path):
    origin, parts = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Union:
        found = [list(problems(value, part, path)) for part in parts]
        yield from min(found, key=len)
    elif origin is not None and issubclass(origin, (list, tuple)):
        if isinstance(value, (list, tuple)):
            for at, one in enumerate(value):
                yield from problems(one, parts[0], f"{path}[{at}]")
        else:
            yield f"{path}: {value!r}, not a list"
    elif isinstance(kind, type) and issubclass(kind, AttribAccessDict):
        yield from entity_problems(value, kind, path)
    elif isinstance(kind, type) and kind is not object and not of_type(value, kind):
        yield f"{path}: {value!r}, not {kind.__name__}"


def of_type(value, kind):
    kinds = {MaybeSnowflakeIdType: (str,), float: (int, float)}.get(kind, kind)
    return isinstance(value, kinds) and not (isinstance(value, bool) and kind is not bool)


def entity_problems(value, entity, path):
    if not isinstance(value, dict):
        yield f"{path}: {value!r}, not {entity.__name__}"
        return
    for name, (kind, expected) in fields(entity).items():
        if value.get(name) is not None:  # Mastodon.py fills in what is missing
            yield from problems(value[name], kind, f"{path}.{name}")
        elif expected and type(None) not in typing.get_args(kind) and f"{entity.__name__}.{name}" not in SOMETIMES:
            yield f"{path}.{name} ({entity.__name__}) is missing"


def checked(client):
    """The client, with every answer checked against the type that its method promises."""

    class Checked:
        def __getattr__(self, name):
            method = getattr(client, name)

            def call(*args, **kwargs):
                answer = method(*args, **kwargs)
                promised = typing.get_type_hints(method, {**vars(typing), **vars(return_types)}).get("return")
                if promised in (None, type(None)) or typing.get_origin(promised) is dict:
                    return answer
                return check(answer, promised, name)

            return call

    return Checked()
