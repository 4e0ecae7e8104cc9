"""python3 dev.py bench duplicates [rows …]: our search beside an exact match, recordlinkage and Splink, on the same rows and
comparison forms in one run; writes benchmarks/duplicates.md.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from app.services.duplicates.matching.engine import Found, search
from app.services.duplicates.matching.features import Column, build
from app.services.duplicates.splink import settings_json, write_table
from benchmarks import duplicate_data
from benchmarks.measure import machine, peak_mb

RESULTS = Path(__file__).with_name("duplicates.md")
PEERS = Path(__file__).with_name("duplicate_peers.py")
COLUMNS = (("name", "name"), ("contact", "name"), ("mobile", "phone"), ("email", "email"), ("address", "address"))
FEBRL = ("febrl1", "febrl2", "febrl3", "febrl4")
LEAST = 0.9
Pairs = set[tuple[str, str]]


@dataclass(frozen=True)
class Line:
    """One engine on one table."""

    engine: str
    seconds: float
    peak: float
    got: Pairs
    note: str = ""


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)


def score(got: Pairs, truth: Iterable[tuple[str, str]]) -> tuple[float, float, float]:
    """Precision, recall, F1."""
    truth = set(truth)
    right = len(got & truth)
    precision, recall = right / max(1, len(got)), right / max(1, len(truth))
    return precision, recall, 2 * right / max(1, len(got) + len(truth))


def _sure(found: Found, ids: list[str]) -> Pairs:
    sure = found.probability >= LEAST
    return {_pair(ids[a], ids[b]) for a, b in zip(found.a[sure].tolist(), found.b[sure].tolist(), strict=True)}


def _peer(python: str, method: str, folder: Path) -> Line:
    out = folder / f"{method}.csv"
    command = [python, str(PEERS), method, str(folder / "table.csv"), str(folder / "model.json"), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return Line(method, 0, 0, set(), f"failed: {done.stderr.strip().splitlines()[-1][:120]}")
    told = json.loads(done.stdout.strip().splitlines()[-1])
    with out.open(newline="") as f:
        got = {
            _pair(r["unique_id_l"], r["unique_id_r"])
            for r in csv.DictReader(f)
            if float(r["match_probability"]) >= LEAST
        }
    return Line(method, told["seconds"], told["peak_mb"], got)


def chinese(python: str, count: int) -> list[str]:
    """Our own labelled customers: the lines of the results page."""
    data = duplicate_data.rows(count)
    ids = [f"R{i:07d}" for i in range(len(data))]
    kind_of = {_pair(ids[a], ids[b]): kind for a, b, kind in duplicate_data.pairs(data)}
    columns = [Column(key, key, [r.cells[i] for r in data], kind) for i, (key, kind) in enumerate(COLUMNS)]
    started = time.monotonic()
    features = build(columns)
    forms = time.monotonic() - started
    started = time.monotonic()
    found = search(columns, len(data))
    whole = time.monotonic() - started
    ours = Line("ours", whole - forms, peak_mb(), _sure(found, ids), f"and {forms:.1f} s for the comparison forms")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_table(folder / "table.csv", ids, features)
        (folder / "model.json").write_text(json.dumps(settings_json(found.model_json())), encoding="utf-8")
        del features
        lines = [ours, *(_peer(python, m, folder) for m in ("exact", "either", "recordlinkage", "splink", "model"))]
    title = {
        "ours": "Kedang", "exact": "same name and mobile", "either": "same mobile or e-mail",
        "recordlinkage": "recordlinkage 0.16, ECM", "splink": "Splink 5 on DuckDB, trained by itself",
        "model": "Kedang's exported model, run by Splink on DuckDB",
    }  # fmt: skip
    page = [
        f"## {count:,} Chinese customers ({len(kind_of):,} true pairs), at probability {LEAST}", "",
        "| engine | precision | recall | F1 | seconds | peak MB | note |", "|---|---:|---:|---:|---:|---:|---|",
    ]  # fmt: skip
    for line in lines:
        p, r, f = score(line.got, kind_of)
        page.append(
            f"| {title[line.engine]} | {p:.4f} | {r:.4f} | {f:.4f} | {line.seconds:.1f} | {line.peak:.0f} | {line.note} |"
        )
    page += [
        "",
        f"Pairs compared: {found.compared:,}; share of true pairs estimated as lost in blocking: {found.lost:.2%}.",
        "",
    ]
    page += _by_damage(lines, kind_of, data, title)
    return page


def _by_damage(
    lines: list[Line], kind_of: dict[tuple[str, str], str], data: list[duplicate_data.Row], title: dict[str, str]
) -> list[str]:
    """Precision, recall and F1 per kind of damage; a pair that is none counts under the damage of its two rows."""
    kinds = [*duplicate_data.DAMAGES, "both"]
    shown = [line for line in lines if line.engine in ("ours", "exact", "recordlinkage", "splink")]
    page = ["| damage | pairs | " + " | ".join(title[x.engine] + ": P / R / F1" for x in shown) + " |"]
    page.append("|---|---:|" + "---|" * len(shown))
    total = Counter(kind_of.values())
    cells: dict[str, list[str]] = {k: [] for k in kinds}
    for line in shown:
        right: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        for pair in line.got:
            if pair in kind_of:
                right[kind_of[pair]] += 1
            else:
                between = [d for d in (data[int(x[1:])].damage for x in pair) if d]
                wrong[between[0] if len(between) == 1 else "both"] += 1
        for kind in kinds:
            p, r = right[kind] / max(1, right[kind] + wrong[kind]), right[kind] / max(1, total[kind])
            cells[kind].append(f"{p:.3f} / {r:.3f} / {2 * p * r / max(1e-9, p + r):.3f}")
    page += [f"| {k} | {total[k]:,} | " + " | ".join(cells[k]) + " |" for k in kinds]
    return [*page, ""]


def febrl(python: str) -> list[str]:
    """The sets that recordlinkage ships."""
    page = [
        "## FEBRL, persons (shipped with recordlinkage)",
        "",
        "| set | rows | true pairs | precision | recall | F1 | seconds |",
    ]
    page.append("|---|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as scratch:
        for name in FEBRL:
            out = Path(scratch) / f"{name}.csv"
            subprocess.run([python, str(PEERS), "febrl", name, "-", str(out)], check=True)
            with out.open(newline="") as f:
                rows = [{k: v.strip() for k, v in row.items()} for row in csv.DictReader(f)]
            with Path(f"{out}.links").open(newline="") as f:
                truth = {_pair(*pair) for pair in csv.reader(f)}
            ids = [r["rec_id"] for r in rows]
            whole = [f"{r['given_name']} {r['surname']}".strip() for r in rows]
            keys = [k for k in rows[0] if k not in ("rec_id", "blocking_number")]
            started = time.monotonic()
            found = search(
                [Column("name", "name", whole), *(Column(k, k, [r[k] for r in rows]) for k in keys)], len(rows)
            )
            seconds = time.monotonic() - started
            p, r, f1 = score(_sure(found, ids), truth)
            page.append(f"| {name} | {len(rows):,} | {len(truth):,} | {p:.4f} | {r:.4f} | {f1:.4f} | {seconds:.1f} |")
    return [*page, ""]


def main() -> None:
    """Run all and write the page."""
    python, *sizes = sys.argv[1:]
    page = [
        "# Duplicates, measured beside other engines", "",
        f"One run of `python3 dev.py bench duplicates` on: {machine()}. All engines get the same rows and the same comparison",
        "forms (core of a company's name, pinyin, digits of numbers); seconds are without making those. Data of our own making,",
        "so read the comparison, not the height of the figures.", "",
    ]  # fmt: skip
    page += febrl(python)
    for size in map(int, sizes or ("100000", "1000000")):
        page += chinese(python, size)
    text = "\n".join(page)
    print(text)
    RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
