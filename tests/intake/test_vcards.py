"""Cards of an address book become rows of a list; a broken card costs nobody else."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.errors import InputError
from crmdesk.intake import Action, Nobody, plan, preview
from crmdesk.intake.vcards import HEADER, read_cards

TERRITORY = "01890a5d-ac96-774b-bcce-b302099a8057"
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nORG:协和医院;心内科\nTITLE:主任医师\nTEL;TYPE=CELL:{mobile}\nEND:VCARD\n"


def _card(*lines: str, version: str = "3.0") -> str:
    return "\n".join(("BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""))


def _cells(text: str) -> dict[str, str]:
    header, row = read_cards(text)
    assert header.cells == HEADER
    return dict(zip(HEADER, row.cells, strict=True))


def test_a_card_is_a_doctor_with_hospital_department_and_numbers() -> None:
    book = CARD.format(name="曾庆华", mobile="13800000001") + CARD.format(name="单雄", mobile="13800000002")
    seen = preview(book.encode())
    assert (seen.file_kind, seen.kind, seen.row_count) == ("vcard", "doctor", 2)
    made = list(plan(seen, seen.mapping, Nobody(), TERRITORY))
    assert [(one.action, one.row_number, one.values["name"]) for one in made] == [
        (Action.CREATE, 1, "曾庆华"),
        (Action.CREATE, 8, "单雄"),
    ]
    assert made[0].values["mobile"] == "13800000001"
    assert [(row.record, row.values.get("name")) for row in made[0].before] == [
        ("institution", "协和医院"),
        ("department", "心内科"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_address_books_of_every_encoding(encoding: str) -> None:
    seen = preview(CARD.format(name="仇英", mobile="13800000003").replace("\n", "\r\n").encode(encoding))
    assert seen.table.rows[0].cells[:2] == ("仇英", "协和医院")


def test_quoted_printable_in_the_character_set_that_each_property_names() -> None:
    soft_broken = ("FN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=D4=F8=C7=EC=", "=BB=AA")
    cells = _cells(_card("N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E6=9B=BE;;;;", *soft_broken, version="2.1"))
    assert cells["姓名"] == "曾庆华"


def test_a_name_given_in_parts_stands_in_the_order_of_its_language() -> None:
    assert _cells(_card("N:曾;庆华;;;"))["姓名"] == "曾庆华"
    assert _cells(_card("N:Richter;John;;;"))["姓名"] == "John Richter"


def test_numbers_go_by_their_type_and_those_at_home_stay_there() -> None:
    cells = _cells(
        _card(
            "FN:任真",
            "TEL;TYPE=HOME:010-11111111",
            "TEL;TYPE=WORK,FAX:010-2",
            "TEL;WORK:010-33333333",
            "TEL:+86 13800000004",
        )
    )
    assert (cells["手机"], cells["办公电话"]) == ("+86 13800000004", "010-33333333")


def test_photographs_and_keys_are_passed_over_whole_or_broken() -> None:
    whole = base64.encodebytes(bytes(range(256)) * 40).decode().replace("\n", "\n ").strip()
    assert _cells(_card("FN:查良", f"PHOTO;ENCODING=b:{whole}", "TITLE:主治医师"))["职称"] == "主治医师"
    assert _cells(_card("PHOTO;ENCODING=BASE64:not base64 at all", "FN:查良", version="2.1"))["姓名"] == "查良"


def test_a_broken_card_is_a_refused_row_with_its_line_and_the_others_go_on() -> None:
    cut = "BEGIN:VCARD\nVERSION:3.0\nFN:解缙\n"
    book = CARD.format(name="区寄", mobile="13800000005") + cut + CARD.format(name="任真", mobile="13800000006")
    seen = preview(book.encode())
    made = list(plan(seen, seen.mapping, Nobody(), TERRITORY))
    assert [(one.row_number, one.action) for one in made] == [
        (1, Action.CREATE),
        (8, Action.REFUSED),
        (11, Action.CREATE),
    ]
    assert (made[1].code, made[1].params["field"]) == ("required", "name")


def test_a_card_within_a_card_is_not_another_customer() -> None:
    inner = "AGENT:BEGIN:VCARD\n VERSION:3.0\n FN:秘书\n END:VCARD"
    assert _cells(_card("FN:曾庆华", inner))["姓名"] == "曾庆华"


def test_a_line_that_cannot_be_read_is_passed_over_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    assert _cells(_card("FN:曾庆华", 'TEL;TYPE="CELL:13800000001', "TITLE"))["姓名"] in ("曾庆华", "")
    assert capfd.readouterr() == ("", "")


def test_an_address_book_without_a_card_is_refused() -> None:
    with pytest.raises(InputError) as refused:
        preview(b"BEGIN:VCARD \x00broken")
    assert refused.value.code in ("no_rows", "not_a_sheet")


@given(st.text(alphabet="ABFNTEL:;,=\\ \n\r\t\"'曾0123", max_size=300))
def test_whatever_stands_in_a_card_is_read_or_refused(body: str) -> None:
    rows = read_cards(f"BEGIN:VCARD\nVERSION:2.1\n{body}\nEND:VCARD\n")
    assert rows[0].cells == HEADER
    assert len(rows[1].cells) in (0, len(HEADER))


@pytest.mark.realdata
def test_the_exports_of_many_telephones(shared_data: Path) -> None:
    named = 0
    for path in sorted((shared_data / "vcards").rglob("*.vcf")):
        seen = preview(path)
        assert (seen.file_kind, seen.kind) == ("vcard", "doctor"), path.name
        outcomes = [one.action for one in plan(seen, seen.mapping, Nobody(), TERRITORY)]
        assert len(outcomes) == path.read_bytes().count(b"\nEND:VCARD") or path.name == "Example.vcf", path.name
        named += outcomes.count(Action.CREATE)
    assert named == 13


def test_a_second_number_is_kept_beside_the_office_number() -> None:
    mobiles = ("TEL;TYPE=CELL:13800000001", "TEL;TYPE=CELL:13800000002", "TEL:13800000002")
    numbers = (*mobiles, "TEL;TYPE=WORK:021-12345678")
    cells = _cells(_card("FN:曾庆华", *numbers))
    assert (cells["手机"], cells["办公电话"]) == ("13800000001", "021-12345678 / 13800000002")
