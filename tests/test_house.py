"""The house rules that a machine can hold: imports point one way, names say what a thing is, no file speaks of another place."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SRC = ROOT / "src" / "tilth"
STEPS = (  # the life cycle, in order
    "read", "clean", "segment", "filters", "embed", "dedup", "decontaminate", "select", "bias", "tokenize", "instruct", "media", "write",
    "llm", "semantic",
)  # fmt: skip
RUNNER = ("run", "flow", "conductor", "tasks", "books", "publish", "probe", "memory", "executors", "cli", "web", "sweep", "explain", "gc")


def modules() -> dict[str, Path]:
    return {".".join(path.relative_to(SRC).with_suffix("").parts): path for path in SRC.rglob("*.py") if "__pycache__" not in path.parts}


def imports(path: Path) -> set[str]:
    """The modules of tilth that a file imports, without the leading `tilth.`."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tilth."):
            found.add(node.module.removeprefix("tilth."))
    return found


def test_no_attic() -> None:
    forbidden = {"utils", "util", "common", "helpers", "helper", "base", "manager", "misc"}
    assert not [name for name in modules() if forbidden & set(re.split(r"[._]", name))]


def test_steps_do_not_know_the_runner() -> None:
    for name, path in modules().items():
        if name.split(".")[0] in (*STEPS, "kernels", "op"):
            known = {target.split(".")[0] for target in imports(path)} & set(RUNNER)
            assert not known, f"{name} imports {known}"


def test_kernels_know_nothing_but_kernels() -> None:
    for name, path in modules().items():
        if name.startswith("kernels."):
            assert all(target.split(".")[0] in ("kernels", "errors") for target in imports(path)), name


def test_the_core_does_not_know_command_line_or_page() -> None:
    for name, path in modules().items():
        if name.split(".")[0] not in ("cli", "web"):
            assert not {target.split(".")[0] for target in imports(path)} & {"cli", "web"}, name


def test_every_test_file_has_the_name_of_what_it_tests() -> None:
    known = {name.split(".")[-1] for name in modules()} | {name.split(".")[0] for name in modules()}
    free = {"docs", "run_main_job", "house", "laws", "generated", "recipes", "s3"}  # of the whole, not of one file
    for path in (ROOT / "tests").rglob("test_*.py"):
        if "oracles" not in path.parts:
            subject = path.stem.removeprefix("test_")
            assert any(subject == name or subject.startswith(f"{name}_") for name in known | free), path.name


def test_no_file_names_a_place_of_one_machine() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    elsewhere = re.compile(r"/(?:work|root|home/\w+)/|(?:files\.pythonhosted|registry\.npmjs|pypi\.org)", re.IGNORECASE)
    for name in listed:
        path = ROOT / name
        if path.suffix in (".py", ".md", ".toml", ".yaml", ".txt", ".json", ".css", "") and path.is_file() and path != Path(__file__):
            text = path.read_text(errors="ignore")
            assert not elsewhere.search(text), f"{name}: {elsewhere.search(text)}"
