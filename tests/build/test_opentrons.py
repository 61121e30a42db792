"""The protocols are accepted by Opentrons' own simulator, and deliver what the transfer list says."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from biowright.build import BuildPlan, Transfer, write_protocol
from biowright.build.transfers import dispense_pieces, mix_stocks
from biowright.core import InputError
from biowright.design import Candidate
from biowright.measure import arrange_wells
from biowright.safety import Clearance, require, screen

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(os.environ.get("BIOWRIGHT_OPENTRONS", ROOT / ".venv-opentrons" / "bin" / "python"))


def one_piece() -> list[Transfer]:
    """As the GB1 campaign has it: 96 designs, one fragment each."""
    names = [f"d{i}" for i in range(96)]
    layout = arrange_wells(names, seed=1)
    return dispense_pieces(layout, {n: [n] for n in names}, BuildPlan(method="fragments"))[0]


def shared_pieces() -> list[Transfer]:
    """Five parts a well, one of them in every well, on a plate of 384: 900 tips."""
    names = [f"d{i}" for i in range(180)]
    layout = arrange_wells(names, seed=2, wells=384)
    use = {n: ["all", *(f"slot{s}-{i % (s + 2)}" for s in range(4))] for i, n in enumerate(names)}
    return dispense_pieces(layout, use, BuildPlan(method="golden-gate", wells=384))[0]


def stocks() -> list[Transfer]:
    """Twelve stocks and diluent at 200 µL a well; some concentrations need less than 1 µL."""
    names = [f"m{i}" for i in range(10)]
    layout = arrange_wells(names, controls=["blank"], seed=3)
    salts = {f"salt {k}": (100.0 * (k + 1), "mM") for k in range(12)}
    candidates = {
        n: Candidate(n, {s: (i * 7 + 3 * k) % 11 * 0.9 for k, s in enumerate(salts)})
        for i, n in enumerate(names)
    }
    plan = BuildPlan(method="mix", volume=200.0, stocks=salts)
    return mix_stocks(layout, candidates, plan)[0]


def many_plates() -> list[Transfer]:
    """Thirteen source plates: more than the deck holds."""
    return [
        Transfer(f"DNA-{i + 1}", "P24", 1, f"A{1 + i % 12:02d}", 3_500_000 * (1 + i % 3), "x")
        for i in range(13)
    ]


CASES = {
    "one piece": (one_piece, 96, 50.0),
    "shared pieces": (shared_pieces, 384, 50.0),
    "stocks": (stocks, 96, 200.0),
    "many plates": (many_plates, 96, 100.0),
}
RUNS = [*((case, "Flex") for case in CASES), ("stocks", "OT-2")]


def cleared(transfers: list[Transfer]) -> Clearance:
    """Show pieces of these names to the gate, as the package does with the real ones."""
    pieces = {t.what: "ATGGCTAGCAAAGGTTGA" for t in transfers}
    return require(screen(pieces), pieces)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    if not PYTHON.is_file():
        pytest.skip(f"no Opentrons simulator at {PYTHON}: run `make opentrons`")
    folder = tmp_path_factory.mktemp("protocols")
    paths = {}
    for name, (make, wells, volume) in CASES.items():
        for robot in [robot for case, robot in RUNS if case == name]:
            path = folder / f"{name.replace(' ', '-')}-{robot}.py"
            text = write_protocol(name, make(), wells, volume, robot, clearance=cleared(make()))
            path.write_text(text, "utf-8")
            paths[f"{name}, {robot}"] = str(path)
    command = [str(PYTHON), str(Path(__file__).with_name("simulator.py")), *paths.values()]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    answers = json.loads(done.stdout.splitlines()[-1])
    return {name: answers[path] for name, path in paths.items()}


@pytest.mark.opentrons
@pytest.mark.parametrize(("case", "robot"), RUNS)
def test_the_simulator_delivers_the_transfer_list(
    case: str, robot: str, simulated: dict[str, dict[str, object]]
) -> None:
    answer = simulated[f"{case}, {robot}"]
    if "designed for an OT-2" in str(answer.get("error")):
        pytest.skip("this release of opentrons no longer simulates the OT-2")
    assert "error" not in answer
    wanted: Counter[tuple[str, str, str]] = Counter()
    make, _, volume = CASES[case]
    for t in make():
        if t.volume >= 1_000_000:
            short = [w[0] + str(int(w[1:])) for w in (t.source_well, t.well)]
            wanted[t.source, short[0], short[1]] += t.volume
    delivered = {tuple(row[:3]): row[3] for row in answer["delivered"]}  # type: ignore[attr-defined]
    assert delivered.keys() == wanted.keys()
    for key, amount in wanted.items():
        assert delivered[key] == pytest.approx(amount / 1e6, abs=0.01), key
    filled: Counter[str] = Counter()
    drawn: Counter[tuple[str, str]] = Counter()
    for (source, well, target), amount in delivered.items():
        filled[target] += amount
        drawn[source, well] += amount
    assert max(filled.values()) <= volume + 0.01
    assert max(drawn.values()) <= 45.01


@pytest.mark.opentrons
def test_racks_and_plates_are_exchanged_in_pauses(
    simulated: dict[str, dict[str, object]],
) -> None:
    assert simulated["one piece, Flex"] | {"delivered": 0} == {
        "delivered": 0,
        "tips": 96,
        "pauses": 0,
    }
    assert simulated["shared pieces, Flex"]["tips"] == 900
    assert simulated["shared pieces, Flex"]["pauses"] == 1  # nine racks
    # nine source plates stand on the deck, the others come later
    assert simulated["many plates, Flex"]["pauses"] == 4


def test_a_protocol_is_the_same_every_time_and_keeps_strange_titles_out() -> None:
    title = '"""\nimport os #'
    clearance = cleared(one_piece())
    text = write_protocol(title, one_piece(), 96, 50.0, clearance=clearance)
    assert text == write_protocol(title, one_piece(), 96, 50.0, clearance=clearance)
    compile(text, "protocol.py", "exec")
    assert "\nimport os #" not in text


@pytest.mark.parametrize(
    ("wells", "volume", "robot", "told"),
    [
        (96, 50.0, "OT2", "there is no robot 'OT2'"),
        (384, 150.0, "Flex", "a plate of 384 wells takes 112 µL"),
        (96, 5000.0, "Flex", "a plate of 96 wells takes 2000 µL"),
    ],
)
def test_what_no_robot_does_is_refused(wells: int, volume: float, robot: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        write_protocol("x", one_piece(), wells, volume, robot, clearance=cleared(one_piece()))
