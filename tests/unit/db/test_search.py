"""Full-text search as people type it: Chinese, pinyin, fragments of numbers and addresses, and anything else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.dictionary import BUILT_IN
from app.core.fields import Entity, Field, FieldType, File, Link, Point
from app.core.filters import Condition, Search
from app.core.jobs import Job
from app.db import search_tokens
from app.db.dialect import dialect_of
from app.db.search import drain, rebuild, unindexed
from app.db.search_sources import SEARCHED, Sources
from app.db.search_text import entry_rows
from app.db.search_tokens import typed_query
from app.services.workspace import Workspace
from tests.factories.customers import NAMES, add, email, phone
from tests.factories.engines import BOTH, office_on


@pytest.fixture(scope="module")
def filled(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """One customer per name, some reachable, some with a contact."""
    office = office_on(engine)
    with office.opened(office.copy(tmp_path_factory.mktemp("search"))) as workspace:
        add(workspace, *NAMES)
        add(workspace, "吕布", "カフェ東京", "Müller & Söhne", "Иванов", "한국상사")
        reach = {"phones": (phone("138-0013-8038"), phone("010-88886666")), "emails": (email("Li.Wei@heng-li.com.cn"),)}
        record, _ = workspace.customers.create({"name": "有电话的", "credit_code": "91320594MA1XQ2HW3T", **reach})
        workspace.customers.add_contact(record.id, {"name": "尉迟恭"})
        yield workspace


pytestmark = BOTH


def _found(workspace: Workspace, text: str) -> set[str]:
    return {str(r.get("name")) for r in workspace.customers.list(Search(text), limit=1000)[1]}


@pytest.mark.parametrize(
    ("typed", "hits"),
    [
        ("张", {"张三", "张三丰"}),
        ("张三", {"张三", "张三丰"}),
        ("三丰", {"张三丰"}),
        ("张三丰", {"张三丰"}),
        ("丰三", set()),
        ("恒力", {"苏州恒力机械有限公司"}),
        ("恒力 苏州", {"苏州恒力机械有限公司"}),
        ("苏州恒力机械有限公司", {"苏州恒力机械有限公司"}),
        ("zhangsan", {"张三", "张三丰"}),
        ("zhangsanfeng", {"张三丰"}),
        ("zhangs", {"张三", "张三丰"}),
        ("sanf", {"张三丰"}),
        ("zsf", {"张三丰"}),
        ("szhl", {"苏州恒力机械有限公司"}),
        ("shanxiongxin", {"单雄信"}),
        ("danxiongxin", {"单雄信"}),
        ("zengguofan", {"曾国藩"}),
        ("cengguofan", {"曾国藩"}),
        ("qiuying", {"仇英"}),
        ("ouyang", {"欧阳修"}),
        ("chongqing", {"重庆长江贸易有限公司"}),
        ("yinhang", {"上海银行股份有限公司"}),
        ("lvbu", {"吕布"}),
        ("Acme", {"Acme Trading Ltd"}),
        ("trad", {"Acme Trading Ltd"}),
        ("ＡＣＭＥ", {"Acme Trading Ltd"}),
        ("8038", {"有电话的"}),
        ("80013", {"有电话的"}),
        ("138 0013 8038", {"有电话的"}),
        ("138-0013", {"有电话的"}),
        ("13800138038", {"有电话的"}),
        ("+86 138 0013 8038", {"有电话的"}),
        ("01088886666", {"有电话的"}),
        ("010-8888 6666", {"有电话的"}),
        ("8888", {"有电话的"}),
        ("li.wei@heng-li.com.cn", {"有电话的"}),
        ("heng-li", {"有电话的", "苏州恒力机械有限公司"}),
        ("wei@heng", {"有电话的"}),
        ("91320594MA1", {"有电话的"}),
        ("2hw3t", {"有电话的"}),
        ("尉迟", {"有电话的"}),
        ("yuchigong", {"有电话的"}),
        ("カフェ", {"カフェ東京"}),
        ("フェ", {"カフェ東京"}),
        ("müller", {"Müller & Söhne"}),
        ("söhne", {"Müller & Söhne"}),
        ("иван", {"Иванов"}),
        ("상사", {"한국상사"}),
        ("没有这个", set()),
        ("qqqq", set()),
    ],
)
def test_that_search_finds_what_a_person_means(filled: Workspace, typed: str, hits: set[str]) -> None:
    assert _found(filled, typed) == hits
    assert filled.customers.count(Search(typed)) == len(hits)


def test_that_a_blank_search_finds_everything_and_signs_alone_nothing(filled: Workspace) -> None:
    everything = filled.customers.count()
    assert filled.customers.count(Search("  ")) == everything
    for signs in ('"', "***", "（）", "-", "^", "'"):
        assert filled.customers.count(Search(signs)) == 0


SYNTAX = ['"', "'", "*", "^", "(", ")", "AND", "OR", "NOT", "NEAR(", "han:", "-", "+", ":", "{", "}", "\x00", "\ud800",
          "张", "a", "1", " ", "%", "_", ";--", "字段"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(SYNTAX) | st.text(max_size=3), max_size=6).map("".join))
def test_that_nothing_typed_is_read_as_syntax(filled: Workspace, typed: str) -> None:
    found = _found(filled, typed)
    assert len(found) == filled.customers.count(Search(typed))


@pytest.mark.parametrize("typed", ["长" * 3000, "a" * 3000, "1" * 3000, "a " * 1500, "xian" * 500 + "i", '"' * 3000])
def test_that_a_pasted_page_is_searched_too(filled: Workspace, typed: str) -> None:
    assert len(_found(filled, typed)) == filled.customers.count(Search(typed))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(NAMES), st.integers(0, 20), st.integers(1, 20))
def test_that_every_piece_of_a_name_finds_it(filled: Workspace, name: str, start: int, size: int) -> None:
    piece = name[start : start + size]
    if typed_query(piece) is None:
        return
    ascii_words = [w for w in piece.split() if w.isascii()]
    if any(len(w) < 2 for w in ascii_words):
        return  # one Latin letter finds beginnings of words only
    assert name in _found(filled, piece)


# ---- the registry and the index say the same ---------------------------------------------------------------------

POINTS = {"phones", "emails", "wechats"}
SEARCHED_ENTITIES = [e for e in BUILT_IN if e.table in SEARCHED]


@pytest.mark.parametrize("entity", list(BUILT_IN), ids=lambda e: e.key)
def test_that_a_field_is_searchable_where_the_index_holds_it_and_nowhere_else(entity: Entity) -> None:
    """`contains` on a searchable field asks the index: a field that is not in it would never be found, silently."""
    sources = SEARCHED.get(entity.table, Sources(entity.key, (), codes=()))
    held = {*sources.names, *sources.texts, *sources.codes} | (POINTS if sources.points else set())
    held |= {f.key for f in entity.fields if f.type is FieldType.FILES} if sources.files else set()
    assert {f.key for f in entity.fields if f.searchable} == held


def test_that_every_table_with_an_index_belongs_to_a_kind_of_record() -> None:
    assert {e.table for e in SEARCHED_ENTITIES} == SEARCHED.keys()


@pytest.fixture(scope="module")
def one_of_each(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A record of every searched kind."""
    office = office_on(engine)
    with office.opened(office.copy(tmp_path_factory.mktemp("each"))) as workspace:
        values = {FieldType.MONEY: 1, FieldType.DATE: date(2026, 3, 5)}
        for kind in SEARCHED_ENTITIES:
            if not kind.parent and not kind.picklist and kind.key != "tickets":
                required = {f.key: values.get(f.type, "甲") for f in kind.fields if f.required}
                workspace.records(kind.key).create(
                    {kind.title: "甲"} | required if kind.field(kind.title).editable else required
                )
        ticket, _ = workspace.tickets.create({"subject": "甲"})
        workspace.tickets.note(ticket.id, "甲")
        yield workspace


@pytest.mark.parametrize(
    ("entity", "field"),
    [(e, f) for e in SEARCHED_ENTITIES for f in e.fields if f.searchable and f.key not in POINTS],
    ids=lambda x: x.key,
)
def test_that_contains_finds_what_stands_in_any_searchable_field(
    one_of_each: Workspace, entity: Entity, field: Field
) -> None:
    if field.type is FieldType.FILES:
        service = one_of_each.records(entity.key)
        service.update(service.list(limit=1)[1][0].id, {field.key: (File("前文魍魉XK-7788后", "0" * 64),)})
    with one_of_each.context.writing() as work:
        first = f"SELECT min(rid) FROM {entity.table} WHERE deleted_at IS NULL"
        if field.type is not FieldType.FILES:
            work.connection.exec_driver_sql(
                f"UPDATE {entity.table} SET {field.key}='前文魍魉XK-7788后' WHERE rid=({first})"
            )
        work.commit()
    with one_of_each.context.reading() as work:
        for piece in ("魍魉", "魉xk", "7788", "K-77", "文魍魉XK-7788后"):
            assert work.reader.count(entity.key, Condition(field.key, "contains", piece)) == 1, piece


def test_that_entries_of_deleted_records_and_missing_ones_are_both_counted(workspace: Workspace) -> None:
    """One too many and one too few are two faults, not none."""
    add(workspace, "张三", "李四")
    with workspace.archive.engine.begin() as connection:
        index = dialect_of(connection).search
        index.forget(connection, "customer", [1])
        index.write(connection, "customer", [(99, "", "", "")])
        assert unindexed(connection) == 2


# ---- the index follows the records --------------------------------------------------------------------------------


def test_that_a_change_is_found_at_once_and_the_old_text_no_more(workspace: Workspace) -> None:
    record = add(workspace, "旧名字", phones=(phone("13900139000"),))[0]
    workspace.customers.update(record.id, {"name": "新称呼", "phones": (phone("13700137000"),)})
    assert _found(workspace, "新称呼") == _found(workspace, "13700137000") == {"新称呼"}
    assert _found(workspace, "旧名字") == _found(workspace, "13900139000") == set()
    workspace.customers.delete(record.id)
    assert _found(workspace, "新称呼") == set()
    workspace.customers.restore_many([record.handle])
    assert _found(workspace, "新称呼") == {"新称呼"}


def test_that_a_customer_is_found_by_its_contacts_as_they_are_now(workspace: Workspace) -> None:
    record = add(workspace, "恒力")[0]
    contact, _ = workspace.customers.add_contact(record.id, {"name": "张三丰"})
    assert _found(workspace, "张三丰") == {"恒力"}
    workspace.contacts.update(contact.id, {"phones": (Point("13800138000", "+8613800138000"),)})
    assert workspace.customers.count(Search("0013 8000")) == 1
    workspace.contacts.update(contact.id, {"phones": ()})
    assert workspace.customers.count(Search("0013 8000")) == 0
    workspace.contacts.update(contact.id, {"name": "李四光"})
    assert (_found(workspace, "张三丰"), _found(workspace, "李四光")) == (set(), {"恒力"})
    workspace.contacts.delete(contact.id)
    assert _found(workspace, "李四光") == set()
    workspace.contacts.restore_many([contact.handle])
    other = add(workspace, "新东家")[0]
    workspace.contacts.update(contact.id, {"customers": (Link(other.id),)})
    assert _found(workspace, "李四光") == {"新东家"}


def test_that_an_undone_change_is_searched_as_it_was(workspace: Workspace) -> None:
    record = add(workspace, "原名")[0]
    _, changes = workspace.customers.update(record.id, {"name": "误改"})
    assert changes.operation_id is not None
    workspace.history.undo(changes.operation_id)
    assert (_found(workspace, "原名"), _found(workspace, "误改")) == ({"原名"}, set())


def test_that_a_rebuilt_index_is_the_same(workspace: Workspace) -> None:
    records = add(workspace, *NAMES, phones=(phone("13800138000"),), remark="备注 note")
    workspace.customers.delete(records[0].id)
    before = {text: _found(workspace, text) for text in ("张", "zs", "1380", "note", "公司", "heng")}
    with workspace.context.writing() as work:
        planted = workspace.records("reply_templates").count()  # a new archive has some
        assert rebuild(work.connection, Job()) == len(NAMES) - 1 + planted
        work.commit()
    assert {text: _found(workspace, text) for text in before} == before
    with workspace.archive.engine.connect() as connection:
        assert unindexed(connection) == 0


def test_that_missing_entries_are_counted_and_told(engine: str, workspace: Workspace) -> None:
    add(workspace, "张三", "李四")
    with workspace.context.writing() as work:
        dialect_of(work.connection).search.forget(work.connection, "customer", [1])
        assert unindexed(work.connection) == 1
        work.session.commit()
    if engine == "postgres":
        return  # checking and rebuilding by hand is of files
    assert workspace.vault.verify().problems == ("搜索索引缺少 1 条，请重建索引。",)
    assert workspace.vault.rebuild_search() == 2 + workspace.records("reply_templates").count()
    assert workspace.vault.verify().ok


def test_that_nothing_is_left_to_do_after_a_unit_of_work(workspace: Workspace) -> None:
    add(workspace, "张三")
    with workspace.archive.engine.begin() as connection:
        assert drain(connection) == 0
    with workspace.context.writing() as work, work.writer.own_search_entries():
        pass
    record = add(workspace, "李四")[0]
    assert _found(workspace, "李四") == {"李四"} == {record.get("name")}


def test_that_the_number_given_later_is_searched_like_any_code(workspace: Workspace) -> None:
    """`with_code` makes of an entry what `tokens` would have made with the number."""
    add(workspace, "张三")
    with workspace.archive.engine.connect() as connection:
        entry = entry_rows(connection, "customer", [1])[0]
    without = search_tokens.tokens(["张三"], [], [])
    mixed = search_tokens.with_code(without, "C000001")
    assert [sorted(set(part.split())) for part in mixed] == [sorted(set(part.split())) for part in entry[1:]]
