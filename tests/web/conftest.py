"""A finished run over hostile documents: what every test of the page looks at."""

from __future__ import annotations

import pytest
from web.hostile import RECIPE, web, write

from tilth import run
from tilth.read import Jsonl, union


@pytest.fixture(scope="session")
def out(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of the run."""
    folder = tmp_path_factory.mktemp("page")
    for name, texts in (("web", web()), ("books", ["a calm book of many words", "bcd fgh jkl mnp", "to"])):
        (folder / name).mkdir()
        write(folder / name / "a.jsonl", texts, name)
    reader = union(web=Jsonl(str(folder / "web")), books=Jsonl(str(folder / "books")))
    return run(reader, RECIPE, str(folder / "out"), "local:1", split=5000).out
