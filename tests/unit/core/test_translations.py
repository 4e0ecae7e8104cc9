"""Every sentence of the program exists in English, with the same placeholders, and nothing in the catalogue is stale.

The finished areas are checked one by one, so that a missing sentence names its place.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.core.i18n import english, language, set_language, t
from app.core.paths import resource_dir
from tests.helpers.sentences import Sentence, collected, placeholders

FOLDER = resource_dir() / "translations" / "en"
CATALOGUES = sorted(path.stem for path in FOLDER.glob("*.json"))
#: area of the source → its beginnings below app/
AREAS = {
    "core": ("core/", "errors.py"),
    "db": ("db/", "models/"),
    "services": ("services/context.py", "services/records.py", "services/workspace.py"),
    "records": tuple(
        f"services/{room}/"
        for room in (
            "customers",
            "people",
            "history",
            "vault",
            "deals",
            "analytics",
            "tickets",
            "files",
            "today",
            "samples",
            "duplicates",
            "merging",
            "quality",
            "migration",
        )
    ),
    "cleaning": ("services/cleaning/", "services/workbench/"),
    "exchange": ("services/exchange/",),
    "cli": ("cli/",),
    "settings": ("settings/",),
    "views": ("views/",),
    "program": ("bootstrap.py", "door.py", "pictures.py", "__main__.py", "__init__.py"),
}
SENTENCES, HIDDEN = collected()


def _catalogue(stem: str) -> dict[str, str | dict[str, str]]:
    entries: dict[str, str | dict[str, str]] = json.loads((FOLDER / f"{stem}.json").read_text(encoding="utf-8"))
    return entries


def _forms(entry: str | dict[str, str]) -> list[str]:
    return [entry] if isinstance(entry, str) else list(entry.values())


def test_that_every_source_file_belongs_to_an_area() -> None:
    known = tuple(beginning for beginnings in AREAS.values() for beginning in beginnings)
    assert not [s.where for s in SENTENCES if not s.where.startswith(known)]


def test_that_every_sentence_can_be_read_from_the_source() -> None:
    assert not HIDDEN


@pytest.mark.parametrize("area", AREAS)
def test_that_no_sentence_lacks_its_english(area: str) -> None:
    missing = sorted({f"{s.where}:{s.line} {s.text}" for s in _of(area) if s.text not in english()})
    assert not missing, "\n".join(["", *missing])


@pytest.mark.parametrize("area", AREAS)
def test_that_every_placeholder_gets_a_value(area: str) -> None:
    wrong = [f"{s.where}:{s.line} {s.text}" for s in _of(area) if not s.spread and placeholders(s.text) - s.given]
    assert not wrong, "\n".join(["", *wrong])


def _of(area: str) -> list[Sentence]:
    return [s for s in SENTENCES if s.where.startswith(AREAS[area])]


@pytest.mark.parametrize("stem", CATALOGUES)
def test_that_no_entry_is_stale(stem: str) -> None:
    said = {s.text for s in SENTENCES}
    assert not sorted(set(_catalogue(stem)) - said)


@pytest.mark.parametrize("stem", CATALOGUES)
def test_that_the_english_has_the_same_placeholders(stem: str) -> None:
    wrong = {
        text: form
        for text, entry in _catalogue(stem).items()
        for form in _forms(entry)
        if placeholders(form) != placeholders(text)
    }
    assert not wrong


@pytest.mark.parametrize("stem", CATALOGUES)
def test_that_plurals_are_complete_and_have_a_number(stem: str) -> None:
    plural = {text: entry for text, entry in _catalogue(stem).items() if isinstance(entry, dict)}
    assert all(set(entry) == {"one", "other"} for entry in plural.values())
    assert all("n" in placeholders(text) for text in plural)


def test_that_catalogues_do_not_contradict_each_other() -> None:
    seen: dict[str, dict[str, object]] = {}
    for stem in CATALOGUES:
        for text, entry in _catalogue(stem).items():
            seen.setdefault(text, {})[stem] = entry
    assert not {text: said for text, said in seen.items() if len({str(e) for e in said.values()}) > 1}


def test_that_english_holds_no_chinese_characters() -> None:
    units = "万年月日"  # in examples of what may be typed

    def han(form: str) -> bool:
        return any("\u4e00" <= c <= "\u9fff" for c in form if c not in units)

    assert not [
        form for stem in CATALOGUES for entry in _catalogue(stem).values() for form in _forms(entry) if han(form)
    ]


def test_that_plurals_follow_the_number() -> None:
    text = "搜索索引缺少 {n} 条，请重建索引。"
    assert t(text, n=1) == "搜索索引缺少 1 条，请重建索引。"
    set_language("en")
    assert t(text, n=1) == "The search index lacks 1 entry; rebuild it."
    assert t(text, n=2) == "The search index lacks 2 entries; rebuild it."
    assert t("从未说过的话") == "从未说过的话"


def test_that_only_known_languages_are_taken() -> None:
    with pytest.raises(ValueError, match="fr"):
        set_language("fr")
    assert language() == "zh"


def test_that_the_collector_finds_what_stands_in_the_source(tmp_path: Path) -> None:
    assert any(s.where == "db/keys.py" and s.text == "档案的密钥信息已损坏。" for s in SENTENCES)
    assert placeholders("甲{a}乙{b}") == {"a", "b"}
