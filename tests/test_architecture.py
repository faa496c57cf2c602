"""Who may know whom, read from the source: a table, and an `ast` walk that holds every import against it."""

import ast
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "cecli"

MAY_IMPORT = {
    "cecli": {"library", "core", "errors"},
    "library": {"library", "readers", "core", "errors", "numpy"},
    "__main__": {"cli"},
    "cli": {"cecli", "commands", "report", "errors", "limits", "click", "input_guard"},
    "limits": set(),
    "guides": set(),
    "input_guard": {"errors"},
    "commands": {
        "commands",
        "results",
        "guides",
        "workers",
        "readers",
        "report",
        "core",
        "errors",
        "click",
        "numpy",
        "input_guard",
    },
    "workers": {"workers", "cecli", "readers", "core", "errors", "numpy", "dask", "distributed"},
    "readers": {"readers", "core", "errors", "numpy", "pyarrow", "fsspec", "input_guard"},
    "results": {"results", "report", "core", "errors", "numpy"},
    "report": {"report", "core", "errors", "cecli", "numpy", "pyarrow", "rich", "matplotlib"},
    "core": {"core", "errors", "numpy", "scipy"},
    "errors": set(),
}
"""Layer -> the layers and the packages beyond the standard library that it may import, in functions too."""

HEAVY = {"scipy", "pyarrow", "rich", "matplotlib", "fsspec", "dask", "distributed"}
"""Imported inside the functions that need them, never when a module is loaded."""

FILES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def layer_of(path):
    """The room a file is in; ``cecli`` is the package itself."""
    return path.parts[0] if len(path.parts) > 1 else {"__init__": "cecli"}.get(path.stem, path.stem)


def imports_of(tree):
    """All modules a file names in an import, wherever it stands: (dotted name, the node)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield node.module, node
            if node.module == "cecli":
                yield from ((f"cecli.{alias.name}", node) for alias in node.names if not alias.name.startswith("__"))


def target_of(name):
    """The layer or package an import leads to, None for the standard library."""
    first, _, rest = name.partition(".")
    if first == "cecli":
        return rest.split(".")[0] or "cecli"
    return None if first in sys.stdlib_module_names else first


def loaded_with_module(tree):
    """Imports that run when the module is loaded: not those in functions, and not those for type checkers."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting += node.orelse
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += list(ast.iter_child_nodes(node))


@pytest.fixture(params=FILES, ids=str)
def module(request):
    """A file of the package, and its tree."""
    return request.param, ast.parse((PACKAGE / request.param).read_text(encoding="utf-8"))


def test_imports_go_one_way(module):
    path, tree = module
    allowed = MAY_IMPORT[layer_of(path)]
    wrong = {name for name, _ in imports_of(tree) if target_of(name) not in {None, *allowed}}
    assert not wrong, f"{path} must not import {wrong}"


CORE_ORDER = (
    {"nearest", "units", "agreement", "families"},
    {"functions"},
    {"sums"},
    {"pmfs"},
    {"rows"},
    {"metrics"},
    {"scores", "paired"},
    {"hypotheses", "calibration", "fidelity"},
)
"""The rooms within core, the lowest first: each may import those below it, and itself; rooms of one line do not know
each other. The first line is of files that stand alone."""


def core_room(name):
    """The room of core that a dotted name leads to, None where it leads elsewhere."""
    parts = name.split(".")
    return parts[2] if parts[:2] == ["cecli", "core"] and len(parts) > 2 else None


def test_core_imports_go_down(module):
    """In functions and for types, too."""
    path, tree = module
    if path.parts[0] != "core" or len(path.parts) < 2 or (path.stem == "__init__" and len(path.parts) == 2):
        return
    names = {name for name, _ in imports_of(tree)}
    names |= {f"cecli.core.{alias.name}" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
              and node.module == "cecli.core" for alias in node.names}  # fmt: skip
    own = path.parts[1].removesuffix(".py")
    below = {own}.union(*CORE_ORDER[: next(k for k, rooms in enumerate(CORE_ORDER) if own in rooms)])
    if own in CORE_ORDER[0]:
        below = CORE_ORDER[0]
    wrong = {room for room in map(core_room, names) if room is not None} - below
    assert not wrong, f"{path} must not import {wrong} of core"


def test_every_room_of_core_has_its_place():
    rooms = {path.parts[1].removesuffix(".py") for path in FILES if path.parts[0] == "core"} - {"__init__"}
    assert rooms == set().union(*CORE_ORDER)


def test_errors_import_nothing():
    tree = ast.parse((PACKAGE / "errors.py").read_text(encoding="utf-8"))
    assert not list(imports_of(tree))


def test_heavy_modules_are_imported_where_they_are_needed(module):
    path, tree = module
    top = list(loaded_with_module(tree))
    names = {name.split(".")[0] for name, node in imports_of(tree) if node in top}
    assert not names & HEAVY, f"{path} imports {names & HEAVY} when it is loaded"


def test_scipy_stats_and_pandas_are_never_imported(module):
    path, tree = module
    names = {name for name, _ in imports_of(tree)}
    names |= {f"{n.module}.{a.name}" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names}
    assert not {name for name in names if name.startswith(("scipy.stats", "pandas"))}, path


def test_only_readers_and_report_open_files(module):
    path, tree = module
    if layer_of(path) in ("readers", "report"):
        return
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not calls & {"open", "print", "input"}, path


def test_people_are_not_answered_with_assert(module):
    path, tree = module
    assert not [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)], path


def test_no_error_is_swallowed(module):
    """No bare except, and no handler of Exception that does nothing."""
    path, tree = module
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{path}:{node.lineno}"
            if ast.unparse(node.type) in ("Exception", "BaseException"):
                assert not isinstance(node.body[0], ast.Pass), f"{path}:{node.lineno}"


def test_the_walk_sees_what_hides_in_functions():
    source = """
def f():
    from cecli import report
    import scipy.special as s
if TYPE_CHECKING:
    import pyarrow
class C:
    import rich
"""
    tree = ast.parse(source)
    targets = {target_of(name) for name, _ in imports_of(tree)}
    assert targets == {"cecli", "report", "scipy", "pyarrow", "rich"}
    assert [ast.unparse(node) for node in loaded_with_module(tree)] == ["import rich"]


def test_every_layer_is_in_the_table():
    assert {layer_of(path) for path in FILES} <= set(MAY_IMPORT)


def test_readers_and_report_do_not_know_each_other():
    assert "report" not in MAY_IMPORT["readers"]
    assert "readers" not in MAY_IMPORT["report"]


def test_the_table_of_commands_says_what_the_commands_say():
    from cecli.cli import COMMANDS, LazyGroup

    group = LazyGroup("cecli")
    for name, line in COMMANDS.items():
        command = group.get_command(None, name)
        assert command is not None
        assert command.name == name
        assert command.help.splitlines()[0] == line


def test_every_command_has_a_file_and_every_example_its_command():
    from cecli.cli import COMMANDS, LazyGroup

    for name in COMMANDS:
        place = PACKAGE / "commands" / name.replace("-", "_")
        assert place.with_suffix(".py").exists() or (place / "__init__.py").exists()
        epilog = LazyGroup("cecli").get_command(None, name).epilog
        assert f"cecli {name}" in epilog, f"cecli {name} -h shows no example"


MUTABLE = {"Record", "Problems", "Column", "PmfTable", "Decoder"}
"""The dataclasses of the readers that are filled as a file is read."""


@pytest.mark.parametrize("path", [path for path in FILES if path.parts[0] in ("core", "readers")], ids=str)
def test_values_do_not_change(path):
    for node in ast.walk(ast.parse((PACKAGE / path).read_text("utf-8"))):
        if isinstance(node, ast.ClassDef) and node.name not in MUTABLE:
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            assert all("frozen=True" in text for text in decorators if text.startswith("dataclass")), node.name
