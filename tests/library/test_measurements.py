"""Measurements keep their unit, context and reference; what does not fit is told; sources are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from biowright.core import InputError, Quantity, Record, Sequence, UnitError
from biowright.library import (
    Calibration,
    Curve,
    Filters,
    Library,
    MeasuredRange,
    Measurement,
    read_source,
    sources,
)
from biowright.library.sheets import rows_of

HERE = {"host": "E. coli DH10B", "reference": "J23101"}


def strength(number: int, value: float, **said: object) -> Measurement:
    said.setdefault("context", HERE)
    return Measurement(number, "promoter strength", Quantity(value, "RPU", 0.1, 3), **said)  # type: ignore[arg-type]


@pytest.fixture
def parts(library: Library) -> Library:
    library.add([Record(Sequence("TTGACA" + "A" * k), f"p{k}") for k in range(1, 5)])
    return library


def test_what_is_measured_comes_back(parts: Library) -> None:
    curve = Curve(
        "hill activation", "IPTG", "output", "mM", "RPU",
        {"ymin": 0.1, "ymax": 2, "K": 0.05, "n": 1.5}, ((0.0, 0.1), (1.0, 1.9)),
    )  # fmt: skip
    given = [
        strength(1, 0.8, replicates=(0.7, 0.8, 0.9), doi="https://doi.org/10.1186/1754-1611-3-4"),
        strength(1, 1.7, licence="cc-by", raw="0" * 64, protocol="cytometry"),
        Measurement(2, "response function", curve=curve, context=HERE),
        Measurement(3, "termination strength", Quantity(500), censoring=">"),
    ]
    assert parts.measure(given) == (4, 0)
    assert parts.measure(given[:2]) == (0, 2)  # the same again is the same
    assert parts.measurements() == given
    # contradictory values stand side by side
    assert [m.value.value for m in parts.measurements(1) if m.value] == [0.8, 1.7]
    assert parts.measurements(1)[0].doi == "10.1186/1754-1611-3-4"
    tiers = [version.tier for version in parts.describe([1, 2, 3, 4])]
    assert tiers == ["characterised"] * 3 + ["reference"]
    assert parts.stats()["by_tier"] == {"characterised": 3, "reference": 1}
    assert ("measured", "2 measurements") in [(e.what, e.detail) for e in parts.history(1)]


def test_what_says_nothing_is_refused() -> None:
    with pytest.raises(UnitError, match="a promoter that is not named"):
        Measurement(1, "strength", Quantity(1, "RPU"))
    with pytest.raises(InputError, match="either a value or a curve"):
        Measurement(1, "strength")
    with pytest.raises(InputError, match="no DOI"):
        Measurement(1, "strength", Quantity(1), doi="Nature 2013")
    with pytest.raises(InputError, match="no SHA-256"):
        Measurement(1, "strength", Quantity(1), raw="abc")
    with pytest.raises(InputError, match="needs K, n"):
        Curve("hill repression", "x", "y", parameters={"ymin": 0, "ymax": 1})
    with pytest.raises(InputError, match="finite"):
        Curve("points", "x", "y", points=((0, float("nan")),))


def test_ranges_respect_unit_reference_host_and_uncertainty(parts: Library) -> None:
    parts.measure(
        [
            strength(1, 0.8),
            strength(2, 1.5, context={**HERE, "host": "B. subtilis"}),
            strength(3, 1.5, context={**HERE, "reference": "J23100"}),
            Measurement(4, "promoter strength", Quantity(0.5, "RPU", context=HERE), HERE, "<"),
        ]
    )

    def found(low: float, host: str | None = None, **said: object) -> list[int]:
        bound = Quantity(low, "RPU", context={"reference": "J23101"})
        wanted = MeasuredRange("promoter strength", bound, **said)  # type: ignore[arg-type]
        return parts.select(Filters(measured=(wanted,), host=host)).tolist()

    assert found(0.4) == [1, 2]  # another reference, and a limit of detection, do not count
    assert found(0.4, host="e. coli dh10b") == [1]
    assert found(0.7) == [1, 2]
    assert found(0.7, sure=True) == [2]  # 0.8 ± 0.2 reaches below
    below = MeasuredRange("promoter strength", at_most=Quantity(1, "RPU"))
    assert parts.select(Filters(measured=(below,))).tolist() == [1, 4]
    assert parts.select(Filters(host="B. subtilis")).tolist() == [2]
    with pytest.raises(UnitError, match=r"not measured in AU.*RPU"):
        parts.select(Filters(measured=(MeasuredRange("promoter strength", Quantity(1, "AU")),)))


def test_nothing_is_converted_without_a_calibration(parts: Library) -> None:
    where = {"instrument": "reader 2", "gain": "80"}
    (mine,) = [Measurement(1, "fluorescence", Quantity(1000, "RFU", 50), where)]
    with pytest.raises(UnitError, match="no calibration from RFU to MEFL"):
        parts.convert(mine, "MEFL")
    parts.calibrate(Calibration("RFU", "MEFL", 12.0, {**where, "gain": "100"}, basis="beads"))
    with pytest.raises(UnitError, match="hold elsewhere"):
        parts.convert(mine, "MEFL")
    parts.calibrate(Calibration("RFU", "MEFL", 8.0, where, 5.0, 0.2, "beads of lot 7"))
    value = parts.convert(mine, "MEFL")
    assert float(value.value) == 8005
    assert float(value.uncertainty or 0) == pytest.approx((400**2 + 200**2) ** 0.5)
    length = Measurement(1, "length", Quantity(3, "kb"))
    assert parts.convert(length, "bp") == Quantity(3000, "bp")


TABLE = """part,quantity,value,unit,sd,n,replicates,strain,Temperature,context.shaking
p1,promoter strength,0.8,RPU,0.1,3,,DH10B,37 °C,yes
p2,termination strength,<2,,,,1.5; 1.7,DH10B,,
p9,promoter strength,1,RPU,,,,,,
p3,promoter strength,"0,8",RPU,,,,,,
p3,promoter strength,,RPU,,,,,,
p3,promoter strength,1,furlongs,,,,,,
p3,promoter strength,nan,,,,,,,
p3,promoter strength,1,,-1,,,,,
p3,promoter strength,1,,,0,,,,
"""


def test_tables_are_read_and_rows_that_do_not_fit_are_told(parts: Library, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(TABLE)
    report = parts.measure_file(path, context={"reference": "J23101"}, doi="10.1234/xyz")
    assert (report.added, report.known) == (2, 0)
    told = [(refusal.line, refusal.reason) for refusal in report.refused]
    for (line, reason), (wanted, said) in zip(
        told,
        [
            (4, "no part 'p9'"),
            (5, "decimal comma"),
            (6, "is missing"),
            (7, "unknown unit"),
            (8, "a value of nan"),
            (9, "uncertainty of -1"),
            (10, "'0' measurements"),
        ],
        strict=True,
    ):
        assert line == wanted
        assert said in reason
    first, second = parts.measurements()
    assert first.context == {
        "host": "DH10B", "temperature": "37 °C", "shaking": "yes", "reference": "J23101",
    }  # fmt: skip
    assert second.censoring == "<"
    assert second.replicates == (1.5, 1.7)
    assert second.value is not None
    assert second.value.n == 2
    assert len(first.raw) == 64
    path.write_text("part,quantity,value,colour\n")
    with pytest.raises(InputError, match=r"line 1: .*'colour'.*context.NAME"):
        parts.measure_file(path)
    path.write_text("name,property\n")
    with pytest.raises(InputError, match="no column 'value'"):
        parts.measure_file(path)


def test_the_starter_collection(tmp_path: Path) -> None:
    with Library.create(tmp_path / "l", starter=True) as library:
        stats = library.stats()
        assert stats["measurements"] >= 400
        assert "not stated" not in stats["by_licence"]
        assert set(stats["by_tier"]) == {"reference", "characterised"}
        gate = library.find("A1_AmtR")
        (curve,) = [m.curve for m in library.measurements(gate) if m.quantity.startswith("resp")]
        assert curve is not None
        assert dict(curve.parameters) == {"ymin": 0.06, "ymax": 3.8, "K": 0.07, "n": 1.6}
        assert curve.at(0.07) == pytest.approx((3.8 + 0.06) / 2)
        assert all(m.doi and m.licence for m in library.measurements())
    shipped = Path(rows_of.__code__.co_filename).parent / "data"
    told = (shipped / "SOURCES.md").read_text()
    for source in sources().values():
        if source.shipped:
            assert source.licence
            assert source.file in told


@pytest.mark.reference
def test_published_measurements(tmp_path: Path, reference: Path) -> None:
    with Library.create(tmp_path / "l") as library:
        read = 0
        for source in sources().values():
            if source.id in ("lagator-pr", "urtecho-tss"):
                continue  # as the others, and large
            library.add_measured(read_source(source.id, reference), collection=source.id)
            read += 1
        assert read >= 20
        assert library.stats()["measurements"] >= 4500
        # Chen et al. 2013: the strongest of the recombination-resistant ones, and their spread
        found = library.select(
            Filters(measured=(MeasuredRange("termination strength", Quantity(350)),))
        )
        names = {version.name for version in library.describe(found)}
        assert {"ECK120029600", "L3S2P21"} <= names
        two = library.measurements(library.find("L3S2P21"))
        assert two[0].value is not None
        assert float(two[0].value.value) == pytest.approx(382.13, abs=0.01)
        # Salis et al. 2009, spacer series: s = 5 nt is the best
        salis = [m for m in library.measurements() if m.doi == "10.1038/nbt.1568"]
        assert len(salis) == 132
