"""`kedang report`: list the reports, run one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.records import FilterOption, filter_of, user_ids
from app.cli.session import Session, WrongUsage, session_of
from app.core.clock import today
from app.core.i18n import t

if TYPE_CHECKING:
    from app.services.analytics.records import Period, Report, ReportRequest
    from app.services.workspace import Workspace

#: also behind the command: scripts write it at the end
JsonOption = Annotated[bool, typer.Option("--json", help=t("在标准输出打印一个 JSON 对象"))]
PICTURES = ("png", "svg", "pdf")
FORMATS = ("json", "xlsx", "csv", *PICTURES)


def build() -> typer.Typer:
    """The group, its help in the language in force."""
    group = typer.Typer(help=t("报表：RFM、终身价值、漏斗、账龄……"), no_args_is_help=True)
    group.command("list", help=t("有哪些报表，各有什么参数"))(list_reports)
    group.command(
        "run",
        help=t(
            "计算一个报表。--from 和 --to 都是包括在内的日子；不给期间则从最早的记录算到统计日。"
            "--format xlsx|csv|json|png|svg|pdf 写到 --out"
        ),
    )(run)
    return group


def list_reports(context: typer.Context, as_json: JsonOption = False) -> None:
    """All reports with their parameters."""
    session = session_of(context)
    session.screen.as_json |= as_json
    from app.services.analytics.catalogue import reports

    rows = [
        {
            "name": spec.name,
            "title": spec.title,
            "entity": spec.entity,
            "parameters": [{"key": p.key, "title": p.title, "default": p.default} for p in spec.parameters],
            "parameter_names": " ".join(p.key for p in spec.parameters),
        }
        for spec in reports().values()
    ]
    session.screen.rows(
        len(rows), rows, (("name", t("名称")), ("title", t("标题")), ("parameter_names", t("参数")))
    )  # fmt: skip


def run(  # noqa: PLR0913, PLR0917 - one parameter for each option
    context: typer.Context,
    name: str,
    as_of: Annotated[str | None, typer.Option("--as-of")] = None,
    start: Annotated[str | None, typer.Option("--from")] = None,
    last: Annotated[str | None, typer.Option("--to")] = None,
    compare: Annotated[bool, typer.Option("--compare")] = False,
    owner: Annotated[list[str] | None, typer.Option("--owner")] = None,
    team: Annotated[str | None, typer.Option("--team")] = None,
    filter_text: FilterOption = None,
    param: Annotated[list[str] | None, typer.Option("--param")] = None,
    limit: Annotated[int | None, typer.Option("--limit")] = None,
    kind: Annotated[str | None, typer.Option("--format")] = None,
    out: Annotated[Path | None, typer.Option("--out")] = None,
    as_json: JsonOption = False,
) -> None:
    """One report, printed or written to a file."""
    session = session_of(context)
    session.screen.as_json |= as_json
    wanted = _format(kind, out)
    day, period = _days(as_of, start, last)
    given = _params(param or ())
    condition = filter_of(filter_text)
    if limit is not None and limit < 0:
        raise WrongUsage(t("--limit 不能是负数。"))
    with session.workspace() as workspace, session.screen.job() as job:
        from app.services.analytics.records import ReportRequest

        request = ReportRequest(
            day, period, compare, frozenset(_owners(workspace, owner or ())), team, condition, given, limit
        )
        job.progress(t("正在计算报表"), 0, 0)
        report = workspace.analytics.run(name, request, job)
        if out is not None and wanted is not None:
            _written(session, workspace, report, out, wanted, request)
            return
    _printed(session, report, as_json=wanted == "json")


def _format(kind: str | None, out: Path | None) -> str | None:
    """The format asked for, by name or by the ending of the file; None: print for people (or --json)."""
    if kind is not None and kind not in FORMATS:
        raise WrongUsage(t("--format 可以是：{all}。", all="、".join(FORMATS)))
    if out is None:
        if kind not in (None, "json"):
            raise WrongUsage(t("请用 --out 给出文件名。"))
        return kind
    ending = out.suffix.lower().lstrip(".")
    if kind is None and ending not in FORMATS:
        raise WrongUsage(t("请用 --format 说明格式：{all}。", all="、".join(FORMATS)))
    return kind or ending


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(t("{option} 后面要是 2026-03-05 这样的日期。", option=option)) from None


def _days(as_of: str | None, start: str | None, last: str | None) -> tuple[date, Period | None]:
    """(the last day that counts, the period)."""
    from app.services.analytics.records import Period

    end = _day("--to", last) if last else None
    day = _day("--as-of", as_of) if as_of else min(end, today()) if end else today()
    if start is None:
        if last is not None:
            raise WrongUsage(t("--to 要和 --from 一起用；只要截止日请用 --as-of。"))
        return day, None
    first = _day("--from", start)
    until = (end or day) + timedelta(days=1)
    if until <= first:
        raise WrongUsage(t("--from 不能晚于 --to。"))
    return day, Period(first, until)


def _params(given: Iterable[str]) -> dict[str, str]:
    found = {}
    for text in given:
        key, sign, value = text.partition("=")
        if not sign or not key.strip():
            raise WrongUsage(t("--param 要写成 名称=值。"))
        found[key.strip()] = value.strip()
    return found


def _owners(workspace: Workspace, names: Iterable[str]) -> list[Any]:
    users = user_ids(workspace)
    unknown = [name for name in names if name not in users]
    if unknown:
        raise WrongUsage(t("没有用户“{name}”。", name=unknown[0]))
    return [users[name] for name in names]


def _written(
    session: Session, workspace: Workspace, report: Report, out: Path, kind: str, request: ReportRequest
) -> None:
    target = out if out.suffix.lower() == f".{kind}" else out.with_name(f"{out.name}.{kind}")
    if kind in PICTURES:
        from app.pictures import write_picture

        write_picture(report, target)
    else:
        workspace.analytics.export(report, target)
    data = {"report": report.name, "path": str(target), "rows": len(report.rows), "n": report.n}
    session.screen.result(data, t("报表已写到 {path}", path=target))


def _printed(session: Session, report: Report, *, as_json: bool) -> None:
    from app.services.analytics.export import cell_text, facts
    from app.services.analytics.report_json import report_json

    if as_json or session.screen.as_json:
        data = report_json(report)
        session.screen.result(data, json.dumps(data, ensure_ascii=False))
        return
    for name, text in facts(report):
        session.screen.say(f"{name}：{text}")
    rows = [{c.key: cell_text(c, row.get(c.key)) for c in report.columns} for row in report.rows]
    session.screen.rows(len(rows), rows, [(c.key, c.title) for c in report.columns])
