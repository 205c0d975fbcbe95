"""The demo company in the database: chain, digests, sums and passwords are right, and only an empty one is filled."""

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from crmdesk.company import generate
from crmdesk.domain.errors import RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.protocol import digest
from crmdesk.protocol.messages import SignIn
from crmdesk.server import audit, demo
from crmdesk.server.attachments import AttachmentFolder
from crmdesk.server.auth import Authentication
from crmdesk.server.database import Database
from crmdesk.server.tables import FEED, ROWS, SCOPE_DIGEST, SCOPE_HEAD
from tests.server.company import SETTINGS, Company, TestClock
from tests.server.money.paperwork import assert_sums

TODAY = date(2026, 11, 22)


def test_the_whole_company_is_consistent(database: Database, clock: TestClock, tmp_path: Path) -> None:
    company = generate(3, TODAY, 0.01)
    folder = AttachmentFolder(tmp_path / "attachments")
    loaded = demo.load(database, company, folder, 3, SETTINGS)
    assert loaded.rows["claim"] == len(company.tables["claim"])
    assert_sums(Company(database, clock))
    with database.reading() as connection:
        found = audit.verify(connection)
        assert (found.faults, found.entries) == ([], len(company.trail) + 1)
        counts: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        positions: dict[str, list[int]] = defaultdict(list)
        for entry in connection.execute(select(FEED)):
            group = counts[entry.scope, entry.record]
            group[0] += 1
            group[1] += digest.row_digest(entry.row_id, entry.revision)
            positions[entry.scope].append(entry.position)
        stored = {(row.scope, row.record): [row.count, row.digest] for row in connection.execute(select(SCOPE_DIGEST))}
        assert stored == {group: [count, digest.to_text(total)] for group, (count, total) in counts.items()}
        for head in connection.execute(select(SCOPE_HEAD)):
            assert sorted(positions[head.scope]) == list(range(1, head.position + 1))
        for record in ("claim", "doctor", "visit"):
            fed = connection.execute(select(func.count(FEED.c.row_id.distinct())).where(FEED.c.record == record))
            assert fed.scalar() == loaded.rows[record]
        states = set(connection.execute(select(ROWS["claim"].c.state)).scalars())
    assert len(states) == 9
    assert all(folder.path(sha256) is not None for sha256 in company.receipts)
    login = company.logins[0]
    tokens = Authentication(database, SETTINGS).sign_in(SignIn(login.login, login.password, new_id()), "127.0.0.1")
    assert tokens.user_id == login.user_id
    with pytest.raises(RefusedError, match="not_empty"):
        demo.load(database, company, folder, 3, SETTINGS)
