"""Names for archive files that every system accepts."""

from __future__ import annotations

from app.core.i18n import t

_FORBIDDEN = '\\/:*?"<>|'
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(1, 10)), *(f"lpt{n}" for n in range(1, 10))}
)
_LONGEST_BYTES = 200  # names are limited to 255 bytes, and companions such as "-keys" stand beside the file


def file_name_problem(name: str) -> str:
    """Why `name` (without ending) is refused on some system, "" if it is fine everywhere."""
    if not name:
        return t("请输入名称。")
    if any(char in _FORBIDDEN or ord(char) < 32 for char in name):
        return t("名称里不能有这些字符：{chars}", chars=" ".join(_FORBIDDEN))
    if name.split(".", maxsplit=1)[0].casefold() in _RESERVED or name[-1] in ". " or name[0] == ".":
        return t("这个名称在有的系统上不能用，请换一个。")
    if len(name.encode()) > _LONGEST_BYTES:
        return t("名称太长。")
    return ""
