"""The named, transactional steps from an empty file to the present schema; a file made by a newer crmdesk is refused.

Adding a field to a declaration needs a step here that calls `add_column`, a new record one with `add_tables`: a fresh
store makes its tables from the declarations of today, an old one gets the column or the table from the step.
"""

from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from crmdesk.domain.characters import TRADITIONAL
from crmdesk.domain.errors import WorldError
from crmdesk.domain.records import RECORDS
from crmdesk.domain.scopes import COMPANY, is_territory
from crmdesk.storage import search_index, visits_of, works_at
from crmdesk.storage.driver import Driver
from crmdesk.storage.json_text import from_json, to_json
from crmdesk.storage.search_index import SEARCHED

if TYPE_CHECKING:
    from sqlite_utils.db import Database

STEPS: tuple[str, ...] = (
    "0001_first_tables",
    "0002_transfer_reasons",
    "0003_leaving_scopes",
    "0004_plans",
    "0005_doctor_merges",
    "0006_adverse_events",
    "0007_attendance",
    "0008_visits_of",
    "0009_custom_fields",
    "0010_call_backs",
    "0011_exports_and_procurement",
    "0012_visit_fields_and_rules",
    "0013_promises_in_order",
    "0014_institution_merges",
    "0015_fewer_indexes",
    "0016_company_calendar",
    "0017_one_form_of_letters",
    "0018_drafts_in_one_page",
    "0019_import_runs",
    "0020_numbers",
    "0021_two_numbers_in_a_field",
    "0022_works_at",
    "0023_after_apostrophes",
)
"""The names in order; `PRAGMA user_version` holds how many a file has."""


def migrate(driver: Driver) -> None:
    """Bring a file to the present schema; raises WorldError('store_newer') for one that a newer crmdesk made."""
    version = _version(driver)
    if version > len(STEPS):
        raise WorldError("store_newer", version=version, known=len(STEPS))
    if version == len(STEPS):
        return
    from sqlite_utils import Database  # lazy: a third of a second, needed only when there is something to do
    from sqlite_utils.migrations import Migrations

    steps = Migrations("crmdesk")
    for number, name in enumerate(STEPS, start=1):
        steps(name=name)(_numbered(_BODIES[name], number))
    database = Database(cast(Any, driver))
    steps.apply(database)


def add_column(database: "Database", table: str, declaration: str) -> None:
    """Add a column unless the table has it (a fresh store was made from the newer declarations)."""
    name = declaration.split()[0]
    present = {row[1] for row in database.execute(f"PRAGMA table_info({table})").fetchall()}
    if name not in present:
        database.execute(f"ALTER TABLE {table} ADD COLUMN {declaration}")


def add_tables(database: "Database", *records: str) -> None:
    """Make the tables of records declared since, with their indexes, unless they are there (a fresh store has them)."""
    tables = _declared()
    for record in records:
        for statement in tables.table_ddl(f"row_{record}"):
            database.execute(statement)


def _declared() -> ModuleType:
    """Return the declared tables: with their library a tenth of a second, needed only when there is something to do."""
    from crmdesk.storage import tables

    return tables


def _version(driver: Driver) -> int:
    row = driver.execute("PRAGMA user_version").fetchone()
    return int(row[0]) if row else 0


def _numbered(body: Any, number: int) -> Any:
    def step(database: "Database") -> None:
        body(database)
        database.execute(f"PRAGMA user_version = {number}")

    return step


def _first_tables(database: "Database") -> None:
    tables = _declared()
    for table in tables.metadata.sorted_tables:
        for statement in tables.table_ddl(table.name):
            database.execute(statement)
    for record in SEARCHED:
        database.execute(tables.search_ddl(record))
    for statement in (*visits_of.STATEMENTS, *works_at.STATEMENTS):
        database.execute(statement)


def _transfer_reasons(database: "Database") -> None:
    add_column(database, "transfer", "code TEXT NOT NULL DEFAULT ''")
    add_column(database, "transfer", "next_at TEXT NOT NULL DEFAULT ''")


def _leaving_scopes(database: "Database") -> None:
    present = set(database.table_names())  # records that were declared since have their own step
    for record in (one for one in RECORDS if f"row_{one}" in present):
        database.execute(f"CREATE INDEX IF NOT EXISTS row_{record}_scopes ON row_{record} (scopes)")
    for statement in _declared().table_ddl("kept_title"):
        database.execute(statement)


def _plans(database: "Database") -> None:
    add_tables(database, "cycle_plan", "plan_target", "day_off")


def _doctor_merges(database: "Database") -> None:
    tables = _declared()
    for statement in (*tables.table_ddl("row_doctor_merge"), *tables.index_ddl("row_doctor")):
        database.execute(statement)


def _adverse_events(database: "Database") -> None:
    add_tables(database, "adverse_event")


def _attendance(database: "Database") -> None:
    add_column(database, "row_visit", "absent_ids TEXT")
    add_column(database, "row_visit", "questions_done BOOLEAN")


def _visits_of(database: "Database") -> None:
    there = "visit_of" in database.table_names()
    for statement in visits_of.STATEMENTS if there else (*visits_of.STATEMENTS, *visits_of.FILL):
        database.execute(statement)
    for statement in _declared().index_ddl("row_visit", "row_visit_promised"):
        database.execute(statement)


def _custom_fields(database: "Database") -> None:
    add_tables(database, "custom_field")
    for record in ("doctor", "institution"):
        add_column(database, f"row_{record}", "custom TEXT")
    _fetch_anew(database)


def _fetch_anew(database: "Database", which: Callable[[str], bool] = is_territory) -> None:
    """Let the next sync fetch some scopes once more: what came before had no place for the new columns or rows."""
    names = [row[0] for row in database.execute("SELECT name FROM scope ORDER BY name").fetchall()]
    scopes = sorted(filter(which, names))
    known = database.execute("SELECT value FROM meta WHERE name = 'purged_scopes'").fetchone()
    if scopes:
        wanted = sorted({*scopes, *(from_json(known[0]) if known and known[0] else ())})
        database.execute(
            "INSERT INTO meta(name, value) VALUES ('purged_scopes', ?)"
            " ON CONFLICT(name) DO UPDATE SET value = excluded.value",
            (to_json(wanted),),
        )


def _call_backs(database: "Database") -> None:
    add_tables(database, "call_back")


def _exports_and_procurement(database: "Database") -> None:
    add_tables(database, "export_note", "procurement")


def _visit_fields_and_rules(database: "Database") -> None:
    add_tables(database, "company_rule")
    add_column(database, "row_visit", "custom TEXT")
    for declaration in ("unit TEXT", "unit_en TEXT", "places INTEGER"):
        add_column(database, "row_custom_field", declaration)
    _fetch_anew(database, lambda scope: is_territory(scope) or scope == COMPANY)


def _promises_in_order(database: "Database") -> None:
    database.execute("DROP INDEX IF EXISTS row_visit_promised")
    for statement in _declared().index_ddl("row_visit", "row_visit_promised"):
        database.execute(statement)


def _institution_merges(database: "Database") -> None:
    add_tables(database, "institution_merge")


def _fewer_indexes(database: "Database") -> None:
    for record in RECORDS.values():
        for field in record.fields:
            if field.ref == "territory":
                database.execute(f"DROP INDEX IF EXISTS row_{record.name}_{field.name}")
    database.execute("DROP INDEX IF EXISTS row_doctor_status")
    for statement in _declared().index_ddl("row_doctor"):
        database.execute(statement)


def _company_calendar(database: "Database") -> None:
    add_tables(database, "company_calendar")
    _fetch_anew(database, lambda scope: scope == COMPANY)


def _one_form_of_letters(database: "Database") -> None:
    """Make the entries anew that hold traditional characters, accents, or 卜, which was read as in 萝卜 alone."""
    _index_anew(database, lambda sign: sign in TRADITIONAL or sign in "'卜" or "\xbf" < sign < "\u2e80")


def _index_anew(database: "Database", concerned: Callable[[str], bool]) -> None:
    """Make the entries anew of rows whose names hold a character that is entered in another way since."""
    driver = cast(Driver, database.conn)
    for record in SEARCHED:
        names = search_index.DEPENDS[record]
        rows = driver.execute(f"SELECT rowid, {', '.join(names)} FROM row_{record} WHERE deleted = 0").fetchall()
        for rowid, *found in rows:
            text = "".join(filter(None, found))
            if not any(map(concerned, text)):
                continue
            values = dict(zip(names, found, strict=True))
            values["aliases"] = from_json(values.get("aliases") or "[]")
            entry = search_index.entry(record, values)
            search_index.forget(driver, record, [rowid])
            search_index.put(driver, record, [(rowid, *entry.columns)])
            if RECORDS[record].search:
                driver.execute(f"UPDATE row_{record} SET pinyin = ? WHERE rowid = ?", (entry.sort_key, rowid))


def _drafts_in_one_page(database: "Database") -> None:
    database.execute("ALTER TABLE draft RENAME TO draft_before")
    for statement in _declared().table_ddl("draft"):
        database.execute(statement)
    database.execute("INSERT INTO draft(key, content, saved_at) SELECT key, content, saved_at FROM draft_before")
    database.execute("DROP TABLE draft_before")


def _import_runs(database: "Database") -> None:
    for table in ("import_run", "import_row"):
        for statement in _declared().table_ddl(table):
            database.execute(statement)


def _numbers(database: "Database") -> None:
    for statement in _declared().index_ddl("row_doctor"):
        database.execute(statement)


def _works_at(database: "Database") -> None:
    for statement in (*works_at.STATEMENTS, *works_at.FILL):
        database.execute(statement)


def _after_apostrophes(database: "Database") -> None:
    """Make the entries anew that hold an apostrophe, or 𠮷, which had no reading."""
    _index_anew(database, frozenset("'’ʼ`𠮷").__contains__)


_BODIES = {
    "0001_first_tables": _first_tables,
    "0002_transfer_reasons": _transfer_reasons,
    "0003_leaving_scopes": _leaving_scopes,
    "0004_plans": _plans,
    "0005_doctor_merges": _doctor_merges,
    "0006_adverse_events": _adverse_events,
    "0007_attendance": _attendance,
    "0008_visits_of": _visits_of,
    "0009_custom_fields": _custom_fields,
    "0010_call_backs": _call_backs,
    "0011_exports_and_procurement": _exports_and_procurement,
    "0012_visit_fields_and_rules": _visit_fields_and_rules,
    "0013_promises_in_order": _promises_in_order,
    "0014_institution_merges": _institution_merges,
    "0015_fewer_indexes": _fewer_indexes,
    "0016_company_calendar": _company_calendar,
    "0017_one_form_of_letters": _one_form_of_letters,
    "0018_drafts_in_one_page": _drafts_in_one_page,
    "0019_import_runs": _import_runs,
    "0020_numbers": _numbers,
    "0021_two_numbers_in_a_field": _numbers,
    "0022_works_at": _works_at,
    "0023_after_apostrophes": _after_apostrophes,
}
