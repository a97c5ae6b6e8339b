"""Options by name: what can be set, its type and its default come from the library."""
import ctypes
import datetime
import keyword
import os
from contextlib import contextmanager
from decimal import Decimal
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional

from ._library import LeadkpiError, call, failure, library, text
from ._table import MICROSECOND, Table, microseconds, table_from


def schemas() -> Table:
    """What has options: "campaigns", "campaigns_report", ..."""
    return table_from("leadkpi_options_schemas", None)


def options(schema: str) -> Table:
    """The options of a schema: name, type, unit, minimum, maximum, choices, default, value, meaning."""
    with made(schema, {}) as handle:
        return table_from("leadkpi_options_list", handle)


_names: Dict[str, List[str]] = {}
_reports: Dict[str, List[str]] = {}


def option_names(schema: str) -> List[str]:
    if schema not in _names:
        _names[schema] = options(schema)["name"]
    return _names[schema]


def report_schemas(room: str) -> List[str]:
    """Of the reports of a room: "cohorts_retention", "cohorts_churn", ..."""
    if room not in _reports:
        _reports[room] = [schema for schema in schemas()["schema"] if schema.startswith(f"{room}_")]
    return _reports[room]


def nearest_name(name: str, names: Iterable[str]) -> str:
    """What a message of a name that is none of these ends in; "" where none is near."""
    found = library.leadkpi_options_nearest_name(*text(name), *text(",".join(names)), None)
    return f'; the nearest name is "{found.decode().split(",")[0]}"' if found else ""


def unknown_option(name: str, several: List[str]) -> LeadkpiError:
    """As the library refuses one, with the nearest of the options of several schemas."""
    nearest = nearest_name(name, dict.fromkeys(each for schema in several for each in option_names(schema)))
    return failure("unknown_name", f'option: nothing is called "{name}"{nearest}')


def spoken(name: str) -> str:
    """from_ is "from": a word of Python itself takes an underscore behind it."""
    return name[:-1] if name.endswith("_") and keyword.iskeyword(name[:-1]) else name


@contextmanager
def made(schema: str, values: Mapping[str, Any]) -> Iterator[ctypes.c_void_p]:
    """An options object of the library while the context lasts. None leaves a default."""
    handle = ctypes.c_void_p()
    call("leadkpi_options_create", None, *text(schema), ctypes.byref(handle))
    try:
        for name, value in values.items():
            if value is not None:
                _set(handle, spoken(name), value)
        _give_zone(handle, schema, values)
        yield handle
    finally:
        library.leadkpi_options_free(handle)


def _set(handle: ctypes.c_void_p, name: str, value: Any) -> None:
    key = text(name)
    if isinstance(value, bool):
        call("leadkpi_options_set_bool", handle, *key, value)
    elif isinstance(value, int):
        if not -2**63 <= value < 2**63:
            raise failure("overflow", f"{name}: expected an int of 64 bits, found {value}")
        call("leadkpi_options_set_int64", handle, *key, value)
    elif isinstance(value, float):
        call("leadkpi_options_set_double", handle, *key, value)
    elif isinstance(value, datetime.date):
        call("leadkpi_options_set_int64", handle, *key, microseconds(value))
    elif isinstance(value, datetime.timedelta):
        call("leadkpi_options_set_int64", handle, *key, value // MICROSECOND)
    else:
        call("leadkpi_options_set_text", handle, *key, *text(_written(name, value)))


def _written(name: str, value: Any) -> Any:
    """A text, or a list as the library reads it: items in double quotes, commas between."""
    if isinstance(value, (str, bytes)):
        return value
    if isinstance(value, Mapping):
        value = [f"{key}={_item(name, item)}" for key, item in value.items()]
    try:
        items = [_item(name, item) for item in value]
    except TypeError:
        items = None
    if items is None:
        return _item(name, value)
    return ",".join(_quoted(item) for item in items)


def _quoted(item: str) -> str:
    """In quotes where it has to be, so that a list of one word is also that word."""
    if item and item == item.strip() and not any(mark in item for mark in ',"\n'):
        return item
    return '"' + item.replace('"', '""') + '"'


def _item(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return f"{value // MICROSECOND}us"
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return format(value, "f") if isinstance(value, Decimal) else repr(value)
    raise failure("wrong_type", f"{name}: expected a text, a number or a list of them, found {value!r}")


# ---- zones -----------------------------------------------------------------------

def _give_zone(handle: ctypes.c_void_p, schema: str, values: Mapping[str, Any]) -> None:
    """The library opens no file, so a named zone gets its rules from this machine."""
    zone = values.get("zone")
    if not zone or values.get("zone_data") or values.get("zone_rule") or "zone_data" not in option_names(schema):
        return
    data = None if _is_known(str(zone)) else zone_data(str(zone))
    if data:
        call("leadkpi_options_set_text", handle, *text("zone_data"), *text(data))


def _is_known(zone: str) -> bool:
    """Whether the library needs no rules for it. UTC from a file would be another definition than UTC, and its
    states would not merge."""
    calendar = ctypes.c_void_p()
    with made("calendar", {}) as options:
        try:
            call("leadkpi_options_set_text", options, *text("zone"), *text(zone))
            call("leadkpi_calendar_create", None, options, ctypes.byref(calendar))
        except LeadkpiError:
            return False
    library.leadkpi_calendar_free(calendar)
    return True


def zone_data(name: str) -> Optional[bytes]:
    """The TZif bytes of a zone such as "Europe/Berlin": of the system, else of the package tzdata."""
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        return None
    import zoneinfo
    for folder in zoneinfo.TZPATH:
        path = os.path.join(folder, *parts)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                return file.read()
    import pkgutil
    try:
        return pkgutil.get_data("tzdata", "/".join(["zoneinfo"] + parts))
    except OSError:
        return None
