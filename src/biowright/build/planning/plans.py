"""Plans side by side: every method with every vendor, proven, and which is cheapest, fastest, safest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from biowright.core import BiowrightError, InputError, NegativeResult, Record

from ..fidelity_matrix import ligation_matrix
from ..golden_gate import site_ends
from ..names import plain_name
from ..signals import held_signals, target_signals
from .collecting import Bench, Wishes, check_letters
from .making import Maker
from .proof import prove
from .reuse import best_cover, find_matches
from .sharing import Border, shared_borders
from .steps import METHODS, Alternative, Order, SynthesisPlan
from .vendors import Product, product, products
from .yeast import check_place

__all__ = ["ASSEMBLIES", "choose_plan", "plan_synthesis"]

ASSEMBLIES = ("order", "annealing", "pca", "golden-gate", "gibson")


def plan_synthesis(
    targets: Sequence[Record],
    *,
    have: Iterable[Record] = (),
    vendors: Sequence[str] = (),
    methods: Sequence[str] = (),
    enzymes: Sequence[str] = ("BsaI", "BsmBI", "BbsI", "SapI"),
    reuse: int = 150,
    vector: Record | None = None,
    place: int | None = None,
    keep: bool = False,
) -> list[Alternative]:
    """Plan how to make targets from what one has and what can be ordered, in several ways.

    Parameters
    ----------
    targets : sequence of Record
        DNA of A, C, G and T, linear or circular; several share their pieces.
    have : iterable of Record
        What one has: plasmids, genomes, parts.
    vendors : sequence of str, optional
        Rule packs (their names, or files) of fragments or oligos; by default all that come along.
    methods : sequence of str, optional
        Of ``order``, ``annealing``, ``pca``, ``golden-gate`` and ``gibson``; by default all.
    enzymes : sequence of str
        For Golden Gate, in the order of preference.
    reuse : int, default 150
        The shortest stretch that is copied from what one has, in bp; 0 for none.
    vector : Record, optional
        A vector of yeast (TAR), for what is put together there: it gets hooks to both ends of the product,
        which is cut out of it by Cas9 exactly at its ends; all that is part of the plan and of its proof.
    place : int, optional
        Before which letter of circular targets the vector goes, 0-based; by default a neutral place,
        between genes that end there if there are such. A circle is cut out with ends that are alike,
        over which it closes.
    keep : bool, default False
        The vector stays: what is made, and proven, is the target with the vector in it.

    Returns
    -------
    list of Alternative
        The cheapest first, then ways that are closed, with the reason. Every plan is proven: its
        reactions were simulated and gave exactly the targets.

    Raises
    ------
    InputError
        A target holds letters that cannot be made, or a method or vendor is unknown.
    NegativeResult
        There is no way at all; the error says why each is closed.

    Examples
    --------
    >>> from biowright.core import Record, Sequence
    >>> target = Record(Sequence("ACGTTGCATTCGAGCCTGAAGCTTACGATC"), "tiny")
    >>> best = choose_plan(plan_synthesis([target]))
    >>> best.method, len(best.primers), best.proven
    ('annealing', 2, True)
    """
    if not targets:
        raise InputError("there is no target")
    for target in targets:
        check_letters(target)
    doubled = {t.name for t in targets if sum(o.name == t.name for o in targets) > 1}
    if doubled:
        raise InputError(f"two targets are named '{min(doubled)}'", hint="rename one")
    chosen_methods = list(methods) or list(ASSEMBLIES)
    for method in chosen_methods:
        if method not in ASSEMBLIES:
            from biowright.core import suggest

            raise InputError(f"no method '{method}'", hint=suggest(method, ASSEMBLIES))
    if vector is not None:
        check_letters(vector)
        if len(vector) < 500:
            raise InputError(
                f"a vector of {len(vector)} bp",
                record=vector.name,
                expected="one with a yeast origin and marker",
            )
    elif place is not None or keep:
        raise InputError(
            "a place for a vector of yeast, and no vector"
            if place is not None
            else "no vector to keep",
            hint="name the vector",
        )
    if place is not None:
        for target in targets:
            check_place(target, place)
    if reuse < 0:
        raise InputError(f"reuse of {reuse} bp", expected="0 or more")
    if "golden-gate" in chosen_methods:
        for name in enzymes:
            site_ends(name)
            ligation_matrix(name)
    chosen = [product(name) for name in vendors] or [
        p
        for p in products().values()
        if p.kind in ("fragment", "oligo") and p.id != "idt-ultramers"
    ]
    stock = list(have)
    covers = {
        target.name: (
            best_cover(find_matches(target.sequence, stock, reuse), len(target), target.circular)
            if reuse and stock
            else []
        )
        for target in targets
    }
    signals = {
        target.name: tuple(target_signals(target, covers[target.name], stock, enzymes=enzymes))
        for target in targets
    }
    borders = {plain_name(name): each for name, each in shared_borders(targets).items()}
    found: list[Alternative] = []
    for method in chosen_methods:
        for made in _suited(method, chosen):
            wishes = Wishes(
                method,
                made,
                made if made.kind == "oligo" else product("idt-oligos"),
                product("idt-ultramers"),
                tuple(enzymes),
                reuse or 150,
                vector,
                place,
                keep,
            )
            label = made.id
            try:
                plan = _planned(targets, wishes, stock, covers, borders)
                told = {
                    name: tuple(held_signals(target, made, signals[name], enzymes=enzymes))
                    if len(made) > len(target)
                    else signals[name]
                    for target, made in zip(targets, plan.targets, strict=True)
                    for name in (target.name,)
                }
                plan = replace(plan, signals=told)
                found.append(Alternative(plan, method, label))
            except NegativeResult as error:
                found.append(Alternative(None, method, label, why=str(error)))
    plans = [a for a in found if a.plan is not None]
    if (
        vector is not None
        and plans
        and not any(r.method == "tar" for a in plans if a.plan for r in a.plan.reactions)
    ):
        raise InputError(
            "a vector of yeast, and nothing is put together in yeast",
            record=vector.name,
            hint="leave it out: the targets fit one pot, or are ordered whole",
        )
    if not plans:
        reasons = dict.fromkeys(f"{a.method} with {a.vendor}: {a.why}" for a in found)
        raise NegativeResult(
            "there is no way to make it: " + "; ".join(list(reasons)[:6]),
            record=targets[0].name,
            hint="allow other methods or vendors",
        )
    return _ranked(found)


def _suited(method: str, chosen: Sequence[Product]) -> list[Product]:
    """Give the products that a method can use."""
    if method in ("annealing", "pca"):
        return [p for p in chosen if p.kind == "oligo"] or [product("idt-oligos")]
    if method == "order":
        return [p for p in chosen if p.kind == "fragment"]
    return [p for p in chosen if p.kind in ("fragment", "oligo")]


def _planned(
    targets: Sequence[Record],
    wishes: Wishes,
    stock: Sequence[Record],
    covers: dict,  # type: ignore[type-arg]
    borders: Mapping[str, Sequence[Border]],
) -> SynthesisPlan:
    bench = Maker(wishes, stock, borders=borders)
    products_of = {target.name: bench.make(target, covers[target.name]) for target in targets}
    if wishes.keep and not bench.held:
        raise NegativeResult("nothing is put together in yeast: there is no vector to keep")
    orders, primers = tuple(bench.orders.values()), tuple(bench.primers.values())
    notices = list(bench.notices)
    breached = [order for order in orders if order.breaches]
    if breached:
        rules = sorted({breach.rule for order in breached for breach in order.breaches})
        notices.append(
            f"{len(breached)} of {len(orders)} pieces break rules of {wishes.fragments.product} "
            f"({', '.join(rules)}): ask the vendor, or order these elsewhere"
        )
    currencies = {order.currency for order in (*orders, *primers)}
    if len(currencies) > 1:
        notices.append(f"prices are in {' and '.join(sorted(currencies))}, added one for one")
    packs = {made.id: made for made in (wishes.fragments, wishes.oligos, wishes.long_oligos)}
    for pack in dict.fromkeys(order.product for order in (*orders, *primers)):
        if packs[pack].unchecked:
            notices.append(f"not read at the vendor's, {pack}: {', '.join(packs[pack].unchecked)}")
    price = _total(orders, primers, wishes)
    fidelity = 1.0
    last = {products_of[target.name] for target in targets}
    for reaction in bench.reactions:
        if reaction.name in last:
            fidelity *= reaction.fidelity * bench.joined(reaction.inputs)
    made = tuple(bench.held.get(target.name, target) for target in targets)
    plan = SynthesisPlan(
        made,
        wishes.method,
        wishes.fragments.id,
        orders,
        primers,
        dict(bench.used),
        tuple(bench.reactions),
        products_of,
        price,
        "+".join(sorted(currencies)) or wishes.fragments.price.currency,
        _days(bench, wishes),
        fidelity,
        packs,
        tuple(notices),
    )
    try:
        prove(plan)
    except BiowrightError as error:
        yeast = any(
            reaction.method == "tar" and not reaction.circular for reaction in plan.reactions
        )
        raise NegativeResult(
            f"the plan was not proven: {error}",
            hint="name a vector of yeast: only what holds it is selected" if yeast else None,
        ) from error
    return replace(plan, proven=True)


def _total(orders: Sequence[Order], primers: Sequence[Order], wishes: Wishes) -> float:
    del wishes
    return round(sum(order.price for order in (*orders, *primers)), 2)


def _days(bench: Bench, wishes: Wishes) -> tuple[int, int]:
    """Give working days: the slowest vendor, then the longest chain of reactions."""
    waits = []
    if bench.orders:
        waits.append(wishes.fragments.days)
    if bench.primers:
        used = {order.product for order in bench.primers.values()}
        waits += [
            p.days for p in (wishes.oligos, wishes.long_oligos, wishes.fragments) if p.id in used
        ]
    depth: dict[str, int] = {}
    for reaction in bench.reactions:
        before = max((depth.get(name, 0) for name in reaction.inputs), default=0)
        depth[reaction.name] = before + METHODS[reaction.method].days
    lab = max(depth.values(), default=0)
    return (
        max((w.least for w in waits), default=0) + lab,
        max((w.most for w in waits), default=0) + lab,
    )


def _safety(plan: SynthesisPlan) -> tuple[float, int, float]:
    """Rank by what can go wrong: joins, rules that are broken, pieces."""
    right = 1.0
    for reaction in plan.reactions:
        right *= reaction.fidelity
    broken = sum(len(order.breaches) for order in plan.orders)
    return (-round(right, 6) + 0.02 * broken, len(plan.reactions), plan.price)


def _ranked(found: Sequence[Alternative]) -> list[Alternative]:
    plans = [(i, a.plan) for i, a in enumerate(found) if a.plan is not None]
    cheapest = min(plans, key=lambda p: (p[1].price, p[1].days, p[0]))[0]
    fastest = min(plans, key=lambda p: (p[1].days[1], p[1].days[0], p[1].price, p[0]))[0]
    safest = min(plans, key=lambda p: (_safety(p[1]), p[0]))[0]
    told = {"cheapest": cheapest, "fastest": fastest, "safest": safest}
    named = [
        replace(a, best=tuple(name for name, index in told.items() if index == i))
        for i, a in enumerate(found)
    ]
    order = sorted(
        range(len(named)),
        key=lambda i: (named[i].plan is None, named[i].plan.price if named[i].plan else 0.0, i),  # type: ignore[union-attr]
    )
    return [named[i] for i in order]


def choose_plan(alternatives: Sequence[Alternative], by: str = "cheapest") -> SynthesisPlan:
    """Give the cheapest, fastest or safest of the plans.

    Raises
    ------
    InputError
        `by` is none of these.
    """
    for alternative in alternatives:
        if by in alternative.best and alternative.plan is not None:
            return alternative.plan
    raise InputError(f"no plan is '{by}'", expected="cheapest, fastest or safest")
