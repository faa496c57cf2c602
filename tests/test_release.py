"""The wheel and the source archive: built here, and nothing in them that should not be, or missing that should."""

import re
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import cecli
from cecli.cli import COMMANDS
from cecli.guides import TOPICS

ROOT = Path(__file__).parents[1]
PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
builders = pytest.importorskip("hatchling.build")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        name = builders.build_wheel(str(folder))
    with zipfile.ZipFile(folder / name) as archive:
        yield archive


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("source")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        name = builders.build_sdist(str(folder))
    with tarfile.open(folder / name) as archive:
        yield [member.name.partition("/")[2] for member in archive.getmembers()]


def test_the_wheel_has_the_package_and_the_manual(wheel):
    names = wheel.namelist()
    packaged = {name for name in names if name.startswith("cecli/")}
    files = {f"cecli/{path.relative_to(ROOT / 'cecli').as_posix()}" for path in (ROOT / "cecli").rglob("*.py")}
    assert packaged == files | {"cecli/py.typed", *(f"cecli/guides/{topic}.md" for topic in TOPICS)}
    data = f"cecli-{cecli.__version__}.data/data/share/man/man1"
    pages = {name for name in names if "/share/man/" in name}
    assert pages == {f"{data}/{page}.1" for page in ("cecli", *(f"cecli-{name}" for name in COMMANDS))}
    assert not {name for name in names if not name.startswith(("cecli/", f"cecli-{cecli.__version__}."))}


def test_a_page_says_what_it_should(wheel):
    [name] = [name for name in wheel.namelist() if name.endswith("/cecli-kl.1")]
    page = wheel.read(name).decode("ascii")
    assert page.startswith(f'.TH "CECLI\\-KL" "1" "" "cecli {cecli.__version__}" "User Commands"')
    assert '.SH "EXIT STATUS"' in page


def test_the_version_comes_from_one_place(wheel):
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = Parser().parsestr(wheel.read(name).decode("utf-8"))
    assert metadata["Version"] == cecli.__version__
    assert (metadata["License-Expression"], metadata["Author"]) == ("MIT", "The cecli developers")
    assert metadata["License-File"] == "LICENSE"
    assert metadata["Requires-Python"] == ">=3.10"
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert 'dynamic = ["version"]' in PROJECT
    assert cecli.__version__ not in PROJECT


def test_the_dependencies_are_five(wheel):
    [name] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    needed = Parser().parsestr(wheel.read(name).decode("utf-8")).get_all("Requires-Dist")
    core = {re.split(r"[><=]", line)[0] for line in needed if "extra ==" not in line}
    assert core == {"click", "numpy", "scipy", "rich", "pyarrow"}
    assert all(">=" in line for line in needed if "extra ==" not in line)


def test_the_changelog_has_the_version():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert f"\n## {cecli.__version__}" in changelog
    listed = set(re.findall(r"`([a-z-]+)`", changelog))
    assert set(COMMANDS) <= listed, "the changelog names every command"


def test_the_source_has_what_its_tests_need(source):
    for name in (
        "pyproject.toml",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        ".ci/hatch_build.py",
        "tests/conftest.py",
        ".ci/run",
        "cecli/py.typed",
    ):
        assert name in source
    assert {name for name in source if name.startswith("sample_data/")} >= {
        f"sample_data/{path.name}" for path in (ROOT / "sample_data").iterdir() if path.is_file()
    }
    assert not [name for name in source if re.match(r"\.venv|\.git/|dist/|.*__pycache__|\.hypothesis", name)]


def test_bounds_of_python_are_those_of_the_classifiers():
    versions = re.findall(r"Python :: (3\.\d+)", PROJECT)
    assert versions == ["3.10", "3.11", "3.12", "3.13", "3.14"]
    assert 'requires-python = ">=3.10"' in PROJECT
