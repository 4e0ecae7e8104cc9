"""Keeping the tags in order: names, colours, removal. Only administrators; tags are made by using them."""

from __future__ import annotations

import builtins
from collections.abc import Callable

from app.core.choices import Choice
from app.core.filters import Condition
from app.core.i18n import t
from app.core.jobs import Job
from app.db.office import tags
from app.db.store import tags as counts
from app.errors import NotFound, UserError
from app.services.context import Context
from app.services.records import ManyResult, RecordService

LONGEST = 40


class TagService:
    """Works on the tags of records of every kind. `records`: entity → its service."""

    def __init__(self, context: Context, records: Callable[[str], RecordService]) -> None:
        self._context, self._records = context, records

    def list(self) -> builtins.list[tuple[str, str, int]]:
        """(name, colour token, number of visible live records) of all tags, by name."""
        with self._context.reading() as work:
            return counts.counted(work.reader, self._marked)

    @property
    def _marked(self) -> builtins.list[str]:
        """The kinds of records that have tags."""
        return [e.key for e in self._context.registry if e.find("tags") is not None]

    def rename(self, name: str, new: str) -> None:
        """Another name everywhere at once. Raises UserError when the new one is taken."""
        self._context.actor.require_admin()
        text = new.strip()
        if not text or len(text) > LONGEST:
            raise UserError(t("标签不能为空，也不能超过 {n} 个字。", n=LONGEST))
        with self._context.writing() as work:
            known = tags.names(work.connection)
            if name not in known:
                raise NotFound(t("没有标签“{name}”。", name=name))
            if text != name and text in known:
                raise UserError(t("已经有叫“{name}”的标签了。", name=text))
            operation = work.operation("setup", t("标签改名：{before} → {after}", before=name, after=text))
            operation.params = {"tag": [name, text]}
            tags.rename(work.connection, name, text)
            work.commit()

    def set_tone(self, name: str, tone: str) -> None:
        """Another colour (a tone of the theme)."""
        self._context.actor.require_admin()
        with self._context.writing() as work:
            tags.set_tone(work.connection, name, tone)
            work.commit()

    def remove(self, name: str, job: Job | None = None) -> builtins.list[ManyResult]:
        """Take the tag off every record (one operation a kind, each can be undone), then out of the list."""
        self._context.actor.require_admin()
        results = []
        for service in map(self._records, self._marked):
            handles = [int(h) for h in service.handles(Condition("tags", "has_any", [name]))]
            if handles:
                results.append(service.tag_many(handles, remove=[name], job=job))
        with self._context.writing() as work:
            tables = [(entity, work.reader.layout(entity).table) for entity in self._marked]
            tags.forget(work.connection, name, tables)
            work.commit()
        return results


def tone_choices() -> list[Choice]:
    """The colours a tag may have."""
    return [
        Choice("primary", "蓝色", "Blue", tone="primary"),
        Choice("ok", "绿色", "Green", tone="ok"),
        Choice("warn", "橙色", "Orange", tone="warn"),
        Choice("bad", "红色", "Red", tone="bad"),
        Choice("violet", "紫色", "Violet", tone="violet"),
        Choice("cyan", "青色", "Cyan", tone="cyan"),
        Choice("gray", "灰色", "Grey", tone="gray"),
    ]
