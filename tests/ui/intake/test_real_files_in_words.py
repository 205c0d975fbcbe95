"""Every file of the real public data that a person might import: it goes in with each refused row explained, or not
at all with a sentence; in both languages, never empty, never technical."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from crmdesk.domain.errors import CrmdeskError
from crmdesk.intake import Action, Preview, Report, plan, preview
from crmdesk.ui import app, language, theme
from crmdesk.ui.pages import import_words
from tests.intake.ledger import TERRITORY, Ledger

pytestmark = pytest.mark.realdata
FOLDERS = ("messy_files", "vcards", "hospitals", "doctors", "us_directory")
_TECHNICAL = re.compile(r"[{}]|\b[a-z]+_[a-z_]+\b|Error|Exception|None|Traceback|object at|“—”|'—'")


@pytest.fixture
def languages(qapp: QApplication) -> Iterator[Iterable[str]]:
    """Each language in turn, put on as it is taken."""

    def each() -> Iterator[str]:
        for one in (language.CHINESE, language.ENGLISH):
            app.dress(qapp, one, theme.LIGHT)
            yield one

    yield each()
    app.dress(qapp, language.CHINESE, theme.LIGHT)


def importable(shared_data: Path) -> list[Path]:
    return [path for name in FOLDERS for path in sorted((shared_data / name).rglob("*")) if path.is_file()]


def plain(sentence: str, spoken: str, about: str) -> None:
    """Fail for a sentence that says nothing or speaks of the program."""
    assert len(sentence.strip()) >= 4, about
    own = re.sub(r"“[^”]*”|'[^']*'", "", sentence)  # what is quoted is the file's own text
    assert not _TECHNICAL.search(own), f"{about}: {sentence}"
    chinese = any("\u4e00" <= character <= "\u9fff" for character in own)
    assert chinese == (spoken == language.CHINESE), f"{about}: {sentence}"


def planned(seen: Preview) -> Report:
    """Import a file into an empty company."""
    ledger, report = Ledger(), Report()
    for one in plan(seen, seen.mapping, ledger, TERRITORY):
        ledger.take(one)
        report.add(one)
    return report


def test_every_file_goes_in_explained_or_is_refused_with_a_sentence(
    shared_data: Path, languages: Iterable[str]
) -> None:
    said: list[tuple[Callable[[], str], str]] = []
    formats: Counter[str] = Counter()
    encodings: set[str] = set()
    outcome: Counter[str] = Counter()
    for path in importable(shared_data):
        about = str(path.relative_to(shared_data))
        try:
            seen = preview(path)
        except CrmdeskError as error:
            outcome["refused"] += 1
            said.append((partial(import_words.error_sentence, error), about))
            continue
        formats[seen.file_kind] += 1
        encodings.add(seen.encoding)
        assert import_words.file_line(seen)
        said += [(partial(import_words.sentence, one.code, one.params), about) for one in seen.notices]
        if not seen.kind:
            outcome["no customers"] += 1
            assert "no_customers" in [notice.code for notice in seen.notices], about
            continue
        outcome["imported"] += 1
        report = planned(seen)
        assert sum(report.counts.values()) == seen.row_count, about
        said += [(partial(import_words.line_sentence, one), f"{about}:{one.row_number}") for one in report.lines]
        unexplained = report.counts[Action.REFUSED] + report.counts[Action.DUPLICATE_PARKED]
        assert unexplained == len(report.refused) + len(report.parked), about
    for spoken in languages:
        for sentence, about in said:
            plain(sentence(), spoken, about)
    print(dict(outcome), dict(formats), sorted(encodings))
    assert set(formats) == {"csv", "xlsx", "xls", "ods", "vcard"}
    assert {"utf-8", "utf-8-sig", "utf-16", "gb18030", "latin-1"} <= encodings
    assert sum(outcome.values()) == len(importable(shared_data)) >= 60
    assert outcome["imported"] >= 10
