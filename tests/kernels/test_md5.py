import hashlib

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from tilth.kernels.md5 import md5_head


@given(st.binary(max_size=300), st.integers(0, 9))
@example(b"", 0)
@example(b"x" * 55, 0)
@example(b"x" * 56, 0)
@example(b"x" * 64, 3)
@example(b"x" * 128, 0)
def test_the_head_of_md5_is_that_of_hashlib(data, before):
    padded = np.frombuffer(b"y" * before + data + b"z" * 8, np.uint8)
    found = md5_head(padded, before, before + len(data), np.zeros(4, np.uint32), np.zeros(16, np.uint32))
    assert int(found).to_bytes(8, "big") == hashlib.md5(data).digest()[:8]
