"""Language models as operators over rows: every answer is a value, or a null with its reason."""

from tilth.semantic.agg import Agg, GroupAnswer, aggregate
from tilth.semantic.batch_size import LearnBatch, Measured, batch_size
from tilth.semantic.cascade import Cascade, Cascaded
from tilth.semantic.classify import Classify
from tilth.semantic.classify_cascade import ClassifyCascade, ClassifyCascaded
from tilth.semantic.detect import Detect, WrongCells
from tilth.semantic.distil import Distil, Distilled
from tilth.semantic.estimate import Estimate, count, mean, total
from tilth.semantic.extract import Extract, extract
from tilth.semantic.filter import Filter
from tilth.semantic.find import FoundRows, find
from tilth.semantic.frame import Frame, over
from tilth.semantic.gather import Placed
from tilth.semantic.group_by import GroupBy
from tilth.semantic.impute import FillIn, Impute
from tilth.semantic.join import Joined, join
from tilth.semantic.join_step import Join
from tilth.semantic.likelihood import Likelihood
from tilth.semantic.map import Map
from tilth.semantic.pairs.join_cascade import cascade_join
from tilth.semantic.plan.optimize import QueryPlan, optimize
from tilth.semantic.plan.query import ANY, Query, query
from tilth.semantic.plan.run import run
from tilth.semantic.prefix.prefix_gain import BLOCKS, HOSTED, PrefixCache
from tilth.semantic.prefix.prefix_order import Order, order_texts, plan_order
from tilth.semantic.resolve import Resolve, Resolved, dedup, resolve
from tilth.semantic.resolve_cascade import ResolveCascade, cascade_resolve
from tilth.semantic.score import Score
from tilth.semantic.search import Search, search
from tilth.semantic.sim_join import SimJoin, sim_join
from tilth.semantic.top_k import Ranked, TopK, top_k

__all__ = [
    "ANY", "BLOCKS", "HOSTED", "Agg", "Cascade", "Cascaded", "Classify", "ClassifyCascade", "ClassifyCascaded", "Detect", "Distil",
    "Distilled", "Estimate", "Extract", "FillIn", "Filter", "FoundRows", "Frame", "GroupAnswer", "GroupBy", "Impute", "Join", "Joined",
    "LearnBatch", "Likelihood", "Map", "Measured", "Order", "Placed", "PrefixCache", "Query", "QueryPlan", "Ranked", "Resolve",
    "ResolveCascade", "Resolved", "Score", "Search", "SimJoin", "TopK", "WrongCells", "aggregate", "batch_size", "cascade_join",
    "cascade_resolve", "count", "dedup", "extract", "find", "join", "mean", "optimize", "order_texts", "over", "plan_order", "query",
    "resolve", "run", "search", "sim_join", "top_k", "total",
]  # fmt: skip
