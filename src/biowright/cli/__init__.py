"""The command line: `biowright ROOM VERB ...`.

Data goes to stdout, progress and messages to stderr. With ``--json`` stdout holds one JSON document
and nothing else. Exit codes: 0 done; 1 the work ran and the answer is no; 2 bad input or usage;
70 a defect of ours. Rooms are imported when they are called.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from biowright import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cyclopts import App

__all__ = ["COMMANDS", "VERBS", "build_app", "main"]

STDIN = "<stdin>"

# name -> where its function lives, and its line in the help; a room has verbs instead of a function
COMMANDS: dict[str, tuple[str | None, str]] = {
    "inspect": ("biowright.cli.inspect:inspect", "Say what is in sequence files."),
    "convert": (
        "biowright.cli.convert:convert",
        "Convert a file; report what the target cannot hold.",
    ),
    "edit": ("biowright.cli.edit:edit", "Insert, delete, replace, rotate...; features follow."),
    "view": ("biowright.cli.view:view", "Draw a map in the terminal, or as SVG."),
    "design": (None, "Design genes, genomes, guides and edits."),
    "library": (None, "Keep parts with their versions and measurements, and find them."),
    "build": (None, "Assemblies, overhangs and their fidelity."),
    "learn": (None, "Recommend the next batch; validate what was learned."),
    "campaign": (None, "Run rounds of design, build, test and learn."),
    "safety": (None, "Screen orders; nothing leaves without a verdict."),
}

VERBS: dict[str, dict[str, tuple[str, str]]] = {
    "design": {
        "gene": ("biowright.cli.design_genes:gene", "Design coding DNA under constraints."),
        "codons": (
            "biowright.cli.design_genes:codons",
            "Count the codon usage of an annotated genome.",
        ),
        "rewrite": ("biowright.cli.design_genes:rewrite", "Rewrite a genome by rules."),
        "undo": ("biowright.cli.design_genes:undo", "Take a design back to the letters of before."),
        "offtargets": (
            "biowright.cli.design_offtargets:offtargets",
            "List all sites of guides in a genome, with mismatches and bulges.",
        ),
        "guides": (
            "biowright.cli.design_guides:guides",
            "Find the guides for a gene, a region or a sequence, and rank them.",
        ),
        "edits": (
            "biowright.cli.design_edits:edits",
            "Design all edits of a table, each proved on the genome base for base.",
        ),
        "landing": (
            "biowright.cli.design_landing:landing",
            "Propose places for landing pads, design one, and land a payload on it.",
        ),
        "variants": (
            "biowright.cli.design_variants:variants",
            "Design a variant library: targets, saturation, error-prone, recombination.",
        ),
    },
    "library": {
        "create": (
            "biowright.cli.library:create",
            "Make a library, empty or with measured parts to begin with.",
        ),
        "add": ("biowright.cli.library:add", "Add the records of files, of any format."),
        "search": ("biowright.cli.search:search", "Search by sequence or words, with filters."),
        "annotate": (
            "biowright.cli.annotate:annotate",
            "Find known features and reading frames in bare sequences.",
        ),
        "show": ("biowright.cli.library:show", "Show a part and what was measured of it."),
        "history": ("biowright.cli.library:history", "Show who wrote what of a part, and when."),
        "diff": ("biowright.cli.library:diff", "Show in what two versions differ."),
        "export": ("biowright.cli.library:export", "Write a collection to a file of any format."),
        "measure": (
            "biowright.cli.library:measure",
            "Read measurements from tables; tell what does not fit.",
        ),
        "stats": ("biowright.cli.library:stats", "Count what is in a library, the tiers apart."),
        "verify": (
            "biowright.cli.library_verify:verify",
            "Compare a library with its checksums, and mend what can be made again.",
        ),
        "tag": ("biowright.cli.library_curation:tag", "Give a part tags, or take them away."),
        "alias": (
            "biowright.cli.library_curation:alias",
            "Give a part further names, or take them away.",
        ),
        "change": (
            "biowright.cli.library_curation:change",
            "Say licence, tier, screening status or source anew.",
        ),
        "withdraw": (
            "biowright.cli.library_curation:withdraw",
            "Withdraw a part: it stays, and is found only on demand.",
        ),
        "grant": (
            "biowright.cli.library_curation:grant",
            "Say what a person may do in a collection.",
        ),
        "compose": (
            "biowright.cli.library_curation:compose",
            "Join parts to a composite that keeps the links to them.",
        ),
    },
    "build": {
        "fidelity": (
            "biowright.cli.build_assembly:fidelity",
            "Compute how surely a set of overhangs is ligated as it should be.",
        ),
        "overhangs": (
            "biowright.cli.build_assembly:overhangs",
            "Find the set of overhangs that ligates most surely.",
        ),
        "plan": (
            "biowright.cli.build_plan:plan",
            "Plan how to make DNA, prove it, write orders and protocols.",
        ),
        "simulate": (
            "biowright.cli.build_assembly:simulate",
            "Replay a cloning history or a plan, and prove its products.",
        ),
    },
    "learn": {
        "recommend": (
            "biowright.cli.learn:recommend_next",
            "Choose the candidates to make and measure next.",
        ),
        "validate": (
            "biowright.cli.learn:validate_data",
            "Foretell measured designs without their own wells, and say how good that is.",
        ),
    },
    "campaign": {
        "run": ("biowright.cli.campaign:run", "Run a campaign, or go on with it where it stopped."),
        "status": ("biowright.cli.campaign:status", "Say where a campaign stands."),
        "ingest": (
            "biowright.cli.campaign:ingest",
            "Take in the filled measurement table of the round that waits.",
        ),
        "report": (
            "biowright.cli.campaign:report",
            "Write the report anew: report.html in the workdir.",
        ),
        "next": (
            "biowright.cli.campaign:next_",
            "Show the batch of the round that waits, or what would be chosen now.",
        ),
    },
    "safety": {
        "screen": (
            "biowright.cli.safety:screen",
            "Screen the pieces of an order: recoded, split, joined, on both strands.",
        ),
        "reference": (
            "biowright.cli.safety:reference",
            "Build a reference of hashed k-mers from sequences of concern.",
        ),
        "audit": ("biowright.cli.safety:audit", "Check the audit and show its last entries."),
        "override": (
            "biowright.cli.safety:override",
            "Let flagged pieces leave: a reviewer's decision, signed and logged.",
        ),
    },
}

_USAGE = """Usage: biowright COMMAND [ARGS]

An open biofoundry in software: design, build, test and learn with DNA.

Commands:
{commands}

Options:
  --help, -h     Show this help; `biowright COMMAND --help` shows a command's.
  --version      Show the version.

Data goes to stdout, messages to stderr; every command knows --json.
Exit codes: 0 done, 1 the answer is no, 2 bad input or usage, 70 a defect of ours.
"""


def help_text() -> str:
    """Write the help of the root, without loading anything."""
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name:<{width}}{line}" for name, (_, line) in COMMANDS.items()]
    return _USAGE.format(commands="\n".join(lines))


def build_app() -> App:
    """Make the application with all its commands, none of them loaded yet."""
    from cyclopts import App, Parameter

    app = App(
        name="biowright",
        version=__version__,
        help_format="plaintext",
        default_parameter=Parameter(converter=_convert),
        result_action="return_value",
        suppress_keyboard_interrupt=False,
    )
    for name, (target, line) in COMMANDS.items():
        if target is not None:
            app.command(target, name=name, help=line)
            continue
        room = App(name=name, help=line)
        for verb, (function, what) in VERBS[name].items():
            room.command(function, name=verb, help=what)
        app.command(room)
    return app


def _convert(kind: Any, tokens: Any) -> Any:
    """Make an argument's value; a number that shall be whole is refused, not rounded."""
    from cyclopts import convert

    if kind is int and any("." in token.value for token in tokens):
        raise ValueError(f'"{tokens[0].value}" is no whole number')
    return convert(kind, tokens)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit code.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments without the program's name; ``sys.argv[1:]`` by default.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments in (["--help"], ["-h"], ["help"]):
        sys.stdout.write(help_text())
        return 0
    if arguments == ["--version"]:
        sys.stdout.write(f"{__version__}\n")
        return 0
    try:
        return _run(arguments)
    except BrokenPipeError:
        # the reader, `head` perhaps, has seen enough; nothing may be flushed to it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        return 130


def _run(arguments: list[str]) -> int:
    from cyclopts import CycloptsError

    from biowright.core import BiowrightError, suggest

    # a lone hyphen would be taken for an option
    arguments = [STDIN if argument == "-" else argument for argument in arguments]
    if not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        hint = suggest(arguments[0], COMMANDS)
        return _fail(f"there is no command '{arguments[0]}'" + (f" ({hint})" if hint else ""), 2)
    try:
        result = build_app()(arguments, exit_on_error=False, print_error=False, help_on_error=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except BiowrightError as error:
        return _fail(str(error), error.exit_code)
    except CycloptsError as error:
        return _fail(f"{_plain(error)} (see biowright {arguments[0]} --help)", 2)
    except BrokenPipeError:
        raise
    except OSError as error:
        # of the system, not of ours: a full disk, a device that fails
        place = f"{error.filename}: " if error.filename else ""
        return _fail(f"{place}{error.strerror or error}", 2)
    except Exception as error:
        if os.environ.get("BIOWRIGHT_TRACEBACK"):
            raise
        return _fail(
            f"a defect of Biowright: {type(error).__name__}: {error}\n"
            "Nothing is half-written. Run it again with BIOWRIGHT_TRACEBACK=1 and report what it says.",
            70,
        )


def _plain(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"biowright: {message}\n")
    return code
