"""The examples of the README, run in order as one program; what stands behind a # is what they give."""
import ast
import importlib.util
import os
import unittest

SOURCE = os.environ.get("top_srcdir", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", ".."))


def blocks():
    """The indented parts, each as a program; not those for a shell."""
    found, block = [], []
    with open(os.path.join(SOURCE, "bindings", "python", "README"), encoding="utf-8") as file:
        for line in [*file, "end"]:
            if line.startswith("    ") or not line.strip():
                block.append(line[4:] if line.strip() else "\n")
            else:
                if any(map(str.strip, block)):
                    found.append("".join(block))
                block = []
    return [each for each in found if not each.strip().startswith("LEADKPI_LIBRARY=")]


def packages(tree):
    return {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}


def told(source, node):
    """The value that a line says it gives; Ellipsis where it says none, or not all of it."""
    line = source.splitlines()[node.end_lineno - 1][node.end_col_offset:].partition("#")[2].partition(";")[0]
    try:
        return ast.literal_eval(line.strip())
    except (SyntaxError, ValueError):
        return ...


class Readme(unittest.TestCase):
    def test_every_example_gives_what_it_says(self):
        names, said, ran = {"print": lambda *_: None}, 0, 0
        for source in blocks():
            tree = ast.parse(source)
            if not all(importlib.util.find_spec(name) for name in packages(tree)):
                continue  # packages of others, which make check-interop has
            ran += 1
            if "matplotlib" in packages(tree):
                import matplotlib
                matplotlib.use("Agg")
            for node in tree.body:
                self.run_node(source, node, names)
            said += sum(told(source, node) is not ... for node in ast.walk(tree) if isinstance(node, ast.Expr))
        self.assertGreaterEqual((ran, said), (4, 6))

    def run_node(self, source, node, names):
        if isinstance(node, ast.With):  # its lines, too
            for item in node.items:
                names[item.optional_vars.id] = eval(compile(ast.Expression(item.context_expr), "README", "eval"), names)
            for inner in node.body:
                self.run_node(source, inner, names)
        elif isinstance(node, ast.Expr):
            value, expected = eval(compile(ast.Expression(node.value), "README", "eval"), names), told(source, node)
            if expected is not ...:
                self.assertEqual(value, expected, ast.get_source_segment(source, node))
        else:
            exec(compile(ast.Module([node], []), "README", "exec"), names)


if __name__ == "__main__":
    unittest.main()
