"""The clean-up workbench over a million rows: facets and clusters, against one plain count over the codes."""

from __future__ import annotations

import random
import time

import numpy as np

from benchmarks.measure import Row, cpu_ms, current_mb, median_ms, paired

_CITIES = [f"城市{i}" for i in range(300)]
_WORDS = "恒力 华信 创博 众越 优泰 信兴 光凌 越嘉 锐辰 利联 科星 瑞安 百泰 明利 天丰 川辰 恒乐 瑞凌".split()
_LINES = "科技 食品 电子 物流 机械 实业 商贸 服饰 医药 教育".split()
_ENDS = ("有限公司", "有限责任公司", "集团有限公司", "", "（苏州）有限公司")


def _cells(rows: int, seed: int = 7) -> list[list[str]]:
    rng = random.Random(seed)
    names = [
        f"{rng.choice(('', '苏州', '南京', '上海'))}{rng.choice(_WORDS)}{rng.choice(_WORDS)}{rng.choice(_LINES)}{rng.choice(_ENDS)}{i % 4000 or ''}"
        for i in range(max(1, rows // 5))
    ]
    return [
        [
            rng.choice(names),
            rng.choice(_CITIES),
            f"138{rng.randrange(10**8):08d}",
            f"{rng.randrange(10**6) / 100:.2f}",
            f"20{rng.randrange(10, 26)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
            rng.choice(("老客户", "", "需开票", "欠款")),
        ]
        for _ in range(rows)
    ]


def rows(count: int = 1_000_000) -> list[Row]:
    """Loading, browsing under three facets, clusters the first time and again."""
    from app.services.workbench.clusters import Method, cluster
    from app.services.workbench.facets import browse, facets_of
    from app.services.workbench.table import TableBuilder

    before = current_mb()
    builder = TableBuilder(["公司", "城市", "电话", "金额", "日期", "备注"])
    loading = 0.0
    for start in range(0, count, 50_000):
        size = min(50_000, count - start)
        cells = _cells(size, start)
        loading += cpu_ms(lambda cells=cells, start=start, size=size: builder.add(range(start, start + size), cells))  # type: ignore[misc]
        del cells
    table = builder.table()
    grown = current_mb() - before
    facets = facets_of(
        [
            {"column": "城市", "kind": "values", "values": _CITIES[:40]},
            {"column": "金额", "kind": "number", "from": 100, "to": 8000},
            {"column": "公司", "kind": "text", "text": "科技"},
            {"column": "电话", "kind": "values", "values": []},
        ]
    )
    first = cpu_ms(lambda: browse(table, facets))
    codes = table.column("电话").codes
    ours, floor = paired(lambda: browse(table, facets), lambda: np.bincount(codes))
    n = f"{count:,}"
    found = [
        Row(f"workbench: {n} × 6 cells taken into columns", loading, None, "", None, f"holds {grown:.0f} MB"),
        Row(f"workbench: four facets over {n} rows", ours, floor, "≤ 500 ms", ours <= 500, f"first time {first:.0f} ms; floor: one bincount"),
    ]  # fmt: skip
    for method in ("fingerprint", "ngram", "core"):
        started = time.process_time()
        made = cluster(table.column("公司"), Method(method))
        cold = (time.process_time() - started) * 1000
        again = median_ms(lambda method=method: cluster(table.column("公司"), Method(method)), 3)  # type: ignore[misc]
        note = (
            f"first time {cold:.0f} ms for {len(table.column('公司').values):,} values; {len(made.clusters):,} clusters"
        )
        found.append(
            Row(f"workbench: clusters by {method} again, {n} rows", again, floor, "≤ 500 ms", again <= 500, note)
        )
    return found


if __name__ == "__main__":
    for row in rows():
        print(f"{row.what}: {row.ours:.1f} ms, floor {row.floor or 0:.2f}, {row.met}; {row.note}")
