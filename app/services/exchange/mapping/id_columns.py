"""Which column tells a record's number in the system the file comes from: by its header and by cells that all differ."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: the part of filled cells that must differ from each other
NEARLY_ALL = 0.9
_EXACT = frozenset({
    "id", "uid", "guid", "uuid", "oid", "pk", "key", "code", "identifier", "recid", "recordid", "recno", "rowid", "编号",
    "编码", "代码", "记录号", "记录编号", "唯一标识", "主键", "ltableid", "rtableid", "sourceid", "externalid", "externalkey",
})  # fmt: skip
_OF_A_THING = re.compile(
    r"(?:rec|record|row|ltable|rtable|src|source|ext|external|entity|object|cust|customer|client|account|acct|member|user|"
    r"contact|company|org|organization|product|item|sku|paper|entry|sample|person|lead|deal|order|ticket|payment|invoice)"
    r"[\s_\-.]*(?:id|no|num|number|nr|key|code|ref)"
)
#: id_a, id-2, idDBLP: the number with the name of its table behind it
_WITH_TABLE = re.compile(r"id(?:[\s_\-.]+\w{1,20}|[A-Z]\w{0,20})")
_ANY_ID = re.compile(r"\w+[\s_\-.]+(?:id|uid|uuid|guid)|[a-z]+I[Dd]")
#: a number of something else than this record
_OTHER = re.compile(
    r"soc|ssn|tax|vat|national|passport|parent|group|categor|type|owner|creator|manager|campaign|device|session|trans|"
    r"wechat|open|union|template|batch|store|shop|city|region",
    re.IGNORECASE,
)
_LIKE_IDS = re.compile(
    r"rec-\d+-(?:org|dup-\d+)|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|00[0-9A-Za-z]{13}(?:[0-9A-Za-z]{3})?",
    re.IGNORECASE,
)


def distinct_share(cells: Sequence[str]) -> float:
    """Distinct cells among the filled ones, 0–1; 0 when none is filled."""
    given = [c for c in cells if c]
    return len(set(given)) / len(given) if given else 0.0


def differ(cells: Sequence[str]) -> bool:
    """Whether nearly all filled cells differ."""
    return distinct_share(cells) >= NEARLY_ALL


def id_score(name: str, cells: Sequence[str]) -> float:
    """How surely (0–1) the column holds the record's own number; 0 when its cells do not tell records apart."""
    given = [c for c in cells if c]
    if not given or len(given) < NEARLY_ALL * len(cells) or not differ(given) or max(map(len, given)) > 100:
        return 0.0
    plain = name.strip()
    key = re.sub(r"[\s_\-.*]+", "", plain).casefold()
    if key in _EXACT:
        return 0.95 if key != "code" else 0.7
    if _OF_A_THING.fullmatch(plain.casefold()):
        return 0.93
    if _WITH_TABLE.fullmatch(plain) or re.fullmatch(r"(?i)id[\s_\-.]+\w{1,20}", plain):
        return 0.92
    if sum(bool(_LIKE_IDS.fullmatch(c)) for c in given) >= NEARLY_ALL * len(given):
        return 0.85
    return 0.6 if _ANY_ID.fullmatch(plain) and not _OTHER.search(plain) else 0.0
