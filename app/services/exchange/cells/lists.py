"""Cells of pick-lists, of points, and of several values: words in them become values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from app.core.fields import Field, Point
from app.core.i18n import t
from app.core.kinds.children import point_text
from app.services.cleaning.codes import match_choice
from app.services.cleaning.emails import parse_emails
from app.services.cleaning.phone_types import Phone, display
from app.services.cleaning.phones import parse_phones
from app.services.cleaning.text import clean_text
from app.services.cleaning.values import Problem
from app.services.exchange.cells.column import UNKNOWN_CHOICE
from app.services.exchange.cells.options import Converted, Converter, Options
from app.services.exchange.files.cell_forms import LINK_MARKS, SEPARATOR, TAG_MARKS, split_items

_LONGEST_CHOICE = 60
_LONGEST_TAG = 40
#: what never is a part of a value that is not quoted
_BETWEEN = "，,；;、|\n"


def _chooser(field: Field, options: Options) -> Callable[[str], str | None]:
    """The function from a word to the code it means: "" = it is left out, None = the list has no such word."""
    labels = {c.code: (c.code, c.zh, c.en, *c.synonyms) for c in field.choices}
    meant = {clean_text(text).casefold(): code for text, code in options.column.values.items()}
    takes_more = field.open_choices or (field.office and options.grow)

    def choose(text: str) -> str | None:
        if text.casefold() in meant:
            return meant[text.casefold()]
        code = match_choice(text, labels)
        if code is None and takes_more and len(text) <= min(field.max_length, _LONGEST_CHOICE):
            return text
        return code

    return choose


def _not_listed(field: Field, *words: str) -> Problem:
    known = "、".join(c.label for c in field.offered)
    text = t("“{value}”不在选项里（{options}）。", value="、".join(words), options=known)
    return Problem(UNKNOWN_CHOICE, text, "error", words)


def choice(field: Field, options: Options) -> Converter:
    choose = _chooser(field, options)

    def convert(cell: str) -> Converted:
        text = clean_text(cell)
        if not text:
            return None, None
        code = choose(text)
        return (None, _not_listed(field, text)) if code is None else (code or None, None)

    return convert


def choices(field: Field, options: Options) -> Converter:
    """Items as of tags; a value of the list that has a blank, a stroke or another separator in it is understood whole."""
    choose = _chooser(field, options)
    labels = {c.code: (c.code, c.zh, c.en, *c.synonyms) for c in field.choices}

    def items(text: str) -> Iterator[str]:
        for part in (text,) if match_choice(text, labels) else split_items(text, _BETWEEN):
            # our own exports quote every value with a separator in it: what is left there is one value
            whole = '"' in text or match_choice(part, labels)
            yield from filter(None, (part,) if whole else split_items(part, TAG_MARKS))

    def convert(cell: str) -> Converted:
        text = clean_text(cell, keep_lines=True)
        codes = {part: choose(clean_text(part)) for part in items(text)}
        unknown = [part for part, code in codes.items() if code is None]
        value = tuple(dict.fromkeys(code for code in codes.values() if code)) or None
        return value, _not_listed(field, *unknown) if unknown else None

    return convert


def _listed(one: Converter) -> Converter:
    """A converter for cells of several points. Cells in our own writing, and cells with something wrong in them, are
    read part by part, so that what is wrong is kept by itself and comes back from an export unchanged."""

    def convert(cell: str) -> Converted:
        parts = [part.strip() for part in cell.split(SEPARATOR)] if SEPARATOR in cell else []
        if len(parts) < 2:
            return one(cell)
        each = [one(part) for part in parts if part]
        own = all(points and len(points) == 1 and point_text(points[0]) in parts for points, _ in each)
        if not own:
            points, problem = one(cell)
            if problem is None or all(p.valid for p in points or ()):
                return points, problem
        merged: dict[tuple[str, str], Point] = {}
        for points, _ in each:
            for point in points or ():
                merged.setdefault((point.normal, point.extension), point)
        problems = [problem for _, problem in each if problem is not None]
        worst = next((p for p in problems if p.severity == "error"), problems[0] if problems else None)
        return tuple(merged.values()) or None, worst

    return convert


def phones(_field: Field, options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        found = parse_phones(cell, options.region)
        problem = found.problem
        if problem is None or problem.severity == "warning":
            return tuple(_phone_point(p) for p in found.value or ()) or None, problem
        if "destroyed" in problem.code:
            return None, problem
        # a number that cannot be right is kept as written, marked invalid: a person may still read it
        good = [_phone_point(p) for p in found.value or ()]
        text = clean_text(cell)[:250]
        points = (*good, Point(text, text.casefold(), valid=False)) if text else tuple(good)
        return points or None, Problem(problem.code, problem.text + t("，已按原文保留"), "warning")

    return _listed(convert)


def _phone_point(phone: Phone) -> Point:
    label = t("微信同号") if phone.also_wechat else ""
    return Point(phone.written or display(phone.number), phone.number, label, phone.extension, note=phone.note[:200])


def emails(_field: Field, _options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        found = parse_emails(cell)
        points = tuple(Point(address, address.casefold()) for address in found.value or ())
        if found.failed:
            text = clean_text(cell)[:250]
            kept = (*points, Point(text, text.casefold(), valid=False)) if text else points
            assert found.problem
            return kept or None, Problem(found.problem.code, found.problem.text + t("，已按原文保留"), "warning")
        return points or None, found.problem

    return _listed(convert)


def wechats(_field: Field, _options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        words = clean_text(cell).replace("，", " ").replace(",", " ").replace("；", " ").replace(";", " ").split()
        return tuple(Point(w, w.casefold()) for w in words) or None, None

    return convert


def tags(_field: Field, _options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        text = clean_text(cell, keep_lines=True)
        # 重点 客户,老客户: where other marks part the tags, a blank is a part of one
        marks = _BETWEEN if any(mark in text for mark in _BETWEEN) else TAG_MARKS
        names = split_items(text, marks)
        long = next((name for name in names if len(name) > _LONGEST_TAG), "")
        told = t("标签“{name}”太长，只留前 {n} 个字", name=long, n=_LONGEST_TAG)
        problem = Problem("text.too_long", told, "warning") if long else None
        return tuple(dict.fromkeys(name[:_LONGEST_TAG] for name in names)) or None, problem

    return convert


def links(_field: Field, _options: Options) -> Converter:
    def convert(cell: str) -> Converted:
        return split_items(clean_text(cell, keep_lines=True), LINK_MARKS) or None, None

    return convert
