"""A row that comes back from its end somewhere else: nowhere is it told to be deleted any more."""

from crmdesk.server.work import SYSTEM
from tests.server.company import Company


def test_where_a_row_was_deleted_and_is_no_more_it_has_left(company: Company) -> None:
    """Seed 62105: a laptop that read that place last took the row out, which another place had just brought."""
    doctor, rep = company["north_doctor"], company.laptop("rep")
    company.insert(
        "assignment", {"user_id": company["rep"], "territory_id": company["south"], "valid_from": "2026-01-01"}
    )
    bridge = company.insert("affiliation", {"doctor_id": doctor, "institution_id": company["south_hospital"]})
    rep.sync()
    held = {scope for scope, record, row_id in rep.replica.rows if (record, row_id) == ("doctor", doctor)}
    assert held == {f"t:{company['north']}", f"t:{company['south']}"}
    company.database.run(lambda work: work.delete("doctor", doctor, SYSTEM))
    company.database.run(lambda work: work.delete("affiliation", bridge, SYSTEM))
    company.database.run(lambda work: work.revive("doctor", doctor, {}, SYSTEM, "conflict"))
    told = [
        (page.scope, doctor in group.deleted, doctor in group.left)
        for page in rep.sync().pages
        for group in page.groups
        if group.record == "doctor" and doctor in [*group.deleted, *group.left]
    ]
    assert told == [(f"t:{company['south']}", False, True)]
    held = {scope for scope, record, row_id in rep.replica.rows if (record, row_id) == ("doctor", doctor)}
    assert held == {f"t:{company['north']}"}
