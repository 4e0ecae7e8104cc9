"""What a person's dashboards look like, in the settings of this machine: tab, period, arrangement of each page."""

from __future__ import annotations

from typing import Any

from app.settings.store import SettingsStore
from app.views.dashboards.arrangement import Arrangement, restored, stored_form
from app.views.dashboards.filter_bar import Wish
from app.views.dashboards.tiles import TABS, defaults

_KEY = "dashboards"


class Memory:
    """Belongs to one user of one machine; `user` is his opaque id."""

    def __init__(self, settings: SettingsStore, user: str) -> None:
        self._settings, self._user = settings, user

    def _mine(self) -> dict[str, Any]:
        everybody = self._settings.current.pages.get(_KEY)
        mine = everybody.get(self._user) if isinstance(everybody, dict) else None
        return dict(mine) if isinstance(mine, dict) else {}

    def _keep(self, **values: Any) -> None:
        pages = self._settings.current.pages
        everybody = pages.get(_KEY)
        others = dict(everybody) if isinstance(everybody, dict) else {}
        others[self._user] = {**self._mine(), **values}
        self._settings.change(pages={**pages, _KEY: others})

    def tab(self) -> str:
        """The page that was in front last."""
        found = self._mine().get("tab")
        return found if found in TABS else TABS[0]

    def keep_tab(self, tab: str) -> None:
        self._keep(tab=tab)

    def wish(self) -> Wish:
        """Period and comparison."""
        return Wish.restored(self._mine().get("wish"))

    def keep_wish(self, wish: Wish) -> None:
        self._keep(wish=wish.stored())

    def arrangement(self, tab: str) -> Arrangement:
        """The tiles of a page."""
        boards = self._mine().get("boards")
        return restored(boards.get(tab) if isinstance(boards, dict) else None, defaults(tab))

    def keep_arrangement(self, tab: str, arrangement: Arrangement | None) -> None:
        """None forgets it: the usual one is shown."""
        boards = self._mine().get("boards")
        kept = dict(boards) if isinstance(boards, dict) else {}
        kept.pop(tab, None)
        if arrangement is not None:
            kept[tab] = stored_form(arrangement)
        self._keep(boards=kept)
