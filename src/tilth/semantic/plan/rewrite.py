"""Plans that give the same rows and ask less: each rule is a function from a node to a better one, or None where it does not fit."""

from __future__ import annotations

from collections.abc import Callable

from tilth.semantic.plan.query import Ask, Limit, Match, Node, Scan, Sql, Where, children, replaced, schema
from tilth.semantic.plan.relational import reads

Rule = Callable[[Node], Node | None]


def where_below_ask(node: Node) -> Node | None:
    """A SQL rule that does not read a model's answer goes before the model is asked."""
    if isinstance(node, Where) and isinstance(node.child, Ask):
        needed = reads(node.rule)
        if needed is not None and needed <= set(schema(node.child.child).names):
            return Ask(Where(node.child.child, node.rule), node.child.step)
    return None


def where_below_match(node: Node) -> Node | None:
    """A SQL rule about one side of a join goes to that side, before pairs are asked about."""
    if not (isinstance(node, Where) and isinstance(node.child, Match)):
        return None
    needed, match = reads(node.rule), node.child
    if needed is None:
        return None
    left, right = set(schema(match.left).names), set(schema(match.right).names)
    if needed <= left:
        return replaced(match, (Where(match.left, node.rule), match.right))
    return replaced(match, (match.left, Where(match.right, node.rule))) if needed <= right - left else None


def filter_below_map(node: Node) -> Node | None:
    """A model's filter that does not read what another task adds goes before it: the task is done on fewer rows."""
    if isinstance(node, Ask) and node.filters and isinstance(node.child, Ask) and not node.child.filters:
        inner = node.child
        if set(node.step.reads) <= set(schema(inner.child).names):
            return Ask(Ask(inner.child, node.step), inner.step)
    return None


def limit_below_map(node: Node) -> Node | None:
    """A limit goes before a task that leaves every row in place."""
    if isinstance(node, Limit) and isinstance(node.child, Ask) and not node.child.filters:
        return Ask(Limit(node.child.child, node.rows), node.child.step)
    return None


def limits_merged(node: Node) -> Node | None:
    """Of two limits the smaller one is enough."""
    if isinstance(node, Limit) and isinstance(node.child, Limit):
        return Limit(node.child.child, min(node.rows, node.child.rows))
    return None


def filter_below_match(node: Node) -> Node | None:
    """A model's filter about one side of a join can go to that side; whether that is cheaper, the optimizer says."""
    if not (isinstance(node, Ask) and node.filters and isinstance(node.child, Match)):
        return None
    needed, match = set(node.step.reads), node.child
    left, right = set(schema(match.left).names), set(schema(match.right).names)
    if needed <= left:
        return replaced(match, (Ask(match.left, node.step), match.right))
    return replaced(match, (match.left, Ask(match.right, node.step))) if needed <= right - left else None


ALWAYS: tuple[Rule, ...] = (where_below_ask, where_below_match, filter_below_map, limit_below_map, limits_merged)


def rewritten(node: Node, rules: tuple[Rule, ...] = ALWAYS) -> Node:
    """Return the tree with the rules applied, from the leaves up, until none fits.

    >>> import pyarrow as pa
    >>> from tilth.semantic.plan.query import Query, nodes
    >>> found = Query(Scan(pa.table({"text": ["a"], "n": [1]}))).filter("Is it snow?").where("n > 0").node
    >>> [type(node).__name__ for node in nodes(rewritten(found))]
    ['Scan', 'Where', 'Ask']
    """
    node = replaced(node, [rewritten(child, rules) for child in children(node)])
    for rule in rules:
        better = rule(node)
        if better is not None:
            return rewritten(better, rules)
    return node


def variants(node: Node) -> list[Node]:
    """Return the trees among which only cost can choose: every one-sided filter above its join, and below it."""
    found = [rewritten(node)]
    for tree in found:
        for moved in _moved(tree):
            moved = rewritten(moved)
            if described(moved) not in {described(each) for each in found}:
                found.append(moved)
        if len(found) >= 32:
            break
    return found


def _moved(node: Node) -> list[Node]:
    here = filter_below_match(node)
    below = list(children(node))
    inside = [replaced(node, [*below[:i], each, *below[i + 1 :]]) for i, child in enumerate(below) for each in _moved(child)]
    return [*([here] if here is not None else []), *inside]


def described(node: Node) -> str:
    """Return a tree as one line: what it does from the leaves up, the same for equal trees over the same rows."""
    told = [described(child) for child in children(node)]
    if isinstance(node, Scan):
        return f"{node.name}#{id(node.table):x}"
    if isinstance(node, Match):
        return f"match({told[0]}, {told[1]}: {node.instruction})"
    said = {Where: "rule", Sql: "select", Ask: "step", Limit: "rows"}[type(node)]
    return f"{type(node).__name__.lower()}({told[0]}: {getattr(node, said)!r})"
