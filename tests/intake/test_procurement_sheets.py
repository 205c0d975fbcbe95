"""Sheets of procurement: columns found, hospitals matched, counts by doctor refused, money left out, each row told."""

import pytest

from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.intake import KnownInstitution
from crmdesk.intake.procurement import Figure, RefusedFigure, figures, read

LIAOZHONG, FUYANG = new_id(), new_id()
KNOWN = [KnownInstitution(LIAOZHONG, "辽中区人民医院"), KnownInstitution(FUYANG, "杭州市富阳区第二人民医院")]
HEAD = (
    "医疗机构,采购批次,药品通用名,规格包装,单位,首年约定采购量（万片）,已采购量,"
    "协议开始,协议结束,截至日期,数据来源,金额"
)


def found(*lines: str, head: str = HEAD, **hospitals: str) -> list[Figure | RefusedFigure]:
    return list(figures(read("\n".join((head, *lines)).encode()), KNOWN, hospitals))


def test_a_row_becomes_a_figure_of_the_hospital_that_is_meant() -> None:
    volumes = '1.2,"3,400",2026-01-01,2026年12月31日,2026/6/30'
    line = f"沈阳市辽中区人民医院,第八批,氨氯地平片,5mg×28,片,{volumes},省平台,99"
    (one,) = found(line)
    assert isinstance(one, Figure)
    assert one.values == {
        "parent_record": "institution", "parent_id": LIAOZHONG, "round_name": "第八批", "product_name": "氨氯地平片",
        "strength": "5mg×28", "unit": "片", "agreed": 12_000, "purchased": 3_400, "starts_on": "2026-01-01",
        "ends_on": "2026-12-31", "as_of": "2026-06-30", "source": "省平台",
    }  # fmt: skip
    assert read((HEAD + "\n" + line).encode()).left_out == ("金额",)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("富阳市第二人民医院,一,A,,片,1,,2026-01-01,2026-12-31,,s,", "hospital_unsure"),
        ("平江县人民医院,一,A,,片,1,,2026-01-01,2026-12-31,,s,", "unknown_hospital"),
        (",一,A,,片,1,,2026-01-01,2026-12-31,,s,", "required"),
        ("辽中区人民医院,,A,,片,1,,2026-01-01,2026-12-31,,s,", "required"),
        ("辽中区人民医院,一,A,,片,很多,,2026-01-01,2026-12-31,,s,", "wrong_kind"),
        ("辽中区人民医院,一,A,,片,-1,,2026-01-01,2026-12-31,,s,", "out_of_range"),
        ("辽中区人民医院,一,A,,片,NaN,,2026-01-01,2026-12-31,,s,", "out_of_range"),
        ("辽中区人民医院,一,A,,片,1,,2026-02-30,2026-12-31,,s,", "wrong_kind"),
        ("辽中区人民医院,一,A,,片,1,,2026-12-31,2026-01-01,,s,", "ends_before_start"),
        ("辽中区人民医院,一,A,,片,1,,2026-01-01,2026-12-31,,,", "required"),
    ],
)
def test_a_row_that_does_not_hold_is_refused_with_its_reason(line: str, code: str) -> None:
    (one,) = found(line)
    assert isinstance(one, RefusedFigure)
    assert (one.row_number, one.code) == (2, code)


def test_an_unsure_hospital_is_said_and_a_figure_comes_once() -> None:
    line = "富阳市第二人民医院,一,A,,片,1,,2026-01-01,2026-12-31,,s,"
    first, second = found(line, line, 富阳市第二人民医院=FUYANG)
    assert isinstance(first, Figure)
    assert first.values["parent_id"] == FUYANG
    assert isinstance(second, RefusedFigure)
    assert (second.code, second.params["row"]) == ("figure_twice", 2)


@pytest.mark.parametrize("header", ["医生", "处方医师", "Doctor", "处方量", "统方数量"])
def test_no_sheet_counts_by_doctor_or_prescription(header: str) -> None:
    with pytest.raises(RefusedError, match="counts_prescriptions"):
        read(f"{HEAD},{header}\n辽中区人民医院,一,A,,片,1,,2026-01-01,2026-12-31,,s,,x".encode())


def test_a_sheet_without_a_needed_column_says_which() -> None:
    with pytest.raises(InputError, match="no_figure_column") as error:
        read("医院,批次,品种,约定采购量\n辽中区人民医院,一,A,1\n".encode())
    assert error.value.params["field"] == "starts_on"
