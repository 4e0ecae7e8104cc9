"""Every operation by name: its parameters, and what runs it. One registry for window, command line and recipes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.core.i18n import t
from app.core.jobs import Job
from app.errors import UserError
from app.services.cleaning.dates import column_order
from app.services.workbench import cells, shaping
from app.services.workbench.cells import Params
from app.services.workbench.facets import rows_of
from app.services.workbench.mapping import by_cell
from app.services.workbench.patterns import compiled
from app.services.workbench.steps import Call, Effect, Run, Step
from app.services.workbench.table import Table

_MOST_PIECES = 30
_SAMPLES = 2_000
Check = Callable[[Params], None]


@dataclass(frozen=True)
class Operation:
    """One operation. `required` parameters must be there; `choices` may only be one of these. `into`: how many new
    columns it makes (0: in place unless "into" is given)."""

    key: str
    run: Run
    needs_column: bool = True
    required: tuple[str, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    into: int = 0
    also: Check | None = None
    makes: Callable[[Params], cells.CellFunction] | None = None

    def check(self, step: Step) -> None:
        """Raise UserError when the parameters make no sense."""
        for name in self.required:
            if step.params.get(name) in (None, "", [], {}) and name not in ("with", "to"):
                raise UserError(t("步骤“{op}”缺少参数 {name}。", op=label(self.key), name=name))
        for name, allowed in self.choices.items():
            if step.params.get(name) not in (None, *allowed):
                raise UserError(
                    t("步骤“{op}”的 {name} 只能是 {all}。", op=label(self.key), name=name, all=" | ".join(allowed))
                )
        into = step.params.get("into")
        if into is not None:
            listed = [into] if isinstance(into, str) else into
            whole = isinstance(listed, list | tuple) and all(isinstance(n, str) and n.strip() for n in listed)
            if not whole or not listed or len(set(listed)) < len(listed):
                raise UserError(t("步骤“{op}”的 into 应是新列名，每列一个，不能重复。", op=label(self.key)))
            if self.into and len(listed) != self.into:
                raise UserError(t("步骤“{op}”的 into 应有 {n} 个列名。", op=label(self.key), n=self.into))
        if self.needs_column and not step.column:
            raise UserError(t("步骤“{op}”要说明是哪一列。", op=label(self.key)))
        if self.also is not None:
            self.also(step.params)


def operation(key: str) -> Operation:
    """The operation of this name; raises UserError for an unknown one."""
    found = OPERATIONS.get(key)
    if found is None:
        raise UserError(t("没有叫“{op}”的清洗操作。可用的有：{all}。", op=key, all="、".join(OPERATIONS)))
    return found


def _cell(key: str, maker: Callable[[Params], cells.CellFunction], **more: Any) -> Operation:
    def run(call: Call) -> tuple[Table, Effect]:
        return by_cell(call, maker(call.step.params))

    return Operation(key, run, makes=maker, **more)


def _check_replace(p: Params) -> None:
    if p.get("how") == "regex":
        compiled(str(p["find"]), bool(p.get("case", True)))


def _check_pattern(p: Params) -> None:
    compiled(str(p["pattern"]), bool(p.get("case", True)))


def _check_split(p: Params) -> None:
    how = p.get("how") or "separator"
    if how == "regex":
        if not p.get("pattern"):
            raise UserError(t("步骤“{op}”缺少参数 {name}。", op=label("split"), name="pattern"))
        _check_pattern(p)
    if how == "lengths":
        sizes = p.get("lengths")
        if not isinstance(sizes, list | tuple) or not sizes or not all(isinstance(n, int) and n > 0 for n in sizes):
            raise UserError(t("按长度拆分要给出每段的字数，例如 [3, 4]。"))


def _check_map(p: Params) -> None:
    edits = p.get("edits") or ()
    shaped = isinstance(p.get("map") or {}, Mapping) and all(
        isinstance(e, Mapping) and isinstance(e.get("from"), list | tuple) and isinstance(e.get("to"), str)
        for e in edits
    )
    if not shaped or not (p.get("map") or edits):
        raise UserError(t("对照表应写成 map（旧值对新值），或 edits（from 列表和 to）。"))


def _check_unit(p: Params) -> None:
    if p.get("unit") is not None and (not isinstance(p["unit"], int) or p["unit"] < 1):
        raise UserError(t("金额单位应是正整数，例如 10000 表示万元。"))


_ALL = (
    _cell("trim", cells.trim),
    _cell("collapse", cells.collapse),
    _cell("squeeze", cells.squeeze),
    _cell("standard-text", cells.standard_text),
    _cell("width", cells.width, choices={"to": ("half", "full", "half-letters")}),
    _cell("case", cells.case, choices={"to": ("upper", "lower", "title")}),
    _cell("nfc", cells.normal_form),
    _cell("script", cells.script, choices={"to": ("simplified", "traditional")}),
    _cell("blank-placeholders", cells.placeholder),
    _cell(
        "replace",
        cells.replace_text,
        required=("find",),
        choices={"how": ("text", "cell", "regex")},
        also=_check_replace,
    ),
    _cell("map", cells.by_map, also=_check_map),
    _cell("edit", cells.edit, required=("from", "to")),
    _cell("extract", cells.extract, required=("pattern",), also=_check_pattern),
    _cell("split", cells.split, choices={"how": ("separator", "lengths", "regex")}, also=_check_split),
    _cell("date", cells.date, choices={"order": ("ymd", "mdy", "dmy")}),
    _cell("amount", cells.amount, also=_check_unit),
    _cell("number", cells.number),
    _cell("phone", cells.phone, choices={"form": ("shown", "e164"), "region": ("CN", "TW", "HK", "MO")}),
    _cell("email", cells.email),
    _cell("address", cells.address),
    _cell("region", cells.region, into=3),
    _cell("company", cells.company, choices={"city": ("keep", "front", "drop"), "branch": ("keep", "drop")}),
    _cell("core", cells.core, choices={"form": ("core", "brand")}),
    _cell("id-card", cells.id_card),
    _cell("id-parts", cells.id_parts, into=3),
    _cell("credit-code", cells.credit_code),
    _cell("credit-check", cells.credit_check, into=2),
    _cell("pinyin", cells.pinyin, choices={"form": ("full", "initials")}),
    Operation("join", shaping.join, needs_column=False, required=("columns", "into")),
    Operation("fill-down", shaping.fill_down),
    Operation("blank-down", shaping.blank_down),
    Operation("constant", shaping.constant, needs_column=False, required=("into",)),
    Operation("rename", shaping.rename, required=("to",)),
    Operation("move", shaping.move),
    Operation("delete", shaping.delete),
    Operation("duplicate", shaping.duplicate, required=("into",)),
    Operation("remove-rows", shaping.remove_rows, needs_column=False),
    Operation("keep-rows", shaping.keep_rows, needs_column=False),
    Operation("flag", shaping.flag, needs_column=False),
    Operation("unflag", shaping.unflag, needs_column=False),
)
OPERATIONS: Mapping[str, Operation] = {one.key: one for one in _ALL}
#: make new columns even when nothing says so
_NEW = frozenset({"extract", "split", "region", "id-parts", "credit-check", "core", "pinyin"})


def run_step(
    table: Table, step: Step, job: Job | None = None, carry: dict[str, Any] | None = None
) -> tuple[Table, Effect]:
    """The table after the step, and what it did. The given table is untouched: throw the new one away for a preview.

    Raises UserError for an unknown operation, a missing column or parameters that make no sense.
    """
    known = operation(step.op)
    known.check(step)
    if known.needs_column:
        table.column(step.column)
    mask = rows_of(table, step.rows, job)
    return known.run(Call(table, step, mask, job or Job(), carry if carry is not None else {}))


def label(key: str) -> str:
    """The operation in words."""
    return {
        "trim": t("去首尾空格"), "collapse": t("合并多余空格"), "squeeze": t("去掉所有空格"),
        "standard-text": t("规范文字"), "width": t("全角半角"), "case": t("大小写"), "nfc": t("统一字符编码形式（NFC）"),
        "script": t("繁简转换"), "blank-placeholders": t("占位词清空"), "replace": t("查找替换"),
        "map": t("按对照表替换"), "edit": t("修改单元格"), "extract": t("提取到新列"), "split": t("拆分列"),
        "date": t("规范日期"), "amount": t("规范金额"), "number": t("规范数字"), "phone": t("规范电话"),
        "email": t("规范邮箱"), "address": t("规范地址"), "region": t("由地址得出省市区"), "company": t("规范公司名"),
        "core": t("公司名核心"), "id-card": t("身份证 15 位转 18 位"), "id-parts": t("由身份证得出生日、性别、地区"),
        "credit-code": t("规范统一社会信用代码"), "credit-check": t("校验统一社会信用代码"), "pinyin": t("拼音"),
        "join": t("合并列"), "fill-down": t("向下填充"), "blank-down": t("向下清空重复"), "constant": t("固定值列"),
        "rename": t("列改名"), "move": t("移动列"), "delete": t("删除列"), "duplicate": t("复制列"),
        "remove-rows": t("移出所选行"), "keep-rows": t("只留所选行"), "flag": t("标记所选行"),
        "unflag": t("取消标记"),
    }.get(key, key)  # fmt: skip


def told(step: Step) -> str:
    """The step as one line of the history."""
    text = label(step.op)
    if step.column:
        text = t("{column}：{what}", column=step.column, what=text)
    if step.op == "edit":
        text += f"（{step.params.get('from', '')} → {step.params.get('to', '')}）"
    elif step.op == "replace":
        text += f"（{step.params.get('find', '')} → {step.params.get('with') or ''}）"
    elif step.op == "map":
        text += t("（{n} 个值）", n=len(cells.map_of(step.params)))
    elif step.op == "rename":
        text += f"（{step.params.get('to', '')}）"
    if step.rows and step.op not in ("remove-rows", "keep-rows"):
        text += t("，只对筛选的行")
    return text


def settled(table: Table, step: Step, job: Job | None = None) -> Step:
    """The step with everything definite that follows from this table: names of new columns, the order of short dates.

    A recipe then does the same to the next file.
    """
    known = operation(step.op)
    known.check(step)
    params = dict(step.params)
    if known.needs_column:
        column = table.column(step.column)
        if step.op == "date" and not params.get("order"):
            counts = column.counts(rows_of(table, step.rows, job))
            params["order"] = column_order(
                [v for v, n in zip(column.values, counts.tolist(), strict=True) if n and v][:_SAMPLES]
            ).order
        if step.op == "split" and not params.get("into"):
            params["into"] = _free_names(table, step.column, _pieces(table, step, job))
    if step.op in _NEW and not params.get("into"):
        params["into"] = _proposed(table, step)
    return replace(step, params=params)


def _pieces(table: Table, step: Step, job: Job | None) -> int:
    column = table.column(step.column)
    counts = column.counts(rows_of(table, step.rows, job))
    cut = cells.splitter(step.params)
    most = max((len(cut(v)) for v, n in zip(column.values, counts.tolist(), strict=True) if n and v), default=1)
    return max(1, min(most, _MOST_PIECES))


def _proposed(table: Table, step: Step) -> list[str]:
    column = step.column
    named = {
        "region": (t("{column} 省", column=column), t("{column} 市", column=column), t("{column} 区", column=column)),
        "id-parts": (
            t("{column} 出生日期", column=column),
            t("{column} 性别", column=column),
            t("{column} 地区", column=column),
        ),
        "credit-check": (t("{column} 校验", column=column), t("{column} 校验说明", column=column)),
        "core": (t("{column} 核心", column=column),),
        "pinyin": (t("{column} 拼音", column=column),),
    }.get(step.op)
    if named is None:
        groups = compiled(str(step.params["pattern"])).groups if step.op == "extract" else 1
        return _free_names(table, column, max(1, groups))
    return [_free(name, set(table.names)) for name in named]


def _free_names(table: Table, column: str, count: int) -> list[str]:
    taken = set(table.names)
    found: list[str] = []
    for place in range(1, count + 1):
        found.append(_free(f"{column} {place}", taken))
        taken.add(found[-1])
    return found


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name} ({number})"
    return candidate
