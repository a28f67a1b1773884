import numpy as np
import tokenizers

from tilth.kernels import bpe
from tilth.tokenize.pattern import classes

SCALARS = [code for code in range(0x110000) if not 0xD800 <= code < 0xE000]


def test_classes_are_those_of_the_librarys_regex():
    # Unassigned planes are left out: the library takes seconds for each million characters.
    codes = np.array([code for code in SCALARS if code < 0x33000 or 0xE0000 <= code < 0xE0200 or code > 0x10FF00])
    text = "".join(map(chr, codes))
    for kind, pattern in ((bpe.LETTER, r"[\p{L}\p{M}]+"), (bpe.NUMBER, r"\p{N}+"), (bpe.SPACE, r"[^\S\r\n]+"), (bpe.NEWLINE, r"[\r\n]+")):
        left = tokenizers.pre_tokenizers.Split(tokenizers.Regex(pattern), "removed").pre_tokenize_str(text)
        matched = np.ones(len(codes), bool)
        for _, (start, end) in left:
            matched[start:end] = False
        assert np.array_equal(classes()[codes] == kind, matched), pattern


def test_nothing_is_assigned_where_the_library_was_not_asked():
    assert not classes()[0x33000:0xE0000].any()
    assert not classes()[0xE0200:].any()
