"""Hot loops: Numba functions over raw Arrow buffers, each with a plain-Python twin in the tests."""
