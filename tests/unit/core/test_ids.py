"""Identifiers rise, whatever the clock does."""

from __future__ import annotations

import itertools
import threading
import time
import uuid

import pytest

from app.core import ids
from app.core.ids import short_hex, uuid7, uuid7_bytes


def test_that_identifiers_are_uuid7_of_now() -> None:
    made = uuid7()
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert abs((made.int >> 80) / 1000 - time.time()) < 5


def test_that_identifiers_rise_strictly() -> None:
    made = [uuid7().bytes for _ in range(3000)] + uuid7_bytes(10_000) + [uuid7().bytes]
    assert all(a < b for a, b in itertools.pairwise(made))


@pytest.mark.parametrize("back", [0, 1, 86_400, 10 * 365 * 86_400])
def test_that_a_clock_set_back_does_not_lower_them(back: int, monkeypatch: pytest.MonkeyPatch) -> None:
    before = uuid7()
    real = time.time_ns
    monkeypatch.setattr(ids.time, "time_ns", lambda: real() - back * 10**9)
    assert uuid7() > before


def test_that_threads_never_share_an_identifier() -> None:
    made: list[bytes] = []

    def work() -> None:
        made.extend(uuid7_bytes(2000))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 8000


def test_that_a_short_word_has_the_length_asked_for() -> None:
    assert [len(short_hex(n)) for n in (1, 7, 8)] == [1, 7, 8]
    assert uuid7_bytes(0) == []
