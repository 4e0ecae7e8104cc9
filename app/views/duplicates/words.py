"""Words and figures of the duplicates screen."""

from __future__ import annotations

from app.core.i18n import t

BAND_TONES = {"auto": "ok", "review": "warn", "ignore": "gray", "done": "gray"}


def likely(probability: float) -> str:
    """98.7%; never rounded up to 100."""
    return f"{int(probability * 1000) / 10:.1f}%"


def band_label(band: str) -> str:
    """What happens to a group of this band."""
    return {"auto": t("可自动合并"), "review": t("待复核"), "ignore": t("放过"), "done": t("已处理")}[band]


def rule_label(rule: str) -> str:
    """Why this value was chosen."""
    return {
        "complete": t("取自最完整的档案"),
        "newest": t("取最近修改的"),
        "longest": t("取最长的"),
        "trusted": t("取更可信的来源"),
        "joined": t("合在一起"),
        "earliest": t("取最早的"),
        "latest": t("取最晚的"),
        "person": t("您选的"),
    }.get(rule, "")


def signed(points: float) -> str:
    """+11.2, −9.8, 0.0."""
    size = f"{abs(points):.1f}"
    return size if size == "0.0" else f"+{size}" if points > 0 else f"−{size}"
