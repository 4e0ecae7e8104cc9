"""The colours by meaning. Every text colour stands at 4.5:1 or more on each ground it is used on (tested)."""

from __future__ import annotations

from dataclasses import dataclass

TONES = ("primary", "ok", "warn", "bad", "violet", "cyan", "gray")


@dataclass(frozen=True)
class Tokens:
    """One complete set of colours, each `#RRGGBB`. A tone `x` has an ink (`x`) and a soft ground (`x_soft`)."""

    name: str
    canvas: str
    lane: str
    side: str
    surface: str
    surface_2: str
    hover: str
    pressed: str
    border: str
    control: str  # outline of check boxes and switches: 3:1 against the surface
    line: str
    text: str
    text_2: str
    text_3: str
    disabled: str
    primary: str
    primary_hover: str
    primary_pressed: str
    primary_soft: str
    primary_text: str
    on_primary: str
    selection: str
    range: str
    ok: str
    ok_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    danger: str
    danger_hover: str
    on_danger: str
    violet: str
    violet_soft: str
    cyan: str
    cyan_soft: str
    gray: str
    gray_soft: str
    toast: str
    toast_text: str
    toast_link: str
    toast_ok: str
    toast_warn: str
    toast_bad: str
    scrollbar: str
    scrollbar_hover: str
    skeleton: str
    shadow: str
    series: tuple[str, ...]


LIGHT = Tokens(
    name="light",
    canvas="#F5F6F8",
    lane="#ECEFF4",
    side="#FBFBFC",
    surface="#FFFFFF",
    surface_2="#F7F8FA",
    hover="#F2F4F7",
    pressed="#E9ECF1",
    border="#E0E4EA",
    control="#868E9C",
    line="#EEF0F3",
    text="#101828",
    text_2="#475467",
    text_3="#5F697A",
    disabled="#98A2B3",
    primary="#2563EB",
    primary_hover="#1D4FD7",
    primary_pressed="#1A45BD",
    primary_soft="#E3ECFF",
    primary_text="#1D4FD7",
    on_primary="#FFFFFF",
    selection="#F0F5FF",
    range="#DDE8FF",
    ok="#067647",
    ok_soft="#E3F6EC",
    warn="#A8440A",
    warn_soft="#FEF2DC",
    bad="#C4281C",
    bad_soft="#FDE9E7",
    danger="#C4281C",
    danger_hover="#A82016",
    on_danger="#FFFFFF",
    violet="#6941C6",
    violet_soft="#F1ECFE",
    cyan="#0E6E8C",
    cyan_soft="#DFF4F9",
    gray="#475467",
    gray_soft="#EEF1F5",
    toast="#1D2939",
    toast_text="#FFFFFF",
    toast_link="#84ADFF",
    toast_ok="#47CD89",
    toast_warn="#FDB022",
    toast_bad="#F97066",
    scrollbar="#D3D9E2",
    scrollbar_hover="#A9B3C1",
    skeleton="#ECEFF3",
    shadow="#101828",
    series=("#2F6BFF", "#12B5A5", "#F5A524", "#8B5CF6", "#EC6A5E", "#94A3B8"),
)

DARK = Tokens(
    name="dark",
    canvas="#111419",
    lane="#15191F",
    side="#14181E",
    surface="#191E25",
    surface_2="#1E242C",
    hover="#232A33",
    pressed="#2A323D",
    border="#2F3842",
    control="#6B7684",
    line="#252C35",
    text="#E7EAF0",
    text_2="#AAB4C2",
    text_3="#929DAE",
    disabled="#5E6978",
    primary="#3566E6",
    primary_hover="#3D6AE8",
    primary_pressed="#2C59D2",
    primary_soft="#21325A",
    primary_text="#8FB0FF",
    on_primary="#FFFFFF",
    selection="#1C2740",
    range="#223257",
    ok="#5CC78F",
    ok_soft="#163022",
    warn="#E3AE4C",
    warn_soft="#332A16",
    bad="#F48C84",
    bad_soft="#3B2123",
    danger="#C9362B",
    danger_hover="#B62F25",
    on_danger="#FFFFFF",
    violet="#B5A2F0",
    violet_soft="#29243E",
    cyan="#6AC3DB",
    cyan_soft="#142E37",
    gray="#AAB4C2",
    gray_soft="#2A313B",
    toast="#E7EAF0",
    toast_text="#101828",
    toast_link="#1D4FD7",
    toast_ok="#067647",
    toast_warn="#A8440A",
    toast_bad="#C4281C",
    scrollbar="#363F4B",
    scrollbar_hover="#566172",
    skeleton="#262D36",
    shadow="#000000",
    series=("#5B8CFF", "#2CC9B8", "#F7B84B", "#A78BFA", "#F28B82", "#8492A6"),
)

_GROUNDS = ("surface", "surface_2", "canvas", "lane", "side", "hover")
TEXT_PAIRS: tuple[tuple[str, str], ...] = (
    *((ink, ground) for ink in ("text", "text_2", "text_3") for ground in (*_GROUNDS, "selection", "range")),
    *((tone if tone != "primary" else "primary_text", f"{tone}_soft") for tone in TONES),
    *((tone if tone != "primary" else "primary_text", "surface") for tone in TONES),
    ("text", "primary_soft"),
    ("text", "warn_soft"),
    ("text", "bad_soft"),
    ("text", "ok_soft"),
    ("text_2", "gray_soft"),
    ("primary_text", "hover"),
    ("bad", "hover"),
    ("on_primary", "primary"),
    ("on_primary", "primary_hover"),
    ("on_primary", "primary_pressed"),
    ("on_danger", "danger"),
    ("on_danger", "danger_hover"),
    ("toast_text", "toast"),
    ("toast_link", "toast"),
)
"""Every (text, ground) pair that widgets draw."""


def luminance(color: str) -> float:
    """Relative luminance of `#RRGGBB` after WCAG 2, 0 (black) to 1 (white)."""

    def channel(value: int) -> float:
        part = value / 255
        return part / 12.92 if part <= 0.03928 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (channel(int(color[i : i + 2], 16)) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """Contrast ratio after WCAG 2, 1 (same) to 21 (black on white)."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)
