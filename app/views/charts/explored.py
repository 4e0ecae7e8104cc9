"""What the explorer is fed: many points to zoom and pan in."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date

from app.views.charts import timeaxis
from app.views.charts.data import Unit
from app.views.charts.figures import full


@dataclass(frozen=True, slots=True)
class Place:
    """One point. `x` of a time axis is a day's ordinal number (`date.toordinal`). `key` None cannot be opened."""

    x: float
    y: float
    label: str
    key: Hashable | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """Points of one colour. `joined`: by a line, in the order of x."""

    name: str
    places: tuple[Place, ...]
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Explored:
    """A plane of points. `x_unit` None: days."""

    title: str
    x_title: str
    y_title: str
    tracks: tuple[Track, ...]
    x_unit: Unit | None = None
    y_unit: Unit = Unit.COUNT

    def places(self) -> list[tuple[int, Place]]:
        """(track, place) of all points in order."""
        return [(at, place) for at, track in enumerate(self.tracks) for place in track.places]

    def x_text(self, x: float) -> str:
        """The value at the lower axis in words."""
        return timeaxis.day_text(date.fromordinal(round(x))) if self.x_unit is None else full(round(x), self.x_unit)

    def tip_of(self, place: Place) -> str:
        """A point in one line."""
        return f"{place.label}  {self.x_text(place.x)}  {full(round(place.y, 4), self.y_unit)}".strip()


def inside(places: list[tuple[int, Place]], left: float, right: float, low: float, high: float) -> list[int]:
    """Positions of the points within a rectangle, edges included, whichever corner came first."""
    left, right = sorted((left, right))
    low, high = sorted((low, high))
    return [at for at, (_, place) in enumerate(places) if left <= place.x <= right and low <= place.y <= high]
