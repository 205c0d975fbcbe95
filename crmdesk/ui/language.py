"""The language of the windows: Chinese in the sources, English by Qt's translators, switched without a restart."""

import re
import sys
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from crmdesk.domain import picklists
from crmdesk.domain.clock import DEFAULT_ZONE, from_text
from crmdesk.domain.custom_fields import key_of
from crmdesk.domain.fields import Field
from crmdesk.domain.name_lists import as_listed
from crmdesk.domain.records import RECORDS
from crmdesk.ui import own_fields
from crmdesk.ui.resources import resources_folder

CHINESE, ENGLISH, SYSTEM = "zh", "en", "system"
_PROPERTY = "crmdesk_language"
_BETWEEN_HAN = re.compile(r"(?<=[\u3001-\u9fff\uff01-\uff60]) (?=[\u3001-\u9fff\uff01-\uff60])")
"""A space with a Chinese character or mark at both sides."""


def current() -> str:
    """Return the language in use, `zh` or `en`."""
    application = QCoreApplication.instance()
    return str(application.property(_PROPERTY) or CHINESE) if application else CHINESE


def system_language() -> str:
    """Return the language that the desktop asks for: English only where it clearly is one without Chinese."""
    return CHINESE if any(name.lower().startswith("zh") for name in QLocale.system().uiLanguages()) else ENGLISH


def apply_language(application: QApplication, choice: str) -> None:
    """Switch all windows to `zh`, `en` or what the system says; each widget gets a LanguageChange event."""
    language = system_language() if choice == SYSTEM else choice
    application.setProperty(_PROPERTY, language)
    for translator in application.findChildren(QTranslator):
        application.removeTranslator(translator)
        translator.deleteLater()
    if language == CHINESE:
        folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
        _install(application, compiled_translation(CHINESE))
        _install(application, folder / "qtbase_zh_CN.qm")
    else:
        _install(application, compiled_translation(ENGLISH))


def choose(choice: str) -> None:
    """Switch the running program, where it speaks another language, to `zh`, `en` or what the system says."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    wanted = system_language() if choice == SYSTEM else choice
    if wanted != current():
        apply_language(application, wanted)


def _install(application: QApplication, path: Path) -> None:
    translator = QTranslator(application)
    if translator.load(str(path)):
        application.installTranslator(translator)


_SOURCES = {ENGLISH: "crmdesk_en", CHINESE: "crmdesk_zh"}
"""Our English, and the Chinese of what Qt's own translation leaves in English."""


def compiled_translation(language: str) -> Path:
    """Return our .qm of a language, compiled where it is missing or older than its .ts and can be written."""
    folder = resources_folder() / "translations"
    source, compiled = folder / f"{_SOURCES[language]}.ts", folder / f"{_SOURCES[language]}.qm"
    if source.exists() and (not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime):
        release(source, compiled)
    return compiled


def release(source: Path, compiled: Path) -> None:
    """Compile a .ts file with Qt's lrelease; where it cannot run, the windows stay in Chinese."""
    import subprocess  # lazy: where the program is installed nothing is compiled

    import PySide6

    folder = Path(PySide6.__file__).parent
    for tool in (folder / "lrelease", folder / "lrelease.exe", folder / "Qt" / "libexec" / "lrelease"):
        if tool.exists():
            subprocess.run([str(tool), "-silent", str(source), "-qm", str(compiled)], check=False, capture_output=True)
            return
    if not getattr(sys, "frozen", False):
        subprocess.run(["pyside6-lrelease", str(source), "-qm", str(compiled)], check=False, capture_output=True)


def record_word(record: str) -> str:
    """Return the name of a record in the language in use."""
    declared = RECORDS[record]
    return declared.zh if current() == CHINESE else declared.en


def field_word(record: str, field: str) -> str:
    """Return the name of a declared or a company field in the language in use; another comes back as its own name."""
    declared = own_fields.field_of(record, field)
    if declared is None:
        return key_of(field)
    return declared.zh if current() == CHINESE else declared.en


def choice_word(picklist: str, code: str | None) -> str:
    """Return the words of a picklist entry in the language in use; '' for nothing."""
    if not code:
        return ""
    entry = picklists.choice(picklist, code)
    return entry.zh if current() == CHINESE else entry.en


def entry_word(field: Field, code: str | None) -> str:
    """Return the words of what was chosen for a field in the language in use; '' for nothing."""
    if not code:
        return ""
    entry = field.entry(code)
    return entry.zh if current() == CHINESE else entry.en


def local(moment: str | datetime) -> datetime:
    """Return an instant in the time of the field (Asia/Shanghai)."""
    return (from_text(moment) if isinstance(moment, str) else moment).astimezone(ZoneInfo(DEFAULT_ZONE))


def names_word(names: str) -> str:
    """Return names that the views have joined in Chinese as the language in use joins them."""
    return as_listed(names, current() == CHINESE)


def day_word(day: date, today: date | None = None, weekday: bool = False) -> str:
    """Return a date as people say it: 今天, 昨天, 11 月 22 日, with its year if `today` has another one."""
    chinese = current() == CHINESE
    if today is not None and not weekday and abs((day - today).days) <= 1:
        near = {-1: ("昨天", "yesterday"), 0: ("今天", "today"), 1: ("明天", "tomorrow")}[(day - today).days]
        return near[0] if chinese else near[1]
    other_year = today is not None and day.year != today.year
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    if chinese:
        year = f"{day.year} 年 " if other_year else ""
        return f"{year}{day.month} 月 {day.day} 日" + (f" {weekday_word(day)}" if weekday else "")
    year = f" {day.year}" if other_year else ""
    return (f"{weekday_word(day)} " if weekday else "") + f"{day.day} {months[day.month - 1]}{year}"


def span_words(first: date, last: date, today: date) -> tuple[str, str]:
    """Return the days of a period as people say them, with a year only where another one than `today`'s is meant."""

    def told(day: date, year: bool) -> str:
        return day_word(day, date(day.year - 2, 6, 1) if year else None)

    if current() == CHINESE:
        return told(first, first.year != today.year), told(last, last.year != first.year)
    return told(first, first.year not in (last.year, today.year)), told(last, last.year != today.year)


def weekday_word(day: date) -> str:
    """Return the short name of a day of the week: 周三, Wed."""
    if current() == CHINESE:
        return f"周{'一二三四五六日'[day.weekday()]}"
    return ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[day.weekday()]


def moment_word(moment: str, today: date | None = None) -> str:
    """Return an instant as `今天 09:12` or `11 月 19 日 10:35`; '' for ''."""
    if not moment:
        return ""
    at = local(moment)
    reference = today or local(datetime.now(ZoneInfo(DEFAULT_ZONE))).date()
    return f"{day_word(at.date(), reference)} {at:%H:%M}"


def since_word(moment: str) -> str:
    """Return since when something waits: `今天 09:12`, from yesterday on the day alone; '' for ''."""
    day = local(moment).date() if moment else None
    now = local(datetime.now(ZoneInfo(DEFAULT_ZONE))).date()
    return moment_word(moment, now) if day is None or day >= now else day_word(day, now)


def parted(text: str, count: int) -> str:
    """Return words with their count as all figures are written: 4,920."""
    return text.replace(str(count), f"{count:,}", 1)


def starting(text: str) -> str:
    """Return words of ours as a line, a chip or a cell begins: with a capital in English."""
    return text[:1].upper() + text[1:]


def within(word: str) -> str:
    """Return the name of a field as it stands within a sentence: small in English, but for what is always capital."""
    return word if word[1:2].isupper() else word[:1].lower() + word[1:]


def closed_up(text: str) -> str:
    """Return a sentence of ours into which words were set, without the spaces that Chinese has no use for.

    '排入 11 月 30 日' keeps them, '排入 今天' and '（主） 是' do not.
    """
    return _BETWEEN_HAN.sub("", text)


def sentences(parts: Iterable[str]) -> str:
    """Return whole sentences behind each other: Chinese ones end with a mark that has its space within."""
    return ("" if current() == CHINESE else " ").join(parts)


def moment_label(moment: str) -> str:
    """Return an instant as it stands by itself or at the beginning of a line: `Today 09:12`."""
    return starting(moment_word(moment))


def seconds_word(duration_ms: int) -> str:
    """Return how long something took, in seconds with one decimal; nothing took no time at all."""
    return f"{max(duration_ms, 100) / 1000:.1f}"


def time_word(moment: str) -> str:
    """Return the time of day of an instant, `09:12`; '' for ''."""
    return f"{local(moment):%H:%M}" if moment else ""


def size_word(size_bytes: int) -> str:
    """Return a size as `2.1 KB` or `3.4 MB`."""
    if size_bytes < 1024:
        return f"{size_bytes} B"
    if size_bytes < 1024 * 1024:
        return f"{size_bytes / 1024:.1f} KB"
    return f"{size_bytes / 1024 / 1024:.1f} MB"
