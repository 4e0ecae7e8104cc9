"""What a report is before it is computed: the one declaration that command line, tiles, pictures and files ask.

Light: no figures and no charts are imported. Words are in the language in force when the declaration is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

#: whether more of a figure is good or bad news
Better = Literal["more", "less"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter a report understands: its default, and what it means."""

    key: str
    title: str
    default: Any


@dataclass(frozen=True)
class Picture:
    """One of the shapes of `views/dashboards/pictures.py`, and what of the report it shows: the column or columns of the
    rows (or of the part `part=`), further settings of that shape by name."""

    shape: str
    shown: tuple[Any, ...]
    settings: Mapping[str, Any]


def picture(shape: str, *shown: Any, **settings: Any) -> Picture:
    """Shapes: `over_time` and `stacked` show a list of columns, `columns`, `ranking` and `parts_of` one, `funnel`,
    `retention` and `rfm_grid` are their own."""
    return Picture(shape, shown, settings)


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A tile of the dashboards: a figure shows `measure`, a chart is drawn as `picture` says.

    `spark`: the column of the rows by month that a figure draws small. `timeless`: the period has no say, e.g. what is
    owed today. `plane`: the plane of points it opens (`views/dashboards/planes.py`), computed with `plane_params`. `rows`:
    part of the report that its table of rows opens with, "" = the rows. `size`: S, M or L.
    """

    key: str
    title: str
    picture: Picture | None = None
    measure: str = ""
    better: Better = "more"
    tone: str = ""
    spark: str = ""
    size: str = "S"
    timeless: bool = False
    params: Mapping[str, Any] = field(default_factory=dict)
    plane: str = ""
    plane_params: Mapping[str, Any] = field(default_factory=dict)
    rows: str = ""


@dataclass(frozen=True)
class ReportSpec:
    """A report there is.

    `computed_by`: "<module>.<function>" below `reports/`, a function from `Run` to `Report`, imported when it is first
    asked. `entity`: the kind of records that `ReportRequest.condition` filters and that a person must see. `reads`: the
    kinds it reads, so that it is made anew when one of them changes. `tiles`: those that stand on dashboards; the first with
    a picture stands for the report where it is printed.
    """

    name: str
    title: str
    computed_by: str
    entity: str
    reads: frozenset[str]
    parameters: tuple[Parameter, ...] = ()
    tiles: tuple[Tile, ...] = ()

    def understands(self, key: str) -> bool:
        """Whether it has a parameter of this name."""
        return any(parameter.key == key for parameter in self.parameters)

    @property
    def face(self) -> Tile | None:
        """The tile that stands for the whole report."""
        return next((tile for tile in self.tiles if tile.picture is not None), next(iter(self.tiles), None))
