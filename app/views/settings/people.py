"""用户与角色: who may open the archive and what they may do there. Administrators only."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QLineEdit

from app.core.access import FIXED_ROLES
from app.core.i18n import t
from app.services.people.service import Person, role_label
from app.views.settings.form_dialog import FormDialog
from app.views.settings.section import Section
from app.views.shell.desk import Desk
from app.views.shell.new_password import NewPassword
from app.views.theme import fonts
from app.views.widgets import buttons
from app.views.widgets.fields import ChoiceField
from app.views.widgets.item_list import Item, ItemList
from app.views.widgets.menus import MenuItem

_TONES = {"admin": "violet", "manager": "primary", "sales": "ok", "service": "cyan", "readonly": "gray"}


class PeopleSection(Section):
    """Users and teams."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, t("用户与角色"))
        self._teams: tuple[str, ...] = ()
        card = self.card(t("所有用户"), t("每个人用自己的密码打开同一个档案"))
        add = buttons.plain(t("新建用户…"), "user-plus")
        add.clicked.connect(self._add)
        card.head_actions.addWidget(add)
        self.users = ItemList(t("所有用户"))
        card.body.addWidget(self.users)
        teams = self.card(t("团队"), t("主管能看到本组和下级组的客户"))
        more = buttons.plain(t("新建团队…"), "plus")
        more.clicked.connect(self._add_team)
        teams.head_actions.addWidget(more)
        self.team_list = ItemList(t("团队"), t("还没有团队。人少时不需要。"))
        teams.body.addWidget(self.team_list)
        self.finish()

    def refresh(self) -> None:
        people = self.desk.workspace.people
        self.read(lambda _job: (people.list(), people.teams()), lambda found: self._show(*found))

    def _show(self, persons: Sequence[Person], teams: tuple[str, ...]) -> None:
        self._teams = teams
        self.users.set_items([self._item(person) for person in persons])
        members = {team: [p.name for p in persons if team in p.teams and p.active] for team in teams}
        self.team_list.set_items(
            [Item(team, "、".join(names) or t("还没有成员"), "users") for team, names in members.items()]
        )
        self.desk.reload_users()

    def _item(self, person: Person) -> Item:
        chips = [(role_label(role), _TONES.get(role, "gray")) for role in person.roles]
        if not person.active:
            return Item(
                person.name, fonts.join_facts(person.username, t("已移除")), chips=[(t("已移除"), "gray")], faded=True
            )
        subtitle = fonts.join_facts(person.username, *person.teams)
        return Item(person.name, subtitle, chips=chips, menu=lambda: self._menu(person))

    def _menu(self, person: Person) -> list[MenuItem | None]:
        myself = person.id == self.desk.workspace.actor.user_id
        return [
            MenuItem(t("更换角色…"), lambda: self._change_role(person), "user-check"),
            MenuItem(t("所属团队…"), lambda: self._change_teams(person), "users", enabled=bool(self._teams)),
            MenuItem(t("重设密码…"), lambda: self._reset(person), "key-round"),
            None,
            MenuItem(t("移除…"), lambda: self._remove(person), "trash-2", danger=True, enabled=not myself),
        ]

    def _roles(self, current: str = "sales") -> ChoiceField:
        field = ChoiceField([(code, role_label(code)) for code in FIXED_ROLES])
        field.set_key(current if current in FIXED_ROLES else "sales")
        return field

    def _add(self) -> None:
        words = t("把密码当面告诉他；他可以在“设置 › 安全”里自己改掉。")
        dialog = FormDialog(self, t("新建用户"), t("新建"), words)
        login, name, role = QLineEdit(), QLineEdit(), self._roles()
        for field in (login, name):
            field.setMaxLength(60)
        dialog.form.add_row("login", t("用户名"), login, required=True)
        dialog.form.add_row("name", t("显示名称"), name)
        dialog.form.add_row("role", t("角色"), role, hint=_role_words())
        password = NewPassword(dialog.form)
        password.on_submit(dialog.try_accept)
        dialog.check = lambda: ({} if login.text().strip() else {"login": t("请输入用户名。")}) | password.errors()
        people = self.desk.workspace.people

        def add() -> None:
            given = (login.text(), name.text(), password.text(), [role.key()])
            self.write(lambda _job: people.add(*given), title=t("正在新建用户"), told=t("已新建用户"))

        dialog.ask(add)
        login.setFocus()

    def _change_role(self, person: Person) -> None:
        dialog = FormDialog(self, t("“{name}”的角色", name=person.name), t("更换"))
        role = self._roles(person.roles[0] if person.roles else "sales")
        dialog.form.add_row("role", t("角色"), role, hint=_role_words())
        people = self.desk.workspace.people

        def change() -> None:
            code = role.key()
            self.write(
                lambda _job: people.set_roles(person.username, [code]), title=t("正在更换角色"), told=t("角色已更换")
            )

        dialog.ask(change)

    def _change_teams(self, person: Person) -> None:
        dialog = FormDialog(self, t("“{name}”所属的团队", name=person.name), t("保存"))
        boxes = {team: QCheckBox(team.replace("&", "&&")) for team in self._teams}
        for team, box in boxes.items():
            box.setChecked(team in person.teams)
            dialog.body.addWidget(box)
        people = self.desk.workspace.people

        def change() -> None:
            wanted = [team for team, box in boxes.items() if box.isChecked()]
            self.write(lambda _job: people.set_team(person.username, wanted), title=t("正在保存"), told=t("团队已保存"))

        dialog.ask(change)

    def _reset(self, person: Person) -> None:
        dialog = FormDialog(self, t("给“{name}”设置新密码", name=person.name), t("设置"))
        password = NewPassword(dialog.form, label=t("新密码"))
        password.on_submit(dialog.try_accept)
        dialog.check = password.errors
        people = self.desk.workspace.people

        def reset() -> None:
            new = password.text()
            self.write(
                lambda _job: people.reset_password(person.username, new), title=t("正在修改密码"), told=t("密码已修改")
            )

        dialog.ask(reset)

    def _remove(self, person: Person) -> None:
        text = t("他的密码马上失效，数据会换上新的密钥；他负责的客户和历史记录都保留。这一步不能撤销。")
        if self.desk.dialogs.confirm(t("移除“{name}”？", name=person.name), t("移除"), text=text, danger=True):
            people = self.desk.workspace.people
            self.write(
                lambda _job: people.remove(person.username),
                title=t("正在移除用户并更换密钥"),
                told=t("已移除，密钥已更换"),
            )

    def _add_team(self) -> None:
        dialog = FormDialog(self, t("新建团队"), t("新建"))
        name = QLineEdit()
        name.setMaxLength(60)
        above = ChoiceField([("", t("（没有上级）")), *((team, team) for team in self._teams)])
        dialog.form.add_row("name", t("团队名称"), name, required=True)
        dialog.form.add_row("above", t("上级团队"), above)
        dialog.check = lambda: {} if name.text().strip() else {"name": t("请输入名称。")}
        people = self.desk.workspace.people

        def add() -> None:
            given = (name.text().strip(), above.key() or None)
            self.write(lambda _job: people.add_team(*given), title=t("正在保存"), told=t("已新建团队"))

        dialog.ask(add)
        name.setFocus()


def _role_words() -> str:
    return t("管理员：全部。主管：本组客户，可导入导出。业务：自己的客户。客服：查看全部，改自己的。只读：只看。")
