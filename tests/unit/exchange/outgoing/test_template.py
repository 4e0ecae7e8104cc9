"""Templates: every field is offered, and a filled one is understood without a question."""

from pathlib import Path

import openpyxl  # noqa: TID253 - the tests look into the workbook
import pytest

from app.core.fields import FieldType
from app.core.i18n import set_language
from app.services.exchange.exporting.template import example, template_fields, write_template
from app.services.workspace import Workspace
from tests.unit.exchange.outgoing.conftest import take_in


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("entity", ["customers", "contacts", "activities"])
def test_that_a_filled_template_is_mapped_with_certainty(
    workspace: Workspace, tmp_path: Path, entity: str, language: str
) -> None:
    set_language(language)
    workspace.fields.add(entity, "尺码", FieldType.TEXT)
    path = write_template(entity, workspace.context.registry, tmp_path / "template.xlsx")
    fields = template_fields(workspace.context.registry.entity(entity))
    book = openpyxl.load_workbook(path)
    assert book.worksheets[0].max_row == 1
    assert book.worksheets[0].max_column == len(fields)
    book.worksheets[0].append([example(f) for f in fields])
    book.save(path)
    inspection = workspace.imports.inspect(path)
    assert inspection.rows == 1
    plan = workspace.imports.propose(inspection, entity)
    assert [(c.target, c.confidence) for c in plan.columns] == [(f.key, 1.0) for f in fields]


def test_that_the_examples_of_a_template_can_be_imported(workspace: Workspace, tmp_path: Path) -> None:
    path = write_template("customers", workspace.context.registry, tmp_path / "template.xlsx")
    fields = template_fields(workspace.context.registry.entity("customers"))
    book = openpyxl.load_workbook(path)
    book.worksheets[0].append([example(f) for f in fields])
    book.save(path)
    report = take_in(workspace, path)
    assert (report.created, report.rejected) == (1, 0)
    made = workspace.customers.list()[1][0]
    empty = [f.key for f in fields if not made.get(f.key)]
    assert empty == []


def test_that_choices_are_offered_as_lists_and_long_lists_too(workspace: Workspace, tmp_path: Path) -> None:
    workspace.fields.add("customers", "区域", FieldType.CHOICE, choices=[f"第{i}大区, 东" for i in range(60)])
    path = write_template("customers", workspace.context.registry, tmp_path / "template.xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    headers = [c.value for c in sheet[1]]
    rules = {str(r.sqref).split("2:")[0]: r for r in sheet.data_validations.dataValidation}
    stage = rules[openpyxl.utils.get_column_letter(headers.index("阶段") + 1)]
    assert "成交" in stage.formula1
    assert stage.showErrorMessage
    region = rules[openpyxl.utils.get_column_letter(headers.index("区域") + 1)]
    assert region.formula1.endswith("$60")
    assert headers[0] == "客户名称*"
    assert "必填" in sheet["A1"].comment.text
