"""`kedang archive`: the life of a file, and every exit code."""

import contextlib
from pathlib import Path

import pytest

from app.db.archive import open_with_password
from tests.unit.cli.conftest import PASSWORD, Kedang


def test_that_an_archive_lives_from_creation_to_restore(
    kedang: Kedang, run: Kedang, archive: Path, tmp_path: Path
) -> None:
    assert kedang("customers", "add", "--set", "name=苏州恒力机械有限公司").code == 0
    backup = kedang("archive", "backup", tmp_path / "copy.kedang")
    assert backup.code == 0
    assert backup.data["size"] == (tmp_path / "copy.kedang").stat().st_size
    restored = run("archive", "restore", tmp_path / "copy.kedang", tmp_path / "back.kedang")
    assert restored.data["counts"]["customers"] == 1
    listed = run("--archive", tmp_path / "back.kedang", "customers", "list")
    assert [row["name"] for row in listed.data["rows"]] == ["苏州恒力机械有限公司"]
    assert run("archive", "verify", tmp_path / "back.kedang").data["ok"] is True
    assert kedang("archive", "backup", tmp_path / "copy.kedang").code == 3


def test_that_a_search_index_with_gaps_is_told_and_made_anew(kedang: Kedang, archive: Path) -> None:
    for name in ("张三", "李四"):
        assert kedang("customers", "add", "--set", f"name={name}").code == 0
    assert kedang("archive", "verify").data["ok"] is True
    opened = open_with_password(archive, "admin", PASSWORD)
    with contextlib.closing(opened), opened.raw() as raw:
        raw.execute("DELETE FROM customer_search WHERE rowid=1")
    assert kedang("search", "张三").data["total"] == 0
    told = kedang("archive", "verify")
    assert (told.code, told.data["problems"]) == (4, ["搜索索引缺少 1 条，请重建索引。"])
    made = kedang("archive", "reindex", archive)
    assert made.data["path"] == str(archive)
    assert made.data["entries"] >= 2
    assert kedang("archive", "verify").data["ok"] is True
    assert kedang("search", "张三").data["total"] == 1


def test_that_an_index_of_other_columns_is_made_anew_by_the_first_command_that_writes(
    kedang: Kedang, archive: Path
) -> None:
    opened = open_with_password(archive, "admin", PASSWORD)
    with contextlib.closing(opened), opened.raw() as raw:
        raw.execute("DELETE FROM setting WHERE key='search_sources'")
        raw.execute("DELETE FROM reply_template_search")
    assert "正在重建搜索索引" in kedang("customers", "add", "--set", "name=张三").err
    added = kedang("customers", "add", "--set", "name=李四")
    assert (added.code, added.err) == (0, "")
    assert kedang("archive", "verify").data["ok"] is True


def test_that_info_needs_no_password_but_tells_more_with_one(
    run: Kedang, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = run("archive", "info", archive).data["counts"]
    assert {"customers", "contacts", "activities", "deals", "orders"} <= counts.keys()
    assert not any(counts.values())
    monkeypatch.delenv("KEDANG_PASSWORD")
    data = run("archive", "info", archive).data
    assert "counts" not in data
    assert data["users"] == ["admin"]


def test_that_the_recovery_code_opens_and_sets_a_password(
    run: Kedang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.kedang"
    code = run("archive", "create", path).data["recovery_code"]
    monkeypatch.setenv("KEDANG_RECOVERY_CODE", code)
    monkeypatch.setenv("KEDANG_NEW_PASSWORD", "Ganz#Neu2031")
    assert run("archive", "recover", path).data["user"] == "admin"
    assert run("archive", "verify", path).code == 5
    monkeypatch.setenv("KEDANG_PASSWORD", "Ganz#Neu2031")
    assert run("archive", "verify", path).code == 0
    monkeypatch.setenv("KEDANG_RECOVERY_CODE", code[:-1] + ("A" if code[-1] != "A" else "B"))
    assert run("archive", "recover", path).code == 3


def test_that_passwords_and_keys_change(
    run: Kedang, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = tmp_path / "new.txt"
    new.write_text("Ganz#Neu2031\nzweite Zeile", encoding="utf-8")
    assert run("archive", "passwd", archive, "--new-password-file", new).code == 0
    assert run("archive", "verify", archive).code == 5
    rotated = run("--password-file", new, "archive", "rotate", archive, "--recovery-code")
    assert rotated.data["recovery_code"].count("-") == 6
    assert run("--password-file", new, "archive", "verify", archive).code == 0


def test_that_users_are_administered(kedang: Kedang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEDANG_NEW_PASSWORD", "Geheim#2031")
    added = kedang("archive", "users", "add", "wang", "--roles", "sales", "--name", "王经理")
    assert added.data["roles"] == ["sales"]
    assert kedang("archive", "users", "add", "wang").code == 3
    listed = kedang("archive", "users", "list").data
    assert (listed["total"], [row["username"] for row in listed["rows"]]) == (2, ["admin", "wang"])
    assert kedang("archive", "users", "roles", "wang", "manager,service").data["roles"] == ["manager", "service"]
    monkeypatch.setenv("KEDANG_NEW_PASSWORD", "Geheim#2032")
    assert kedang("archive", "users", "reset", "wang").code == 0
    monkeypatch.setenv("KEDANG_PASSWORD", "Geheim#2032")
    assert kedang("--user", "wang", "customers", "list").code == 0
    assert kedang("--user", "wang", "archive", "users", "remove", "admin").code == 6
    monkeypatch.setenv("KEDANG_PASSWORD", PASSWORD)
    assert kedang("archive", "users", "remove", "wang").code == 0
    assert kedang("archive", "users", "remove", "admin").code == 3


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["nonsense"], 2),
        (["customers", "list", "--nothing"], 2),
        (["customers"], 2),
        (["customers", "show"], 2),
        (["customers", "list", "--limit", "many"], 2),
        (["customers", "list", "--filter", "{"], 2),
        (["customers", "list", "--filter", '{"field": "city"}'], 3),
        (["customers", "list", "--columns", "nothing"], 3),
        (["customers", "show", "C999999"], 3),
        (["archive", "verify", "/nowhere/at.all"], 4),
        (["archive", "create", "/nowhere/at/all.kedang"], 4),
        (["--user", "nobody", "customers", "list"], 5),
        (["--lang", "fr", "customers", "list"], 2),
    ],
)
def test_that_failures_have_their_exit_codes_and_one_json_object(kedang: Kedang, args: list[str], code: int) -> None:
    answer = kedang(*args)
    assert answer.code == code
    assert answer.data["exit_code"] == code
    assert answer.data["error"] in answer.err
    assert "Traceback" not in answer.err


def test_that_a_missing_archive_option_is_wrong_usage(run: Kedang) -> None:
    assert run("customers", "list").code == 2


def test_that_a_damaged_archive_is_an_environment_problem(run: Kedang, archive: Path) -> None:
    raw = bytearray(archive.read_bytes())
    raw[4096 * 3 : 4096 * 3 + 500] = bytes(500)
    archive.write_bytes(raw)
    answer = run("archive", "verify", archive)
    assert answer.code == 4


def test_that_no_password_and_nobody_to_ask_cannot_unlock(kedang: Kedang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEDANG_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    answer = kedang("customers", "list")
    assert answer.code == 5
    assert "KEDANG_PASSWORD" in answer.err


def test_that_a_defect_is_one_sentence_and_a_log(
    kedang: Kedang, kedang_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.services.records import RecordService

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a defect of ours")

    monkeypatch.setattr(RecordService, "list", broken)
    answer = kedang("customers", "list")
    assert answer.code == 1
    assert "Traceback" not in answer.out + answer.err
    assert "a defect of ours" in (kedang_home / "data" / "logs" / "kedang-cli.log").read_text("utf-8")


def test_that_ctrl_c_is_told_and_closes_the_archive(kedang: Kedang, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.services.records import RecordService

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(RecordService, "list", interrupted)
    assert kedang("customers", "list").code == 130


def test_that_help_and_errors_speak_both_languages(run: Kedang, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "导入文件" in run("data", "--help").out
    assert "Import a file" in run("--lang", "en", "data", "--help").out
    monkeypatch.setenv("KEDANG_LANG", "en")
    assert "There is no command" in run("nonsense").err
