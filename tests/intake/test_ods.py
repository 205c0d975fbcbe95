"""OpenDocument sheets: hidden ones come last, and rows that nobody sees are named."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

from crmdesk.intake import preview

_SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text", "style")
)
_STYLES = "".join(
    f'<style:style style:name="{name}" style:family="table"><style:table-properties table:display="{shown}"/>'
    "</style:style>"
    for name, shown in (("ta1", "true"), ("ta2", "false"))
)
HEADER = ("姓名", "医院")


def _row(cells: Sequence[str], attributes: str = "") -> str:
    told = (
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
    )
    return f"<table:table-row {attributes}>{''.join(told) or '<table:table-cell/>'}</table:table-row>"


def _book(*sheets: tuple[str, str, Sequence[str]]) -> bytes:
    tables = "".join(
        f'<table:table table:name="{name}" table:style-name="{style}">{"".join(rows)}</table:table>'
        for name, style, rows in sheets
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.2">'
        f"<office:automatic-styles>{_STYLES}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return data.getvalue()


def test_a_hidden_sheet_is_not_chosen_and_is_named() -> None:
    old = [_row(HEADER), *(_row((f"旧{sign}", "明泉医院")) for sign in "一二三四五")]
    seen = preview(_book(("旧名单", "ta2", old), ("名单", "ta1", [_row(HEADER), _row(("张硕", "明泉医院"))])))
    assert (seen.sheet, seen.row_count) == ("名单", 1)
    assert [(one.code, one.params["others"]) for one in seen.notices] == [("other_sheets", ["旧名单"])]


def test_rows_that_nobody_sees_are_named() -> None:
    rows = [
        _row((), 'table:number-rows-repeated="2"'),
        _row(HEADER),
        _row(("张硕", "明泉医院"), 'table:visibility="collapse"'),
        _row(("李敏", "明泉医院")),
        _row(("王五", "明泉医院"), 'table:visibility="filter"'),
        _row((), 'table:number-rows-repeated="1048570" table:visibility="collapse"'),
    ]
    seen = preview(_book(("名单 &amp; 旧", "ta1", rows)))
    assert [(row.number, row.cells[0]) for row in seen.table.rows] == [(4, "张硕"), (5, "李敏"), (6, "王五")]
    assert [(one.code, one.params) for one in seen.notices] == [("hidden_rows", {"rows": "4, 6"})]
