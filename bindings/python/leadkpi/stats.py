"""Intervals and distributions, as the library computes them.

    lk.stats.wilson_interval(18, 120)             # (0.0970..., 0.2246...)
    lk.stats.miettinen_nurminen_interval(18, 120, 9, 118, level=0.9)
    lk.stats.normal_quantile(0.975)               # 1.9599...

Every function takes numbers; an interval gives (low, high). dir() lists them."""
import ctypes
from ctypes import POINTER, c_double, c_int32, c_size_t
from typing import Any, Callable, Dict, List, Sequence, Tuple

from ._columns import contiguous, doubles
from ._library import Error, call, library
from ._table import number

# What each takes, in order; the names are those of the headers.
NUMBERS = {
    "log_gamma": "x", "digamma": "x", "trigamma": "x",
    "normal_cdf": "x", "normal_upper": "x", "normal_quantile": "p", "normal_upper_quantile": "q",
    "t_cdf": "x degrees_of_freedom", "t_upper": "x degrees_of_freedom",
    "t_quantile": "p degrees_of_freedom", "t_upper_quantile": "q degrees_of_freedom",
    "chi_square_cdf": "x degrees_of_freedom", "chi_square_upper": "x degrees_of_freedom",
    "chi_square_quantile": "p degrees_of_freedom", "chi_square_upper_quantile": "q degrees_of_freedom",
    "gamma_cdf": "x shape", "gamma_upper": "x shape", "gamma_quantile": "p shape", "gamma_upper_quantile": "q shape",
    "beta_cdf": "x a b", "beta_upper": "x a b", "beta_quantile": "p a b", "beta_upper_quantile": "q a b",
}
INTERVALS = {
    "wilson_interval": "successes trials", "wilson_corrected_interval": "successes trials",
    "clopper_pearson_interval": "successes trials", "jeffreys_interval": "successes trials",
    "agresti_coull_interval": "successes trials", "poisson_interval": "count",
    "cost_per_count_interval": "money count", "poisson_ratio_interval": "numerator_count denominator_count",
    "growth_interval": "previous_count current_count",
    "newcombe_interval": "first_successes first_trials second_successes second_trials",
    "miettinen_nurminen_interval": "first_successes first_trials second_successes second_trials",
    "katz_interval": "first_successes first_trials second_successes second_trials",
    "mean_interval": "count sum sum_of_squares", "log_delta_interval": "value relative_variance",
}

_out, _error = POINTER(c_double), POINTER(Error)
PROTOTYPES: Dict[str, Tuple[Any, List[Any]]] = {
    **{"leadkpi_stats_" + name: (c_double, [c_double] * len(taken.split())) for name, taken in NUMBERS.items()},
    **{"leadkpi_stats_" + name: (c_int32, [c_double] * (len(taken.split()) + 1) + [_out, _out, _error])
       for name, taken in INTERVALS.items()},
    "leadkpi_stats_quantile_select": (c_int32, [_out, c_size_t, c_double, _out, _error]),
}


def _declared(name: str) -> str:
    function = getattr(library, "leadkpi_stats_" + name)
    function.restype, function.argtypes = PROTOTYPES["leadkpi_stats_" + name]
    return "leadkpi_stats_" + name


def __dir__() -> List[str]:
    return sorted([*NUMBERS, *INTERVALS, "quantile"])


def __getattr__(name: str) -> Any:
    """A function, made when it is first asked for."""
    if name in NUMBERS:
        function = _number_function(name, NUMBERS[name].split())
    elif name in INTERVALS:
        function = _interval_function(name, INTERVALS[name].split())
    else:
        raise AttributeError(f"module 'leadkpi.stats' has no attribute {name!r}")
    function.__name__ = function.__qualname__ = name
    globals()[name] = function
    return function


def _arranged(name: str, names: Sequence[str], values: Sequence[Any]) -> List[float]:
    if len(values) != len(names):
        raise TypeError(f"{name}({', '.join(names)}): expected {len(names)} numbers, found {len(values)}")
    return [number(value, what) for value, what in zip(values, names)]


def _number_function(name: str, names: List[str]) -> Callable[..., float]:
    compute = getattr(library, _declared(name))

    def function(*values: Any) -> float:
        result: float = compute(*_arranged(name, names, values))
        return result

    function.__doc__ = f"{name}({', '.join(names)}); nan where it is undefined."
    return function


def _interval_function(name: str, names: List[str]) -> Callable[..., Any]:
    interval = _declared(name)

    def function(*values: Any, level: float = 0.95) -> Any:
        low, high = c_double(), c_double()
        call(interval, *_arranged(name, names, values), number(level, "level"), ctypes.byref(low),
             ctypes.byref(high))
        return low.value, high.value

    function.__doc__ = f"{name}({', '.join(names)}, level=0.95): (low, high)."
    return function


def quantile(values: Any, probability: float) -> float:
    """Of values in any order, as R's type 7; nan of none."""
    column = contiguous(doubles(values, "values"))
    if not len(column):
        return float("nan")
    copy = (c_double * len(column)).from_buffer_copy(column)  # the call puts it in another order
    out = c_double()
    call(_declared("quantile_select"), copy, len(column), number(probability, "probability"), ctypes.byref(out))
    return out.value
