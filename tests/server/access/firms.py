"""Rows that the tests of access put into the small company."""

from typing import Any

from tests.server.company import Company


def share_a_doctor(company: Company) -> str:
    """Make a doctor of the south who also works in the northern hospital, and return its id."""
    doctor = company.insert("doctor", {"name": "王", "territory_id": company["south"], "status": "active"})
    company.insert("affiliation", {"doctor_id": doctor, "institution_id": company["north_hospital"]})
    return doctor


def attachment_of(record: str, row_id: str, sha256: str) -> dict[str, Any]:
    """Return the fields of an attachment to a row."""
    values = {"parent_record": record, "parent_id": row_id, "sha256": sha256}
    return values | {"file_name": "a.png", "media_type": "image/png", "size_bytes": 5}
