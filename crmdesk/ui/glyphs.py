"""Draws the glyphs of the Phosphor icon set as icons in one colour, from the font file that qtawesome carries (MIT).

Only its files are used: its code would load every other set with it, a quarter of the time that the program starts in.
"""

import importlib.util
from functools import lru_cache
from pathlib import Path

import msgspec
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap
from typing_extensions import override

_SIZE = 0.875 * 1.15
"""The size of type over the height of the icon: room for the bearing of the font, none left over."""


class _Set:
    """The font of the set and the character of each glyph by its name."""

    def __init__(self, family: str, characters: dict[str, str]) -> None:
        self.family, self.characters = family, characters


def glyph_icon(glyph: str, color: str, disabled: str) -> QIcon:
    """Return the icon of a glyph in its colours (`#RRGGBB`); raises KeyError for a glyph that the set has not."""
    return QIcon(_Engine(_loaded(), glyph, QColor(color), QColor(disabled)))


@lru_cache(maxsize=1)
def _loaded() -> _Set:
    folder = _folder()
    table = msgspec.json.decode(next(folder.glob("phosphor-charmap*.json")).read_bytes(), type=dict[str, str])
    number = QFontDatabase.addApplicationFont(str(next(folder.glob("phosphor*.ttf"))))
    characters = {name: chr(int(place, 16)) for name, place in table.items()}
    return _Set(QFontDatabase.applicationFontFamilies(number)[0], characters)


def _folder() -> Path:
    found = importlib.util.find_spec("qtawesome")  # looks for it only, imports nothing
    for place in (found.submodule_search_locations or []) if found else []:
        if (Path(place) / "fonts").is_dir():
            return Path(place) / "fonts"
    raise FileNotFoundError("qtawesome/fonts")


class _Engine(QIconEngine):
    def __init__(self, font: _Set, glyph: str, color: QColor, disabled: QColor) -> None:
        super().__init__()
        self._family, self._character = font.family, font.characters[glyph]
        self._color, self._disabled = color, disabled

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        font = QFont(self._family)
        font.setPixelSize(max(1, round(_SIZE * rect.height())))
        painter.save()
        painter.setPen(self._disabled if mode is QIcon.Mode.Disabled else self._color)
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._character)
        painter.restore()

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        self.paint(painter, QRect(drawn.rect()), mode, state)
        painter.end()
        return drawn
