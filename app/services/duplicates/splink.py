"""The model for Splink's engines: settings JSON in Splink's schema, and the table of comparison forms it runs on.

The same forms, levels, m and u as our own engine, in portable SQL (equality, prefix, Jaro-Winkler, Levenshtein); of
several phones the first. The conditions follow `matching/levels.py`; what SQL cannot say there (idf of words, digits that
changed places) is said more coarsely.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.services.duplicates.matching import kinds
from app.services.duplicates.matching.features import Feature

#: per kind, worst level first: the SQL of each level above the lowest, {c} is the column
_SQL: Mapping[str, tuple[str, ...]] = {
    kinds.NAME: (
        "jaro_winkler_similarity({c}_core_l, {c}_core_r) >= 0.80", "jaro_winkler_similarity({c}_core_l, {c}_core_r) >= 0.90",
        "starts_with({c}_core_l, {c}_core_r) or starts_with({c}_core_r, {c}_core_l)",
        "{c}_sound_l = {c}_sound_r or {c}_shape_l = {c}_shape_r", "{c}_core_l = {c}_core_r", "{c}_l = {c}_r",
    ),
    kinds.TEXT: (
        "jaro_winkler_similarity({c}_l, {c}_r) >= 0.70", "jaro_winkler_similarity({c}_l, {c}_r) >= 0.80",
        "jaro_winkler_similarity({c}_l, {c}_r) >= 0.88", "jaro_winkler_similarity({c}_l, {c}_r) >= 0.95", "{c}_l = {c}_r",
    ),
    kinds.ADDRESS: (
        "jaro_winkler_similarity({c}_l, {c}_r) >= 0.75", "jaro_winkler_similarity({c}_l, {c}_r) >= 0.88",
        "starts_with({c}_l, {c}_r) or starts_with({c}_r, {c}_l)", "{c}_l = {c}_r",
    ),
    kinds.CODE: ("levenshtein({c}_l, {c}_r) <= 1", "{c}_l = {c}_r"),
    kinds.PHONE: ("damerau_levenshtein({c}_l, {c}_r) <= 1", "{c}_l = {c}_r"),
    kinds.EMAIL: ("split_part({c}_l, '@', 1) = split_part({c}_r, '@', 1)", "{c}_l = {c}_r"),
    kinds.DATE: ("substr({c}_l, 1, 4) = substr({c}_r, 1, 4)", "damerau_levenshtein({c}_l, {c}_r) <= 1", "{c}_l = {c}_r"),
    kinds.NUMBER: (
        "abs(cast({c}_l as double) - cast({c}_r as double)) <= 0.2 * greatest(abs(cast({c}_l as double)), 1e-9)",
        "abs(cast({c}_l as double) - cast({c}_r as double)) <= 0.03 * greatest(abs(cast({c}_l as double)), 1e-9)",
        "{c}_l = {c}_r",
    ),
    kinds.CATEGORY: ("levenshtein({c}_l, {c}_r) <= 1", "{c}_l = {c}_r"),
}  # fmt: skip
ID = "unique_id"


def settings_json(model: Mapping[str, Any]) -> dict[str, Any]:
    """Splink's settings. `model`: {"prior", "fields": [{"field", "kind", "levels": [[key, bits, m, u]]}]}."""
    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": ID,
        "probability_two_random_records_match": model.get("prior", 1e-4),
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule} for rule in _blocking(model["fields"])],
        "comparisons": [_comparison(f) for f in model["fields"]],
        "retain_matching_columns": False,
        "retain_intermediate_calculation_columns": True,
    }


def _comparison(field: Mapping[str, Any]) -> dict[str, Any]:
    column = field["field"]
    levels = list(zip(field["levels"], (None, *_SQL[field["kind"]]), strict=True))
    made: list[dict[str, Any]] = [
        {
            "sql_condition": f'"{column}_l" IS NULL OR "{column}_r" IS NULL',
            "label_for_charts": "null",
            "is_null_level": True,
        }
    ]
    for (key, _, m, u), sql in reversed(levels):
        made.append({
            "sql_condition": "ELSE" if sql is None else sql.format(c=column), "label_for_charts": key,
            "m_probability": m, "u_probability": u,
        })  # fmt: skip
    return {"output_column_name": column, "comparison_levels": made}


def _blocking(fields: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    coarse = []
    for field in fields:
        column, kind = field["field"], field["kind"]
        if kind in kinds.IDENTIFYING:
            yield f"l.{column} = r.{column}"
        elif kind == kinds.NAME:
            yield f"l.{column}_core = r.{column}_core"
            yield f"l.{column}_sound = r.{column}_sound"
            coarse.append(f"l.{column}_first = r.{column}_first")
        elif kind in (kinds.TEXT, kinds.ADDRESS):
            yield f"l.{column} = r.{column}"
        if kind in (kinds.DATE, kinds.CATEGORY):
            coarse.append(f"l.{column} = r.{column}")
    for i, one in enumerate(coarse):
        yield from (f"{one} and {two}" for two in coarse[i + 1 :])


def write_table(path: Path, ids: Sequence[str], features: Sequence[Feature]) -> None:
    """The comparison forms of every record as CSV, UTF-8; empty = nothing to compare."""
    header = [ID]
    columns: list[list[str]] = [list(ids)]
    for feature in features:
        header.append(feature.key)
        columns.append([feature.values[c] if c >= 0 else "" for c in feature.codes.tolist()])
        if feature.names:
            for form in ("core", "sound", "shape", "first"):
                header.append(f"{feature.key}_{form}")
                columns.append([getattr(feature.names[c], form) if c >= 0 else "" for c in feature.codes.tolist()])
    with path.open("w", encoding="utf-8", newline="") as f:
        writer = csv.writer(f)
        writer.writerow(header)
        writer.writerows(zip(*columns, strict=True))
