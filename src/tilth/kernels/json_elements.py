"""Where the elements of a JSON array end, without parsing them: brackets are counted, strings passed over."""

from __future__ import annotations

import numpy as np

from tilth.kernels.jit import kernel

QUOTE, COMMA, ESCAPE = ord('"'), ord(","), ord("\\")
OPENING, CLOSING = (ord("["), ord("{")), (ord("]"), ord("}"))
END, OPENED, CLOSED = range(3)


@kernel
def scan(
    data: np.ndarray, start: int, state: np.ndarray, level: int, stop_at_opening: bool, commas: np.ndarray
) -> tuple[int, int, int]:
    """Go on through JSON text (uint8) at `start` until it ends, or depth falls below `level`, or (if asked) a bracket opens at `level`.

    `state` (int64: depth, in a string, after a backslash) is kept up to date, so that a text may come in parts. Places of commas
    at depth `level` go to `commas` (int64, as long as the text). Returns (END, OPENED or CLOSED; where it stopped; how many commas).
    """
    depth, quoted, escaped = state[0], state[1], state[2]
    found, why, at = 0, END, start
    while at < len(data):
        if quoted and not escaped:
            while at < len(data) and data[at] != QUOTE and data[at] != ESCAPE:
                at += 1
            if at == len(data):
                break
        byte = data[at]
        if quoted:
            if escaped:
                escaped = 0
            elif byte == ESCAPE:
                escaped = 1
            elif byte == QUOTE:
                quoted = 0
        elif byte == QUOTE:
            quoted = 1
        elif byte == COMMA:
            if depth == level:
                commas[found] = at
                found += 1
        elif byte == OPENING[0] or byte == OPENING[1]:
            if stop_at_opening and depth == level:
                why = OPENED
                break
            depth += 1
        elif byte == CLOSING[0] or byte == CLOSING[1]:
            depth -= 1
            if depth < level:
                why = CLOSED
                break
        at += 1
    state[0], state[1], state[2] = depth, quoted, escaped
    return why, at, found
