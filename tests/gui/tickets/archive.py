"""An archive with a working inbox: customers, mails with attachments, notes, answers, promises in every state."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from app.bootstrap import create_workspace
from app.core.clock import now
from app.core.fields import Link, Point
from app.services.tickets.mail.parsing import Mail, MailFile, Person
from app.services.workspace import Workspace
from tests.gui.archives import PASSWORD, USER

_PEOPLE = (
    ("苏州恒力机械", "刘敏", "liumin@hengli.example", "送货单数量与合同不一致",
     "您好，合同约定本批 120 台，今天到货单写的 112 台，请尽快核实并补发。\n附上送货单照片，产线周五要用。"),
    ("上海申达物流", "王浩", "wanghao@shenda.example", "能否把发票抬头改为集团公司？", "之前开的是分公司抬头，财务要求统一改成集团。"),
    ("深圳云创软件", "李欣怡", "xinyi@yunchuang.example", "系统登录后报表空白", "Chrome 升级之后，月报页面打开是空白的。"),
    ("杭州锦绣纺织", "周涛", "zhoutao@jinxiu.example", "申请延长维保半年", "设备维保 12 月到期，想先延半年，能否给个优惠价。"),
    ("宁波海通贸易", "郑晨", "zhengchen@haitong.example", "样品寄送地址变更", "寄到北仑区新仓库，地址见附件。"),
    ("成都天府食品", "何静", "hejing@tianfu.example", "培训时间确认", "下周三下午两点可以吗？参加人数 14 人。"),
)  # fmt: skip


def mail(n: int, **more: object) -> Mail:
    """The n-th customer's first mail."""
    _company, name, address, subject, text = _PEOPLE[n]
    values: dict[str, object] = {
        "subject": subject, "sender": Person(name, address), "to": (Person("", "support@kedang.example"),), "cc": (),
        "sent_at": now() - timedelta(minutes=25 + 31 * n), "message_id": f"m{n}@example.cn", "references": (), "text": text,
        "files": (), "automatic": False,
    }  # fmt: skip
    return Mail(**(values | more))  # type: ignore[arg-type]


def filled(path: Path, count: int = 6) -> Workspace:
    """A new archive with `count` tickets, open."""
    workspace, _code = create_workspace(path, USER, PASSWORD, name="陈晓彤")
    if not count:
        return workspace
    for company, name, address, *_rest in _PEOPLE:
        customer, _ = workspace.customers.create({"name": company, "level": "VIP", "amount": 328_600_000})
        workspace.customers.add_contact(customer.id, {"name": name, "emails": (Point(address, address),)})
    first = (MailFile("送货单_20261121.jpg", "image/jpeg", bytes(1_250_000)),)
    made = [
        workspace.tickets.receive(mail(n, files=first if n == 0 else ())).ticket for n in reversed(range(len(_PEOPLE)))
    ]
    made.reverse()
    service = workspace.tickets
    category = next(r for r in workspace.records("ticket_categories").list(limit=50)[1] if r.get("parent"))
    service.update(
        made[0].id, {"priority": "urgent", "owner": workspace.actor.user_id, "category": (Link(category.id),)}
    )
    service.note(made[0].id, "仓库确认 8 台在二期库位，漏装。物流单号明早能出。@李建国 请先占库存。")
    service.reply(
        made[0].id,
        "刘经理您好，非常抱歉！经核实为装车遗漏，剩余 8 台今天 17:00 前发出，周四上午送达，不影响周五使用。运费由我方承担。",
        status="open",
    )
    service.assign([made[2].id, made[3].id], workspace.actor.user_id)
    service.set_status([made[2].id], "open")
    service.reply(made[4].id, "收到，请把新地址发给我们。")
    service.set_status([made[5].id], "resolved")
    return workspace
