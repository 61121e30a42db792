"""Files of real plate readers are read to the values that their published conversion holds."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from biowright.core import FormatError, InputError
from biowright.measure import Well, parse_well, read_filled
from biowright.measure.instruments import INSTRUMENTS, read_sheets, recognise

DATA = Path(
    os.environ.get(
        "BIOWRIGHT_REFERENCE_DATA",
        Path(__file__).resolve().parents[3] / "shared" / "data",
    )
)
FILES = DATA / "foundry" / "allotropy"
reference = pytest.mark.skipif(not FILES.is_dir(), reason=f"no reference data at {DATA}")

# file, instrument, and the label of the reading that each measurement document of a well is
ENDPOINTS = [
    ("agilent_gen5/endpoint_singleplate_without_bandwidth.txt", "Gen5", ["620"]),
    (
        "moldev_softmax_pro/MD_SMP_luminescence_endpoint_example09.txt",
        "SoftMax Pro",
        ["Luminescence 480", "Luminescence 515", "Luminescence 578"],
    ),
    ("bmg_mars/PHERAstar output file.CSV", "MARS", ["Raw Data  (450)"]),
    ("bmg_mars/24-10-16 15-09-52 Luminescence 1536.csv", "MARS", ["Raw Data (No filter)"]),
    (
        "bmg_labtech_smart_control/fluorescence_endpoint_example2.xlsx",
        "SMART Control",
        ["Raw Data (480-14/520-30)"],
    ),
    (
        "perkin_elmer_envision/PE_Envision_fluorescence_example01.csv",
        "EnVision",
        [
            "AC HTRF Laser [Eu](1) - channel 1 window 1 (Counts)",
            "AC HTRF Laser [Eu](1) - channel 2 window 1 (Counts)",
        ],
    ),
    (
        "revvity_kaleido/luminescence_endpoint_single_plate_example_01.csv",
        "Kaleido",
        ["Luminescence 1"],
    ),
    ("tecan_magellan/SLA01P01_OD.xlsx", "Magellan", ["Raw data"]),
    ("thermo_skanit/luciferase_assay_example.xlsx", "SkanIt", ["Luminescence 1"]),
]


def published(file: str) -> list[dict[str, float]]:
    """Give the values of each reading of a file by well, as allotropy's ASM document has them."""
    document = json.loads((FILES / file).with_suffix(".json").read_text("utf-8"))
    found: list[dict[str, float]] = []
    for well in document["plate reader aggregate document"]["plate reader document"]:
        readings = well["measurement aggregate document"]["measurement document"]
        for k, reading in enumerate(readings):
            place = reading["sample document"]["location identifier"]
            if place[0].islower():  # MARS: the rows after Z
                place = f"A{place.upper()}"
            value = next(
                reading[name]["value"]
                for name in ("absorbance", "fluorescence", "luminescence")
                if name in reading
            )
            while len(found) <= k:
                found.append({})
            found[k]["{}:{}".format(*parse_well(place, 1536))] = value
    return found


@reference
@pytest.mark.parametrize(("file", "name", "labels"), ENDPOINTS)
def test_every_value_is_that_of_the_published_conversion(
    file: str, name: str, labels: list[str]
) -> None:
    sheets = read_sheets((FILES / file).read_bytes(), file)
    instrument = recognise(sheets)
    assert instrument is not None
    assert instrument.name == name
    reads = {read.label: read for read in instrument.read(sheets, file)}
    expected = published(file)
    assert len(expected) == len(labels)
    for label, values in zip(labels, expected, strict=True):
        read = {
            "{}:{}".format(*parse_well(well, 1536)): float(text)
            for well, (_, text) in reads[label].values.items()
            if text
        }
        assert read == values


@reference
def test_each_file_is_recognised_by_one_instrument_only() -> None:
    for file, name, _ in ENDPOINTS:
        sheets = read_sheets((FILES / file).read_bytes(), file)
        assert [kind.name for kind in INSTRUMENTS if kind.recognise(sheets)] == [name]


@reference
@pytest.mark.parametrize(
    "file",
    [
        "agilent_gen5/Kinetic_Analysis_Mean_Slope_and_Standard_Curve_tab.txt",
        "moldev_softmax_pro/fl_kinetic_plates.txt",
    ],
)
def test_a_kinetic_read_is_refused_with_the_way_out(file: str) -> None:
    sheets = read_sheets((FILES / file).read_bytes(), file)
    instrument = recognise(sheets)
    assert instrument is not None
    with pytest.raises(FormatError, match="kinetic"):
        instrument.read(sheets, file)


@reference
def test_a_plate_map_takes_the_wells_it_has_and_names_the_reading() -> None:
    data = (FILES / ENDPOINTS[5][0]).read_bytes()
    layout = [Well(1, 0, 0, "x"), Well(1, 7, 6, "y"), Well(1, 0, 3, "empty")]
    label = "ac htrf laser [eu](1) - CHANNEL 2 window 1 (counts)"
    told = read_filled(data, layout, {"FRET": ""}, read=label)
    assert [reading.value for reading in told] == [80368.0, 81633.0, None]
    with pytest.raises(FormatError, match="3 readings") as refused:
        read_filled(data, layout, {"FRET": ""})
    assert "channel 1 window 1" in str(refused.value)
    assert "--read" in str(refused.value)
    two = {"channel 1": "", "channel 2": ""}
    values = [reading.value for reading in read_filled(data, layout[:1], two)]
    assert values == [31441.0, 80368.0]


@reference
def test_a_plate_of_another_size_or_count_is_refused() -> None:
    large = (FILES / ENDPOINTS[3][0]).read_bytes()
    with pytest.raises(FormatError, match="1536 wells, the plate map has 96"):
        read_filled(large, [Well(1, 0, 0, "x")], {"RLU": ""})
    one = (FILES / ENDPOINTS[2][0]).read_bytes()
    with pytest.raises(FormatError, match=r"1 plates .* the plate map has 2"):
        read_filled(one, [Well(1, 0, 0, "x"), Well(2, 0, 0, "y")], {"OD": ""})
    short = (FILES / ENDPOINTS[0][0]).read_bytes()
    with pytest.raises(InputError, match="1 wells of the plate map are not in the table"):
        read_filled(short, [Well(1, 0, 0, "x"), Well(1, 7, 0, "y")], {"RLU": ""})


def workbook(*sheets: tuple[str, list[list[object]]]) -> bytes:
    """Write a minimal .xlsx by hand."""

    def cell(value: object) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    out = io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    names = "".join(
        f'<sheet name="{name}" sheetId="{k}" r:id="r{k}"/>' for k, (name, _) in enumerate(sheets, 1)
    )
    links = "".join(
        f'<Relationship Id="r{k}" Type="{office}/worksheet" Target="worksheets/s{k}.xml"/>'
        for k in range(1, len(sheets) + 1)
    )
    with zipfile.ZipFile(out, "w") as parts:
        parts.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}"><Relationship Id="r" Type="{office}/officeDocument" '
            f'Target="xl/workbook.xml"/></Relationships>',
        )
        parts.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{names}</sheets></workbook>',
        )
        parts.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}">{links}</Relationships>',
        )
        for k, (_, rows) in enumerate(sheets, 1):
            body = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            parts.writestr(
                f"xl/worksheets/s{k}.xml",
                f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData></worksheet>',
            )
    return out.getvalue()


LAYOUT = [Well(1, 0, 0, "x"), Well(1, 0, 1, "NA")]
TABLE: list[list[object]] = [["well", "design", "titre"], ["A1", "x", 1.5], ["A2", "NA", 0]]


def test_a_filled_workbook_is_a_table() -> None:
    told = read_filled(workbook(("t", TABLE)), LAYOUT, {"titre": "mg/L"})
    assert [reading.value for reading in told] == [1.5, 0.0]


def test_a_workbook_of_several_sheets_wants_a_name() -> None:
    data = workbook(("notes", [["nothing here"]]), ("filled", TABLE))
    with pytest.raises(FormatError, match="2 sheets"):
        read_filled(data, LAYOUT, {"titre": ""})
    told = read_filled(data, LAYOUT, {"titre": ""}, read="filled")
    assert [reading.value for reading in told] == [1.5, 0.0]
    with pytest.raises(FormatError, match="no sheet 'filed'"):
        read_filled(data, LAYOUT, {"titre": ""}, read="filed")


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04 but no workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)],
)
def test_a_damaged_workbook_is_told(data: bytes) -> None:
    with pytest.raises(FormatError, match="workbook cannot be read"):
        read_filled(data, LAYOUT, {"titre": ""})


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/workbook.xml", b" " * 210_000_000)
    with pytest.raises(FormatError, match="unpacks to 210 MB"):
        read_filled(out.getvalue(), LAYOUT, {"titre": ""})


def test_nothing_is_refused() -> None:
    with pytest.raises(FormatError, match="empty"):
        read_filled(b"", LAYOUT, {"titre": ""})


def test_a_reading_of_a_plain_table_is_refused() -> None:
    with pytest.raises(FormatError, match="one table, no reading 'OD'"):
        read_filled(b"well,titre\nA1,1\nA2,2\n", LAYOUT, {"titre": ""}, read="OD")
