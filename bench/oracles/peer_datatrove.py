"""Runs under a Python with datatrove 0.10.1 (and spacy, ftfy, xxhash): what its filters say of every text.

    python peer_datatrove.py TEXTS.jsonl.gz RECORDS.jsonl [FILTER...]

Figures come from the tool's own code: a `Probe` in place of a threshold never fires and remembers what it was compared with.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
import warnings
from collections.abc import Callable
from typing import Any

from datatrove.data import Document
from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
from datatrove.pipeline.filters import C4QualityFilter, FineWebQualityFilter, GopherQualityFilter, GopherRepetitionFilter
from datatrove.pipeline.formatters import FTFYFormatter, PIIFormatter
from datatrove.pipeline.formatters.pii import public_ip_validator
from datatrove.utils.text import simplify_text, split_into_sentences, split_into_words

QUALITY = {
    "words": "min_doc_words", "mean_word_length": "min_avg_word_length", "bullet_lines": "max_bullet_lines_ratio",
    "ellipsis_lines": "max_ellipsis_lines_ratio", "alpha_words": "max_non_alpha_words_ratio", "stop_words": "min_stop_words",
}
LINES = ("too_long_word", "no_terminal_punc", "too_few_words", "javascript", "policy")


class Probe(float):
    """A threshold that no value exceeds or falls short of, and that keeps the values it was held against."""

    __array_ufunc__ = None  # numpy scalars then leave the comparison to this class

    def __new__(cls) -> Probe:
        probe = super().__new__(cls, 0.5)
        probe.seen = []
        return probe

    def _keep(self, value: Any) -> bool:
        self.seen.append(float(value))
        return False

    __lt__ = __gt__ = _keep  # type: ignore[assignment]

    def last(self, at: int = -1) -> float | None:
        return self.seen[at] if len(self.seen) > (at if at >= 0 else 0) else None


def digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def verdict(step: Any, text: str) -> tuple[str, str]:
    """Return (first reason or "", the text after the step)."""
    document = Document(text=text, id="")
    try:
        result = step.filter(document)
    except (ZeroDivisionError, IndexError, AssertionError, ValueError) as error:
        return f"raises {type(error).__name__}", text
    return ("" if result is True else result[1]), document.text


def gently(step: Any, text: str) -> None:
    """Run a probing step as far as it goes."""
    verdict(step, text)


def gopher_quality(text: str) -> dict[str, Any]:
    probes = {figure: Probe() for figure in (*QUALITY, "symbols")}
    step = GopherQualityFilter(
        max_doc_words=None, max_avg_word_length=None, max_symbol_word_ratio=probes["symbols"],
        **{name: probes[figure] for figure, name in QUALITY.items()}
    )
    gently(step, text)
    figures = {figure: probes[figure].last() for figure in QUALITY}
    return {"reason": verdict(DEFAULT["gopher_quality"], text)[0], **figures, "hash_ratio": probes["symbols"].last(0),
        "ellipsis_ratio": probes["symbols"].last(1)}


def gopher_repetition(text: str) -> dict[str, Any]:
    names = ("dup_line_frac", "dup_para_frac", "dup_line_char_frac", "dup_para_char_frac")
    probes = {name: Probe() for name in names}
    top, dup = {n: Probe() for n in (2, 3, 4)}, {n: Probe() for n in range(5, 11)}
    gently(GopherRepetitionFilter(**probes, top_n_grams=tuple(top.items()), dup_n_grams=tuple(dup.items())), text)
    figures = {name: probe.last() for name, probe in probes.items()}
    figures |= {f"top_{n}_gram": probe.last() for n, probe in top.items()} | {f"dup_{n}_grams": probe.last() for n, probe in dup.items()}
    return {"reason": verdict(DEFAULT["gopher_repetition"], text)[0], **figures}


def c4(text: str) -> dict[str, Any]:
    probe = Probe()
    step = C4QualityFilter(min_num_sentences=probe)
    gently(step, text)
    counts = {name: int(step.stats[f"line-filter-{name}"].total) for name in LINES}
    reason, edited = verdict(DEFAULT["c4"], text)
    return {"reason": reason, "text": "" if reason else digest(edited), "sentences": probe.last(), **counts,
        "kept_lines": int(step.stats["line-kept"].total)}


def c4_fineweb(text: str) -> dict[str, Any]:
    """C4 as FineWeb uses it: lines need no end mark."""
    reason, edited = verdict(DEFAULT["c4_fineweb"], text)
    return {"reason": reason, "text": "" if reason else digest(edited)}


def fineweb(text: str) -> dict[str, Any]:
    probes = {name: Probe() for name in ("line_punct_thr", "short_line_thr", "char_duplicates_ratio", "new_line_ratio")}
    gently(FineWebQualityFilter(**probes), text)
    return {"reason": verdict(DEFAULT["fineweb"], text)[0], **{name: probe.last() for name, probe in probes.items()}}


def fineweb_chain(text: str) -> dict[str, Any]:
    """The order of the tool's own FineWeb script, after language and before deduplication."""
    for name in ("gopher_repetition", "gopher_quality", "c4_fineweb", "fineweb"):
        reason, text = verdict(DEFAULT[name], text)
        if reason:
            return {"reason": f"{name}: {reason}", "text": ""}
    return {"reason": "", "text": digest(text)}


def words(text: str) -> dict[str, Any]:
    parts = split_into_words(text)
    return {"words": len(parts), "digest": digest("\n".join(parts)), "sentences": len(split_into_sentences(text))}


def edits(text: str) -> dict[str, Any]:
    """Digests of the formatters' texts, one replacement for all; addresses found, and public IP numbers among all that look like one."""
    pii = PIIFormatter(email_replacement="someone@example.com", ip_replacement="192.0.2.1")
    ips = [found.group() for found in pii.ip_replacer.regex.finditer(text)]
    return {
        "ftfy": digest(FTFYFormatter().format(text)), "pii": digest(pii.format(text)),
        "emails": len(pii.emails_replacer.regex.findall(text)),
        "ips": len(ips), "public_ips": sum(map(public_ip_validator, ips)),
    }


def minhash(text: str) -> dict[str, Any]:
    step = DEFAULT["minhash"]
    shingles = step.get_shingles(text)
    signature = [value for band in step.get_signature(shingles) for value in band] if shingles.size else []
    return {"text": digest(simplify_text(text)), "shingles": len(shingles), "signature": [str(value) for value in signature]}


DEFAULT: dict[str, Any] = {
    "gopher_quality": GopherQualityFilter(), "gopher_repetition": GopherRepetitionFilter(), "c4": C4QualityFilter(),
    "c4_fineweb": C4QualityFilter(filter_no_terminal_punct=False),
    "fineweb": FineWebQualityFilter(), "minhash": MinhashDedupSignature("memory://", MinhashConfig()),
}
FILTERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "words": words, "gopher_quality": gopher_quality, "gopher_repetition": gopher_repetition, "c4": c4, "fineweb": fineweb,
    "c4_fineweb": c4_fineweb, "fineweb_chain": fineweb_chain, "edits": edits,
}


def main(source: str, target: str, *chosen: str) -> None:
    warnings.simplefilter("ignore")
    with gzip.open(source, "rt", encoding="utf-8") as texts, open(target, "w", encoding="utf-8") as out:
        for line in texts:
            row = json.loads(line)
            names = FILTERS | ({"minhash": minhash} if row["minhash"] else {})
            out.write(json.dumps({name: run(row["text"]) for name, run in names.items() if not chosen or name in chosen}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
