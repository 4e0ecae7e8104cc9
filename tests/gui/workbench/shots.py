# ruff: noqa: B023
"""Pictures of the clean-up workbench: `python -m tests.gui.workbench.shots FOLDER`."""

from __future__ import annotations

import random
import sys
import tempfile
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from app.core.i18n import set_language
from app.services.workbench.facets import Facet
from app.services.workbench.steps import Step
from app.settings.store import SettingsStore
from app.views.operations.runner import Runner
from app.views.shell.desk import Desk
from app.views.theme import theme
from app.views.widgets.dialogs import WindowDialogs
from app.views.widgets.toast import ToastStack
from app.views.workbench.panel import WorkbenchPanel
from tests.gui.archives import make_archive, opened
from tests.gui.exchange.shots import settle, wait

_HEADERS = "客户名称,城市,联系电话,成交金额,首次合作,来源,备注"


def write_messy(path: Path, rows: int = 600) -> Path:
    """An office's customer list as it comes."""
    rng = random.Random(5)
    words = "恒力 华信 创博 众越 优泰 信兴 光凌 越嘉 锐辰 利联".split()
    lines = "科技 食品 电子 物流 机械".split()
    made = [_HEADERS]
    for _ in range(rows):
        city = rng.choice(["苏州", "苏州", "苏洲", "南京", "上海", "上海市", ""])
        name = f"{rng.choice(words)}{rng.choice(lines)}"
        name = rng.choice(
            [
                f"{city}{name}有限公司",
                f"{name}（{city or '苏州'}）有限公司",
                f"{name}({city or '苏州'})有限 公司",
                name,
                f" {name}有限公司 ",
            ]
        )
        phone = f"138{rng.randrange(10**8):08d}"
        phone = rng.choice([phone, f"{phone[:3]}-{phone[3:7]}-{phone[7:]}", f"+86 {phone}", "无", "待补充"])
        amount = rng.choice(
            [f"{rng.randrange(1000, 90000)}", f"{rng.randrange(1, 90) / 10}万", f"￥{rng.randrange(1000, 9000):,}"]
        )
        day = rng.choice(
            [
                f"2024/{rng.randrange(1, 13)}/{rng.randrange(1, 29)}",
                f"2023年{rng.randrange(1, 13)}月{rng.randrange(1, 29)}日",
                "去年",
            ]
        )
        made.append(
            ",".join(
                [
                    name,
                    city,
                    phone,
                    f'"{amount}"',
                    day,
                    rng.choice(["官网", "转介绍", "展会", ""]),
                    rng.choice(["", "老客户"]),
                ]
            )
        )
    path.write_text("\n".join(made), encoding="utf-8-sig")
    return path


def take(folder: Path) -> None:
    """Draw every state in Chinese light and English dark."""
    app = QApplication.instance() or QApplication(sys.argv)
    assert isinstance(app, QApplication)
    work = Path(tempfile.mkdtemp(prefix="kedang-shots-"))
    workspace = opened(make_archive(work, 60)[0])
    runner = Runner()
    path = write_messy(work / "客户台账.csv")
    for language, mode in (("zh", "light"), ("en", "dark")):
        set_language(language)
        theme.apply(app, mode)  # type: ignore[arg-type]
        host = QWidget()
        host.setProperty("ground", "canvas")
        host.resize(1320, 800)
        desk = Desk(workspace, runner, WindowDialogs(host), ToastStack(host), SettingsStore(work / "s.json"))
        panel = WorkbenchPanel(desk, host)
        panel.setGeometry(0, 0, 1320, 800)
        host.show()
        bench = panel.bench

        def save(name: str, widget: QWidget, tag: str = f"{language}_{mode}") -> None:
            settle()
            widget.grab().save(str(folder / f"{name}_{tag}.png"))

        save("1_empty", panel)
        bench.open_file(path)
        wait(lambda: bench.browse is not None and bench.idle)
        save("2_open", panel)
        bench.add_facet(Facet("values", "城市", frozenset({"苏州", "苏洲"})))
        wait(lambda: bench.idle)
        bench.add_facet(Facet("number", "成交金额"))
        wait(lambda: bench.idle)
        bench.do_step(Step("company", "客户名称", {"city": "front"}))
        wait(lambda: bench.idle)
        bench.do_step(Step("date", "首次合作"))
        wait(lambda: bench.idle)
        panel.side.show_tab("history")
        bench.pick("首次合作")
        wait(lambda: bench.idle)
        save("3_facets", panel)
        bench.reset_facets()
        wait(lambda: bench.idle)
        panel.open_step("phone", "联系电话")
        dialog = panel.dialog
        assert dialog is not None
        wait(lambda: dialog._task is None)  # type: ignore[attr-defined]
        save("4_step", dialog)
        dialog.reject()
        bench.pick("客户名称")
        wait(lambda: bench.idle)
        panel.open_clusters()
        clusters = panel.dialog
        assert clusters is not None
        clusters.method.set_key("core")  # type: ignore[attr-defined]
        wait(lambda: not clusters.is_busy)  # type: ignore[attr-defined]
        clusters.cards[0].tick.setChecked(True)  # type: ignore[attr-defined]
        save("5_clusters", clusters)
        clusters.reject()
        panel.side.show_tab("profile")
        save("6_profile", panel)
        bench.close()
        settle()
        host.close()
        host.deleteLater()
        settle()
    runner.shutdown(3000)
    workspace.close()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    take(target)
