"""Versions, their content, who wrote them, and what may be seen of them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from biowright.core import (
    Attributes,
    ConflictError,
    Feature,
    Fuzz,
    FuzzKind,
    InputError,
    Location,
    Record,
    Reference,
    Sequence,
    Span,
)
from biowright.library import Filters, Library, combined

PTAC = Record(
    Sequence("TTGACAATTAATCATCGGCTCGTATAATG"),
    "pTac",
    description="a strong promoter",
    annotations=Attributes({"role": "SO:0000167"}),
)


def part(name: str, letters: str, **said: str) -> Record:
    return Record(Sequence(letters), name, annotations=Attributes(said))


def test_a_record_comes_back_as_it_was(library: Library) -> None:
    site = Span(4, 9, -1, Fuzz(FuzzKind.BEFORE), None)
    record = Record(
        Sequence("acgtNNRYacgtuX", topology="circular"),
        "odd",
        "ODD.1",
        "a description\twith a tab \\ and a stroke",
        [Feature("CDS", Location((site, Span(11, 16))), Attributes([("pseudo", None)]), "f1")],
        Attributes([("comment", "ä\nb"), ("comment", "second"), ("empty", "")]),
        [Reference("title", doi="10.1/x", bases=((0, 5),))],
        bytes(range(14)),
    )
    protein = Record(Sequence("MKV*", "protein"), "peptide")
    rna = Record(Sequence("ACGUacgu", "RNA"), "rna")
    spelled = Record(Sequence("ACGTACG", "RNA"), "rna with T")
    single = part("oligo", "ACGTA", molecule_type="ss-DNA")
    given = [record, protein, rna, spelled, single, PTAC]
    library.add(given)
    for number, wanted in enumerate(given, 1):
        assert library.record(number) == wanted
    letters = {number: (text, circular) for number, text, circular in library.read(1, 99)}
    assert letters[1] == (b"ACGTNNRYACGTTX", True)
    assert letters[2] == (b"", False)
    assert letters[3] == (b"ACGTACGT", False)


def test_numbers_are_dense_and_versions_follow_each_other(library: Library) -> None:
    assert library.last() == 0
    first = library.add([PTAC, part("x", "ACGT")])
    assert (first.added, first.parts, library.last()) == (2, 2, 2)
    again = library.add([PTAC, part("x", "ACGA"), part("y", "ACGT")])
    assert (again.added, again.parts, again.skipped) == (2, 1, 1)
    assert [v.part for v in library.describe([1, 2, 3, 4])] == ["P1", "P2", "P2", "P4"]
    old, new = library.versions(2)
    assert (old.version, old.status, new.version, new.status) == (1, "superseded", 2, "current")
    assert library.select().tolist() == [1, 3, 4]
    assert library.select(Filters(superseded=True)).tolist() == [1, 2, 3, 4]
    assert (library.find("x"), library.find("P2.1"), library.find("P2")) == (3, 2, 3)
    # what was once said is there, also in an older version
    assert library.add([part("x", "ACGT")]).skipped == 1


def test_a_name_that_repeats_within_one_write_is_another_part(library: Library) -> None:
    library.add([part("x", "AAAA"), part("x", "CCCC"), part("x", "AAAA")])
    assert library.select().tolist() == [1, 2]
    with pytest.raises(ConflictError, match="2 parts are named 'x'"):
        library.find("x")
    library.add([part("x", "GGGG")])
    assert [v.part for v in library.describe([3])] == ["P1"]


def test_collections_are_apart(library: Library) -> None:
    library.add([part("x", "AAAA")], collection="a")
    library.add([part("x", "CCCC")], collection="b")
    assert library.select().tolist() == [1, 2]
    assert library.select(Filters(collection="b")).tolist() == [2]
    with pytest.raises(InputError, match=r"collection 'c'.*known: a, b"):
        library.select(Filters(collection="c"))


def test_filters(library: Library) -> None:
    library.add([PTAC, part("gene", "GGCC" * 30, role="CDS")], licence="CC0", source="lab")
    library.add([part("sd", "AGGAGG", role="SO:0000552")], licence="OpenMTA", tier="characterised")
    library.add([Record(Sequence("ACGTACGT", topology="circular"), "ring")])
    library.tag(3, "favourite")

    def found(**filters: object) -> list[int]:
        return library.select(Filters(**filters)).tolist()  # type: ignore[arg-type]

    assert found(role="promoter") == [1]
    assert found(role="RBS") == [3]  # a Shine-Dalgarno sequence is a kind of it
    assert found(min_length=10, max_length=119) == [1]
    assert found(min_gc=0.9) == [2]
    assert found(licence="CC0-1.0") == [1, 2]
    assert found(licence_within="OpenMTA") == [1, 2, 3]
    assert found(tier="characterised") == [3]
    assert found(circular=True) == [4]
    assert found(tag="favourite") == [3]
    assert found(source="lab", role="CDS") == [2]
    assert library.select(Filters(licence="OpenMTA"), among=[4, 3, 1]).tolist() == [3]
    library.withdraw(3, "it was contaminated")
    assert found(role="RBS") == []
    assert found(role="RBS", withdrawn=True) == [3]
    with pytest.raises(InputError, match="did you mean"):
        found(role="promotor")


def test_every_write_is_in_the_history(library: Library, url: str | None) -> None:
    library.add([PTAC])
    library.change(1, licence="cc-by")
    library.alias(1, "Ptac")
    library.tag(1, "strong")
    library.tag(1, "strong", remove=True)
    library.change(1, screening="passed")
    library.add([PTAC.changed(sequence=Sequence("TTGACA"))])
    library.withdraw(2, "superseded by pTrc")
    told = [(event.what, event.detail) for event in library.history(2)]
    assert told[:3] == [
        ("version 1", "29 letters, number 1"),
        ("licence", "CC-BY-4.0"),
        ("alias", "Ptac"),
    ]
    assert ("tag removed", "strong") in told
    assert told[-1] == ("withdrawn", "superseded by pTrc")
    assert {event.person for event in library.history(1)} == {"ada"}
    assert library.find("Ptac") == 2
    assert library.labels(1) == {"tag": (), "alias": ("Ptac",)}
    (version,) = library.describe([1])
    assert (version.licence, version.screening, version.status) == (
        "CC-BY-4.0",
        "passed",
        "withdrawn",
    )
    assert library.record(1).name == "pTac"  # withdrawn, never deleted


def test_differences_say_where(library: Library) -> None:
    old = part("x", "ACGTACGTACGT", role="CDS")
    new = Record(
        Sequence("ACGTTTACGTAGT"),
        "x",
        description="repaired",
        features=[Feature("CDS", Location.of((0, 6)))],
        annotations=Attributes({"role": "CDS"}),
    )
    library.add([old])
    library.add([new])
    told = {(d.field, d.before, d.after, d.start) for d in library.diff(1, 2)}
    assert ("description", "", "repaired", None) in told
    assert ("feature", "", "CDS 1..6", None) in told
    letters = [d for d in library.diff(1, 2) if d.field == "sequence"]
    text = str(old.sequence)
    for d in sorted(letters, key=lambda d: -(d.start or 0)):
        assert d.start is not None
        assert d.end is not None
        assert text[d.start : d.end] == d.before
        text = text[: d.start] + d.after + text[d.end :]
    assert text == str(new.sequence)


def test_rights(library: Library, url: str | None, tmp_path: Path) -> None:
    library.add([PTAC], collection="closed")
    library.add([part("x", "ACGT")], collection="open")
    with pytest.raises(InputError, match="left without a curator"):
        library.grant("closed", "bob", "reader")
    library.grant("closed", "ada", "curator")
    library.grant("closed", "bob", "contributor")
    where = url or tmp_path / "parts"
    with Library.open(where, person="bob") as bob, Library.open(where, person="eve") as eve:
        assert bob.add([part("y", "ACGT")], collection="closed").added == 1
        with pytest.raises(InputError, match=r"'bob' is no curator.*ask ada"):
            bob.withdraw(1, "no")
        with pytest.raises(InputError, match="no contributor"):
            eve.add([part("z", "ACGT")], collection="closed")
        assert bob.select().tolist() == [1, 2, 3]
        assert eve.select().tolist() == [2]
        assert eve.last() == 3  # what was refused left nothing


def test_numbers_from_a_selection_are_numbers(library: Library) -> None:
    library.add([PTAC, part("sd", "AGGAGG")])
    for number in library.select(Filters()):
        assert library.record(number).name == library.describe([number])[0].name
        library.tag(number, "seen")
        library.change(number, licence="MIT")
        assert library.labels(number)["tag"] == ("seen",)
        assert [event.what for event in library.history(number)][-1] == "licence"


def test_composites_keep_their_parts_and_ask_for_what_they_ask_for(library: Library) -> None:
    library.add([PTAC], licence="CC-BY-4.0")
    library.add([part("sd", "AGGAGG"), part("cds", "ATGAAATAA")], licence="OpenMTA")
    made = library.compose("device", [(1, 1), (2, 1), (3, -1)])
    assert made.licence == "CC-BY-4.0 AND OpenMTA"
    assert made.conflicts == ()
    whole = library.record(made.number)
    assert str(whole.sequence) == str(PTAC.sequence) + "AGGAGG" + "TTATTTCAT"
    assert library.composition(made.number) == [(1, 0, 29, 1), (2, 29, 35, 1), (3, 35, 44, -1)]
    assert library.uses(2) == [made.number]
    assert library.compose("device", [(1, 1), (2, 1), (3, -1)]).number == made.number


def test_the_licence_of_a_composite_is_the_least_that_asks_for_all() -> None:
    assert combined(["CC0-1.0", "public-domain"])[0] == "CC0-1.0"
    assert combined(["CC0-1.0", ""]) == ("", ("1 part without a licence",))
    assert combined(["CC-BY-ND-4.0", "MIT"])[1]
    for one in ("MIT", "UBMTA", "CC-BY-SA-4.0"):
        for other in ("OpenMTA", "CC0-1.0"):
            assert combined([one, other]) == combined([other, one])
            assert combined([combined([one, other])[0], one])[0] == combined([one, other])[0]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    letters=st.text("ACGTN", min_size=1, max_size=60),
    circular=st.booleans(),
    turn=st.integers(0, 59),
    flip=st.booleans(),
)
def test_exact_identity_from_any_origin_on_either_strand(
    tmp_path_factory: pytest.TempPathFactory, letters: str, circular: bool, turn: int, flip: bool
) -> None:
    own = Sequence(letters, topology="circular" if circular else "linear")
    with Library.create(tmp_path_factory.mktemp("exact") / "l") as library:
        library.add([Record(own, "own"), Record(Sequence(letters + "G"), "longer")])
        asked = own.circularised().rotate(turn % len(letters))
        asked = (asked.reverse_complement() if flip else asked).linear()
        (hit,) = library.find_exact(str(asked).lower())
        assert hit.number == 1
        found = own.circularised().rotate(hit.start)
        if hit.strand == -1:
            found = found.reverse_complement()
        assert found.data == asked.data
        strict = library.find_exact(asked, rotations=False)
        assert bool(strict) == (circular or not hit.turned)


def test_readers_never_see_half_a_version(
    library: Library, url: str | None, tmp_path: Path
) -> None:
    where = url or tmp_path / "parts"
    done = threading.Event()
    faults: list[str] = []

    def look() -> None:
        with Library.open(where) as reader:
            seen = 0
            while not done.is_set() or seen < reader.last():
                last = reader.last()
                if last == seen:
                    continue
                described = reader.describe(range(seen + 1, last + 1))
                for version, (number, letters, _) in zip(
                    described, reader.read(seen + 1, last), strict=True
                ):
                    if version.number != number or version.length != len(letters):
                        faults.append(f"{version} {letters!r}")
                    if not any(h.number == number for h in reader.find_exact(letters)):
                        faults.append(f"{number} is not found")
                seen = last

    readers = [threading.Thread(target=look) for _ in range(8 if url is None else 3)]
    for thread in readers:
        thread.start()
    for index in range(30):
        library.add([part(f"n{index}.{k}", f"ACGT{'CA' * index}{'G' * k}") for k in range(5)])
    done.set()
    for thread in readers:
        thread.join(60)
    assert not faults


def test_what_is_no_library_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        Library.open(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConflictError, match="holds 'file' already"):
        Library.create(tmp_path)
    with pytest.raises(InputError, match="cannot be used"):
        Library.open("nonsense://x")
