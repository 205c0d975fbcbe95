"""Hospitals whose names are in letters: two that share their common words are not asked about."""

import pytest

from crmdesk.intake.matching import Found, Institutions
from crmdesk.intake.model import KnownInstitution
from crmdesk.intake.spelled_names import told_apart


def _found(known: str, name: str) -> Found:
    return Institutions([KnownInstitution("one", known)]).by_likeness(name).found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bệnh viện Bạch Mai", "Bệnh viện Chợ Rẫy"), ("Городская больница №4", "Городская больница №5"),
        ("Klinikum Nord", "Klinikum Süd"), ("St. Josef Krankenhaus", "St. Marien Krankenhaus"),
        ("Queen Mary Hospital", "Queen Elizabeth Hospital"), ("Universitätsklinikum Köln", "Universitätsklinikum Bonn"),
        ("Rumah Sakit Harapan", "Rumah Sakit Pelni"), ("Hospital General", "Hospital Central"),
        ("General Hospital 12", "General Hospital 112"),
    ],
)  # fmt: skip
def test_names_that_share_only_what_all_share_are_two_hospitals(one: str, other: str) -> None:
    assert _found(one, other) is Found.NONE
    assert _found(other, one) is Found.NONE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kokilaben Hospital", "Kokilaben Dhirubhai Ambani Hospital"),
        ("Charité Universitätsmedizin Berlin", "Charite Universitatsmedizin"),
    ],
)  # fmt: skip
def test_names_that_may_be_spellings_of_one_are_asked_about(one: str, other: str) -> None:
    assert _found(one, other) is Found.SUSPICIOUS


def test_abbreviated_words_and_other_spellings_are_no_other_words() -> None:
    assert not told_apart("Mount Sinai Medical Center", "Mt Sinai Medical Center")
    assert not told_apart("Saint Joseph Hospital", "St Josef Hospital")
    assert not told_apart("上海 A 医院", "上海 B 医院")


def test_names_in_characters_are_judged_as_before() -> None:
    assert _found("上海市第一妇婴保健院", "上海第一妇婴保健院") is Found.MATCHED
