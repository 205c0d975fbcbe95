"""What says something only as one: a call-back corrected on two laptops is one of the corrections, never a mixture."""

from crmdesk.services.commands import CorrectCallBack, NoteCallBack
from tests.server.company import visit_values
from tests.sync.field import Field, ask, do, synced


def test_two_corrections_of_one_call_back_are_never_mixed(field: Field) -> None:
    company = field.company
    values = visit_values(company, state="submitted", starts_at="2026-11-20T01:00:00.000Z")
    visit_id = company.insert("visit", values)
    here, there = field.laptop("manager"), field.laptop("manager", "another")
    synced(here)
    answers = {"outcome": "disputed", "asked": ["fee", "meal"], "confirmed": ["meal"], "note": "没有收到"}
    about = {"visit_id": visit_id, "doctor_id": company["north_doctor"], "way": "face_to_face"}
    made = do(here, NoteCallBack(about | answers)).created_id
    synced(here)
    synced(there)
    do(here, CorrectCallBack(made, {"outcome": "confirmed", "asked": ["visit"], "confirmed": ["visit"]}, 1))
    do(there, CorrectCallBack(made, {"outcome": "confirmed", "asked": ["meal"]}, 1))
    for laptop in (here, there, here):
        synced(laptop)
    row = company.row("call_back", made)
    assert (row["outcome"], row["asked"], row["confirmed"]) == ("confirmed", ["meal"], ["meal"]), "the later arrival"
    for laptop in (here, there):
        assert ask(laptop, lambda reads: reads.sync_summary()).refused == 0
        assert ask(laptop, lambda reads: reads.call_back(made)).row["confirmed"] == ["meal"]
