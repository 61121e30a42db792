"""Motifs, and guides as people write them."""

from __future__ import annotations

import io

import pytest

from biowright.core import InputError, SequenceError
from biowright.design.offtargets import Guide, Pam, read_guides

GUIDE = "GACGCATAAAGATGAGACGC"
OTHER = "TTTTCATAAAGATGAGACAA"


def read(text: str, pam: Pam | None = None) -> tuple[list[Guide], tuple[str, ...]]:
    return read_guides(io.BytesIO(text.encode()), pam or Pam("NGG"))


@pytest.mark.parametrize(
    "text",
    [
        f"{GUIDE}\n{OTHER}\n",
        f"{GUIDE}\r\n{OTHER}\r\n",
        f"{GUIDE}\r{OTHER}",
        f"\n# guides\n\n  {GUIDE.lower()}\n{OTHER.replace('T', 'U')}",
        f"{GUIDE}TGG\n{OTHER}NGG\n",
        f"{GUIDE}NNN\n{OTHER}\n",
        f"\ufeff{GUIDE}\n{OTHER}\n",
        f">one\n{GUIDE}\n>two\n{OTHER}\n",
    ],
)
def test_ways_to_write_guides(text: str) -> None:
    assert [guide.spacer for guide in read(text)[0]] == [GUIDE, OTHER]


def test_names_follow_or_precede() -> None:
    guides, _ = read(f">one\n{GUIDE}\n{OTHER}\tsecond one\n")
    assert [guide.name for guide in guides] == ["one", "second one"]


def test_what_a_person_should_know_is_told() -> None:
    _, notices = read(f"{GUIDE}\n{GUIDE.lower()}\n{OTHER}TGG\n{OTHER[::-1]}TAA\n")
    assert [n.split(" ", 3)[3] for n in notices] == [
        "given with the PAM NGG, which is not counted",
        (
            "as long as a spacer of 20 with its PAM, but the letters there are not NGG: "
            "they are taken for a spacer"
        ),
        "there more than once, and searched once",
    ]
    assert read(f"{GUIDE}\n")[1] == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n# nothing\n", "no guide in the file"),
        (f"{GUIDE}\n{GUIDE[:-1]}Q\n", "line 2, position 19: 'Q' in the guide"),
        (f"{GUIDE}\nACGT\n", "line 2: the guide 'ACGT' has 4 letters"),
        (f"{GUIDE}\n{'A' * 50}\n", "line 2: .* 50 letters"),
        (f"{GUIDE[:10]}N{GUIDE[11:]}\n", "line 1, position 10: 'N' in the guide"),
    ],
)
def test_what_is_no_guide_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises((InputError, SequenceError), match=message):
        read(text)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(InputError, match="empty"):
        read("")


def test_a_5_prime_motif_is_taken_off_in_front() -> None:
    pam = Pam("TTTV", 5)
    guides, _ = read(f"TTTA{GUIDE}ACG\n{OTHER}ACG\n", pam)
    assert [guide.spacer for guide in guides] == [GUIDE + "ACG", OTHER + "ACG"]


def test_the_side_comes_from_the_known_nucleases() -> None:
    sides = {text: Pam.of(text).side for text in ("NGG", "TTTV", "tttn", "YTTN", "NNGRRT", "GATC")}
    assert sides == {"NGG": 3, "TTTV": 5, "tttn": 3, "YTTN": 5, "NNGRRT": 3, "GATC": 3}
    assert Pam.of("GATC", 5) == Pam("GATC", 5)


@pytest.mark.parametrize("wrong", ["", "NG1", "N" * 13, "NG-"])
def test_what_is_no_motif_is_refused(wrong: str) -> None:
    with pytest.raises(InputError):
        Pam(wrong)


def test_a_side_is_3_or_5() -> None:
    with pytest.raises(InputError, match="side 4"):
        Pam("NGG", 4)
