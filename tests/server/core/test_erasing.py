"""A doctor is erased on request: gone from every table, file and laptop, and the trail still verifies (promise E3)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from crmdesk.domain.errors import InputError
from crmdesk.protocol.messages import PACKED_SINCE
from crmdesk.server import audit, persons, segments
from crmdesk.server.__main__ import app
from crmdesk.server.attachments import AttachmentFolder, note_brought
from crmdesk.server.database import Database
from crmdesk.server.money_tables import AUDIT_CHAIN
from crmdesk.server.tables import METADATA
from tests.server.access.firms import attachment_of
from tests.server.company import Company, visit_values

CANARIES = ("曾见雪", "曾见霜", "13899990001", "13899990002", "canary-note", "canary-duty", "canary-face")
DOCS = Path(__file__).resolve().parents[3] / "docs"
REASON = "asked for on 2026-11-22"


def known(company: Company, files: AttachmentFolder) -> str:
    """Make a doctor whom every kind of row knows: edits, a conflict, a file, a visit, one merged in; returns the id."""
    rep, colleague = company.laptop("rep"), company.laptop("colleague")
    doctor, twin = company["north_doctor"], company.insert(
        "doctor", {"name": "曾见霜", "territory_id": company["north"], "status": "merged"}
    )  # fmt: skip
    about = {"doctor_id": doctor, "other_id": twin, "territory_id": company["north"], "owner_id": company["manager"]}
    company.insert("doctor_merge", about | {"state": "done", "note": "canary-note", "moved": {"name": "曾见霜"}})
    place = {"doctor_id": doctor, "institution_id": company["north_hospital"], "duty": "canary-duty"}
    company.insert("affiliation", place)
    company.edit("doctor", doctor, {"name": "曾见雪", "note": "canary-note"})
    seen = company.row("doctor", doctor)
    mobile = seen["mobile"]
    rep.push(rep.edit("doctor", doctor, seen["revision"], mobile=(mobile, "13899990001")))
    colleague.push(colleague.edit("doctor", doctor, seen["revision"], mobile=(mobile, "13899990002")))
    face = files.put(b"canary-face")
    row = attachment_of("doctor", doctor, face) | {"file_name": "canary-face.png"}
    assert [one.outcome for one in rep.push(rep.create("attachment", row))] == ["applied"]
    company.database.run(lambda work: note_brought(work, company["rep"], face))
    company.insert("visit", visit_values(company))
    return doctor


def texts(database: Database) -> str:
    """Return everything that the database holds as text, and on SQLite the bytes of its files as well."""
    with database.reading() as connection:
        held = [repr(connection.execute(sa.select(table)).all()) for table in METADATA.tables.values()]
    if database.is_sqlite:
        file = Path(str(database.engine.url.database))
        held += [
            one.read_bytes().decode("utf-8", "replace") for one in file.parent.glob(f"{file.name}*") if one.is_file()
        ]
    return "\n".join(held)


def test_an_erased_doctor_is_nowhere_and_the_trail_is_sound(company: Company, tmp_path: Path) -> None:
    files, database = AttachmentFolder(tmp_path / "files"), company.database
    doctor = known(company, files)
    other = company.laptop("rep")
    other.sync()
    assert "canary-note" in repr(other.replica.rows)
    before = texts(database)
    assert [one for one in CANARIES[:-1] if one not in before] == []
    with database.reading() as connection:
        found, head = persons.report(connection, doctor), audit.read_head(connection)
        assert [one["id"] for one in persons.find(connection, "曾见雪")] == [doctor]
    told = json.dumps(found, ensure_ascii=False)
    assert [one for one in CANARIES if one not in told] == []
    assert {record: len(rows) for record, rows in found["rows"].items()} == {
        "doctor": 2, "affiliation": len(found["rows"]["affiliation"]), "doctor_merge": 1, "attachment": 1,
        "conflict": 1, "visit": 1,
    }  # fmt: skip

    for _ in range(2):  # again: nothing more to do
        done = persons.erase(database, files, doctor, REASON)
    assert (done.entries, done.naming) == (0, {"visit": 1})
    after = texts(database) + "".join(str(one) for one in files.names())
    assert [one for one in (*CANARIES, *files.names()) if one in after] == []
    with database.reading() as connection:
        assert audit.verify(connection, head).faults == []
    other.sync()
    assert [one for one in CANARIES if one in repr(other.replica.rows)] == []
    late = other.edit("doctor", doctor, 1, mobile=(None, "13899990001"))
    (answer,) = other.push(late)
    assert (answer.outcome, answer.code) == ("refused", "erased")
    assert [one for one in CANARIES if one in texts(database)] == []

    with database.engine.begin() as connection:  # what nobody erased by the command is a fault
        connection.execute(sa.update(AUDIT_CHAIN).where(AUDIT_CHAIN.c.seq == 1).values(content=""))
    with database.reading() as connection:
        assert [(one.code, one.seq) for one in audit.verify(connection).faults] == [("altered", 1)]


def test_nothing_of_an_erased_doctor_lies_in_the_file_of_the_packed_pages(
    company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL leaves what was deleted in its files until the room is used."""
    database, doctor = company.database, company["north_doctor"]
    if database.is_sqlite:
        pytest.skip("SQLite keeps no table in a file of its own: its one file is looked through by the test above")
    monkeypatch.setattr(segments, "FEWEST_ROWS", 1)
    company.laptop("rep", PACKED_SINCE).sync()
    asked = sa.text("SELECT pg_read_binary_file(pg_relation_filepath('segment'))")
    marked = segments._mark("doctor", doctor)

    def lies_there() -> bool:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
            return marked in bytes(connection.execute(asked).scalar_one())

    assert lies_there()
    persons.erase(database, AttachmentFolder(tmp_path / "files"), doctor, REASON)
    assert not lies_there()


def test_a_claim_that_was_given_the_id_of_a_doctor_keeps_its_trail_and_receipts(
    sqlite_company: Company, tmp_path: Path
) -> None:
    """A laptop makes the ids: an erasure that went by them alone would take the evidence of a claim with it."""
    company, files, rep = sqlite_company, AttachmentFolder(tmp_path / "files"), sqlite_company.laptop("rep")
    doctor, receipt = company["north_doctor"], files.put(b"%PDF-receipt")
    claim = {"title": "工作餐", "currency": "CNY", "owner_id": company["rep"], "territory_id": company["north"]}
    made = rep.create("claim", claim, doctor), rep.create("attachment", attachment_of("claim", doctor, receipt))
    assert [one.outcome for one in rep.push(*made)] == ["applied", "applied"]
    done = persons.erase(company.database, files, doctor, REASON)
    assert (done.rows.get("attachment"), done.files, list(files.names())) == (None, 0, [receipt])
    with company.database.reading() as connection:
        contents = connection.execute(sa.select(AUDIT_CHAIN.c.content)).scalars().all()
    told = {entry["parent_record"] for entry in map(json.loads, filter(None, contents)) if entry["parent_id"] == doctor}
    assert told == {"claim", "doctor"}, "what was done to the claim, and the word of the erasure"


def test_whom_nobody_knows_is_not_erased(sqlite_company: Company, tmp_path: Path) -> None:
    files = AttachmentFolder(tmp_path / "files")
    with pytest.raises(InputError, match="unknown_doctor"):
        persons.erase(sqlite_company.database, files, sqlite_company["rep"], REASON)
    with pytest.raises(InputError, match="required"):
        persons.erase(sqlite_company.database, files, sqlite_company["north_doctor"], " ")


def test_by_command(sqlite_company: Company, tmp_path: Path) -> None:
    doctor = known(sqlite_company, AttachmentFolder(tmp_path / "server.db.attachments"))

    def run(*arguments: str) -> str:
        given = ["--database", sqlite_company.database.url, *arguments]
        result = CliRunner().invoke(app, given)
        assert result.exit_code == 0, (result.output, result.stderr, result.exception)
        return str(result.stdout)

    assert run("doctor", "find", "见雪").startswith(f"{doctor}  曾见雪  ")
    assert "1 visit" in run("doctor", "report", doctor, str(tmp_path / "person.json"))
    assert "canary-note" in (tmp_path / "person.json").read_text("utf-8")
    said = run("doctor", "erase", doctor, "--reason", REASON)
    assert "1 files" in said
    assert "1 visit. Look through" in said
    assert run("doctor", "find", "见雪") == "Nobody is called so.\n"
    trail = tmp_path / "trail.jsonl"
    run("audit", "export", str(trail))
    script = [sys.executable, str(DOCS / "examples" / "check_trail.py"), str(trail)]
    assert subprocess.run(script, capture_output=True, text=True, check=False).stdout.startswith("sound: ")
    lines = trail.read_text("utf-8").splitlines()
    trail.write_text("\n".join(lines[:-1]) + "\n", "utf-8")  # without what speaks for them
    found = subprocess.run(script, capture_output=True, text=True, check=False).stdout
    assert "was emptied, and nothing says why" in found
