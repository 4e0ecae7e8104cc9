"""Times and deadlines in words."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.clock import set_clock
from app.core.dictionary.tickets import TICKETS
from app.core.i18n import set_language
from app.core.records import Record
from app.views.tickets.words import due_chip, event_text, size_text, span_text, when_text

NOON = datetime.now().astimezone().replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    set_clock(lambda: NOON.astimezone(UTC))
    yield
    set_clock(None)


def record(**values: Any) -> Record:
    return Record("tickets", uuid.uuid4(), 1, 1, values)


@pytest.mark.parametrize(
    ("values", "text", "tone"),
    [
        ({"status": "open", "next_due_at": NOON + timedelta(minutes=38)}, "剩 0:38", "warn"),
        ({"status": "open", "next_due_at": NOON + timedelta(hours=3)}, "剩 3:00", "ok"),
        ({"status": "open", "next_due_at": NOON - timedelta(minutes=90)}, "超时 1:30", "bad"),
        ({"status": "open", "next_due_at": NOON - timedelta(days=3)}, "超时 3 天", "bad"),
        ({"status": "open", "next_due_at": NOON + timedelta(days=1)}, "明天 12:00 前", "ok"),
        ({"status": "waiting", "sla_paused": True}, "已暂停", "gray"),
        ({"status": "resolved", "next_due_at": NOON}, "", ""),
        ({"status": "open"}, "", ""),
    ],
)
def test_that_a_deadline_is_told_by_how_near_it_is(values: dict[str, Any], text: str, tone: str) -> None:
    assert due_chip(TICKETS, record(**values)) == (text, tone)


@pytest.mark.parametrize(
    ("moment", "text"),
    [(NOON, "12:00"), (NOON - timedelta(days=1), "昨天"), (None, "")],
)
def test_that_a_time_is_told_by_how_long_ago_it_is(moment: datetime | None, text: str) -> None:
    assert when_text(moment) == text


def test_that_an_event_is_one_sentence_in_both_languages() -> None:
    message = record(author="陈晓彤", status="waiting", priority="urgent", body="@owner 李东")
    assert event_text(TICKETS, message, str) == "陈晓彤 状态改为“等待客户”，优先级改为“紧急”，交给 李东"
    set_language("en")
    assert (
        event_text(TICKETS, message, str)
        == "陈晓彤 set the status to “Waiting”, set the priority to “Urgent”, assigned to 李东"
    )


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (900, "900 B"), (1_250_000, "1.2 MB"), (2048, "2.0 KB"), (None, "0 B")]
)
def test_that_sizes_are_short(size: object, text: str) -> None:
    assert size_text(size) == text


def test_that_long_spans_are_told_in_days() -> None:
    assert span_text(47 * 60) == "47:00"
    assert span_text(49 * 60) == "2 天"
