"""What people notice of a database that was restarted: nothing, once it stands again."""

from contextlib import ExitStack

import pytest

from crmdesk.server.database import Database
from tests.realstack.run import Rig


@pytest.mark.timeout(300)
def test_connections_of_before_are_replaced_before_anybody_meets_them(stack: Rig) -> None:
    url = stack.postgres.clone()
    database = Database(url)
    with ExitStack() as together:
        for _ in range(3):  # so many wait in the pool afterwards
            together.enter_context(database.reading())
    stack.kill_database()
    for _ in range(6):
        assert database.run(lambda work: work.connection.exec_driver_sql("SELECT 1").scalar()) == 1
    database.dispose()
    stack.postgres.drop(url)
