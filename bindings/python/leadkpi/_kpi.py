"""Every KPI of the library: its catalogue entry, its function, its estimate."""
import ctypes
from array import array
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from ._columns import Result, addresses, arrays_of, doubles, is_array, repeated, sizes, spread
from ._library import EstimateStruct, LeadkpiError, call, failure, flag_names, library, status_name, text
from ._options import made, nearest_name, option_names
from ._table import Table, is_missing, number, table_from


class Estimate(NamedTuple):
    """A number and how sure it is."""
    value: float            # nan where undefined
    low: float              # the interval; nan where there is none
    high: float
    level: float            # of the interval
    n: float                # the count that it rests on
    status: str             # "ok", "undefined", "bad_data", ...
    flags: Tuple[str, ...]  # what to know beside it
    reason: str             # why there is no value, or no interval


class Kpi:
    """A KPI or variant. Every property of the catalogue is an attribute: formula, unit, notes, ..."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __getattr__(self, name: str) -> Any:
        value = None if name.startswith("_") else library.leadkpi_kpi_property(self.number, *text(name))
        if value is None:
            raise AttributeError(f"the catalogue has no property {name!r}; it has {', '.join(property_names())}")
        return value.decode()

    @property
    def inputs(self) -> Tuple[str, ...]:
        """The measures that it takes, in order."""
        return tuple(enumerated(lambda index: library.leadkpi_kpi_input(self.number, index)))

    @property
    def aliases(self) -> Tuple[str, ...]:
        value = library.leadkpi_kpi_property(self.number, *text("aliases")).decode()
        return tuple(value.split("; ")) if value else ()

    @property
    def takes_arrays(self) -> bool:
        """Whether its inputs are lists or arrays."""
        return bool(self.shape == "sample")

    def to_dict(self) -> Dict[str, Any]:
        """All properties of the catalogue."""
        return {name: getattr(self, name) for name in property_names()}

    def __dir__(self) -> List[str]:
        return sorted(set(object.__dir__(self)) | set(property_names()))

    def __eq__(self, other: Any) -> Any:
        return self.number == other.number if isinstance(other, Kpi) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.number)

    def __repr__(self) -> str:
        return f"<Kpi {self.name}: {self.formula}>"

    def __reduce__(self) -> Any:
        return kpi, (self.name,)


def enumerated(at: Callable[[int], Optional[bytes]]) -> Iterator[str]:
    index = 0
    value = at(index)
    while value is not None:
        yield value.decode()
        index += 1
        value = at(index)


def property_names() -> Tuple[str, ...]:
    return tuple(enumerated(library.leadkpi_kpi_property_at))


def kpi(name: Union[str, "Kpi"]) -> Kpi:
    """The KPI of a name: an id, "id:variant" or an alias such as "CPL"."""
    if isinstance(name, Kpi):
        return name
    found = ctypes.c_int32()
    call("leadkpi_kpi_find", *text(getattr(name, "kpi", name)), ctypes.byref(found))
    return Kpi(found.value)


def kpis(**properties: str) -> List[Kpi]:
    """All KPIs and variants, or those whose properties are as given: kpis(category="cost")."""
    found: List[Kpi] = []
    index = 0
    while True:
        number = library.leadkpi_kpi_at(index)
        if number < 0:
            return found
        entry = Kpi(number)
        if all(getattr(entry, name) == value for name, value in properties.items()):
            found.append(entry)
        index += 1


def measures() -> Table:
    """What KPIs are computed from: id, type, unit, range, meaning."""
    return table_from("leadkpi_kpi_measures", None)


def categories() -> Table:
    """What kinds of KPIs there are."""
    return table_from("leadkpi_kpi_categories", None)


def flags() -> Dict[str, str]:
    """What the flags of an estimate mean."""
    return {name: library.leadkpi_kpi_flag_meaning(flag).decode() for flag, name in flag_names.items()}


# ---- an estimate ------------------------------------------------------------------

def evaluate(name: Union[str, Kpi], *inputs: Any, **named: Any) -> Estimate:
    """A KPI with its interval, from inputs by position or by measure.

    evaluate("cpl", 5000, 250); evaluate("cpl", campaign_spend=5000, new_leads=250, level=0.9).
    The options are those of options("kpi_evaluate"). None is an input that is not given."""
    entry = kpi(name)
    told = {key: named.pop(key) for key in option_names("kpi_evaluate") if key in named}
    if inputs:
        named = _by_name(entry, inputs, named)
    _check_names(entry, named)
    with made("kpi_evaluate", told) as handle:
        return _evaluate(entry, named, handle)


def _by_name(entry: Kpi, inputs: Sequence[Any], named: Mapping[str, Any]) -> Dict[str, Any]:
    names = entry.inputs
    if len(inputs) > len(names):
        raise TypeError(f"{entry.name} takes {len(names)} inputs ({', '.join(names)}), {len(inputs)} were given")
    twice = [name for name in names[:len(inputs)] if name in named]
    if twice:
        raise TypeError(f"{entry.name}: {twice[0]} is given by position and by name")
    return {**dict(zip(names, inputs)), **named}


def _check_names(entry: Kpi, named: Mapping[str, Any]) -> None:
    """Other measures are not looked at, so that one dict does for many KPIs; a misspelt one would not be either."""
    for name in named:
        of_dispersion = name == "n" or "." in name
        if not of_dispersion and library.leadkpi_kpi_measure_property(*text(name), *text("type")) is None:
            told = option_names("kpi_evaluate")
            nearest = nearest_name(name, [*entry.inputs, *told]) or nearest_name(name, measures()["id"])
            raise failure("unknown_name", f'{entry.name}: expected measures ({", ".join(entry.inputs)}) and options '
                          f'({", ".join(told)}), found "{name}"{nearest}', column=name)


def _evaluate(entry: Kpi, named: Mapping[str, Any], options: Any) -> Estimate:
    given = {name: value for name, value in named.items() if not is_missing(value)}
    out = EstimateStruct()
    if entry.takes_arrays:
        missing = [name for name in entry.inputs if name not in given]
        if missing:
            raise failure("not_given", f"{entry.name}: {missing[0]} is not given", column=missing[0])
        columns = arrays_of([given[name] for name in entry.inputs], entry.inputs)
        function, first = "leadkpi_kpi_evaluate_samples", [addresses(columns), sizes(columns), len(columns)]
    else:
        values = array("d", [number(value, name) for name, value in given.items()])
        names = (ctypes.c_char_p * len(given))(*[text(name)[0] for name in given])
        function, first = "leadkpi_kpi_evaluate_named", [names, values.buffer_info()[0], len(given)]
        columns = [memoryview(values)]
    reason = ""
    try:
        call(function, entry.number, *first, options, ctypes.byref(out))
    except LeadkpiError as error:
        if out.kpi != entry.number:
            raise  # misuse: the estimate says nothing
        reason = error.message
    return _estimate(out, reason)


def _estimate(out: EstimateStruct, reason: str) -> Estimate:
    raised = tuple(name for flag, name in flag_names.items() if out.flags & flag)
    reason = reason or library.leadkpi_kpi_estimate_reason(ctypes.byref(out)).decode()
    return Estimate(out.value, out.low, out.high, out.level, out.n, status_name(out.status), raised, reason)


# ---- a function a KPI ----------------------------------------------------------------

def _over_columns(entry: Kpi, inputs: Sequence[Any], raises: bool) -> Any:
    lengths = {name: len(value) for name, value in zip(entry.inputs, inputs) if is_array(value)}
    rows = next(iter(lengths.values()))
    for name, length in lengths.items():
        if length != rows:
            raise failure("bad_argument", f"{entry.name}: expected {rows} rows of {name}, found {length}", column=name)
    columns = [spread(doubles(value, name)) if is_array(value) else repeated(value, rows, name)
               for value, name in zip(inputs, entry.inputs)]
    strides = (ctypes.c_ssize_t * len(columns))(*[column.strides[0] for column in columns])  # type: ignore[index]
    result = Result(inputs, rows)
    place = ctypes.cast(result.place, ctypes.POINTER(ctypes.c_double)) if result.place else (ctypes.c_double * 1)()
    call("leadkpi_kpi_evaluate_columns", entry.number, addresses(columns), len(columns), strides, rows, place, None)
    row = result.first_nan() if raises else None
    if row is not None:
        found = evaluate(entry, *[column[row] for column in columns])
        raise failure(found.status, f"row {row}: {found.reason}", row)
    return result.as_given()


def _argument_types(entry: Kpi) -> List[Any]:
    """Of the C function: a double an input, an address and a count an array."""
    types: List[Any] = []
    for measure in entry.inputs:
        is_array = library.leadkpi_kpi_measure_property(*text(measure), *text("type")).endswith(b"[]")
        types += [ctypes.c_void_p, ctypes.c_size_t] if is_array else [ctypes.c_double]
    return types


def function_names() -> Dict[str, Kpi]:
    """The name of each KPI's function here: that of the C function without its prefix."""
    return {entry.function: entry for entry in kpis()}


def make_function(name: str, entry: Kpi) -> Callable[..., Any]:
    """A Python function of a KPI over its C function."""
    compute = getattr(library, "leadkpi_" + entry.function)
    compute.restype, compute.argtypes = ctypes.c_double, _argument_types(entry)
    inputs, takes_arrays = entry.inputs, entry.takes_arrays

    def function(*values: Any, undefined: str = "nan", **named: Any) -> Any:
        if named or len(values) != len(inputs):
            values = _arranged(name, inputs, values, named)
        if undefined not in ("nan", "raise"):
            raise ValueError(f'undefined: expected "nan" or "raise", found {undefined!r}')
        if not takes_arrays and any(map(is_array, values)):
            return _over_columns(entry, values, undefined == "raise")
        if takes_arrays:
            columns = arrays_of(values, inputs)
            pairs = zip(addresses(columns), sizes(columns))
            result = compute(*[part for pair in pairs for part in pair])
        elif any(map(is_missing, values)):
            result = float("nan")
        else:
            result = compute(*map(number, values, inputs))
        if result != result and undefined == "raise":
            found = evaluate(entry, *values)
            raise failure(found.status, found.reason)
        return result

    _dress(function, name, entry)
    return function


def _arranged(name: str, inputs: Sequence[str], values: Sequence[Any], named: Mapping[str, Any]) -> Tuple[Any, ...]:
    wanted = f"{name}({', '.join(inputs)})"
    given = dict(zip(inputs, values))
    unknown = [key for key in named if key not in inputs]
    if len(values) > len(inputs) or unknown or set(named) & set(given):
        nearest = nearest_name(unknown[0], [*inputs, "undefined"]) if unknown else ""
        raise TypeError(f"expected {wanted}, found {len(values)} by position and {', '.join(named) or 'none'} by name{nearest}")
    given.update(named)
    missing = [measure for measure in inputs if measure not in given]
    if missing:
        raise TypeError(f"expected {wanted}, {missing[0]} is missing")
    return tuple(given[measure] for measure in inputs)


def _dress(function: Any, name: str, entry: Kpi) -> None:
    """What help() shows, from the catalogue."""
    import inspect
    kinds = inspect.Parameter
    parameters = [kinds(measure, kinds.POSITIONAL_OR_KEYWORD) for measure in entry.inputs]
    parameters.append(kinds("undefined", kinds.KEYWORD_ONLY, default="nan"))
    function.__signature__ = inspect.Signature(parameters)
    function.__name__ = function.__qualname__ = name
    function.__module__ = "leadkpi"
    function.kpi = entry.name
    lines = [f"{entry.title} = {entry.formula}.", ""]
    for measure in entry.inputs:
        says = [library.leadkpi_kpi_measure_property(*text(measure), *text(what)).decode() for what in ("description", "unit")]
        lines.append(f"{measure}: {says[0]}; {says[1]}")
    lines += ["", f"Gives {entry.unit}; nan where undefined ({entry.undefined_when})." if entry.undefined_when
              else f"Gives {entry.unit}.",
              'undefined="raise" raises instead. Lists and arrays give one value a row.'
              if not entry.takes_arrays else 'undefined="raise" raises instead. Inputs with [] are lists or arrays.']
    if entry.notes:
        lines += ["", entry.notes]
    function.__doc__ = "\n".join(lines)
