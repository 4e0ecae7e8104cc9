"""The sample office: two years of an equipment dealer with customers, deals, orders, payments, follow-ups and tickets.

Customers buy at their own pace and may leave for good (as the BG/NBD model assumes), so that every figure of the dashboards
has something true to show. One operation: one undo.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from app.core.access import Action
from app.core.clock import today
from app.core.dictionary import BUILT_IN
from app.core.fields import MonthDay
from app.core.i18n import t
from app.core.jobs import Job
from app.core.pinyin import sort_key
from app.core.primitives import NUMBER_SCALE, to_millis
from app.core.records import ChangeSet
from app.db.journal import Operation
from app.db.search_sources import SEARCHED
from app.db.search_tokens import tokens
from app.db.store.behaviour import TELL, Terms
from app.db.store.drafts import NewRow
from app.db.store.matching import match_key
from app.db.store.rollback import roll_back
from app.services.context import Context
from app.services.deals.stages import stages_of
from app.services.samples import words

CUSTOMERS, DAYS, BATCH, SEED = 30_000, 730, 2000, 20261121
#: a cent in the millionths in which prices are stored
_CENT = NUMBER_SCALE // 100
#: the office tells of its past; the deals bring their way through the stages along
_PAST = Terms(gaps=TELL, history=True)
_WHOLE = replace(_PAST, note=False)
Made = list[tuple[bytes, NewRow]]


@dataclass(frozen=True)
class SampleResult:
    """What was made: entity → number."""

    counts: Mapping[str, int]
    changes: ChangeSet


class SampleOffice:
    """Fills an archive."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def fill(self, customers: int = CUSTOMERS, *, seed: int = SEED, job: Job | None = None) -> SampleResult:
        """Make the office as one operation; cancelling takes everything back. Needs the right to import."""
        self._context.actor.require("customers", Action.IMPORT)
        job = job or Job()
        with self._context.writing() as work:
            operation = work.journal.begin(
                "import", t("示例数据：{n} 位客户", n=customers), work.actor, work.origin, running=True
            )
            work.commit()
        writing = _Writing(self._context, operation, random.Random(seed), job, customers)  # noqa: S311 - no secrets
        try:
            writing.run()
            with self._context.writing() as work:
                work.journal.finish(operation)
                work.commit()
        except BaseException:
            with self._context.writing() as work:
                roll_back(work.reader, work.writer, operation.id, (), Job())
                work.commit()
            raise
        self._context.after_bulk(writing.counts, sum(writing.counts.values()))
        touched = dict.fromkeys(writing.counts)
        return SampleResult(writing.counts, ChangeSet(operation.id, touched))


class _Writing:
    """One run. Everything that depends on chance is drawn from one generator in one order."""

    def __init__(self, context: Context, operation: Operation, r: random.Random, job: Job, customers: int) -> None:
        self._context, self._operation, self._r, self._job, self._customers = context, operation, r, job, customers
        self._owner = context.actor.user_id.bytes
        self._first = today() - timedelta(days=DAYS)
        self.counts: dict[str, int] = {}
        self._levels: dict[int, float] = {}
        with context.reading() as work:
            self._stages = stages_of(work.reader)
            reasons = work.reader.handles("lost_reasons").tolist()
            self._reasons = [x.id.bytes for x in work.reader.each("lost_reasons", reasons, ["name"])]
            users = list(work.reader.user_names())
        self._users = [user.bytes for user in users] or [self._owner]

    def run(self) -> None:
        """Products first, then customers in batches with all that belongs to them."""
        products = self._write("products", [self._product(i) for i in range(len(words.PRODUCTS))])
        done = 0
        while done < self._customers:
            size = min(BATCH, self._customers - done)
            self._customers_with_all(size, products, done)
            done += size
            self._job.progress(t("正在生成示例数据"), done, self._customers)

    def _write(self, entity: str, rows: Sequence[NewRow]) -> Made:
        if not rows:
            return []
        with self._context.writing() as work:
            with work.writer.own_search_entries():
                terms = _PAST if entity == "ticket_messages" else _WHOLE
                batch = work.writer.add(self._operation, entity, rows, self._owner, terms)
            batch.require()
            ids = [draft.id.bytes for draft in batch.drafts]
            work.journal.checkpoint(self._operation, {})
            work.commit()
        self.counts[entity] = self.counts.get(entity, 0) + len(ids)
        return list(zip(ids, rows, strict=True))

    # ---- customers ----------------------------------------------------------------------------------------------

    def _customers_with_all(self, size: int, products: Made, start: int) -> None:
        r = self._r
        self._levels.clear()
        people = [self._customer(start + i) for i in range(size)]
        made = self._write("customers", people)
        self._write("contacts", [self._contact(key, row) for key, row in made if row.columns["kind"] == "company"])
        orders, lines = [], []
        for key, row in made:
            for day in self._buying_days(row):
                order, items = self._order(key, row, day, products)
                orders.append(order)
                lines.append(items)
        written = self._write("orders", orders)
        self._write(
            "order_lines",
            [self._line(key, item) for (key, _), items in zip(written, lines, strict=True) for item in items],
        )
        self._write("payments", [p for key, row in written for p in self._payments(key, row)])
        deals = [self._deal(key, row) for key, row in made if r.random() < 0.22]
        sold = self._write("deals", [deal for deal, _ in deals])
        self._write(
            "stage_changes",
            [change for (key, _), (_, way) in zip(sold, deals, strict=True) for change in self._way(key, way)],
        )
        self._write("leads", [self._lead() for _ in range(size // 12)])
        self._write("activities", [x for key, row in made for x in self._activities(key, row)])
        asked = self._write("tickets", [x for key, row in made if (x := self._ticket(key, row)) is not None])
        self._write("ticket_messages", [m for key, row in asked for m in self._messages(key, row)])

    def _customer(self, i: int) -> NewRow:
        r = self._r
        province, city, district = r.choice(words.CITIES)
        company = r.random() < 0.8
        name, industry = words.company(r, city) if company else (words.person(r), None)
        joined = self._first + timedelta(days=int(DAYS * r.random() ** 0.8))
        phone = words.mobile(r)
        columns: dict[str, Any] = {
            "name": name, "kind": "company" if company else "person", "province": province, "city": city,
            "district": district, "address": f"{r.choice(('人民路', '中山路', '科技园路'))}{r.randrange(1, 999)}号",
            "industry": industry, "source": r.choice(words.SOURCES), "level": r.choice("AABBBCCCCD"),
            "stage": r.choice(("potential", "interested", "quoted", "negotiating", "won", "won")),
            "owner": r.choice(self._users), "first_deal_on": joined.isoformat(),
        }  # fmt: skip
        if not company:
            columns["birthday"] = date(r.randrange(1960, 2004), r.randrange(1, 13), r.randrange(1, 29)).isoformat()
            columns["birthday_lunar"] = int(r.random() < 0.3)
        if r.random() < 0.06:
            columns["next_contact_on"] = (today() + timedelta(days=r.randrange(-5, 20))).isoformat()
        points = [("phone", f"{phone[:3]} {phone[3:7]} {phone[7:]}", f"+86{phone}", "", "", 1, "", 0)]
        made = _row("customers", columns, points)
        self._levels[id(made)] = r.gammavariate(4.0, 1 / 6000)
        return made

    def _contact(self, key: bytes, customer: NewRow) -> NewRow:
        r = self._r
        phone = words.mobile(r)
        columns = {
            "name": words.person(r), "title": r.choice(("总经理", "采购经理", "财务", "设备主管")),
            "owner": customer.columns["owner"],
            "birthday": str(_born(r)),
        }  # fmt: skip
        made = _row("contacts", columns, [("phone", phone, f"+86{phone}", "", "", 1, "", 0)])
        made.ties = [("customers", key, "", "", None, None)]
        return made

    # ---- orders -------------------------------------------------------------------------------------------------

    def _buying_days(self, customer: NewRow) -> Iterator[date]:
        """First purchase, then at the customer's own rate until he leaves; a fifth never buys."""
        r = self._r
        if r.random() < 0.2:
            return
        day = date.fromisoformat(customer.columns["first_deal_on"])
        rate, leaving = r.gammavariate(0.9, 1 / 90), r.betavariate(0.8, 2.6)
        while day <= today():
            yield day
            if r.random() < leaving or rate < 1e-4:
                return
            day += timedelta(days=1 + int(r.expovariate(rate)))

    def _order(self, customer: bytes, row: NewRow, day: date, products: Made) -> tuple[NewRow, list[dict[str, Any]]]:
        r = self._r
        season = 1.25 if day.month in (3, 9, 11) else 0.85 if day.month == 2 else 1.0
        # what a customer spends varies around a level of his own, as the Gamma-Gamma model of order values has it
        wanted = r.gammavariate(6.0, 1.0) / self._levels[id(row)] * season * 100
        items = []
        kinds = r.choice((1, 1, 2, 3))
        for _ in range(kinds):
            fitting = [pair for pair in products if pair[1].columns["price"] <= wanted * _CENT] or products[-1:]
            key, product = r.choice(fitting)
            quantity = max(1, round(wanted * _CENT / kinds / product.columns["price"]))
            price = max(1, int(wanted / kinds / quantity))
            items.append({"product": key, "name": product.columns["name"], "category": product.columns["category"],
                          "quantity": quantity * 1_000_000, "price": price * _CENT, "amount": price * quantity,
                          "cost": int(price * quantity * r.uniform(0.6, 0.8))})  # fmt: skip
        amount = sum(item["amount"] for item in items)
        age = (today() - day).days
        status = "cancelled" if r.random() < 0.03 else "done" if age > 30 else r.choice(("confirmed", "shipped"))
        columns = {
            "customer": customer, "ordered_on": day.isoformat(), "due_on": (day + timedelta(days=30)).isoformat(),
            "status": status, "amount": amount, "cost": sum(item["cost"] for item in items),
            "refund": int(amount * 0.3) if r.random() < 0.02 else None, "channel": r.choice(words.CHANNELS),
            "province": row.columns["province"], "city": row.columns["city"], "owner": row.columns["owner"],
        }  # fmt: skip
        return _row("orders", columns), items

    @staticmethod
    def _line(order: bytes, item: dict[str, Any]) -> NewRow:
        return NewRow({**item, "order": order}, [])

    def _payments(self, order: bytes, row: NewRow) -> Iterator[NewRow]:
        r, columns = self._r, row.columns
        if columns["status"] in ("cancelled", "draft") or r.random() < 0.08:
            return
        left = columns["amount"] - (columns["refund"] or 0)
        day = date.fromisoformat(columns["ordered_on"])
        for share in (1.0,) if r.random() < 0.7 else (0.3, 0.7):
            day += timedelta(days=r.randrange(1, 45))
            if day > today():
                return
            yield NewRow({"customer": columns["customer"], "order": order, "kind": "receipt", "amount": int(left * share),
                          "paid_on": day.isoformat(), "method": r.choice(("transfer", "transfer", "wechat", "alipay")),
                          "owner": columns["owner"]}, [])  # fmt: skip

    def _product(self, i: int) -> NewRow:
        name, category, price = words.PRODUCTS[i]
        columns = {"name": name, "category": category, "code": f"P{i + 1:03}", "price": price * NUMBER_SCALE,
                   "cost": price * 70, "unit": "台" if category == "设备" else "件", "active": 1}  # fmt: skip
        return _row("products", columns)

    # ---- deals and leads ----------------------------------------------------------------------------------------

    def _deal(self, customer: bytes, row: NewRow) -> tuple[NewRow, list[tuple[bytes | None, bytes, date]]]:
        """A deal and its way through the stages."""
        r = self._r
        open_ = [s for s in self._stages if s.kind == "open"]
        day = opened = self._first + timedelta(days=r.randrange(DAYS))
        way: list[tuple[bytes | None, bytes, date]] = [(None, open_[0].id.bytes, day)]
        at, outcome = 0, "open"
        while True:
            day += timedelta(days=1 + int(r.expovariate(1 / 12)))
            if day > today():
                break
            if r.random() < 0.24 or at == len(open_) - 1:
                outcome = "won" if r.random() < 0.25 + 0.15 * at else "lost"
                end = next(s for s in self._stages if s.kind == outcome)
                way.append((open_[at].id.bytes, end.id.bytes, day))
                break
            way.append((open_[at].id.bytes, open_[at + 1].id.bytes, day))
            at += 1
        stage = way[-1][1]
        closed = way[-1][2] if outcome != "open" else None
        expected = closed or today() + timedelta(days=r.randrange(-15, 90))
        columns = {
            "name": r.choice(words.PROJECTS), "customer": customer, "stage": stage, "outcome": outcome,
            "pipeline": next(s.pipeline.bytes for s in self._stages if s.pipeline),
            "amount": r.randrange(2, 120) * 500_000, "opened_on": opened.isoformat(), "expected_on": expected.isoformat(),
            "closed_on": closed.isoformat() if closed else None, "source": row.columns["source"],
            "owner": row.columns["owner"], "stage_since": _millis(way[-1][2], 10), "position": -_millis(opened, r.randrange(24)),
            "lost_reason": r.choice(self._reasons) if outcome == "lost" and self._reasons else None,
        }  # fmt: skip
        return _row("deals", columns), way

    def _way(self, deal: bytes, way: Sequence[tuple[bytes | None, bytes, date]]) -> Iterator[NewRow]:
        names = {s.id.bytes: s.name for s in self._stages}
        for before, after, day in way:
            name = names[after] if before is None else f"{names[before]} → {names[after]}"
            yield NewRow({"name": name, "deal": deal, "from_stage": before, "to_stage": after,
                          "changed_at": _millis(day, 10), "changed_by": self._owner}, [])  # fmt: skip

    def _lead(self) -> NewRow:
        r = self._r
        _, city, _ = r.choice(words.CITIES)
        phone = words.mobile(r)
        status = r.choice(("new", "working", "qualified", "disqualified"))
        columns = {
            "name": words.person(r), "company": words.company(r, city)[0], "status": status, "city": city,
            "source": r.choice(words.SOURCES), "budget": r.randrange(1, 60) * 1_000_000, "owner": r.choice(self._users),
            "received_at": _millis(today() - timedelta(days=r.randrange(180)), r.randrange(9, 18)),
        }  # fmt: skip
        return _row("leads", columns, [("phone", phone, f"+86{phone}", "", "", 1, "", 0)])

    # ---- follow-ups and tickets ---------------------------------------------------------------------------------

    def _activities(self, customer: bytes, row: NewRow) -> Iterator[NewRow]:
        r = self._r
        joined = date.fromisoformat(row.columns["first_deal_on"])
        for _ in range(r.choice((0, 0, 1, 1, 2, 3))):
            day = joined + timedelta(days=r.randrange(max(1, (today() - joined).days + 1)))
            columns: dict[str, Any] = {
                "subject": r.choice(words.SUBJECTS), "kind": r.choice(("call", "call", "visit", "meeting", "email")),
                "customer": customer, "happened_at": _millis(day, r.randrange(9, 18)), "done": 1, "owner": row.columns["owner"],
            }  # fmt: skip
            if r.random() < 0.02:
                due = today() + timedelta(days=r.randrange(-6, 15))
                columns |= {"kind": "task", "done": 0, "happened_at": None, "due_at": _millis(due, r.randrange(9, 18))}
            yield _row("activities", columns)

    def _ticket(self, customer: bytes, row: NewRow) -> NewRow | None:
        r = self._r
        if r.random() > 0.16:
            return None
        joined = date.fromisoformat(row.columns["first_deal_on"])
        day = joined + timedelta(days=int((today() - joined).days * r.random() ** 0.5))
        opened = _millis(day, r.randrange(8, 20)) + r.randrange(3_600_000)
        columns = {
            "subject": r.choice(words.QUESTIONS), "customer": customer, "requester": row.columns["name"][:20],
            "priority": r.choice(("low", "normal", "normal", "normal", "high", "urgent")), "opened_at": opened,
            "channel": r.choice(("email", "phone", "wechat")), "owner": row.columns["owner"],
        }  # fmt: skip
        return _row("tickets", columns)

    def _messages(self, ticket: bytes, row: NewRow) -> Iterator[NewRow]:
        """The question, an answer after some hours, and most of the time the end of it."""
        r, columns = self._r, row.columns
        at: int = columns["opened_at"]
        latest = _millis(today(), 20)

        def message(kind: str, body: str, **more: Any) -> NewRow:
            return NewRow({"ticket": ticket, "kind": kind, "sent_at": at, "body": body, **more}, [])

        yield message("inbound", f"{columns['subject']}，请尽快处理。", author=columns["requester"])
        at += int(r.lognormvariate(1.0, 1.1) * 3_600_000)
        if at > latest or r.random() < 0.05:
            return
        yield message("reply", r.choice(words.ANSWERS), author_user=columns["owner"])
        at += int(r.lognormvariate(2.6, 1.0) * 3_600_000)
        if at <= latest and r.random() < 0.93:
            yield message("event", "", status="resolved", author_user=columns["owner"])


def _row(entity: str, columns: dict[str, Any], points: Sequence[Any] = ()) -> NewRow:
    """A new row with sort and search forms of its name."""
    table = BUILT_IN.entity(entity).table
    made = NewRow(columns, list(points))
    name = columns.get("name")
    if name:
        made.derived = {"name_key": sort_key(name)[:300], "match_key": match_key(name)[:100]}
    sources = SEARCHED.get(table)
    if sources is not None:
        names = [columns[k] for k in sources.names if columns.get(k)]
        texts = [columns[k] for k in sources.texts if columns.get(k)]
        codes = [str(columns[k]) for k in sources.codes if columns.get(k)]
        made.entry = tokens(names, texts, [*codes, *(p[2] for p in points)])
    return made


def _millis(day: date, hour: int) -> int:
    return to_millis(datetime.combine(day, time(hour)).astimezone())


def _born(r: random.Random) -> MonthDay:
    """A birthday; of every third person nobody knows the year."""
    year, month, day = r.randrange(1960, 2000), r.randrange(1, 13), r.randrange(1, 29)
    return MonthDay(month, day, year if year % 3 else None)
