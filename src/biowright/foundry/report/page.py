"""The report's page: HTML with everything in it, for screens in light and dark and for paper."""

from __future__ import annotations

import html
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .charts import bars_chart, calibration_chart, front_chart, progress_chart

__all__ = ["draw_page"]

_EFFECTS = 18

_STYLE = """
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5b6878; --line: #d9dee5; --page: #fff;
  --card: #f6f8fa; --blue: #0072b2; --orange: #d55e00; --green: #00795b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf1; --soft: #9aa7b6; --line: #333d49;
  --page: #12171d; --card: #1a2129; --blue: #56b4e9; --orange: #ff9b54; --green: #3dd6ac; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1.5rem 4rem; background: var(--page);
  color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.4rem 0 .6rem; }
p.lead { color: var(--soft); margin: .2rem 0 1.4rem; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .8rem; }
.fact { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: .7rem 1rem; }
.fact b { display: block; font-size: 1.35rem; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.fact span { color: var(--soft); font-size: .85rem; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(26rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: .87rem; }
svg { width: 100%; height: auto; font: 12px system-ui, Helvetica, Arial, sans-serif; }
svg text { fill: var(--ink); } svg .tick { fill: var(--soft); font-size: 11px; }
svg .title { fill: var(--soft); } .grid { stroke: var(--line); } .axis { stroke: var(--soft); }
.goal { stroke: var(--soft); stroke-dasharray: 5 4; } .point { fill: var(--blue); fill-opacity: .55; }
.missed { fill: var(--orange); } .whisker { stroke: var(--line); stroke-width: 2; }
.best { fill: none; stroke: var(--green); stroke-width: 2.5; } .mark { fill: var(--green); }
.range { stroke: var(--orange); stroke-width: 3; } .expected { fill: var(--orange); }
.up { fill: var(--green); } .down { fill: var(--orange); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 50%; font-size: .9rem; }
th, td { text-align: left; padding: .3rem 1.4rem .3rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { color: var(--soft); font-weight: 600; white-space: nowrap; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code, td.s { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .82rem; }
td.s { overflow-wrap: anywhere; min-width: 14rem; }
details summary { cursor: pointer; color: var(--blue); }
ul.notices { color: var(--soft); padding-left: 1.2rem; }
@media print { body { max-width: none; padding: 0; font-size: 11px; } h2 { break-after: avoid; }
  figure, tr { break-inside: avoid; } details > *:not(summary) { display: block; }
  .scroll { overflow: visible; } }
"""


def draw_page(summary: Mapping[str, Any]) -> str:
    """Write the page of a summary; it loads nothing from anywhere.

    Parameters
    ----------
    summary : mapping
        As `summarise` gives it.
    """
    status = summary["status"]
    parts = [
        _head(status),
        _facts(summary),
        _progress(summary),
        _front(summary),
        _designs(summary),
        _learned(summary),
        _next(summary),
        _rounds(summary),
        _provenance(summary),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(status['name'])}: campaign report</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _text(value: object) -> str:
    return html.escape(str(value))


def _number(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _table(
    head: Sequence[str], rows: Iterable[Sequence[object]], letters: Sequence[str] = ()
) -> str:
    rows = list(rows)
    numbers = [
        all(isinstance(row[i], int | float | None) for row in rows) for i in range(len(head))
    ]

    def cell(i: int, value: object) -> str:
        if head[i] in letters:
            return f'<td class="s">{_text(value or "")}</td>'
        return f"<td{' class=n' if numbers[i] else ''}>{_text(_number(value))}</td>"

    body = "".join(
        "<tr>" + "".join(cell(i, value) for i, value in enumerate(row)) + "</tr>" for row in rows
    )
    names = "".join(
        f"<th{' class=n' if number else ''}>{_text(name)}</th>"
        for name, number in zip(head, numbers, strict=True)
    )
    return (
        f'<div class="scroll"><table><thead><tr>{names}</tr></thead><tbody>{body}</tbody></table>'
        "</div>"
    )


def _head(status: Mapping[str, Any]) -> str:
    reason = f": {status['reason']}" if status["reason"] else ""
    return (
        f"<header><h1>{_text(status['name'])}</h1>"
        f'<p class="lead">Round {status["round"]} of {status["rounds"]}, {_text(status["state"])}'
        f"{_text(reason)}</p></header>"
    )


def _facts(summary: Mapping[str, Any]) -> str:
    status, first = summary["status"], summary["objectives"][0]["quantity"]
    best = status["best"]
    facts = [
        *(
            [(_number(len(summary["front"])), "designs on the Pareto front")]
            if summary["front"]
            else [
                (_number(best[first]) if best else "–", f"best {first}"),
                (best["id"] if best else "–", "best design"),
            ]
        ),
        (_number(status["designs"]), "designs measured"),
        (_number(status["wells"]), "wells"),
        (f"{status['cost']:,.0f} {status['currency']}", "DNA ordered"),
    ]
    coverage = _coverage(summary)
    if coverage is not None:
        facts.append((f"{coverage:.0%}", "of measured values inside their 95 % interval"))
    cells = "".join(
        f'<div class="fact"><b>{_text(value)}</b><span>{_text(name)}</span></div>'
        for value, name in facts
    )
    return f'<section class="facts">{cells}</section>'


def _coverage(summary: Mapping[str, Any]) -> float | None:
    rows = [row for r in summary["rounds"] for row in r["predicted"]]
    if not rows:
        return None
    return sum(row["low"] <= row["measured"] <= row["high"] for row in rows) / len(rows)


def _progress(summary: Mapping[str, Any]) -> str:
    figures = []
    several = len(summary["objectives"]) > 1
    line = "the design of the front with the best ranks so far" if several else "the best so far"
    for objective in summary["objectives"]:
        name = objective["quantity"]
        rounds = [
            (
                r["round"],
                [(row["id"], row[name]) for row in r["values"]],
                r["best"][name] if r["best"] else None,
            )
            for r in summary["rounds"]
        ]
        title = f"{name} [{objective['unit']}]" if objective["unit"] else name
        expected = None
        picks = [p for p in summary["next"] if p["mean"] is not None]
        if picks and len(summary["objectives"]) == 1 and objective["goal"] != "target":
            sign = 1 if objective["goal"] == "maximise" else -1
            low, high = sorted(sign * picks[0][k] for k in ("low", "high"))
            expected = (sign * picks[0]["mean"], low, high)
        chart = progress_chart(rounds, title, objective["stop_at"], expected)
        if chart:
            figures.append(
                f"<figure>{chart}<figcaption>Each point is a design, mean of its wells; the line is "
                f"{line} ({_text(objective['goal'])} {_text(name)}).</figcaption></figure>"
            )
    predicted = [row for r in summary["rounds"] for row in r["predicted"]]
    for name in dict.fromkeys(row.get("quantity", "") for row in predicted):
        rows = [
            (row["id"], row["measured"], row["mean"], row["low"], row["high"])
            for row in predicted
            if row.get("quantity", "") == name
        ]
        of = f" of {_text(name)}" if name else ""
        figures.append(
            f"<figure>{calibration_chart(rows)}<figcaption>What was predicted{of} before a round, with "
            "its 95 % interval, and what was then measured; orange lies outside.</figcaption></figure>"
        )
    return f'<h2>Progress</h2><div class="pair">{"".join(figures)}</div>' if figures else ""


def _front(summary: Mapping[str, Any]) -> str:
    """Draw the Pareto front by each two quantities, and list it."""
    if not summary["front"]:
        return ""
    titles = {
        o["quantity"]: f"{o['quantity']} [{o['unit']}]" if o["unit"] else o["quantity"]
        for o in summary["objectives"]
    }
    ids = {row["id"] for row in summary["front"]}
    values = [value for r in summary["rounds"] for value in r["values"]]
    figures = []
    for a, b in itertools.combinations(titles, 2):
        rows = [(v["id"], v[a], v[b], v["id"] in ids, v.get("front") is not None) for v in values]
        figures.append(
            f"<figure>{front_chart(rows, titles[a], titles[b])}<figcaption>Every measured design; the "
            "line joins those that no other beats in all quantities; orange breaks a limit."
            "</figcaption></figure>"
        )
    rows = [[row["id"], *(row[q] for q in titles), row["n"]] for row in summary["front"]]
    return f'<h2>The Pareto front</h2><div class="pair">{"".join(figures)}</div>' + _table(
        ["design", *titles.values(), "wells"], rows
    )


def _designs(summary: Mapping[str, Any]) -> str:
    best = summary["best"]
    if not best:
        return ""
    quantities = [objective["quantity"] for objective in summary["objectives"]]
    head = ["#", "design", *quantities, "wells", "round"]
    rows = [
        [i, row["id"], *(row[q] for q in quantities), row["n"], row["round"]]
        for i, row in enumerate(best, 1)
    ]
    sequences = [(row["id"], row["seguid"], row["sequence"]) for row in best if row["sequence"]]
    more = ""
    if sequences:
        more = (
            "<details><summary>Their sequences</summary>"
            + _table(("design", "checksum", "sequence"), sequences, ("checksum", "sequence"))
            + "</details>"
        )
    return "<h2>Best designs</h2>" + _table(head, rows) + more


def _learned(summary: Mapping[str, Any]) -> str:
    parts = []
    for name in dict.fromkeys(e.get("quantity", "") for e in summary["effects"]):
        own = [e for e in summary["effects"] if e.get("quantity", "") == name]
        rows = sorted(
            (
                (f"{e['column']} = {e['level']}", float(e["effect"]))
                for e in sorted(own, key=lambda e: -abs(e["effect"]))[:_EFFECTS]
            ),
            key=lambda row: -row[1],
        )
        chart = bars_chart(rows, f"effect on {name or 'the objective'}")
        if chart:
            parts.append(
                f"<figure>{chart}<figcaption>The strongest effects that the models agree on, other "
                "things being equal.</figcaption></figure>"
            )
    model = summary["model"]
    if model:
        members = model.get("members") or []
        if members and isinstance(members[0], Mapping):
            head = list(members[0])
            parts.append(
                "<figure>"
                + _table(head, [[m[k] for k in head] for m in members])
                + "<figcaption>The models behind the last batch, weighted by their skill on designs "
                "that they had not seen.</figcaption></figure>"
            )
    return f'<h2>What was learned</h2><div class="pair">{"".join(parts)}</div>' if parts else ""


def _next(summary: Mapping[str, Any]) -> str:
    picks = summary["next"]
    if not picks:
        return ""
    told = picks[0].get("quantities") or {}
    if told:
        rows = [
            [i, p["id"], *(_range(p["quantities"][name]) for name in told), p["reason"]]
            for i, p in enumerate(picks, 1)
        ]
        return "<h2>The next batch</h2>" + _table(("#", "design", *told, "why"), rows)
    rows = [
        [i, p["id"], p["mean"], p["low"], p["high"], p["reason"]] for i, p in enumerate(picks, 1)
    ]
    return "<h2>The next batch</h2>" + _table(
        ("#", "design", "predicted", "low", "high", "why"), rows
    )


def _range(told: Sequence[float]) -> str:
    return f"{_number(told[0])} ({_number(told[1])} to {_number(told[2])})"


def _rounds(summary: Mapping[str, Any]) -> str:
    rows = [
        (r["round"], r["designs"], r["measured"], r["ordered"], r["cost"], ", ".join(r["files"]))
        for r in summary["rounds"]
    ]
    notices = [f"Round {r['round']}: {n}" for r in summary["rounds"] for n in r["notices"]]
    told = "".join(f"<li>{_text(notice)}</li>" for notice in notices)
    head = (
        "round",
        "designs",
        "measured",
        "pieces ordered",
        f"cost [{summary['status']['currency']}]",
        "work package",
    )
    return (
        "<h2>What was built</h2>"
        + _table(head, rows)
        + (f'<ul class="notices">{told}</ul>' if told else "")
    )


def _provenance(summary: Mapping[str, Any]) -> str:
    provenance = summary["provenance"]
    rows = [("seed", str(provenance["seed"]))]
    rows += [(name, value) for name, value in provenance["versions"].items()]
    for r in summary["rounds"]:
        if r["source"]:
            rows.append((f"round {r['round']}, measurements", r["source"]))
        rows += [(f"round {r['round']}, {n}", digest) for n, digest in sorted(r["files"].items())]
    return (
        "<h2>Provenance</h2><details><summary>Versions, seed and checksums</summary>"
        + _table(("what", "value"), rows, ("value",))
        + "</details>"
    )
