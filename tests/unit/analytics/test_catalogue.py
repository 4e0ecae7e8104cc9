"""What the catalogue declares holds together; that every tile draws its report is tested with the pages."""

from __future__ import annotations

from collections import Counter

import pytest

from app.core.dictionary import BUILT_IN
from app.services.analytics.catalogue import reports
from app.services.analytics.catalogue.kinds import WORKING_HOURS
from app.services.analytics.service import computation
from app.services.analytics.specification import ReportSpec

SPECS = tuple(reports().values())


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_that_a_report_is_computed_by_a_function_and_reads_kinds_there_are(spec: ReportSpec) -> None:
    assert computation(spec).__name__ == spec.computed_by.rpartition(".")[2]
    assert spec.reads <= {*BUILT_IN.keys(), WORKING_HOURS}
    assert spec.entity in spec.reads
    known = {parameter.key for parameter in spec.parameters}
    for tile in spec.tiles:
        assert {*tile.params, *tile.plane_params} <= known, tile.key
        assert (tile.picture is None) == bool(tile.measure), tile.key


def test_that_tiles_have_names_of_their_own() -> None:
    assert Counter(tile.key for spec in SPECS for tile in spec.tiles).most_common(1)[0][1] == 1


def test_that_a_picture_stands_for_a_report_before_a_figure() -> None:
    assert reports()["service"].face is not None
    assert [reports()[name].face.key for name in ("service", "velocity", "win-rate")] == [  # type: ignore[union-attr]
        "ticket_volume", "velocity", "won_lost",
    ]  # fmt: skip
