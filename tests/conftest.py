"""Fixtures for the whole suite: where the reference data lies, and how its absence is told."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("BIOWRIGHT_REFERENCE_DATA", ROOT.parent / "shared" / "data"))

settings.register_profile(
    "biowright", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile("explore", deadline=None, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "biowright"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if REFERENCE.is_dir():
        return
    reason = f"no reference data at {REFERENCE}; set BIOWRIGHT_REFERENCE_DATA"
    for item in items:
        if item.get_closest_marker("reference"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of reference data; tests that use it carry the mark `reference`."""
    return REFERENCE


@pytest.fixture(scope="session")
def unpacked(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Unpack an archive of the reference data, once a session, and give its folder."""
    done: dict[str, Path] = {}

    def unpack(name: str) -> Path:
        if name not in done:
            folder = tmp_path_factory.mktemp("unpacked")
            with tarfile.open(reference / name) as archive:
                archive.extractall(folder, filter="data")
            done[name] = folder
        return done[name]

    return unpack
