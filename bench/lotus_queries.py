"""Queries by LOTUS's own operators, in its own environment: one query as JSON on standard input, its answer and seconds as the last line.

`large` is LOTUS's model and `small` its helper, both behind `base_url`, 64 calls at a time. LOTUS imports sentence-transformers and
PyTorch for a reranker and a retriever that are not used here; empty modules stand for the two.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import types
import warnings


class _Empty(types.ModuleType):
    def __getattr__(self, name):
        return type(name, (), {})


sys.modules |= {name: _Empty(name) for name in ("torch", "sentence_transformers")}
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it looks for prices on the network
given = json.load(sys.stdin)
os.environ |= {"OPENAI_API_KEY": "none", "OPENAI_API_BASE": given["base_url"], "OPENAI_BASE_URL": given["base_url"]}
warnings.simplefilter("ignore")

import lotus  # noqa: E402
import pandas as pd  # noqa: E402
from lotus.ast import LazyFrame  # noqa: E402
from lotus.models import LM, LiteLLMRM  # noqa: E402
from lotus.types import CascadeArgs  # noqa: E402
from lotus.vector_store import FaissVS  # noqa: E402

SEED = 0


def cascade(**more):
    return CascadeArgs(recall_target=0.9, precision_target=0.9, failure_probability=0.05, cascade_IS_random_seed=SEED, **more)


def numbered(texts, name="text"):
    return pd.DataFrame({name: texts, f"{name}_number": range(len(texts))})


def sem_filter(texts, claim, by_helper=False):
    found = numbered(texts).sem_filter(claim, cascade_args=cascade() if by_helper else None)
    return found["text_number"].tolist()


def two_filters(texts, claims, longest):
    """Two filters and then a rule of pandas, as written, and as LOTUS's optimizer of lazy frames has it: the rule first."""
    rows = numbered(texts)
    lazy = LazyFrame(df=rows).sem_filter(claims[0]).sem_filter(claims[1]).filter(lambda rows: rows["text"].str.len() < longest)
    return lazy.optimize().execute(rows)["text_number"].tolist()


def sem_join(left, right, claim, by_similarity=False):
    how = cascade(min_join_cascade_size=0) if by_similarity else None
    found = numbered(left, "left").sem_join(numbered(right, "right"), claim, cascade_args=how)
    return found[["left_number", "right_number"]].values.tolist()


def sem_topk(texts, question, k):
    return numbered(texts).sem_topk(question, K=k, method="quick")["text_number"].tolist()


def sem_extract(texts, fields):
    found = numbered(texts).sem_extract(["text"], dict.fromkeys(fields, "what this accident or situation report says of it"))
    return [{field: row.get(field) for field in fields} for row in found.to_dict("records")]


def main():
    reach = {"api_base": given["base_url"], "api_key": "none", "timeout": 30}  # a lost connection is noticed after 30 s, not 600
    models = {name: LM(f"openai/{name}", **reach) for name in ("large", "small")}
    lotus.settings.configure(lm=models["large"], helper_lm=models["small"], rm=LiteLLMRM("openai/large"), vs=FaissVS())
    query = {each.__name__: each for each in (sem_filter, two_filters, sem_join, sem_topk, sem_extract)}[given["query"]]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)  # indexes are written here
        start, cpu = time.perf_counter(), time.process_time()
        answer = query(**given["of"])
        seconds, spent = time.perf_counter() - start, time.process_time() - cpu
    print("\n" + json.dumps({"answer": answer, "seconds": seconds, "cpu": spent}))


main()
