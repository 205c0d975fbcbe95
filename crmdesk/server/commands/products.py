"""The commands about what the company promotes: `product add`, `product change`, `product list`."""

from typing import Annotated, Any

import sqlalchemy as sa
import typer

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.domain.validation import check_new
from crmdesk.server.commands.place import Place, given_day, placed
from crmdesk.server.tables import ROWS, SHAPES
from crmdesk.server.work import SYSTEM, ServerWork

product = typer.Typer(help="What the company promotes: names, approved messages, filings.", no_args_is_help=True)

_PRODUCT = ROWS["product"]
Name = Annotated[str, typer.Argument(help="The product's name.")]
Generic = Annotated[str | None, typer.Option("--generic", help="The generic name.")]
Message = Annotated[
    list[str] | None, typer.Option(help="An approved message, 24 小时平稳=24 h control; repeatable, all of them.")
]
Filed = Annotated[str | None, typer.Option("--filed-until", help="Last day of the filing, 2027-03-31.")]


@product.command("add")
@placed
def product_add(
    here: Place,
    name: Name,
    generic: Generic = None,
    message: Message = None,
    filed_until: Filed = None,
) -> None:
    """Add a product. It stands in every visit report from each laptop's next sync on."""
    values = {"name": name.strip()} | _given(generic, message, filed_until)

    def add(work: ServerWork) -> dict[str, Any]:
        check_new(RECORDS["product"], values)
        if _find(work.connection, name) is not None:
            raise RefusedError("product_taken", name=name[:80])
        return work.insert("product", new_id(), values, SYSTEM)

    row = here.database().run(add)
    here.answer(_shown(row), [f"{row['name']} is there: {row['id']}"])


@product.command("change")
@placed
def product_change(
    here: Place,
    name: Name,
    rename: Annotated[str | None, typer.Option(help="The new name.")] = None,
    generic: Generic = None,
    message: Message = None,
    filed_until: Filed = None,
) -> None:
    """Change a product; what is not named stays. --message gives the whole list anew, in its order."""
    values = ({"name": rename.strip()} if rename else {}) | _given(generic, message, filed_until)

    def change(work: ServerWork) -> dict[str, Any]:
        found = _find(work.connection, name)
        if found is None:
            raise InputError("unknown_product", name=name[:80])
        check_new(RECORDS["product"], {field: found[field] for field in RECORDS["product"].field_names} | values)
        return work.update("product", found["id"], values, SYSTEM)

    row = here.database().run(change)
    here.answer(_shown(row), [_line(row)])


@product.command("list")
@placed
def product_list(here: Place) -> None:
    """List the products."""
    with here.database().reading() as connection:
        rows = _every(connection)
    here.answer([_shown(row) for row in rows], [_line(row) for row in rows] or ["No product yet: product add"])


def _given(generic: str | None, messages: list[str] | None, filed_until: str | None) -> dict[str, Any]:
    values: dict[str, Any] = {
        "generic_name": generic,
        "filed_until": given_day("--filed-until", filed_until or "") or None,
    }
    if messages is not None:
        parted = [text.partition("=") for text in messages]
        values["messages"] = [
            {"code": f"m{number}", "zh": zh.strip(), "en": en.strip() or zh.strip()}
            for number, (zh, _sign, en) in enumerate(parted, 1)
        ]
    return {name: value for name, value in values.items() if value is not None}


def _every(connection: sa.Connection) -> list[dict[str, Any]]:
    query = sa.select(_PRODUCT).where(_PRODUCT.c.deleted.is_(False)).order_by(_PRODUCT.c.name)
    return [dict(SHAPES["product"].as_dict(row)) for row in connection.execute(query)]


def _find(connection: sa.Connection, name: str) -> dict[str, Any] | None:
    return next((row for row in _every(connection) if name.strip() in (row["name"], row["id"])), None)


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in ("id", "name", "generic_name", "filed_until", "messages")}


def _line(row: dict[str, Any]) -> str:
    words = ", ".join(one["zh"] for one in row.get("messages") or ())
    filed = f"filed until {row['filed_until']}" if row.get("filed_until") else "no filing"
    return "  ".join(part for part in (row["name"], row.get("generic_name") or "", filed, words) if part)
