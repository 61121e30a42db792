"""Run protocols in Opentrons' own simulator; it has an environment of its own, whose Python runs this.

Reads the protocols named as arguments and prints, as JSON, what each delivers: source plate, source
well, destination well and µL, summed, or the error.
"""

import json
import re
import sys
import typing
from pathlib import Path

_DRAW = re.compile(r"Aspirating ([\d.]+) uL from (\w+) of (.+?) on (?:slot )?(\w+) at")
_GIVE = re.compile(r"Dispensing ([\d.]+) uL into (\w+) of ")
_SWAP = re.compile(r"Put source plate (\S+) into slot (\w+),")


def deliver(path: Path) -> dict[str, object]:
    """Simulate a protocol and add up what it delivers."""
    import typing_extensions

    # opentrons 10.1 asks pydantic for typing.TypedDict, which pydantic refuses below Python 3.12
    typing.TypedDict = typing_extensions.TypedDict
    from opentrons import simulate

    with path.open() as file:
        try:
            log, _ = simulate.simulate(file, path.name)
        except Exception as error:  # whatever it says is the answer
            return {"error": f"{type(error).__name__}: {error}"}
    standing: dict[str, str] = {}
    delivered: dict[tuple[str, str, str], float] = {}
    tips, held, tip = 0, None, {}
    for entry in log:
        text = entry["payload"]["text"]
        if found := _SWAP.search(text):
            standing[found[2]] = found[1]
        elif found := _DRAW.search(text):
            source = standing.get(found[4], found[3])
            held = (source, found[2], float(found[1]))
            tip.setdefault("sources", set()).add(held[:2])
        elif found := _GIVE.search(text):
            assert held is not None
            assert float(found[1]) == held[2]
            key = (*held[:2], found[2])
            delivered[key] = delivered.get(key, 0.0) + held[2]
        elif text.startswith("Picking up tip"):
            tips += 1
            tip = {}
        elif text.startswith("Dropping tip"):
            # one tip, one source
            assert len(tip["sources"]) == 1
    pauses = sum("Pausing" in e["payload"]["text"] for e in log)
    return {"delivered": [[*k, v] for k, v in delivered.items()], "tips": tips, "pauses": pauses}


if __name__ == "__main__":
    print(json.dumps({name: deliver(Path(name)) for name in sys.argv[1:]}))  # noqa: T201
