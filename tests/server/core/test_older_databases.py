"""A database of an older crmdesk gets the columns of fields that were declared since."""

from sqlalchemy import text

from tests.server.company import Company, visit_values


def test_columns_that_are_missing_are_added_and_rows_stay(company: Company) -> None:
    visit_id = company.insert("visit", visit_values(company))
    with company.database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE row_visit DROP COLUMN absent_ids"))
        connection.execute(text("ALTER TABLE row_visit DROP COLUMN questions_done"))
    company.database.engine.dispose()
    company.database.create_all()
    rep = company.laptop("rep")
    edit = rep.edit("visit", visit_id, 1, absent_ids=(None, [company["north_doctor"]]))
    assert [one.outcome for one in rep.push(edit)] == ["applied"]
    row = company.row("visit", visit_id)
    assert (row["absent_ids"], row["questions_done"], row["note"]) == (
        [company["north_doctor"]],
        None,
        "first paragraph",
    )
