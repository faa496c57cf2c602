"""What a call may load: starting up fast is a feature, and one import at the top of a module can end it."""

import subprocess
import sys

import pytest

from cecli.cli import COMMANDS

HEAVY = {"numpy", "scipy", "scipy.special", "scipy.stats", "pyarrow", "pyarrow.csv", "rich", "pandas", "asyncio",
         "importlib.metadata", "hypothesis", "matplotlib", "fsspec", "dask", "distributed"}  # fmt: skip

PROGRAM = """
import sys
from cecli.cli import main
status = main(sys.argv[1:])
sys.stderr.write("\\n" + "\\n".join(sorted(sys.modules)))
raise SystemExit(status)
"""


@pytest.fixture
def loaded(environment, root):
    """The modules in memory when a call has ended well."""

    def call(*arguments, stdin=None):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, *arguments], capture_output=True, text=True, env=environment, cwd=root,
            timeout=60, check=False, input=stdin,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return set(done.stderr.splitlines())

    return call


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["--version"], ["-V"]])
def test_help_and_version_cost_click_alone(loaded, arguments):
    modules = loaded(*arguments)
    assert "click" in modules
    assert not modules & HEAVY
    assert {name for name in modules if name.startswith("cecli")} == {
        "cecli",
        "cecli.cli",
        "cecli.errors",
        "cecli.input_guard",
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_a_command_costs_click_alone(loaded, command):
    assert not loaded(command, "-h") & HEAVY


@pytest.mark.parametrize(
    "arguments",
    [
        ["kl", "1/2,1/2", "0.6,0.4"],
        ["kl", "a=0.5,b=0.5", "uniform", "-f", "json"],
        ["entropy", "0.2,0.3,0.5", "-b", "bits"],
        ["cross-entropy", "0.2,0.8", "1/3,2/3", "-f", "csv"],
    ],
)
def test_measures_of_small_pmfs_cost_numpy_alone(loaded, arguments):
    assert loaded(*arguments) & HEAVY == {"numpy"}


@pytest.mark.parametrize("arguments", [["entropy", "sample_data/wolf_white_die.csv"], ["simulate", "--seed", "1"]])
def test_small_files_and_rolls_cost_numpy_alone(loaded, arguments):
    assert loaded(*arguments) & HEAVY == {"numpy"}


def test_fit_with_wilson_intervals_needs_no_scipy(loaded):
    modules = loaded("fit", "sample_data/wolf_white_die.csv", "--interval", "wilson")
    assert modules & HEAVY == {"numpy"}


@pytest.mark.parametrize("form", [["-f", "json"], ["-f", "csv"], ["--value"]])
def test_score_of_a_text_costs_numpy_and_pyarrow(loaded, form):
    modules = loaded("score", "sample_data/digits_logistic.csv", "sample_data/digits_labels.csv", *form)
    assert modules & HEAVY == {"numpy", "pyarrow", "pyarrow.csv"}


def test_softmax_and_a_temperature_cost_numpy_and_pyarrow(loaded):
    logits = "sample_data/digits_logits.csv"
    text = {"numpy", "pyarrow", "pyarrow.csv"}
    assert loaded("softmax", logits) & HEAVY == text
    assert loaded("calibrate", logits, "sample_data/digits_labels.csv", "--value") & HEAVY == text
    assert loaded("softmax", "sample_data/digits_logits.npy", "-f", "parquet", "-o", "/dev/null") & HEAVY == {
        "numpy",
        "pyarrow",
    }


@pytest.mark.parametrize("form", [["-f", "json"], ["--value"]])
def test_compare_costs_numpy_and_pyarrow(loaded, form):
    files = (f"sample_data/digits_{name}.csv" for name in ("logistic", "overconfident", "labels"))
    assert loaded("compare", *files, *form) & HEAVY == {"numpy", "pyarrow", "pyarrow.csv"}


def test_score_of_an_array_does_not_load_scipy_or_rich(loaded):
    modules = loaded("score", "sample_data/digits_logits.npy", "sample_data/digits_labels.csv", "--logits", "-q")
    assert not modules & {"scipy", "rich", "pandas", "importlib.metadata"}


def test_a_table_of_a_small_result_loads_nothing_heavy_but_rich(loaded):
    modules = loaded("kl", "1/2,1/2", "0.6,0.4", "-f", "table")
    assert modules & HEAVY <= {"numpy", "rich"}


def test_a_command_loads_no_other_command(loaded):
    modules = loaded("kl", "1/2,1/2", "0.6,0.4")
    assert not modules & {f"cecli.commands.{name}" for name in ("score", "fit", "simulate", "entropy")}


def test_importing_the_package_costs_nothing(environment, root):
    source = "import sys; import cecli; print(cecli.__version__); print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", source],
        capture_output=True,
        text=True,
        env=environment,
        cwd=root,
        timeout=60,
        check=True,
    )
    assert not set(done.stdout.split()) & (HEAVY | {"click"})
