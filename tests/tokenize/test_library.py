import os
import sys

import pytest

from tilth.errors import MissingExtra
from tilth.tokenize import library


def test_a_missing_library_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    for needs in (library.tokenizers, library.blank, lambda: library.load(b"{}")):
        with pytest.raises(MissingExtra, match=r"pip install 'tilth\[tokens\]'"):
            needs()


@pytest.mark.parametrize("before", [None, "true", "false"])
def test_the_thread_setting_is_put_back(monkeypatch, before):
    name = "TOKENIZERS_PARALLELISM"
    monkeypatch.delenv(name, raising=False)
    if before is not None:
        monkeypatch.setenv(name, before)
    for many, told in ((True, "true"), (False, "false")):
        with library.threads(many):
            assert os.environ[name] == told
        assert os.environ.get(name) == before


def test_a_tokenizer_that_cuts_and_pads_does_neither_here():
    tokenizer = library.blank()
    tokenizer.add_special_tokens(["<|pad|>"])
    tokenizer.enable_truncation(1)
    tokenizer.enable_padding(length=9, pad_token="<|pad|>")
    loaded = library.load(tokenizer.to_str().encode())
    assert loaded.truncation is None
    assert loaded.padding is None
    assert loaded.encode_special_tokens
