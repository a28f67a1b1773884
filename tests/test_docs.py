"""The docs run: every Python block of a page, top to bottom, in an empty folder; and the README names what is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md"]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TILTH_LLM", "TILTH_LLM_BASE_URL"):  # what a page sets ends with it
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    names: dict[str, object] = {"__name__": f"docs_{page.stem}"}
    import sys
    import types

    module = types.ModuleType(f"docs_{page.stem}")
    module.__dict__.update(names)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    text = page.read_text()
    for match in BLOCK.finditer(text):
        line = text[: match.start()].count("\n") + 2
        code = compile("\n" * (line - 1) + match[1], str(page), "exec")
        exec(code, module.__dict__)  # a failure shows the page and the line


def test_links_of_the_docs_lead_somewhere() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("decisions/*.md")]:
        for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_tree_in_the_readme_is_the_tree() -> None:
    tree = (ROOT / "README.md").read_text().partition("## The tree")[2]
    named = set(re.findall(r"^\s*([a-z_]+(?:/|\.py))", tree, re.MULTILINE))
    folders = {path.name + "/" for path in (ROOT / "src" / "tilth").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders <= named, folders - named
