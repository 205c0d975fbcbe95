"""What a file is: encodings, delimiters, and the files that are refused before anything reads them."""

import contextlib
import io
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from crmdesk.domain.errors import InputError
from crmdesk.intake import preview, sniff
from crmdesk.intake.sniff import decode
from crmdesk.intake.sniff import sniff as sniff_bytes

TEXT = "姓名,医院,科室\r\n张硕,明泉协和医院,心内科\r\n曾静怡,明泉协和医院,肾内科\r\n"


def workbook(rows: list[list[object]]) -> bytes:
    """Return an xlsx with these rows."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("客户")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return target.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_every_chinese_encoding_and_line_end_reads_alike(encoding: str, end: str) -> None:
    seen = preview(TEXT.replace("\r\n", end).encode(encoding))
    assert [column.target for column in seen.columns] == ["doctor.name", "institution.name", "department.name"]
    assert seen.sample[1].cells == ("曾静怡", "明泉协和医院", "肾内科")
    assert seen.row_count == 2


def test_latin_1_comes_last_and_says_so() -> None:
    seen = preview("id,niño\n1,España\n2,Cataluña\n".encode("latin-1"))
    assert seen.encoding == "latin-1"
    assert seen.notices[0].code == "encoding_uncertain"


TRADITIONAL = (
    "醫生姓名,醫院,部門,職級\n陳大文,瑪麗醫院,內科,顧問醫生\n歐陽震華,伊利沙伯醫院,外科,副顧問醫生\n"
    "黃美玲,威爾斯親王醫院,兒科,駐院醫生\n"
)


@pytest.mark.parametrize(
    ("text", "encoding", "read_as"),
    [
        ("姓名,醫院,備註\n陳怡君,明泉醫院,請於週二下午來訪\n林志明,明泉醫院,門診時間為每週三\n", "big5", "cp950"),
        (
            "氏名,病院名,備考\n田中一郎,明泉病院,火曜日の午後に訪問\n佐藤花子,明泉病院,カタログを希望\n",
            "shift_jis",
            "cp932",
        ),
        (TRADITIONAL, "big5", "cp950"),
        (f"{TRADITIONAL}衞生署,新邨健康院\n", "big5hkscs", "big5hkscs"),
        (TRADITIONAL, "gbk", "gb18030"),
        ("氏名,勤務先,診療科\n吉田太郎,東京第一病院,循環器内科\n長谷川花子,大阪中央病院,腎臓内科\n", "cp932", "cp932"),
        ("Name,Clinic\n" + "O’Brien,St. Mary’s “Heart” – Center\n" * 6, "cp1252", "cp1252"),
        ("NOME,HOSPITAL\n" + "JOÃO,SÃO JOÃO\n" * 9, "cp1252", "latin-1"),
        ("이름,병원,진료과\n김민수,서울중앙병원,심장내과\n이영희,부산성모병원,신경과\n", "cp949", "cp949"),
        ("ФИО;Больница\nИванов Пётр;Городская больница №1\nСмирнова Анна;Клиника\n", "cp1251", "cp1251"),
        ("Name;Straße;Ort\nMüller;Höhenstraße 1;Köln\nÄrzte;Größe;Überlingen\n", "cp1252", "latin-1"),
        ("nom;hôpital\nRené;Hôtel-Dieu à Orléans\nÉmile;“Sacré-Cœur”\n", "cp1252", "cp1252"),
        ("Name;Krankenhaus\nŽan Žižek;Clínica Šentjur\n", "cp1252", "cp1252"),
        ("NOME,CIDADE\nJOÃO,SÃO PAULO\nÂNGELO,SÃO BENTO\nSEBASTIÃO,SÃO JOÃO\n", "cp1252", "latin-1"),
        ("nome,cidade\nJoão,São Paulo\nÂngela,Açaí\nÇelik,Avaré\n", "cp1252", "latin-1"),
    ],
)
def test_the_encodings_of_the_neighbours_are_told_from_latin_letters(text: str, encoding: str, read_as: str) -> None:
    found, name, notices = decode(text.encode(encoding))
    assert (name, [one.code for one in notices]) == (read_as, ["encoding_uncertain"])
    assert read_as == "latin-1" or found == text


@pytest.mark.parametrize("delimiter", ["\t", ",", ";"])
def test_utf_16_without_a_mark_whose_characters_end_in_zero_too(delimiter: str) -> None:
    text = "姓名,医院\r\n" + "张硕,明泉市第一人民医院\r\n李一,一心一意医院\r\n" * 3
    for encoding in ("utf-16-le", "utf-16-be"):
        found, name, _notices = decode(text.replace(",", delimiter).encode(encoding))
        assert (found, name) == (text.replace(",", delimiter), encoding)


@pytest.mark.parametrize(
    "text",
    [
        "何斌,保定八院\n高飞,北海二院\n丁辉,丹东八院\n陈健,海口八院\n",
        "姓名,单位\n冯镕,明泉医院\n朱镕,云杉医院\n陶喆,云杉医院\n",
    ],
)
def test_chinese_that_is_like_its_neighbours_by_chance_is_chinese(text: str) -> None:
    assert decode(text.encode("gbk"))[0] == text


def test_zeros_between_and_behind_the_characters_are_no_binary() -> None:
    seen = preview(TEXT.replace("曾静怡", "曾\0静怡").encode() + bytes(600))
    assert seen.sample[1].cells == ("曾静怡", "明泉协和医院", "肾内科")
    assert seen.row_count == 2


def test_lines_of_two_encodings_are_each_read_in_their_own() -> None:
    first, second = "姓名,医院\n张硕,明泉医院\n", "李敏,云杉医院\n王五,云杉医院\n"
    found, name, notices = decode(first.encode() + second.encode("gbk"))
    assert (found, name, [one.code for one in notices]) == (first + second, "utf-8, gb18030", ["encoding_uncertain"])
    assert decode(first.encode() + "niño,España\n".encode("latin-1"))[1] != "utf-8, gb18030"


def test_one_broken_character_does_not_change_the_encoding() -> None:
    data = (TEXT * 20).encode("gb18030").replace("静".encode("gb18030"), b"\xff", 1)
    text, encoding, notices = decode(data)
    assert encoding == "gb18030"
    assert "明泉协和医院" in text
    assert [notice.code for notice in notices] == ["damaged_characters"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    assert sniff_bytes(TEXT.replace(",", delimiter).encode()).delimiter == delimiter


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"%PDF-1.7 ...", "pdf"),
        (b"\x89PNG\r\n\x1a\n....", "picture"),
        (b"MZ\x90\x00", "program"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n<table><td>x</td>", "mime"),
        (b"{\\rtf1\\ansi x}", "document"),
        (b"BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n", "calendar"),
        (b"<!DOCTYPE html><html>sign in</html>", "html"),
        (b'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>', "html"),
        (b'[{"name": 1}]', "json"),
        (b"\x01\x02\x03\x04" * 50, "binary"),
    ],
)
def test_what_is_not_a_sheet_is_named(data: bytes, found: str) -> None:
    with pytest.raises(InputError) as refused:
        preview(data)
    assert (refused.value.code, refused.value.params["found"]) == ("not_a_sheet", found)


def _zip(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return target.getvalue()


def test_damaged_encrypted_and_huge_files_are_refused_with_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    good = workbook([["姓名", "医院"], ["张硕", "明泉协和医院"]])
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
    cases = {
        b"": "empty_file",
        b"\xef\xbb\xbf \r\n": "empty_file",
        good[: len(good) // 2]: "damaged_file",
        good.replace(b"xl/worksheets", b"xl/w0rksheets"): "damaged_file",
        _zip(a_xml=b"x"): "not_a_sheet",
        _zip(xl__workbook_xml=b"<nothing/>"): "damaged_file",
        ole + "EncryptedPackage".encode("utf-16-le"): "encrypted_file",
        ole: "not_a_sheet",
        ole + "Workbook".encode("utf-16-le"): "damaged_file",
    }
    for data, code in cases.items():
        with pytest.raises(InputError) as refused:
            preview(data)
        assert refused.value.code == code
    monkeypatch.setattr(sniff, "MAX_UNPACKED_BYTES", 100_000)
    with pytest.raises(InputError, match="zip_bomb"):
        preview(_zip(xl__workbook_xml=bytes(200_000)))
    monkeypatch.setattr(sniff, "MAX_FILE_BYTES", 10)
    with pytest.raises(InputError, match="file_too_large"):
        preview(TEXT.encode())


def test_one_far_cell_cannot_ask_for_all_the_memory() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "姓名")
        sheet.write(1_048_575, 16_383, "far away")
    with pytest.raises(InputError, match="too_many_cells"):
        preview(target.getvalue())


def _read_or_refused(data: bytes) -> None:
    """Anything but a preview or an expected error comes out of here as a failure."""
    with contextlib.suppress(InputError):
        seen = preview(data)
        assert all(len(row.cells) == len(seen.columns) for row in seen.sample)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    _read_or_refused(data)


@given(st.binary(max_size=60), st.integers(0, 20_000), st.sampled_from(["xlsx", "csv"]))
def test_any_damage_to_a_good_file_is_read_or_refused(patch: bytes, place: int, kind: str) -> None:
    good = _GOOD if kind == "xlsx" else (TEXT * 5).encode("gb18030")
    place %= len(good)
    _read_or_refused(good[:place] + patch + good[place + len(patch) :])


_GOOD = workbook([["姓名", "医院"], ["张硕", "明泉协和医院"]])


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00\ufeff"), max_size=20), min_size=1))
def test_text_survives_its_encoding(lines: list[str]) -> None:
    text = "姓名,医院\n" + "\n".join(lines)
    assert decode(text.encode("utf-8"))[0] == text
    assert decode(text.encode("utf-16"))[0] == text


@pytest.mark.parametrize(
    ("member", "found"),
    [
        ("word__document_xml", "document"),
        ("ppt__presentation_xml", "slides"),
        ("Index__Document.iwa", "numbers"),
        ("list.csv", "archive"),
    ],
)
def test_a_file_of_another_program_is_named_and_no_archive_to_be_unpacked(member: str, found: str) -> None:
    with pytest.raises(InputError) as refused:
        preview(_zip(**{member: b"<x/>"}))
    assert refused.value.params == {"found": found}
