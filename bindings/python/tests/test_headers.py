"""The table of calls in _library.py says what the headers say."""
import ctypes
import os
import re
import unittest
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_size_t, c_ssize_t, c_uint32, c_uint64, c_void_p

import leadkpi
from leadkpi import _kpi, _library, _time, stats

SOURCE = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))
INCLUDE = os.path.join(SOURCE, "include", "leadkpi")
NUMBERS = {"int32_t": c_int32, "leadkpi_status": c_int32, "int64_t": c_int64, "uint32_t": c_uint32,
           "uint64_t": c_uint64, "size_t": c_size_t, "ptrdiff_t": c_ssize_t, "double": c_double}
STRUCTS = {"leadkpi_error": _library.Error, "leadkpi_estimate": _library.EstimateStruct}

# Public functions of C that this package does not call, as patterns, and why.
NOT_CALLED = [
    ("leadkpi_error_reset|leadkpi_host_init", "a struct of ctypes is zero when it is made; no host is lent"),
    ("leadkpi_version_number", "the version as a text is compared part by part"),
    ("leadkpi_arrow_export|leadkpi_arrow_export_schema", "a stream carries both"),
    ("leadkpi_attribution_(first|last|linear|halving|milestones|custom|participation|full_path|inverse_j)",
     "credit on one journey in the caller's arrays; here models work on tables"),
    ("leadkpi_attribution_(first|last)_(non|in)|leadkpi_attribution_(linear_unique|lead_creation|u_lead|u_lead_50)",
     "the same"),
    ("leadkpi_attribution_(u|j|w)_shaped|leadkpi_attribution_(rank|time)_decay", "the same"),
    ("leadkpi_funnel_level|leadkpi_funnel_levels|leadkpi_funnel_levels_of_several",
     "journeys in the caller's sorted arrays of codes; here a Funnel takes tables"),
    ("leadkpi_sequence_retention|leadkpi_sequence_retention_after", "the same; Funnel.retention is that of tables"),
    ("leadkpi_kpi_(count|input_count)", "lists here end where the library's do"),
    ("leadkpi_kpi_(measure_at|measure_property_at|category_at|category_property)", "measures() and categories() have it all"),
    ("leadkpi_kpi_evaluate", "by name, which is harder to get wrong"),
    ("leadkpi_kpi_estimate_columns", "evaluate_table() gives the same with names"),
    ("leadkpi_options_(parse|text)", "options are Python's keywords here"),
    ("leadkpi_stats_(auc|fieller_interval)", "outputs that need more said than a pair of numbers; C has them for its hosts"),
    ("leadkpi_stats_(quantile|quantile_ranks|quantile_interval)", "stats.quantile takes any order"),
    ("leadkpi_stats_survival_\\w+", "a curve over the caller's arrays; Cohorts.survival gives it as a table"),
    ("leadkpi_table_retain", "Python counts the references of its tables"),
    ("leadkpi_table_(borrow_text32|borrow_dictionary|copy_strings)", "lists of str are one layout; Arrow has the others"),
    ("leadkpi_table_(find_column|is_null|get_int64|get_double|get_text)", "columns are read whole"),
]


def header(name):
    with open(os.path.join(INCLUDE, name), encoding="utf-8") as file:
        return file.read()


def bare(text):
    return re.sub(r"/\*.*?\*/", " ", text, flags=re.S)


def ctypes_of(declared, is_result=False):
    """How _library.py has to say a C type: the rule beside its table."""
    stars, base = declared.count("*"), re.sub(r"\bconst\b|\*", " ", declared).split()[0]
    if base == "struct":
        return c_void_p
    is_input = declared.startswith("const ")
    if stars == 0:
        return None if base == "void" else NUMBERS[base]
    if base in STRUCTS:
        return POINTER(STRUCTS[base])
    if stars == 2:
        if declared.count("const") == 2:  # an array of texts, an array of arrays
            return POINTER(c_char_p if base == "char" else c_void_p)
        return POINTER(c_void_p)
    if base == "char" and is_input:
        return c_char_p
    if is_input or is_result or base in ("void", "char", "uint8_t") or base.startswith("leadkpi_"):
        return c_void_p
    return POINTER(NUMBERS[base])


def prototypes():
    found = {}
    for name in sorted(os.listdir(INCLUDE)):
        text = bare(header(name))
        for match in re.finditer(r"LEADKPI_API\s+([^;(]*?)(leadkpi_\w+)\s*\(([^;]*?)\)\s*;", text):
            result, function, arguments = match.groups()
            parts = [] if arguments.split() == ["void"] else arguments.split(",")
            types = [re.sub(r"\w+\s*$", "", part.strip()).strip() for part in parts]
            found[function] = (ctypes_of(result.strip(), True), [ctypes_of(each) for each in types])
    return found


class Headers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.declared = prototypes()

    def test_every_function_of_the_table_is_declared_so(self):
        self.assertGreater(len(self.declared), 250)
        for name, (result, arguments) in {**_library.PROTOTYPES, **stats.PROTOTYPES}.items():
            with self.subTest(name):
                expected_result, expected = self.declared[name]
                # const void *, handed in as bytes
                if name.endswith("_deserialize"):
                    expected[1] = c_char_p
                self.assertIs(result, expected_result)
                self.assertEqual(arguments, expected)

    def test_every_function_of_the_library_is_called_or_left_out_for_a_reason(self):
        """A new function of C fails here until it is wrapped, or stands below with why it is not."""
        kpis = set(re.findall(r"LEADKPI_API double (leadkpi_\w+)\(", bare(header("kpi_functions.h"))))
        called = set(_library.PROTOTYPES) | set(stats.PROTOTYPES)
        left_out = {name for name in self.declared if any(re.fullmatch(pattern, name) for pattern, _ in NOT_CALLED)}
        self.assertEqual(set(self.declared) - kpis - called - left_out, set())
        self.assertEqual(called & left_out, set())
        for pattern, reason in NOT_CALLED:
            self.assertTrue(reason and any(re.fullmatch(pattern, name) for name in self.declared), pattern)

    def test_every_function_of_the_table_is_called(self):
        sources = ""
        for name in os.listdir(os.path.dirname(leadkpi.__file__)):
            if name.endswith(".py"):
                with open(os.path.join(os.path.dirname(leadkpi.__file__), name), encoding="utf-8") as file:
                    sources += re.sub(r'^    "leadkpi_\w+": \(.*', "", file.read(), flags=re.M)
        verbs = {"create", "create_like", "free", "merge", "serialize", "deserialize", "describe"}
        for name in _library.PROTOTYPES:
            verb = name[len("leadkpi_"):].partition("_")[2]
            with self.subTest(name):
                self.assertTrue(name in sources or verb in verbs or f'"{verb}"' in sources or verb.startswith("borrow_"))

    def test_every_function_that_is_called_is_in_the_table(self):
        folder = os.path.dirname(leadkpi.__file__)
        called = set()
        for name in os.listdir(folder):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    called |= set(re.findall(r'(?:library\.|call\("|table_from\("|function = "|function, first = ")(leadkpi_\w+[a-z0-9])\b(?!_)',
                                         file.read()))
        self.assertGreater(len(called), 30)
        self.assertEqual(called - set(_library.PROTOTYPES) - {"leadkpi_campaigns", "leadkpi_table"}, set())

    def test_every_kpi_function_is_declared_as_introspection_says(self):
        names = {"leadkpi_" + name: entry for name, entry in _kpi.function_names().items()}
        declared = set(re.findall(r"LEADKPI_API double (leadkpi_\w+)\(", bare(header("kpi_functions.h"))))
        self.assertEqual(set(names), declared)
        for name, entry in names.items():
            self.assertEqual(self.declared[name], (c_double, _kpi._argument_types(entry)), name)

    def test_structs_have_the_fields_and_sizes_of_the_headers(self):
        self.assertEqual(ctypes.sizeof(_library.Error), 512)
        self.assertEqual(ctypes.sizeof(_library.EstimateStruct), 96)
        for file, name in (("error.h", "leadkpi_error"), ("kpi.h", "leadkpi_estimate")):
            body = re.search(r"typedef struct %s \{(.*?)\}" % name, bare(header(file)), re.S).group(1)
            declared = []
            for base, field, count in re.findall(r"(\w+)\s+(\w+)(?:\[(\d+)\])?;", body):
                kind = ctypes.c_char if base == "char" else NUMBERS[base]
                declared.append((field, kind * int(count) if count else kind))
            self.assertEqual(STRUCTS[name]._fields_, declared)

    def test_versions_and_the_soname_agree(self):
        version = re.search(r'LEADKPI_VERSION_STRING "(.*)"', header("version.h")).group(1)
        self.assertEqual(leadkpi.__version__, version)
        self.assertEqual(leadkpi.library_version, version)
        folder = os.path.dirname(os.environ["LEADKPI_LIBRARY"])
        if folder.endswith(".libs"):
            self.assertTrue(os.path.exists(os.path.join(folder, f"libleadkpi.so.{_library.INTERFACE}")))

    def test_statuses_flags_and_types_are_those_of_the_headers(self):
        statuses = re.findall(r"LEADKPI_(\w+) = \d+", bare(header("status.h")))
        self.assertEqual(["ok"] + list(_library.error_classes), [name.lower() for name in statuses])
        flags = re.findall(r"LEADKPI_FLAG_(\w+) = 1 << (\d+)", bare(header("kpi.h")))
        self.assertEqual(_library.flag_names, {1 << int(bit): name.lower() for name, bit in flags})
        types = re.findall(r"LEADKPI_TYPE_(\w+) = (\d+)", bare(header("table.h")))
        self.assertEqual(_library.type_names, {int(number): name.lower() for name, number in types})

    def test_what_a_clock_shows_has_the_numbers_of_the_header(self):
        kinds = re.findall(r"LEADKPI_LOCAL_(\w+) = (\d+)", bare(header("calendar.h")))
        self.assertEqual(_time.KINDS, {int(number): name.lower() for name, number in kinds})

    def test_every_status_is_an_exception_of_its_own(self):
        for name, error in _library.error_classes.items():
            self.assertTrue(issubclass(error, leadkpi.LeadkpiError))
            self.assertIs(getattr(leadkpi, error.__name__), error)
            self.assertEqual((error.status, bool(error.__doc__)), (name, True))
        self.assertEqual(leadkpi.OutOfMemoryError.status, "out_of_memory")


class Finding(unittest.TestCase):
    def test_a_library_that_is_told_but_not_there_is_an_import_error_that_says_so(self):
        import subprocess
        import sys
        environment = dict(os.environ, LEADKPI_LIBRARY="/nowhere/libleadkpi.so.0")
        run = subprocess.run([sys.executable, "-c", "import leadkpi"], env=environment, capture_output=True, text=True)
        self.assertNotEqual(run.returncode, 0)
        self.assertIn("/nowhere/libleadkpi.so.0", run.stderr)
        self.assertIn("ImportError", run.stderr)

    def test_another_line_or_an_older_release_is_refused_with_both_versions(self):
        for found in ("1.0.0", "0.2.0", "0.0.9"):
            with self.assertRaisesRegex(ImportError, f"expected .*{leadkpi.__version__}.* found {found}"):
                _library._check_version(found)
        _library._check_version("0.1.7")


class Documented(unittest.TestCase):
    def test_everything_public_says_what_it_is(self):
        from leadkpi import stats
        silent = [name for name in leadkpi.__all__ if not getattr(leadkpi, name).__doc__]
        silent += [name for name in dir(stats) if not getattr(stats, name).__doc__]
        for name in leadkpi.__all__:
            kind = getattr(leadkpi, name)
            if isinstance(kind, type):
                silent += [f"{name}.{each}" for each, member in vars(kind).items()
                           if not each.startswith("_") and callable(member) and not member.__doc__]
        self.assertEqual(silent, [])
        for name in leadkpi._functions:
            self.assertGreater(len(getattr(leadkpi, name).__doc__.splitlines()), 3, name)


if __name__ == "__main__":
    unittest.main()
