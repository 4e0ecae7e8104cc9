"""Other engines on the same rows; run by the interpreter of their own environment, so it imports nothing of ours.

    python duplicate_peers.py METHOD TABLE.csv MODEL.json OUT.csv     pairs (unique_id, unique_id, probability), JSON on stdout
    python duplicate_peers.py febrl NAME - OUT.csv                    a FEBRL set of the package recordlinkage as CSV
"""  # fmt: skip

from __future__ import annotations

import csv
import json
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd

NAMES = ("name", "contact")
EXACT = ("mobile", "email")


def exact(table: pd.DataFrame, _: Any) -> pd.DataFrame:
    """The same name and mobile, letter by letter: what an office does with sorting and conditional formatting."""
    return _joined(table, [["name", "mobile"]])


def either(table: pd.DataFrame, _: Any) -> pd.DataFrame:
    """The same mobile or the same e-mail."""
    return _joined(table, [["mobile"], ["email"]])


def _joined(table: pd.DataFrame, rules: list[list[str]]) -> pd.DataFrame:
    found = []
    for rule in rules:
        given = table.dropna(subset=rule)[["unique_id", *rule]]
        both = given.merge(given, on=rule, suffixes=("_l", "_r"))
        found.append(both[both.unique_id_l < both.unique_id_r][["unique_id_l", "unique_id_r"]])
    return pd.concat(found).drop_duplicates().assign(match_probability=1.0)


def recordlinkage(table: pd.DataFrame, _: Any) -> pd.DataFrame:
    """recordlinkage: blocks on the same forms, Jaro-Winkler, ECM."""
    import recordlinkage as engine

    table = table.set_index("unique_id")
    index = engine.Index()
    for keys in (["mobile"], ["email"], ["name_core"], ["name_sound"], ["contact_core", "name_first"]):
        index.block(keys)
    pairs = index.index(table)
    compare = engine.Compare()
    compare.string("name_core", "name_core", method="jarowinkler", threshold=0.8, label="name")
    compare.string("contact_core", "contact_core", method="jarowinkler", threshold=0.7, label="contact")
    compare.exact("mobile", "mobile", label="mobile")
    compare.exact("email", "email", label="email")
    compare.string("address", "address", method="jarowinkler", threshold=0.9, label="address")
    features = compare.compute(pairs, table).fillna(0)
    model = engine.ECMClassifier(binarize=0.5)
    model.fit(features)
    scored = model.prob(features).reset_index()
    scored.columns = ["unique_id_l", "unique_id_r", "match_probability"]
    return scored[scored.match_probability >= 0.5].assign(match_probability=1.0)


def splink(table: pd.DataFrame, _: Any) -> pd.DataFrame:
    """Splink on DuckDB, trained by itself on the same forms."""
    import splink.comparison_level_library as level
    import splink.comparison_library as comparison
    from splink import SettingsCreator, block_on

    def name(column: str) -> Any:
        return comparison.CustomComparison(output_column_name=column, comparison_levels=[
            level.NullLevel(column), level.ExactMatchLevel(column, term_frequency_adjustments=True),
            level.ExactMatchLevel(f"{column}_core"), level.ExactMatchLevel(f"{column}_sound"),
            level.JaroWinklerLevel(f"{column}_core", 0.9), level.JaroWinklerLevel(f"{column}_core", 0.75), level.ElseLevel(),
        ])  # fmt: skip

    blocks = [
        block_on("mobile"), block_on("email"), block_on("name_core", "contact_first"), block_on("name_sound", "contact_first"),
        block_on("contact_core", "name_first"), block_on("contact_sound", "address"),
    ]  # fmt: skip
    settings = SettingsCreator(
        link_type="dedupe_only", unique_id_column_name="unique_id", blocking_rules_to_generate_predictions=blocks,
        comparisons=[
            name("name"), name("contact"), comparison.DamerauLevenshteinAtThresholds("mobile", [1]),
            comparison.ExactMatch("email"), comparison.JaroWinklerAtThresholds("address", [0.95, 0.85]),
        ],
    )  # fmt: skip
    linker, connection = _linker(table, settings)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("mobile", "contact_core"), block_on("email")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in (block_on("mobile"), block_on("name_core", "contact_first"), block_on("email")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    return _predicted(linker, connection)


def model(table: pd.DataFrame, exported: dict[str, Any]) -> pd.DataFrame:
    """Our own exported model, run by Splink on DuckDB as it is."""
    linker, connection = _linker(table, exported)
    return _predicted(linker, connection)


def _linker(table: pd.DataFrame, settings: Any) -> tuple[Any, Any]:
    import duckdb
    from splink import DuckDBAPI, Linker

    connection = duckdb.connect()
    connection.execute("set memory_limit='4GB'; set threads=2")
    connection.register("rows", table)
    connection.execute("create table customers as select * from rows")
    interface = DuckDBAPI(connection=connection)
    return Linker(interface.register(connection.table("customers")), settings), connection


def _predicted(linker: Any, connection: Any) -> pd.DataFrame:
    found = linker.inference.predict(threshold_match_probability=0.05)
    columns = "unique_id_l, unique_id_r, match_probability"
    return connection.execute(f"select {columns} from {found.physical_name}").fetch_df()


def febrl(name: str, out: str) -> None:
    """One of the package's sets as CSV, its links as pairs of rec_id in OUT.links."""
    import recordlinkage.datasets as sets

    loaded = getattr(sets, f"load_{name}")(return_links=True)
    frames, links = list(loaded[:-1]), loaded[-1]
    pd.concat(frames).reset_index().to_csv(out, index=False)
    with Path(out + ".links").open("w", newline="") as f:
        csv.writer(f).writerows([list(pair) for pair in links])


def main() -> None:
    method, source, exported, out = sys.argv[1:5]
    if method == "febrl":
        febrl(source, out)
        return
    table = pd.read_csv(source, dtype=str, keep_default_na=False).replace("", None)
    settings = json.loads(Path(exported).read_text(encoding="utf-8"))
    started = time.monotonic()
    pairs = globals()[method](table, settings)
    seconds = time.monotonic() - started
    pairs.to_csv(out, index=False)
    status = Path("/proc/self/status").read_text()  # the kernel's own count forgets what the parent process held
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1000
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "pairs": len(pairs)}))


if __name__ == "__main__":
    main()
