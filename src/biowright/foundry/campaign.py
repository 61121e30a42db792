"""A campaign: rounds of design, build, test and learn until the goal or the budget is met."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Hashable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from biowright import __version__
from biowright.build import BuildPlan, prepare_package, write_package
from biowright.core import ConflictError, InputError
from biowright.design import Candidate, DesignSpace, ProteinVariants
from biowright.formats import make_folder, open_output, remove_unfinished
from biowright.learn import Measured, Sites
from biowright.measure import Reading, Well, arrange_wells, read_filled
from biowright.safety import default_gate

from .journal import Journal
from .labs import make_lab
from .learning import measure_scores, recommend_round
from .loading import load_settings
from .settings import CampaignSettings, ConditionSpace
from .spaces import make_space
from .standing import Status, rank_designs, reaches_all, told_design

__all__ = ["Campaign"]

Progress = Callable[[str], None]
_PICK = ("id", "mean", "low", "high", "reason", "new", "quantities")
_SCHEMA = TypeAdapter(CampaignSettings)


class Campaign:
    """The one stateful object of the foundry: settings, journal and workdir of a campaign.

    Parameters
    ----------
    folder : path
        The workdir. Everything that the campaign makes lies there.
    url : str, optional
        A database for its journal instead of the workdir's own file.

    Raises
    ------
    InputError
        The folder holds no campaign.
    """

    def __init__(self, folder: str | Path, url: str | None = None) -> None:
        self.folder = Path(folder)
        record = self.folder / "campaign.json"
        if not record.is_file():
            raise InputError(
                "there is no campaign in this folder",
                path=self.folder,
                hint="start one: biowright campaign run FILE.toml --workdir DIR",
            )
        stored = json.loads(record.read_text("utf-8"))
        self.checksum: str = stored["checksum"]
        self.settings: CampaignSettings = _SCHEMA.validate_python(stored["settings"])
        self.journal = Journal(
            url or f"sqlite:///{self.folder / 'campaign.db'}", self.checksum[:16]
        )
        self._space: DesignSpace | None = None

    @classmethod
    def start(cls, file: str | Path, folder: str | Path, url: str | None = None) -> Campaign:
        """Start the campaign of a file in a workdir, or go on with it.

        Raises
        ------
        InputError
            The file is wrong; every error is told at once.
        ConflictError
            The workdir belongs to another campaign, or the file was changed since it began.
        """
        settings = load_settings(file)
        folder = Path(folder)
        dumped = _SCHEMA.dump_python(settings, mode="json")
        checksum = hashlib.sha256(json.dumps(dumped, sort_keys=True).encode()).hexdigest()
        record = folder / "campaign.json"
        if record.is_file():
            if json.loads(record.read_text("utf-8"))["checksum"] != checksum:
                raise ConflictError(
                    "the campaign file says something else than when this workdir was begun",
                    path=folder,
                    hint="name another --workdir, or put the file back as it was",
                )
        else:
            make_space(settings.space)  # tells what is wrong before anything is written
            make_lab(settings.lab)
            make_folder(folder)
            with open_output(record, force=True) as output:
                text = json.dumps({"checksum": checksum, "settings": dumped}, indent=2)
                output.write(text.encode())
        return cls(folder, url)

    @property
    def space(self) -> DesignSpace:
        """The design space, made when it is first asked for."""
        if self._space is None:
            self._space = make_space(self.settings.space)
        return self._space

    @property
    def quantities(self) -> dict[str, str]:
        """The quantities that are measured, with their units."""
        return {objective.quantity: objective.unit for objective in self.settings.objective}

    def run(self, progress: Progress = lambda text: None) -> Status:
        """Advance until the campaign is done or waits for measurements.

        Raises
        ------
        ConflictError
            Another process advances it.
        """
        with self.journal.advancing(self.folder):
            remove_unfinished(self.folder)
            for round in range(1, self.settings.campaign.rounds + 1):
                if not self._run_round(round, progress):
                    break
            self._report()
        return self.status()

    def _run_round(self, round: int, progress: Progress) -> bool:
        """Do one round; tell whether another may follow."""
        picks = self.journal.step(step_name(round, "design"), lambda: self._design(round))
        progress(f"round {round}: design, {len(picks['picks'])} designs")
        self.journal.step(step_name(round, "build"), lambda: self._build(round))
        progress(f"round {round}: build, {self._round_folder(round)}")
        if self.journal.answer(step_name(round, "test")) is None:
            readings = make_lab(self.settings.lab).measure(
                self.layout(round),
                self.candidates(round),
                self.quantities,
                (self.settings.campaign.seed, round),
            )
            if readings is None:
                progress(f"round {round}: waiting for measurements")
                return False
            self.journal.step(
                step_name(round, "test"), lambda: self._take_in(round, readings, "lab")
            )
        progress(f"round {round}: test, {len(self.journal.measurements(round))} values")
        learned = self.journal.step(step_name(round, "learn"), lambda: self._learn(round))
        progress(f"round {round}: learn, best {told_design(learned['best'])}")
        self._report()
        return learned["stop"] is None

    def _design(self, round: int) -> Any:
        run = self.settings.campaign
        recommendation = recommend_round(self, round)
        picks = [
            {
                "id": pick.id,
                "mean": pick.mean,
                "low": pick.low,
                "high": pick.high,
                "reason": self._with_site_names(pick.reason),
                "new": pick.new,
                "quantities": dict(pick.quantities),
            }
            for pick in recommendation.picks
        ]
        effects = [asdict(effect) for effect in recommendation.effects]
        return {
            "picks": picks,
            "notices": list(recommendation.notices),
            "effects": [e | {"column": self._with_site_names(e["column"])} for e in effects],
            "model": asdict(recommendation.model) if recommendation.model else None,
            "seed": [run.seed, round],
        }

    def _with_site_names(self, text: str) -> str:
        """Call the sites of a protein by residue and number: ``V39`` for ``site 1``."""
        space = self.space
        if not isinstance(space, ProteinVariants) or not isinstance(space.search, Sites):
            return text
        names = [f"{space.protein[place]}{place + space.first}" for place in space.sites]
        return re.sub(r"\bsite (\d+)\b", lambda match: names[int(match[1]) - 1], text)

    def unanswered(self) -> tuple[Hashable, ...]:
        """Give the designs that were built and gave no value: they are not proposed again."""
        answered: dict[str, bool] = {}
        for _, _, _, design, values in self.wells():
            full = len(values) == len(self.quantities)
            answered[design] = answered.get(design, False) or full
        return tuple(
            self.space.key(design)
            for design, full in answered.items()
            if not full and self._in_space(design)
        )

    def picks(self, round: int) -> list[dict[str, Any]]:
        """Give the designs of a round, in order of preference.

        Raises
        ------
        InputError
            The round has not been designed yet.
        """
        answer = self.journal.answer(step_name(round, "design"))
        if answer is None:
            raise InputError(f"round {round} has not been designed yet")
        return list(answer["picks"])

    def candidates(self, round: int) -> dict[str, Candidate]:
        """Give the designs of a round and the controls that are designs, by identity."""
        names = [pick["id"] for pick in self.picks(round)]
        found = {}
        for name in [*names, *self.settings.plate.controls]:
            try:
                found[name] = self.space.candidate(self.space.key(name))
            except InputError:
                if name in names:
                    raise
        return found

    def layout(self, round: int) -> list[Well]:
        """Give the plate map of a round."""
        run, plate = self.settings.campaign, self.settings.plate
        picks = self.picks(round)
        return arrange_wells(
            [pick["id"] for pick in picks if pick["new"]],
            repeats=[pick["id"] for pick in picks if not pick["new"]],
            controls=plate.controls,
            replicates=run.replicates,
            control_wells=plate.control_wells,
            wells=plate.wells,
            edge=plate.edge,
            seed=run.seed,
            round=round,
        )

    def _build(self, round: int) -> Any:
        build, space = self.settings.build, self.settings.space
        stocks = {}
        if isinstance(space, ConditionSpace):
            stocks = {f.name: (f.stock, f.unit) for f in space.factors if f.stock is not None}
        plan = BuildPlan(
            method=build.method,
            enzyme=build.enzyme,
            upstream=build.upstream,
            downstream=build.downstream,
            price_base=build.price_base,
            price_oligo_base=build.price_oligo_base,
            fragments=build.fragments,
            oligos=build.oligos,
            currency=build.currency,
            volume=build.volume,
            robot=build.robot,
            wells=self.settings.plate.wells,
            parent=self.space.parent,
            stocks=stocks,
            quantities=self.quantities,
            have=frozenset(
                name
                for earlier in range(1, round)
                for name in self.journal.answer(step_name(earlier, "build"))["ordered"]
            ),
        )
        prepared = prepare_package(list(self.candidates(round).values()), self.layout(round), plan)
        gate = default_gate()
        verdict = gate.screen(prepared.pieces, customer=self.settings.campaign.name)
        package = write_package(self._round_folder(round), prepared, verdict=verdict, gate=gate)
        return asdict(package)

    def ingest(self, file: str | Path, round: int | None = None, *, read: str | None = None) -> int:
        """Take in a measurement file of the round that waits; give the number of values.

        Parameters
        ----------
        file : path
            A filled table (CSV, workbook) or what a plate reader wrote.
        round : int, optional
            The round, where it is not the one that waits.
        read : str, optional
            The reading or the sheet to take, where the file holds several.

        Raises
        ------
        InputError, UnitError
            The table does not fit the plate map; nothing is taken in.
        ConflictError
            The round is measured already, with other values.
        """
        path = Path(file)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(f"the table cannot be read ({error.strerror})", path=path) from None
        with self.journal.advancing(self.folder):
            waiting = self._waiting()
            round = round or waiting
            if round is None:
                raise InputError(
                    "no round waits for measurements",
                    path=self.folder,
                    hint="say --round N to give a table again, or run the campaign on",
                )
            readings = read_filled(
                data,
                self.layout(round),
                self.quantities,
                wells=self.settings.plate.wells,
                path=str(path),
                read=read,
            )
            source = hashlib.sha256(data).hexdigest()
            if round != waiting:
                self._take_in(round, readings, source)  # the same again is no conflict
                return len(readings)
            self.journal.step(
                step_name(round, "test"), lambda: self._take_in(round, readings, source)
            )
            return len(readings)

    def _waiting(self) -> int | None:
        steps = self.journal.steps()
        for round in range(1, self.settings.campaign.rounds + 1):
            if steps.get(step_name(round, "build")) == "done":
                if steps.get(step_name(round, "test")) != "done":
                    return round
            else:
                break
        return None

    def _take_in(self, round: int, readings: list[Reading], source: str) -> Any:
        self.journal.record(
            [{**asdict(reading), "round": round, "source": source} for reading in readings]
        )
        present = sum(reading.value is not None for reading in readings)
        return {"values": present, "missing": len(readings) - present, "source": source}

    def wells(self) -> Iterator[tuple[int, int, str, str, dict[str, float]]]:
        """Walk the measured wells: round, plate, well, design, and the quantities that have a value."""
        key, values = None, {}
        for row in self.journal.measurements():
            fresh = (row["round"], row["plate"], row["well"], row["design"])
            if fresh != key:
                if key is not None:
                    yield (*key, values)
                key, values = fresh, {}
            if row["value"] is not None:
                values[row["quantity"]] = row["value"]
        if key is not None:
            yield (*key, values)

    def measured(self) -> Measured:
        """Give the measurements as the recommender takes them: one score a well, higher is better."""
        return measure_scores(self)

    def ranking(self, until: int | None = None) -> list[dict[str, Any]]:
        """Give the measured designs, the best first, with the mean of their replicates.

        With several quantities each row has its `front`: 0 where no design beats it in all of them, 1
        without those, and so on; None where it breaks a limit. Fronts come in this order.

        Parameters
        ----------
        until : int, optional
            Only wells of rounds up to this one.
        """
        wells = (well for well in self.wells() if until is None or well[0] <= until)
        return rank_designs(self.settings, self.quantities, wells, self._in_space)

    def front(self) -> list[dict[str, Any]]:
        """Give the measured designs that no other beats in all quantities, and that keep all limits."""
        rows = [row for row in self.ranking() if row.get("front") == 0]
        return sorted(rows, key=lambda row: [-row[name] for name in self.quantities])

    def _in_space(self, design: str) -> bool:
        try:
            self.space.key(design)
        except InputError:
            return False
        return True

    def _learn(self, round: int) -> Any:
        ranking = self.ranking(round)
        best = ranking[0] if ranking else None
        stop = None
        if best is not None and reaches_all(self.settings.objective, best):
            stop = "the goal is reached"
        elif round >= self.settings.campaign.rounds:
            stop = "all rounds are done"
        elif self.settings.campaign.budget is not None:
            spent = self.cost()
            if spent * (round + 1) / round > self.settings.campaign.budget:
                stop = "another round would exceed the budget"
        return {"best": best, "stop": stop}

    def cost(self) -> float:
        """Give what the orders of all rounds cost."""
        answers = [self.journal.answer(step_name(r, "build")) for r in range(1, self._last() + 1)]
        return float(sum(answer["cost"] for answer in answers if answer))

    def _last(self) -> int:
        rounds = [int(name.split(".")[0]) for name in self.journal.steps()]
        return max(rounds, default=0)

    def next(self) -> tuple[int, list[dict[str, Any]]]:
        """Give the next batch: of the round that waits, or what would be chosen now."""
        waiting = self._waiting()
        if waiting is not None:
            return waiting, self.picks(waiting)
        round = self._last() + 1
        recommendation = recommend_round(self, round)
        return round, [
            {name: getattr(pick, name) for name in _PICK} for pick in recommendation.picks
        ]

    def status(self) -> Status:
        """Tell where the campaign stands."""
        steps, last = self.journal.steps(), self._last()
        learned = self.journal.answer(step_name(last, "learn")) if last else None
        waiting = self._waiting()
        if not steps:
            state, reason = "new", ""
        elif learned is not None and learned["stop"]:
            state, reason = "done", learned["stop"]
        elif waiting is not None and self.settings.lab.kind == "files":
            state = "waiting"
            reason = f"fill in {self._round_folder(waiting) / 'measurements.csv'} and ingest it"
        else:
            state, reason = "running", "run the same command to go on"
        ranking = self.ranking()
        return Status(
            self.settings.campaign.name,
            state,
            last,
            self.settings.campaign.rounds,
            len(ranking),
            sum(1 for _ in self.wells()),
            ranking[0] if ranking else None,
            self.cost(),
            self.settings.build.currency,
            reason,
            tuple(self.front()),
        )

    def _round_folder(self, round: int) -> Path:
        folder = self.folder / f"round-{round:02d}"
        folder.mkdir(exist_ok=True)
        return folder

    def _report(self) -> None:
        from .report import write_report

        write_report(self)

    def versions(self) -> dict[str, str]:
        """Give the versions and checksums that the results depend on."""
        import numpy
        import scipy
        import sklearn

        return {
            "biowright": __version__,
            "numpy": numpy.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
            "campaign": self.checksum,
        }


def step_name(round: int, name: str) -> str:
    """Name a step of a round so that names sort in the order of the work."""
    order = {"design": 1, "build": 2, "test": 3, "learn": 4}[name]
    return f"{round:04d}.{order}-{name}"
