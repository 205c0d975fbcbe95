"""The commands about company fields: `field add`, `field list`, `field change`, `field retire`."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from crmdesk.domain.records import CUSTOM_FIELD
from crmdesk.domain.roles import Role
from crmdesk.server import custom_fields
from crmdesk.server.commands.place import Place, placed

field = typer.Typer(help="The company's own fields of doctors, institutions and visits.", no_args_is_help=True)


class For(StrEnum):
    """The records that can have company fields."""

    DOCTOR = "doctor"
    INSTITUTION = "institution"
    VISIT = "visit"


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    DECIMAL = "decimal"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"


Which = Annotated[For, typer.Argument(help="doctor, institution or visit.")]
Key = Annotated[str, typer.Argument(help="The key: small letters, digits and _. It never changes.")]
Choice = Annotated[
    list[str] | None, typer.Option(help="One choice, 心衰 or 心衰=Heart failure; repeatable, in this order.")
]
Unit = Annotated[str | None, typer.Option("--unit", help="The unit of a number, in Chinese: 万元.")]
UnitEnglish = Annotated[str | None, typer.Option("--unit-english", help="The unit in English. Default: as in Chinese.")]
Roles = Annotated[list[Role] | None, typer.Option("--role", help="Who may write it; repeatable. Default: everybody")]


@field.command("add")
@placed
def field_add(
    here: Place,
    which: Which,
    key: Key,
    name: Annotated[str, typer.Option(help="The Chinese name.")],
    kind: Annotated[FieldKind, typer.Option(help="What it holds.")],
    english: Annotated[str | None, typer.Option(help="The English name. Default: the Chinese one.")] = None,
    choice: Choice = None,
    role: Roles = None,
    unit: Unit = None,
    unit_english: UnitEnglish = None,
    decimals: Annotated[int | None, typer.Option(help="Decimals of a decimal number, 1 to 6. Default: 2.")] = None,
    position: Annotated[int | None, typer.Option(help="Place in the forms, 0 to 1000. Default: last.")] = None,
) -> None:
    """Define a field. It reaches each laptop with its next sync."""
    values: dict[str, Any] = {"for_record": which.value, "key": key, "name": name, "name_en": english}
    values |= {"kind": kind.value, "choices": _choices(choice), "roles": _roles(role), "position": position}
    values |= {"unit": unit, "unit_en": unit_english, "places": decimals}
    row = here.database().run(lambda work: custom_fields.add(work, values))
    here.answer(_shown(row), [f"{row['name']} is a field of every {which.value} now ({row['key']}, {kind.value})."])


@field.command("list")
@placed
def field_list(here: Place) -> None:
    """List the fields in the order of the forms."""
    with here.database().reading() as connection:
        rows = custom_fields.listed(connection)
    here.answer(
        [_shown(row) for row in rows], [_line(row) for row in rows] or ["No field yet: crmdesk-server field add"]
    )


@field.command("change")
@placed
def field_change(
    here: Place,
    which: Which,
    key: Key,
    name: Annotated[str | None, typer.Option(help="Another Chinese name.")] = None,
    english: Annotated[str | None, typer.Option(help="Another English name; '' takes it away.")] = None,
    choice: Choice = None,
    role: Roles = None,
    everybody: Annotated[
        bool, typer.Option("--everybody", help="Every role that edits the record may write it.")
    ] = False,
    unit: Unit = None,
    unit_english: UnitEnglish = None,
    position: Annotated[int | None, typer.Option(help="Another place in the forms.")] = None,
) -> None:
    """Change a field; what is not named stays. --choice gives the whole list anew: values of before stay."""
    given: dict[str, Any] = {"name": name, "name_en": english, "position": position}
    given |= {"choices": _choices(choice), "roles": [] if everybody else _roles(role)}
    given |= {"unit": unit, "unit_en": unit_english}
    changes = {part: value for part, value in given.items() if value is not None}
    row = here.database().run(lambda work: custom_fields.change(work, which.value, key, changes))
    here.answer(_shown(row), [_line(row)])


@field.command("retire")
@placed
def field_retire(
    here: Place,
    which: Which,
    key: Key,
    undo: Annotated[bool, typer.Option("--undo", help="Offer it again.")] = False,
) -> None:
    """Offer a field no more; its values stay where they are."""
    row = here.database().run(lambda work: custom_fields.change(work, which.value, key, {"retired": not undo}))
    said = f"{row['name']} is offered again." if undo else f"{row['name']} is no longer offered; its values stay."
    here.answer(_shown(row), [said])


def _choices(texts: list[str] | None) -> list[dict[str, str]] | None:
    if not texts:
        return None
    parted = [text.partition("=") for text in texts]
    return [{"zh": zh.strip()} | ({"en": en.strip()} if en.strip() else {}) for zh, _sign, en in parted]


def _roles(roles: list[Role] | None) -> list[str] | None:
    return sorted({one.value for one in roles}) if roles else None


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("id", *CUSTOM_FIELD.field_names)}


def _line(row: dict[str, Any]) -> str:
    name = row["name"] + (f" ({row['name_en']})" if row["name_en"] else "")
    name += f" [{row['unit']}]" if row["unit"] else ""
    choices = " | ".join(one["zh"] for one in row["choices"] or ())
    parts = [
        f"{row['for_record']:<12} {row['key']:<20} {row['kind']:<8} {name}",
        choices,
        ", ".join(row["roles"] or ()),
    ]
    return "  ".join(part for part in parts if part) + ("  (retired)" if row["retired"] else "")
