"""Labs answer the wells of a plate map: from a table, from a function, or later."""

from __future__ import annotations

import gzip
import random
import sys
from pathlib import Path

import pytest

from biowright.core import InputError
from biowright.design import Candidate
from biowright.foundry.labs import make_lab
from biowright.foundry.settings import FilesLab, ReplayLab, SimulatedLab
from biowright.measure import Well, arrange_wells

CANDIDATES = {n: Candidate(n, {"a": n[-1], "b": "W", "c": "D"}) for n in ("W", "A", "NA")}


def ask(lab: object, layout: list[Well], quantities: tuple[str, ...] = ("y",)) -> dict[str, object]:
    units = dict.fromkeys(quantities, "")
    readings = lab.measure(layout, CANDIDATES, units, (7, 1))  # type: ignore[attr-defined]
    return {f"{r.plate}{r.well}{r.quantity}": r.value for r in readings}


def replay(folder: Path, text: str) -> object:
    (folder / "m.csv").write_text(text)
    return make_lab(ReplayLab(kind="replay", file=folder / "m.csv"))


def wells(*designs: str, role: str = "design") -> list[Well]:
    return [
        Well(1, 0, i, name, role, designs[: i + 1].count(name)) for i, name in enumerate(designs)
    ]


def test_files_wait() -> None:
    assert make_lab(FilesLab(kind="files")).measure([], {}, {}, (0, 1)) is None


def test_rows_of_a_design_are_its_replicates_and_no_value_is_given_twice(tmp_path: Path) -> None:
    lab = replay(tmp_path, "id,y\nA,1\nNA,5\nA,2\nA,\n")
    answers = ask(lab, wells("A", "A", "A", "A", "NA", "NA", "blank"))
    names = ["1A01y", "1A02y", "1A03y", "1A04y", "1A05y", "1A06y", "1A07y"]
    assert [answers[n] for n in names] == [1.0, 2.0, None, None, 5.0, None, None]


def test_a_repeat_begins_with_the_last_row(tmp_path: Path) -> None:
    lab = replay(tmp_path, "id,y\nA,1\nA,2\nA,3\n")
    assert list(ask(lab, wells("A", "A")).values()) == [1.0, 2.0]
    assert list(ask(lab, wells("A", role="repeat")).values()) == [3.0]


def test_a_gzipped_table_with_several_quantities(tmp_path: Path) -> None:
    (tmp_path / "m.csv.gz").write_bytes(gzip.compress(b"id,y,z\nA,1e-3,-2\n"))
    lab = make_lab(ReplayLab(kind="replay", file=tmp_path / "m.csv.gz"))
    assert list(ask(lab, wells("A"), ("y", "z")).values()) == [0.001, -2.0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,y\nA,one\n", "line 2: y = 'one' is no number"),
        ("id,y\nA,inf\n", "line 2: y = 'inf' is no number"),
        ("id,y\nA,NA\n", "leave the cell empty"),
        ("id,z\nA,1\n", "no column 'y'"),
    ],
)
def test_a_table_that_does_not_answer(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        ask(replay(tmp_path, text), wells("A"))
    assert told in str(caught.value)
    assert "m.csv" in str(caught.value)


def simulated(function: str, noise: float = 0.0) -> object:
    name = function if ":" in function else f"tests.foundry.landscape:{function}"
    return make_lab(SimulatedLab(kind="simulated", function=name, noise=noise))


def test_a_function_answers_and_controls_have_no_value() -> None:
    answers = ask(simulated("fitness"), wells("W", "blank"))
    assert answers == {"1A01y": pytest.approx(2.1), "1A02y": None}
    both = ask(simulated("two"), wells("A"), ("titre", "cost"))
    assert list(both.values()) == [pytest.approx(1.1), pytest.approx(1.21)]


def test_noise_belongs_to_the_well_whatever_else_is_measured() -> None:
    lab = simulated("fitness", noise=0.5)
    layout = arrange_wells(["W", "A", "NA"], replicates=9, seed=1)
    all_of_them = ask(lab, layout)
    some = random.Random(3).sample(layout, 10)
    assert ask(lab, some).items() <= all_of_them.items()
    assert len(set(all_of_them.values())) == len(layout)
    again = lab.measure(layout, CANDIDATES, {"y": ""}, (7, 2))  # type: ignore[attr-defined]
    assert {r.value for r in again}.isdisjoint(all_of_them.values())


@pytest.mark.parametrize(
    ("function", "told"),
    [
        ("nothing", "cannot be loaded (AttributeError"),
        ("", "cannot be loaded"),
        ("no.such.module:f", "cannot be loaded (ModuleNotFoundError"),
        ("tests.foundry.landscape:_WEIGHT", "is no function"),
    ],
)
def test_a_function_that_is_not_there(function: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        simulated(function)
    assert told in str(caught.value)


def test_a_function_of_the_current_folder_and_what_it_may_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "my_model.py").write_text(
        "def nan(x): return float('nan')\n"
        "def other(x): return {'z': 1}\n"
        "def fails(x): return x['no such factor']\n"
    )
    monkeypatch.chdir(tmp_path)
    path = list(sys.path)
    for name, told in (
        ("nan", "gave y = nan for A"),
        ("other", "gave y = None for A"),
        ("fails", "failed on A: KeyError"),
    ):
        with pytest.raises(InputError) as caught:
            ask(simulated(f"my_model:{name}"), wells("A"))
        assert told in str(caught.value)
    assert sys.path == path
