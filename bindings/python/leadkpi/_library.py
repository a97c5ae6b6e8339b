"""The C library: where it is, what its functions look like, what its failures are called.

Nothing of the library is repeated here but the shape of its calls, in one table
(PROTOTYPES) that a test compares with the headers. Statuses, flags and types are
read from the library by name.
"""
import ctypes
import os
import sys
import warnings
from ctypes import POINTER, c_char, c_char_p, c_double, c_int32, c_int64, c_size_t, c_ssize_t, c_uint32, c_void_p
from typing import Any, Dict, List, Optional, Sequence, Tuple, Type

VERSION = "0.1.0"
INTERFACE = 0  # the number in the library's SONAME


class Error(ctypes.Structure):
    """leadkpi_error."""
    _fields_ = [("code", c_int32), ("column", c_int32), ("row", c_int64),
                ("message", c_char * 400), ("reserved", c_char * 96)]


class EstimateStruct(ctypes.Structure):
    """leadkpi_estimate."""
    _fields_ = [("value", c_double), ("low", c_double), ("high", c_double), ("level", c_double),
                ("n", c_double), ("kpi", c_int32), ("status", c_int32), ("flags", c_uint32),
                ("basis", c_int32), ("input", c_int32), ("reserved_number", c_int32),
                ("reserved", c_double * 4)]


# How a type of the headers is said in ctypes. An array that goes in is an address
# (c_void_p); what the library writes to is a typed pointer.
_status, _text, _size, _object, _array, _struct = c_int32, c_char_p, c_size_t, c_void_p, c_void_p, c_void_p
_new = POINTER(c_void_p)
_error = POINTER(Error)
_estimate = POINTER(EstimateStruct)
_named = [_object, _text, _size]
_column = _named + [_array, _size, c_ssize_t, _array, _error]
_add = [_object, _object, _text, _size, _error]
_time = POINTER(c_int64)
_of_rows = [_object, c_int32, _object, _object, _new, _error]
_bytes_out = [_object, _array, _size, POINTER(_size), _error]

PROTOTYPES: Dict[str, Tuple[Any, List[Any]]] = {
    "leadkpi_version": (_text, []),
    "leadkpi_status_name": (_text, [_status]),
    "leadkpi_status_meaning": (_text, [_status]),
    "leadkpi_status_at": (_status, [c_int32]),
    "leadkpi_kpi_flag_name": (_text, [c_uint32]),
    "leadkpi_kpi_flag_meaning": (_text, [c_uint32]),
    "leadkpi_kpi_flag_at": (c_uint32, [c_int32]),
    "leadkpi_type_name": (_text, [c_int32]),
    # tables
    "leadkpi_table_create": (_status, [_object, _new, _error]),
    "leadkpi_table_free": (None, [_object]),
    "leadkpi_table_borrow_int64": (_status, _column),
    "leadkpi_table_borrow_double": (_status, _column),
    "leadkpi_table_borrow_bool": (_status, _column),
    "leadkpi_table_borrow_timestamp": (_status, _column),
    "leadkpi_table_borrow_decimal": (_status, _named + [_array, c_int32, _size, c_ssize_t, _array, _error]),
    "leadkpi_table_borrow_text": (_status, _named + [_array, _text, _size, _array, _error]),
    "leadkpi_table_add_nulls": (_status, _named + [_size, _error]),
    "leadkpi_table_share_column": (_status, _named + [_object, c_int32, _error]),
    "leadkpi_table_copy_column": (_status, _named + [_text, _object, c_int32, _error]),
    "leadkpi_table_row_count": (_size, [_object]),
    "leadkpi_table_column_count": (c_int32, [_object]),
    "leadkpi_table_column_name": (_text, [_object, c_int32]),
    "leadkpi_table_column_type": (c_int32, [_object, c_int32]),
    "leadkpi_table_column_unit": (_text, [_object, c_int32]),
    "leadkpi_table_column_scale": (c_int32, [_object, c_int32]),
    "leadkpi_table_column_values": (_array, [_object, c_int32, POINTER(c_ssize_t)]),
    "leadkpi_table_column_validity": (_array, [_object, c_int32]),
    "leadkpi_table_column_text": (_status, [_object, c_int32, _new, _new, _error]),
    # Arrow
    "leadkpi_arrow_import": (_status, [_object, _struct, _struct, _new, _error]),
    "leadkpi_arrow_export_stream": (_status, [_object, _struct, _error]),
    "leadkpi_arrow_reader_create": (_status, [_object, _struct, _new, _error]),
    "leadkpi_arrow_reader_next": (_status, [_object, _new, _error]),
    "leadkpi_arrow_reader_free": (None, [_object]),
    # options
    "leadkpi_options_create": (_status, [_object, _text, _size, _new, _error]),
    "leadkpi_options_free": (None, [_object]),
    "leadkpi_options_set_text": (_status, _named + [_text, _size, _error]),
    "leadkpi_options_set_int64": (_status, _named + [c_int64, _error]),
    "leadkpi_options_set_double": (_status, _named + [c_double, _error]),
    "leadkpi_options_set_bool": (_status, _named + [c_int32, _error]),
    "leadkpi_options_list": (_status, [_object, _new, _error]),
    "leadkpi_options_schemas": (_status, [_object, _new, _error]),
    "leadkpi_options_nearest_name": (_text, [_text, _size, _text, _size, POINTER(_size)]),
    # KPIs
    "leadkpi_kpi_estimate_reason": (_text, [_estimate]),
    "leadkpi_kpi_find": (_status, [_text, _size, POINTER(c_int32), _error]),
    "leadkpi_kpi_at": (c_int32, [c_int32]),
    "leadkpi_kpi_property": (_text, [c_int32, _text, _size]),
    "leadkpi_kpi_property_at": (_text, [c_int32]),
    "leadkpi_kpi_input": (_text, [c_int32, c_int32]),
    "leadkpi_kpi_measure_property": (_text, [_text, _size, _text, _size]),
    "leadkpi_kpi_measures": (_status, [_object, _new, _error]),
    "leadkpi_kpi_categories": (_status, [_object, _new, _error]),
    "leadkpi_kpi_evaluate_named": (_status, [c_int32, POINTER(_text), _array, _size, _object, _estimate, _error]),
    "leadkpi_kpi_evaluate_samples": (_status, [c_int32, POINTER(_array), _array, _size, _object, _estimate, _error]),
    "leadkpi_kpi_evaluate_columns": (_status, [c_int32, POINTER(_array), _size, _array, _size, POINTER(c_double),
                                               _array, _error]),
    "leadkpi_kpi_candidate": (c_int32, [_text, _size, c_int32]),
    "leadkpi_kpi_name_note": (_text, [_text, _size]),
    "leadkpi_kpi_catalogue": (_status, [_object, _new, _error]),
    "leadkpi_kpi_inputs": (_status, [_object, _new, _error]),
    "leadkpi_kpi_evaluate_table": (_status, _of_rows),
    "leadkpi_kpi_compare": (_status, _of_rows),
    "leadkpi_kpi_rank": (_status, _of_rows),
    "leadkpi_kpi_explain_mix": (_status, [_object, c_int32, _object, _object, _object, _new, _error]),
    "leadkpi_kpi_explain_drivers": (_status, _of_rows),
    "leadkpi_kpi_explain_tree": (_status, _of_rows),
    "leadkpi_kpi_check_set": (_status, [_object, _object, _new, _error]),
    "leadkpi_kpi_benchmark": (_status, [_object, _object, _object, _object, _new, _error]),
    "leadkpi_kpi_baseline": (_status, _of_rows),
    "leadkpi_kpi_season": (_status, _of_rows),
    "leadkpi_kpi_scorecard": (_status, [_object, _object, _object, _new, _error]),
    "leadkpi_kpi_plan_leads": (_status, [c_double] * 3 + [POINTER(c_double)] * 2 + [_error]),
    "leadkpi_kpi_plan_spend": (_status, [c_double] * 3 + [POINTER(c_double)] * 2 + [_error]),
    "leadkpi_kpi_plan_coverage": (_status, [c_double] * 4 + [POINTER(c_double)] * 2 + [_error]),
    "leadkpi_kpi_plan_pace": (_status, [c_double] * 3 + [POINTER(c_double)] * 3 + [_error]),
    "leadkpi_kpi_sql": (_status, [c_int32, _text, _size, _array, _size, POINTER(_size), _error]),
    "leadkpi_kpi_sql_dialect_at": (_text, [c_int32]),
    # calendars and patterns
    "leadkpi_calendar_create": (_status, [_object, _object, _new, _error]),
    "leadkpi_calendar_free": (None, [_object]),
    "leadkpi_calendar_describe": (_status, _bytes_out),
    "leadkpi_calendar_period": (_status, [_object, c_int64, _time, _time, _error]),
    "leadkpi_calendar_periods": (_status, [_object, _array, _size, c_ssize_t, _time, _time, _error]),
    "leadkpi_calendar_next": (_status, [_object, c_int64, _time, _error]),
    "leadkpi_calendar_previous": (_status, [_object, c_int64, _time, _error]),
    "leadkpi_calendar_label": (_status, [_object, c_int64, _array, _size, POINTER(_size), _error]),
    "leadkpi_calendar_offset": (_status, [_object, c_int64, POINTER(c_int32), _error]),
    "leadkpi_calendar_local": (_status, [_object, c_int64, _time, POINTER(c_int32), POINTER(c_int32), _time, _error]),
    "leadkpi_calendar_instant": (_status, [_object, c_int64, c_int32, c_int32, c_int64, _time, _time, POINTER(c_int32),
                                           _error]),
    "leadkpi_calendar_open": (_status, [_object, c_int64, POINTER(c_int32), _error]),
    "leadkpi_calendar_open_between": (_status, [_object, c_int64, c_int64, _time, _error]),
    "leadkpi_calendar_next_open": (_status, [_object, c_int64, _time, _error]),
    "leadkpi_sequence_create": (_status, [_object, _text, _size, _new, _error]),
    "leadkpi_sequence_free": (None, [_object]),
    "leadkpi_sequence_part_count": (c_int32, [_object]),
    "leadkpi_sequence_match": (_status, [_object, _array, _array, _size, POINTER(c_int32), _error]),
    "leadkpi_sequence_count": (_status, [_object, _array, _array, _size, _time, _error]),
    "leadkpi_sequence_first": (_status, [_object, _array, _array, _size, _time, _error]),
    # campaigns
    "leadkpi_campaigns_create": (_status, [_object, _object, _new, _error]),
    "leadkpi_campaigns_create_like": (_status, [_object, _new, _error]),
    "leadkpi_campaigns_free": (None, [_object]),
    "leadkpi_campaigns_add_leads": (_status, _add),
    "leadkpi_campaigns_add_stages": (_status, _add),
    "leadkpi_campaigns_add_responses": (_status, _add),
    "leadkpi_campaigns_add_costs": (_status, _add),
    "leadkpi_campaigns_add_measures": (_status, _add),
    "leadkpi_campaigns_merge": (_status, [_object, _object, _error]),
    "leadkpi_campaigns_serialize": (_status, _bytes_out),
    "leadkpi_campaigns_deserialize": (_status, [_object, _text, _size, _new, _error]),
    "leadkpi_campaigns_describe": (_status, _bytes_out),
    "leadkpi_campaigns_report": (_status, [_object, _object, _new, _error]),
    "leadkpi_campaigns_findings": (_status, [_object, _object, _new, _error]),
    "leadkpi_campaigns_cost_list": (_status, [_object, _object, _new, _error]),
    "leadkpi_campaigns_summary": (_status, [_object, _new, _error]),
    # funnels
    "leadkpi_funnel_create": (_status, [_object, _object, _new, _error]),
    "leadkpi_funnel_create_like": (_status, [_object, _new, _error]),
    "leadkpi_funnel_free": (None, [_object]),
    "leadkpi_funnel_add": (_status, _add),
    "leadkpi_funnel_add_stages": (_status, _add),
    "leadkpi_funnel_merge": (_status, [_object, _object, _error]),
    "leadkpi_funnel_serialize": (_status, _bytes_out),
    "leadkpi_funnel_deserialize": (_status, [_object, _text, _size, _new, _error]),
    "leadkpi_funnel_describe": (_status, _bytes_out),
    "leadkpi_funnel_steps": (_status, [_object, _object, _new, _error]),
    "leadkpi_funnel_times": (_status, [_object, _object, _new, _error]),
    "leadkpi_funnel_histogram": (_status, [_object, _object, _new, _error]),
    "leadkpi_funnel_difference": (_status, [_object, _object, _new, _error]),
    "leadkpi_funnel_sequences": (_status, [_object, _object, _new, _error]),
    "leadkpi_funnel_sequence_leads": (_status, [_object, _object, _new, _error]),
    "leadkpi_funnel_checks": (_status, [_object, _object, _new, _error]),
    "leadkpi_funnel_retention": (_status, [_object, _object, _new, _error]),
    "leadkpi_funnel_close": (_status, [_object, c_int64, c_int64, _error]),
    "leadkpi_funnel_leads": (_status, [_object, _object, _new, _error]),
    # stages
    "leadkpi_stages_create": (_status, [_object, _object, _new, _error]),
    "leadkpi_stages_create_like": (_status, [_object, _new, _error]),
    "leadkpi_stages_free": (None, [_object]),
    "leadkpi_stages_add": (_status, _add),
    "leadkpi_stages_add_wide": (_status, _add),
    "leadkpi_stages_merge": (_status, [_object, _object, _error]),
    "leadkpi_stages_serialize": (_status, _bytes_out),
    "leadkpi_stages_deserialize": (_status, [_object, _text, _size, _new, _error]),
    "leadkpi_stages_describe": (_status, _bytes_out),
    "leadkpi_stages_steps": (_status, [_object, _object, _new, _error]),
    "leadkpi_stages_snapshot": (_status, [_object, _object, _new, _error]),
    "leadkpi_stages_transitions": (_status, [_object, _object, _new, _error]),
    "leadkpi_stages_durations": (_status, [_object, _object, _new, _error]),
    "leadkpi_stages_reasons": (_status, [_object, _object, _new, _error]),
    "leadkpi_stages_leads": (_status, [_object, _object, _new, _error]),
    "leadkpi_stages_checks": (_status, [_object, _object, _new, _error]),
    # responses
    "leadkpi_responses_create": (_status, [_object, _object, _new, _error]),
    "leadkpi_responses_create_like": (_status, [_object, _new, _error]),
    "leadkpi_responses_free": (None, [_object]),
    "leadkpi_responses_add_leads": (_status, _add),
    "leadkpi_responses_add": (_status, _add),
    "leadkpi_responses_add_conversions": (_status, _add),
    "leadkpi_responses_merge": (_status, [_object, _object, _error]),
    "leadkpi_responses_serialize": (_status, _bytes_out),
    "leadkpi_responses_deserialize": (_status, [_object, _text, _size, _new, _error]),
    "leadkpi_responses_describe": (_status, _bytes_out),
    "leadkpi_responses_speed": (_status, [_object, _object, _new, _error]),
    "leadkpi_responses_targets": (_status, [_object, _object, _new, _error]),
    "leadkpi_responses_bands": (_status, [_object, _object, _new, _error]),
    "leadkpi_responses_leads": (_status, [_object, _object, _new, _error]),
    "leadkpi_responses_checks": (_status, [_object, _object, _new, _error]),
    # cohorts
    "leadkpi_cohorts_create": (_status, [_object, _object, _new, _error]),
    "leadkpi_cohorts_create_like": (_status, [_object, _new, _error]),
    "leadkpi_cohorts_free": (None, [_object]),
    "leadkpi_cohorts_add_acquisitions": (_status, _add),
    "leadkpi_cohorts_add_activity": (_status, _add),
    "leadkpi_cohorts_add_revenue": (_status, _add),
    "leadkpi_cohorts_add_subscriptions": (_status, _add),
    "leadkpi_cohorts_add_outcomes": (_status, _add),
    "leadkpi_cohorts_merge": (_status, [_object, _object, _error]),
    "leadkpi_cohorts_serialize": (_status, _bytes_out),
    "leadkpi_cohorts_deserialize": (_status, [_object, _text, _size, _new, _error]),
    "leadkpi_cohorts_describe": (_status, _bytes_out),
    "leadkpi_cohorts_retention": (_status, [_object, _object, _new, _error]),
    "leadkpi_cohorts_churn": (_status, [_object, _object, _new, _error]),
    "leadkpi_cohorts_survival": (_status, [_object, _object, _new, _error]),
    "leadkpi_cohorts_survival_summary": (_status, [_object, _object, _new, _error]),
    "leadkpi_cohorts_incidence": (_status, [_object, _object, _new, _error]),
    "leadkpi_cohorts_conversion": (_status, [_object, _object, _new, _error]),
    "leadkpi_cohorts_findings": (_status, [_object, _object, _new, _error]),
    "leadkpi_cohorts_contracts": (_status, [_object, _object, _new, _error]),
    "leadkpi_cohorts_histories": (_status, [_object, _object, _new, _error]),
    "leadkpi_cohorts_lifetime_value": (_status, [_object, _object, _object, _object, _object, _new, _error]),
    "leadkpi_cohorts_matrix": (_status, [_object, _object, c_int64, c_int32, _array, _array, _size, _time,
                                         POINTER(_size), _error]),
    "leadkpi_cohorts_value": (_status, [_object, _object, _object, _new, _error]),
    # attribution
    "leadkpi_attribution_create": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_create_like": (_status, [_object, _new, _error]),
    "leadkpi_attribution_free": (None, [_object]),
    "leadkpi_attribution_add_touches": (_status, _add),
    "leadkpi_attribution_add_conversions": (_status, _add),
    "leadkpi_attribution_add_milestones": (_status, _add),
    "leadkpi_attribution_add_nulls": (_status, _add),
    "leadkpi_attribution_add_paths": (_status, _add),
    "leadkpi_attribution_add_costs": (_status, _add),
    "leadkpi_attribution_close": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_subtract": (_status, [_object, _object, _error]),
    "leadkpi_attribution_merge": (_status, [_object, _object, _error]),
    "leadkpi_attribution_serialize": (_status, _bytes_out),
    "leadkpi_attribution_deserialize": (_status, [_object, _text, _size, _new, _error]),
    "leadkpi_attribution_describe": (_status, _bytes_out),
    "leadkpi_attribution_credits": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_compare": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_touches": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_paths": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_summary": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_removal_effects": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_states": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_shapley": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_measures": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_transitions": (_status, [_object, _object, _new, _error]),
    "leadkpi_attribution_orders": (_status, [_object, _object, _new, _error]),
    # lifetime
    "leadkpi_lifetime_create": (_status, [_object, _object, _new, _error]),
    "leadkpi_lifetime_free": (None, [_object]),
    "leadkpi_lifetime_serialize": (_status, _bytes_out),
    "leadkpi_lifetime_deserialize": (_status, [_object, _text, _size, _new, _error]),
    "leadkpi_lifetime_describe": (_status, _bytes_out),
    "leadkpi_lifetime_curve": (_status, [_object, _object, _new, _error]),
    "leadkpi_lifetime_fit": (_status, [_object, _object, _object, _new, _error]),
    "leadkpi_lifetime_histories": (_status, [_object, _object, _object, _new, _error]),
    "leadkpi_lifetime_forecast": (_status, [_object, _object, _object, _object, _new, _error]),
    "leadkpi_lifetime_parameters": (_status, [_object, c_double, _new, _error]),
    "leadkpi_lifetime_covariance": (_status, [_object, _new, _error]),
    "leadkpi_lifetime_summary": (_status, [_object, _new, _error]),
    "leadkpi_lifetime_outcome": (c_int32, [_object]),
    "leadkpi_lifetime_outcome_name": (_text, [c_int32]),
    "leadkpi_lifetime_log_likelihood": (_status, [_object, _object, POINTER(c_double), _error]),
}


def _candidates() -> List[str]:
    """Where the library may be, best first."""
    told = os.environ.get("LEADKPI_LIBRARY")
    if told:
        return [told]
    if sys.platform == "win32":
        name = f"libleadkpi-{INTERFACE}.dll"
    elif sys.platform == "darwin":
        name = f"libleadkpi.{INTERFACE}.dylib"
    else:
        name = f"libleadkpi.so.{INTERFACE}"
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    found = None
    if sys.platform in ("win32", "darwin"):
        from ctypes.util import find_library
        found = find_library("leadkpi")
    return [path for path in (beside if os.path.exists(beside) else None, name, found) if path]


def _load() -> ctypes.CDLL:
    reasons = []
    for path in _candidates():
        try:
            return ctypes.CDLL(path)
        except OSError as reason:
            reasons.append(str(reason))
    raise ImportError("the C library leadkpi was not found: install it, or say where it is in "
                      "LEADKPI_LIBRARY; tried: " + "; ".join(reasons))


def _check_version(found: str) -> None:
    """The same interface: the same major number (before 1.0: and minor), not an older release."""
    wanted, have = ([int(part) for part in text.split(".")] for text in (VERSION, found))
    same = 1 if wanted[0] else 2
    if have[:same] != wanted[:same] or have < wanted:
        raise ImportError(f"leadkpi: expected the C library {VERSION} or later of the same line, found {found}")


def _declare(loaded: ctypes.CDLL) -> ctypes.CDLL:
    for name, (result, arguments) in PROTOTYPES.items():
        try:
            function = getattr(loaded, name)
        except AttributeError:
            raise ImportError(f"the C library at {loaded._name} has no {name}: is it leadkpi {VERSION}?") from None
        function.restype, function.argtypes = result, arguments
    return loaded


library = _declare(_load())
library_version: str = library.leadkpi_version().decode()
_check_version(library_version)


# ---- failures ------------------------------------------------------------------

class LeadkpiError(Exception):
    """A call of the library failed, or a value could not be handed to it as it is.

    status   the stable name, such as "bad_data"
    message  expected and found
    row      of the input, from 0, or None
    column   of the input, by name where it has one, or None
    """
    status = "internal"

    def __init__(self, message: str, row: Optional[int] = None, column: Any = None) -> None:
        super().__init__(message)
        self.message, self.row, self.column = message, row, column


def _error_classes() -> Dict[str, Type[LeadkpiError]]:
    classes: Dict[str, Type[LeadkpiError]] = {}
    index = 1  # index 0 is success
    while True:
        status = library.leadkpi_status_at(index)
        if status < 0:
            return classes
        name = library.leadkpi_status_name(status).decode()
        title = "".join(word.capitalize() for word in name.split("_")) + "Error"
        meaning = library.leadkpi_status_meaning(status).decode()
        classes[name] = type(title, (LeadkpiError,), {"status": name, "__doc__": meaning, "__module__": "leadkpi"})
        index += 1


error_classes = _error_classes()


def failure(status: str, message: str, row: Optional[int] = None, column: Any = None) -> LeadkpiError:
    return error_classes.get(status, LeadkpiError)(message, row, column)


def status_name(status: int) -> str:
    name: bytes = library.leadkpi_status_name(status)
    return name.decode()


def call(name: str, *arguments: Any, columns: Sequence[str] = ()) -> str:
    """Call a function that ends in an error; raise when it fails. What it says when it does not."""
    error = Error()
    status = getattr(library, name)(*arguments, ctypes.byref(error))
    message: str = error.message.decode("utf-8", "replace")
    if status == 0:
        return message
    row = error.row if error.row >= 0 else None
    column: Any = error.column if error.column >= 0 else None
    if column is not None and column < len(columns):
        column = columns[column]
    raise failure(status_name(status), message or library.leadkpi_status_meaning(status).decode(), row, column)


def tell(said: str) -> None:
    """Warn of what a call had to say although it succeeded, at the line outside of this package."""
    depth, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == __name__.partition(".")[0]:
        depth, frame = depth + 1, frame.f_back
    if said:
        warnings.warn(said, stacklevel=depth)


def text(value: Any) -> Tuple[bytes, int]:
    """A text as the library takes it: bytes and their length."""
    data = value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogateescape")
    return data, len(data)


def enumerate_flags() -> Dict[int, str]:
    flags, index = {}, 0
    while library.leadkpi_kpi_flag_at(index):
        flag = library.leadkpi_kpi_flag_at(index)
        flags[flag] = library.leadkpi_kpi_flag_name(flag).decode()
        index += 1
    return flags


def enumerate_types() -> Dict[int, str]:
    """Types of columns; their numbers begin at 1 and have no gap."""
    types, number = {}, 1
    unknown = library.leadkpi_type_name(0)
    while library.leadkpi_type_name(number) != unknown:
        types[number] = library.leadkpi_type_name(number).decode()
        number += 1
    return types


flag_names = enumerate_flags()
type_names = enumerate_types()
