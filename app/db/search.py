"""Full-text search: tokens made here, one entry per record, the same tokens on every engine.

Three columns: `han` one token per Han character or other letter beyond ASCII (phrases find substrings), `py` one token per
syllable (with other readings of a surname behind a gap), `gram` 3-grams of ASCII words, digits and pinyin initials, `word`
the ASCII words themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from app.core.i18n import t
from app.core.jobs import Job
from app.db.schema import SEARCHED, search_table

if TYPE_CHECKING:
    from app.db.archive import Archive

_HAN = re.compile(r"[^\x00-\x7f\W_]+")
_ASCII = re.compile(r"[0-9a-z]+")
_NOT_DIGIT = re.compile(r"\D")
Tokens = tuple[str, str, str]


def fold(text: str) -> str:
    """The form in which both index and query are compared: full-width forms and case do not matter."""
    import unicodedata

    return unicodedata.normalize("NFKC", text).casefold()


def tokens(names: Sequence[str], texts: Iterable[str], codes: Iterable[str]) -> Tokens:
    """The three columns of one entry: `names` also by pinyin, `codes` (numbers, e-mails) also without punctuation.

    Phones are given in their comparison form (+8613800138000): every fragment of it is found, however it is typed.
    """
    from app.core.pinyin import spoken

    plain_codes = []
    for code in codes:
        plain_codes.append(code)
        digits = _NOT_DIGIT.sub("", code)
        if len(digits) >= 5 and digits != code:
            plain_codes.append(digits)
    text = " ".join((*names, *texts, *plain_codes))
    folded = text.casefold() if text.isascii() else fold(text)
    words = list(dict.fromkeys(_ASCII.findall(folded)))
    sequences: list[str] = []
    initials: list[str] = []
    for name in names:
        if not name.isascii():
            said, short = spoken(name)
            sequences.extend(said)
            initials.extend(short)
    # each word ends in a 2-gram, which keeps a phrase of 3-grams from reaching into the next word
    grams = [w[i : i + 3] for w in (*words, *initials) for i in range(max(1, len(w) - 1))]
    return (
        " ".join(" ".join(run) for run in _HAN.findall(folded)),
        " 0 ".join(sequences),  # a gap no syllable phrase reaches across
        " ".join(grams),
    )


def with_code(entry: Tokens, code: str) -> Tokens:
    """The entry with one more code (a human number given later), as `tokens` would have made it."""
    if not code:
        return entry
    words = [code.casefold(), _NOT_DIGIT.sub("", code)]
    grams = [w[i : i + 3] for w in words for i in range(len(w) - 1)]
    han, said, gram = entry
    return han, said, " ".join((gram, *grams))


def match_expression(text: str) -> str | None:
    """The FTS5 MATCH expression of what a person typed; None when there is nothing to search for.

    Quotes make every token a literal, so that nothing typed is read as query syntax.
    """
    from app.core.pinyin import segmentations

    folded = fold(text)
    parts = ['han:"' + " ".join(run) + '"' for run in _HAN.findall(folded)]
    compact = _NOT_DIGIT.sub("", folded)
    words = _ASCII.findall(folded)
    if len(words) > 1 and all(w.isdigit() for w in words) and len(compact) >= 5:
        words = [compact]  # a phone typed with spaces or hyphens
    for word in words:
        ways: list[str] = []
        if word.isalpha():
            ways.extend('py:"' + " ".join(syllables) + '"*' for syllables in segmentations(word))
        if len(word) >= 3:
            ways.append('gram:"' + " ".join(word[i : i + 3] for i in range(len(word) - 2)) + '"')
        else:
            ways.append(f'gram:"{word}"*')
        if word.isdigit() and len(word) >= 5 and word[0] == "0":  # 010-8888…: stored as +86108888…
            ways.append('gram:"' + " ".join(word[i : i + 3] for i in range(1, len(word) - 2)) + '"')
        parts.append("(" + " OR ".join(ways) + ")")
    return " AND ".join(parts) or None


def containing_expression(text: str) -> str | None:
    """A MATCH expression that every entry whose text contains `text` fulfils: Han runs and ASCII runs of two and more."""
    folded = fold(text)
    parts = ['han:"' + " ".join(run) + '"' for run in _HAN.findall(folded)]
    for word in _ASCII.findall(folded):
        if len(word) >= 3:
            parts.append('gram:"' + " ".join(word[i : i + 3] for i in range(len(word) - 2)) + '"')
        else:
            parts.append(f'gram:"{word}"*')
    return " AND ".join(parts) or None


def write_entries(connection: Any, table: str, rows: Sequence[tuple[int, str, str, str]]) -> None:
    """Add entries for new rows (rid, han, py, gram)."""
    name = search_table(table)
    connection.exec_driver_sql(f"INSERT INTO {name}(rowid, han, py, gram) VALUES(?,?,?,?)", list(rows))


def drain(connection: Any) -> int:
    """Bring the entries of all stale rows up to date; call before every commit of a unit of work. Returns how many."""
    from app.db.search_text import entry_rows

    done = 0
    for table in SEARCHED:
        stale = [r[0] for r in connection.exec_driver_sql(f"DELETE FROM {table}_dirty RETURNING rid")]
        for start in range(0, len(stale), 2000):
            part = stale[start : start + 2000]
            connection.exec_driver_sql(f"DELETE FROM {table}_search WHERE rowid=?", [(rid,) for rid in part])
            rows = entry_rows(connection, table, part)
            if rows:
                write_entries(connection, table, rows)
        done += len(stale)
    return done


def unindexed(connection: Any) -> int:
    """How many live records lack an entry (or entries lack a record), all tables together."""
    missing = 0
    for table in SEARCHED:
        live = connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL").scalar_one()
        entries = connection.exec_driver_sql(f"SELECT count(*) FROM {table}_search_docsize").scalar_one()
        missing += abs(live - entries)
    return missing


def rebuild(connection: Any, job: Job) -> int:
    """Throw the index away and make it anew; returns the number of entries."""
    from app.db.search_text import entry_rows

    made = 0
    for table in SEARCHED:
        connection.exec_driver_sql(f"INSERT INTO {table}_search({table}_search) VALUES('delete-all')")
        connection.exec_driver_sql(f"DELETE FROM {table}_dirty")
        total = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
        last = 0
        while True:
            part = [r[0] for r in connection.exec_driver_sql(
                f"SELECT rid FROM {table} WHERE rid > ? ORDER BY rid LIMIT 2000", (last,)
            )]  # fmt: skip
            if not part:
                break
            rows = entry_rows(connection, table, part)
            if rows:
                write_entries(connection, table, rows)
            made, last = made + len(rows), part[-1]
            job.progress(t("正在重建搜索索引"), made, total)
    return made


def live_counts(archive: Archive) -> dict[str, int]:
    """Live records per entity, whatever the rights (for checks of copies)."""
    tables = {"customers": "customer", "contacts": "contact", "activities": "activity"}
    with archive.engine.connect() as connection:
        return {
            key: int(connection.exec_driver_sql(f"SELECT count(*) FROM {table} WHERE deleted_at IS NULL").scalar_one())
            for key, table in tables.items()
        }
