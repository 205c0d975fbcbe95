"""Mappings remembered by the shape of the file: proposed again, forgotten, not taken over by another shape."""

import json
from pathlib import Path

import pytest

from crmdesk.intake.dates import Order
from crmdesk.services import import_memory
from tests.services.small_territory import Laptop

SHEET = "姓名,医院,代号\n王九,上海协和医院,主任医师\n".encode()
OWN = {0: "doctor.name", 1: "institution.name", 2: "doctor.good_at"}


def run(laptop: Laptop, sheet: bytes, mapping: dict[int, str]) -> None:
    laptop.desk.imports.run(laptop.desk.imports.preview(sheet), mapping).result(60)


def test_the_own_choice_is_proposed_for_the_same_headings_and_kept_in_the_store(laptop: Laptop) -> None:
    first = laptop.desk.imports.preview(SHEET)
    assert not first.remembered
    assert first.mapping != OWN
    run(laptop, SHEET, OWN)
    other_rows = "姓名,医院,代号\n周十,浦东新区人民医院,x\n钱七,浦东新区人民医院,y\n".encode()
    again = laptop.desk.imports.preview(other_rows)
    assert again.remembered == OWN
    assert again.mapping == OWN
    assert again.remembered_on
    kept = laptop.ask(lambda reads: reads.preference(import_memory.PREFERENCE))
    assert "王九" not in kept


def test_another_order_another_heading_and_another_kind_of_file_are_guessed(laptop: Laptop, tmp_path: Path) -> None:
    run(laptop, SHEET, OWN)
    for heading in ("医院,姓名,代号", "姓名,医院,代号,备注", "姓名,医院,编号"):
        seen = laptop.desk.imports.preview(f"{heading}\n王九,上海协和医院,主任医师,\n".encode())
        assert not seen.remembered, heading
    import xlsxwriter

    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate((("姓名", "医院", "代号"), ("王九", "上海协和医院", "主任医师"))):
            sheet.write_row(number, 0, line)
    assert not laptop.desk.imports.preview(path).remembered


def test_the_kind_of_list_chosen_last_is_remembered_with_it(laptop: Laptop) -> None:
    sheet = "name,place\n协和医院,上海市\n东方医院,上海市\n".encode()
    seen = laptop.desk.imports.preview(sheet, "doctor")
    laptop.desk.imports.run(seen, {0: "doctor.name", 1: "doctor.good_at"}).result(60)
    again = laptop.desk.imports.preview(sheet)
    assert (again.kind, again.mapping) == ("doctor", {0: "doctor.name", 1: "doctor.good_at"})
    assert laptop.desk.imports.preview(sheet, "institution").mapping[0] == "institution.name"


def test_the_order_of_the_dates_is_proposed_again_for_the_same_headings(laptop: Laptop) -> None:
    sheet = "姓名,医院,同意日期\n王九,上海协和医院,03/04/2026\n".encode()
    first = laptop.desk.imports.preview(sheet)
    assert first.unclear_dates(first.mapping)
    laptop.desk.imports.run(first, first.mapping, date_order=Order.DAY_FIRST).result(60)
    again = laptop.desk.imports.preview("姓名,医院,同意日期\n周十,上海协和医院,05/06/2026\n".encode())
    assert (again.remembered_dates, again.mapping) == ("day_first", first.mapping)
    assert again.remembered_on, "said, so that it can be forgotten"
    laptop.desk.imports.forget(again).result(60)
    assert not laptop.desk.imports.preview(sheet).remembered_dates


LIKELY = "姓名,医院\n张硕,明泉医院\n李敏,\n王强,\n赵六,云杉医院\n孙立,\n".encode()
SCATTERED = "姓名,医院\n周平,明泉医院\n吴静,云杉医院\n郑涛,\n冯雪,安平医院\n陈亮,长宁医院\n".encode()
NOTHING_ABOVE = "姓名,医院\n褚卫,明泉医院\n".encode()


def answer(laptop: Laptop, sheet: bytes, taken: bool | None) -> None:
    seen = laptop.desk.imports.preview(sheet)
    laptop.desk.imports.run(seen, seen.mapping, from_above=taken).result(60)


@pytest.mark.parametrize(("sheet", "taken"), [(SCATTERED, True), (LIKELY, False)])
def test_an_answer_about_what_stands_above_is_proposed_again_until_it_is_forgotten(
    laptop: Laptop, sheet: bytes, taken: bool
) -> None:
    answer(laptop, sheet, taken)
    again = laptop.desk.imports.preview(LIKELY)
    assert again.remembered_above is taken
    assert again.remembered_on, "said, so that it can be forgotten"
    assert again.blocks_at_hand(again.mapping) is not None, "looked for where it may take its time"
    answer(laptop, NOTHING_ABOVE, None)
    assert laptop.desk.imports.preview(SCATTERED).remembered_above is taken, "nothing was asked, nothing is forgotten"
    laptop.desk.imports.forget(again).result(60)
    assert laptop.desk.imports.preview(SCATTERED).remembered_above is None


def test_the_same_answer_again_stays_and_the_other_one_is_that_of_the_list(laptop: Laptop) -> None:
    answer(laptop, SCATTERED, True)
    answer(laptop, LIKELY, True)
    assert laptop.desk.imports.preview(SCATTERED).remembered_above is True
    answer(laptop, SCATTERED, False)
    assert laptop.desk.imports.preview(LIKELY).remembered_above is None


def test_what_stands_above_is_looked_for_with_the_columns_of_before(laptop: Laptop) -> None:
    sheet = "姓名,医院,供货单位\n张硕,明泉医院,云杉医院\n李敏,,\n王强,,\n".encode()
    run(laptop, sheet, {0: "doctor.name", 2: "institution.name"})
    again = laptop.desk.imports.preview(sheet)
    assert again.mapping == {0: "doctor.name", 2: "institution.name"}
    assert again.blocks_at_hand(again.mapping) is not None, "the window does not wait for it"


@pytest.mark.parametrize(("sheet", "taken"), [(SCATTERED, False), (LIKELY, True), (LIKELY, None)])
def test_what_a_list_proposes_by_itself_binds_no_other_list(laptop: Laptop, sheet: bytes, taken: bool | None) -> None:
    answer(laptop, sheet, taken)
    again = laptop.desk.imports.preview(SCATTERED)
    assert (again.remembered_above, again.remembered_on) == (None, "")


def test_it_is_forgotten_by_one_call_and_by_choosing_the_guess_again(laptop: Laptop) -> None:
    run(laptop, SHEET, OWN)
    seen = laptop.desk.imports.preview(SHEET)
    laptop.desk.imports.forget(seen).result(60)
    assert not laptop.desk.imports.preview(SHEET).remembered
    run(laptop, SHEET, OWN)
    run(laptop, SHEET, seen.guessed)
    assert not laptop.desk.imports.preview(SHEET).remembered


@pytest.mark.parametrize("kept", ["{", "[1]", '{"a": 1}', '[{"mapping": 3}]', '[{"mapping": {"x": "y"}}]', "null"])
def test_a_damaged_memory_is_no_memory(kept: str) -> None:
    assert not any(one.mapping for one in import_memory.read(kept))


def test_targets_that_are_gone_or_refused_are_not_proposed(laptop: Laptop) -> None:
    sheet = "姓名,医院,处方量\n王九,上海协和医院,5\n".encode()
    seen = laptop.desk.imports.preview(sheet)
    entry = import_memory.Remembered(
        seen.shape, "doctor", {0: "doctor.name", 1: "doctor.gone", 2: "doctor.note", 9: "doctor.phone"}, ""
    )
    assert import_memory.proposed(seen, (entry,)).mapping == {0: "doctor.name"}


def test_only_the_newest_shapes_are_kept(laptop: Laptop) -> None:
    seen = laptop.desk.imports.preview(SHEET)
    entries: tuple[import_memory.Remembered, ...] = tuple(
        import_memory.Remembered(f"csv:{number}", "doctor", {0: "doctor.name"}, "") for number in range(80)
    )
    kept = import_memory.with_choice(entries, seen, OWN, "2026-01-01")
    assert len(json.loads(import_memory.write(kept))) == import_memory.MAX_SHAPES
    assert import_memory.read(import_memory.write(kept))[0].mapping == OWN
