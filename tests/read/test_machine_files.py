"""Which files are taken, and what is read of them."""

import gzip
import importlib.metadata
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tilth.read import machine_files
from tilth.read.machine_files import Found, choose, debian, debian_pages, licences, packages, python, read, walk


@pytest.fixture
def doc(tmp_path):
    """A folder like /usr/share/doc."""
    files = {
        "bash/copyright": b"Copyright: the authors", "bash/README.md": b"# Bash", "bash/changelog.gz": gzip.compress(b"bash (1) unstable"),
        "bash/guide.html": b"<p>Guide", "bash/guide.pdf": b"%PDF", "bash/examples/loop.sh": b"for x; do :; done",
        "zsh/copyright": b"Copyright: the authors", "zsh/latin.txt": b"caf\xe9", "zsh/empty": b"", "zsh/blank": b" \n", "zsh/data": b"a\0b",
        "zsh/broken.gz": gzip.compress(os.urandom(5000))[:2000], "zsh/notgz.gz": b"plain text", "zsh/.hidden": b"hidden",
        "zsh/large.txt": b"x" * (machine_files.LARGEST + 1), "zsh/bomb.gz": gzip.compress(b"\n" * (1 << 24)),
    }  # fmt: skip
    for name, data in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "zsh" / "link").symlink_to(tmp_path / "bash" / "copyright")
    (tmp_path / "linked").symlink_to(tmp_path / "bash")
    os.mkfifo(tmp_path / "zsh" / "pipe")
    return tmp_path


def test_documentation(doc):
    found = {document.id: document.text for document in debian(root=doc)}
    assert found == {
        "bash/README.md": "# Bash", "bash/changelog.gz": "bash (1) unstable", "bash/copyright": "Copyright: the authors",
        "bash/examples/loop.sh": "for x; do :; done", "zsh/copyright": "Copyright: the authors", "zsh/latin.txt": "café",
    }  # fmt: skip
    assert list(found) == sorted(found)
    assert [file.name for file in debian_pages(root=doc)] == ["bash/guide.html"]


def test_a_gzip_file_that_lies_about_its_size_is_bounded(tmp_path):
    bomb = bytearray(gzip.compress(b"\n" * (1 << 24)))
    bomb[-4:] = (100).to_bytes(4, "little")
    (tmp_path / "bomb.gz").write_bytes(bomb)
    (found,) = walk(tmp_path)
    assert found.size == 100
    assert read(found.path) is None


def test_a_machine_without_documentation(tmp_path):
    assert list(debian(root=tmp_path / "none")) == []
    assert debian_pages(root=tmp_path / "none") == []


names = st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=3).map("/".join)
files = st.lists(
    st.builds(lambda name, size, gz: Found(name + gz, Path(name), size), names, st.integers(1, 50), st.sampled_from(["", ".gz"])),
    unique_by=lambda file: file.name,
)


@given(files, st.integers(0, 200), st.integers(0, 100), st.randoms())
def test_the_choice_is_bounded_and_does_not_depend_on_the_order(files, most, each, random):
    chosen = choose(files, most, each)
    assert sum(file.size for file in chosen) <= most
    for folder in {file.name.partition("/")[0] for file in chosen}:
        assert sum(file.size for file in chosen if file.name.partition("/")[0] == folder) <= each
    assert [file.name for file in chosen] == sorted(file.name for file in chosen)
    random.shuffle(files)
    assert choose(files, most, each) == chosen
    assert choose(files, 10**9) == sorted(files, key=lambda file: file.name)


def test_plain_files_come_before_compressed_ones():
    files = [Found(f"{i}{suffix}", Path("x"), 1) for i in range(20) for suffix in ("", ".gz")]
    assert not any(file.name.endswith(".gz") for file in choose(files, 20))


def test_python_sources(tmp_path):
    for name in ("a.py", "package/b.py", "package/c.txt", "site-packages/d.py", "__pycache__/e.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"# {name}")
    found = {document.id: document.text for document in python(roots={"lib": tmp_path})}
    assert found == {"lib/a.py": "# a.py", "lib/package/b.py": "# package/b.py"}


def test_python_sources_of_this_machine():
    found = list(python(most=1 << 20))
    assert (1 << 19) < sum(os.path.getsize(document.path) for document in found) <= 1 << 20
    assert {document.id.partition("/")[0] for document in found} >= {"stdlib"}
    assert len({document.id for document in found}) == len(found)


def install(root, name, description, **more):
    info = root / f"{name}-1.0.dist-info"
    (info / "licenses").mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n\n{description}")
    for file, text in more.items():
        (info / "licenses" / file.replace("_", ".")).write_text(text)
    listed = [*(f"licenses/{file.replace('_', '.')}" for file in more), "gone/LICENSE"]
    (info / "RECORD").write_text("".join(f"{info.name}/{file},,\n" for file in listed))


@pytest.fixture
def installed(tmp_path, monkeypatch):
    texts = {"LICENSE": "Do as you like.", "NOTICE_md": "Thanks.", "licence_py": "code", "copying_json": "{}"}
    install(tmp_path, "soil", "# Soil\n\nMade ready.\n", **texts)
    install(tmp_path, "bare", "")
    monkeypatch.setattr(importlib.metadata, "distributions", lambda: importlib.metadata.Distribution.discover(path=[str(tmp_path)]))
    return tmp_path


def test_descriptions(installed):
    assert [(document.id, document.text) for document in packages()] == [("soil", "# Soil\n\nMade ready.\n")]


def test_licences(installed):
    assert [(document.id, document.text) for document in licences()] == [
        ("soil/soil-1.0.dist-info/licenses/LICENSE", "Do as you like."),
        ("soil/soil-1.0.dist-info/licenses/NOTICE.md", "Thanks."),
    ]


def test_this_environment_has_both():
    assert {"numpy", "pyarrow"} <= {document.id for document in packages()}
    assert any(document.id.startswith("numpy/") for document in licences())


def test_what_a_package_brought_along_for_itself_is_not_installed(tmp_path, monkeypatch):
    told = tmp_path / "site-packages" / "tools" / "_vendor" / "brought-1.0.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: brought\nVersion: 1.0\n\nA description.\n")
    monkeypatch.syspath_prepend(str(told.parent))
    assert "brought" not in {document.id for document in machine_files.packages()}
