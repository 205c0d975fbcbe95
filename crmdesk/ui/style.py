"""The one style sheet, generated from the tokens of a theme."""

from crmdesk.ui import theme
from crmdesk.ui.resources import resources_folder
from crmdesk.ui.theme import Tokens


def style_sheet(colors: Tokens) -> str:
    """Return the style sheet of the whole application for these tokens."""
    return "\n".join((_grounds(colors), _text(colors), _fields(colors), _lists(colors), _bars(colors), _menus(colors)))


def _grounds(c: Tokens) -> str:
    banners = "".join(
        f'QFrame[part="banner-{tone}"] {{ background: {getattr(c, tone + "_weak")}; border-radius: 8px; }}\n'
        for tone in ("ok", "warn", "bad", "info")
    )
    return f"""
QMainWindow, QDialog, QWidget[part="page"], QFrame[part="page"] {{ background: {c.background}; }}
QFrame[part="surface"], QFrame[part="rail"], QWidget[part="surface"] {{ background: {c.surface}; }}
QFrame[part="rail"] {{ border-right: 1px solid {c.line}; }}
QFrame[part="header"] {{ background: {c.surface}; border-bottom: 1px solid {c.line}; }}
QFrame[part="list-head"] {{ background: {c.surface}; border-bottom: 1px solid {c.line}; }}
QFrame[part="side"] {{ background: {c.surface}; border-left: 1px solid {c.line}; }}
QFrame[part="status"] {{ background: {c.surface}; border-top: 1px solid {c.line}; }}
QFrame[part="card"] {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: 8px; }}
QFrame[part="card-chosen"] {{ background: {c.surface}; border: 2px solid {c.accent}; border-radius: 8px; }}
QFrame[part="rule"] {{ background: {c.line}; }}
QFrame[part="toast"] {{ background: {c.raised}; border: 1px solid {c.line_strong}; border-radius: 8px; }}
QLabel[part="field_hint"] {{ background: {c.raised}; border: 1px solid {c.line_strong}; border-radius: 6px;
  padding: 4px 9px; }}
QFrame[part="palette"] {{ background: {c.surface}; border: 1px solid {c.line_strong}; border-radius: 8px; }}
QSplitter::handle {{ background: {c.line}; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollArea, QScrollArea[part="scroll"] {{ background: {c.background}; border: none; }}
{banners}"""


def _text(c: Tokens) -> str:
    px = theme.px
    roles = {
        "subject": (theme.SUBJECT_PX, 700, c.text), "title": (theme.TITLE_PX, 700, c.text),
        "crumb": (theme.TITLE_PX, 400, c.muted), "section": (theme.BODY_PX, 700, c.text),
        "strong": (theme.BODY_PX, 700, c.text), "name": (theme.NAME_PX, 700, c.text),
        "value": (theme.VALUE_PX, 700, c.text), "body": (theme.BODY_PX, 400, c.text),
        "toast": (theme.BODY_PX, 400, c.text), "banner": (theme.BODY_PX, 400, c.text),
        "muted": (theme.SMALL_PX, 400, c.muted), "secondary": (theme.BODY_PX, 400, c.muted),
        "faint": (theme.SMALL_PX, 400, c.muted), "figure": (theme.FIGURE_PX, 700, c.text),
        "ok": (theme.SMALL_PX, 400, c.ok), "warn": (theme.SMALL_PX, 400, c.warn),
        "bad": (theme.SMALL_PX, 400, c.bad), "info": (theme.SMALL_PX, 400, c.info),
        "brand": (theme.BRAND_PX, 700, c.text), "brand-accent": (theme.BRAND_PX, 700, c.accent),
    }  # fmt: skip
    lines = [f"QWidget {{ color: {c.text}; font-size: {px(theme.BODY_PX)}px; }}", "QLabel { background: transparent; }"]
    for role, (size, weight, color) in roles.items():
        lines.append(f'QLabel[role="{role}"] {{ font-size: {px(size)}px; font-weight: {weight}; color: {color}; }}')
    for tone in ("ok", "warn", "bad", "info"):
        lines.append(f'QLabel[role="banner"][tone="{tone}"] {{ color: {getattr(c, tone)}; }}')
        lines.append(f'QLabel[role="figure"][tone="{tone}"] {{ color: {getattr(c, tone)}; }}')
    lines.append(f'QLabel[role="figure"][tone="muted"] {{ color: {c.muted}; }}')
    return "\n".join(lines)


def _fields(c: Tokens) -> str:
    px = theme.px
    return f"""
QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox, QDateEdit, QTimeEdit, QDateTimeEdit {{
  background: {c.surface}; border: 1px solid {c.line}; border-radius: 6px; padding: 0 11px; min-height: {px(32)}px;
  selection-background-color: {c.accent}; selection-color: {c.accent_text}; }}
QTimeEdit QLineEdit, QSpinBox QLineEdit, QDateEdit QLineEdit {{ border: none; padding: 0; min-height: 0; }}
QPlainTextEdit, QTextEdit {{ background: {c.raised}; border: 1px solid {c.line}; border-radius: 6px; padding: 7px 8px;
  selection-background-color: {c.accent}; selection-color: {c.accent_text}; }}
QLineEdit, QPlainTextEdit {{ placeholder-text-color: {c.muted}; }}
QLineEdit:hover, QComboBox:hover, QSpinBox:hover, QDateEdit:hover, QTimeEdit:hover, QPlainTextEdit:hover {{
  border-color: {c.line_strong}; }}
QLineEdit[readOnly="true"], QPlainTextEdit[readOnly="true"] {{ background: {c.background};
  border: 1px solid {c.background}; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus, QTimeEdit:focus, QDateTimeEdit:focus,
QPlainTextEdit:focus, QTextEdit:focus {{ border: 1px solid {c.accent}; }}
QLineEdit:disabled, QComboBox:disabled, QPlainTextEdit:disabled, QSpinBox:disabled, QDateEdit:disabled {{
  color: {c.muted}; background: {c.background}; }}
QLineEdit[wrong="true"], QPlainTextEdit[wrong="true"], QComboBox[wrong="true"], QSpinBox[wrong="true"] {{
  border: 1px solid {c.bad}; }}
QLineEdit[part="palette"] {{ border: none; background: transparent; font-size: {px(theme.VALUE_PX)}px;
  min-height: {px(40)}px; }}
QComboBox::drop-down, QDateEdit::drop-down, QDateTimeEdit::drop-down {{ border: none; width: 24px; }}
QSpinBox::up-button, QSpinBox::down-button, QTimeEdit::up-button, QTimeEdit::down-button {{ width: 0; border: none; }}
QCheckBox, QRadioButton {{ spacing: 8px; min-height: {px(26)}px; background: transparent; }}
QCheckBox:focus, QRadioButton:focus {{ color: {c.accent}; }}
"""


def _tick(c: Tokens) -> str:
    """Return the file of the tick that is seen on the accent: a style sheet takes pictures from files alone."""
    name = "white" if c.color("accent_text").lightness() > c.color("accent").lightness() else "dark"
    return (resources_folder() / "themes" / f"tick-{name}.svg").as_posix()


def _lists(c: Tokens) -> str:
    px = theme.px
    return f"""
QListView, QTreeView, QTableView {{ background: {c.surface}; border: none; outline: none;
  alternate-background-color: {c.raised}; selection-background-color: {c.selection}; selection-color: {c.text};
  gridline-color: {c.line}; }}
QListView::indicator:unchecked, QCheckBox::indicator:unchecked {{ border: 1px solid {c.faint}; border-radius: 2px;
  background: {c.raised}; width: 11px; height: 11px; }}
QListView::indicator:checked, QCheckBox::indicator:checked {{ border: 1px solid {c.accent}; border-radius: 2px;
  background: {c.accent}; width: 11px; height: 11px; image: url("{_tick(c)}"); }}
QListView::indicator:checked:disabled, QCheckBox::indicator:checked:disabled {{ border-color: {c.faint};
  background: {c.faint}; }}
QListWidget::item {{ padding: 0 8px; }}
QDialog QListView {{ border: 1px solid {c.line}; border-radius: 6px; }}
QTableView::item {{ padding: 4px 8px; border-bottom: 1px solid {c.line}; }}
QTableView::item:selected {{ background: {c.selection}; color: {c.text}; }}
QHeaderView::section {{ background: {c.surface}; color: {c.muted}; border: none; border-bottom: 1px solid {c.line};
  padding: 6px 8px; font-size: {px(theme.SMALL_PX)}px; }}
QTabBar[part="tabs"] {{ background: transparent; }}
QTabBar[part="tabs"]::tab {{ color: {c.muted}; background: transparent; border: none;
  border-bottom: 2px solid transparent; padding: 8px 0 9px 0; margin-right: 24px; }}
QTabBar[part="tabs"][tight="true"]::tab {{ margin-right: 14px; }}
QTabBar[part="tabs"]::tab:selected {{ color: {c.accent}; font-weight: 700; border-bottom: 2px solid {c.accent}; }}
QTabBar[part="tabs"]::tab:hover {{ color: {c.text}; }}
QTabBar[part="tabs"]::tab:focus {{ color: {c.accent}; }}
QTabBar[part="tabs"]::tear {{ width: 0; border: none; }}
QTabBar[part="tabs"] QToolButton {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: 4px; }}
"""


def _bars(c: Tokens) -> str:
    return f"""
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 2px; }}
QScrollBar::handle {{ background: {c.line_strong}; border-radius: 3px; min-height: 36px; min-width: 36px; }}
QScrollBar::handle:hover {{ background: {c.faint}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{ background: {c.line}; border: none; border-radius: 3px; max-height: 6px; text-align: center; }}
QProgressBar::chunk {{ background: {c.accent}; border-radius: 3px; }}
"""


def _menus(c: Tokens) -> str:
    return f"""
QMenu {{ background: {c.surface}; border: 1px solid {c.line_strong}; border-radius: 6px; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {c.selection}; }}
QToolTip {{ background: {c.raised}; color: {c.text}; border: 1px solid {c.line_strong}; padding: 4px 6px; }}
QComboBox QAbstractItemView {{ background: {c.surface}; border: 1px solid {c.line_strong}; padding: 4px;
  selection-background-color: {c.selection}; selection-color: {c.text}; }}
QComboBox QAbstractItemView::item {{ padding: 0 8px; border-radius: 4px; }}
QComboBox QAbstractItemView::item:hover {{ background: {c.hover}; }}
QComboBox QAbstractItemView::item:selected {{ background: {c.selection}; color: {c.text}; }}
QDialogButtonBox QPushButton {{ background: {c.surface}; border: 1px solid {c.line}; border-radius: 6px;
  padding: 0 15px; min-height: {theme.px(32)}px; font-weight: 700; }}
QDialogButtonBox QPushButton:hover {{ background: {c.hover}; }}
QDialogButtonBox QPushButton:focus {{ border-color: {c.accent}; }}
QCalendarWidget QWidget {{ alternate-background-color: {c.raised}; }}
QCalendarWidget QWidget#qt_calendar_navigationbar {{ background: {c.raised}; }}
QCalendarWidget QToolButton {{ background: transparent; color: {c.text}; border: 0; padding: 4px; font-weight: 700; }}
QCalendarWidget QToolButton:hover {{ background: {c.hover}; border-radius: 4px; }}
QCalendarWidget QToolButton::menu-indicator {{ width: 0; image: none; }}
QCalendarWidget QTableView::item {{ border: none; padding: 0; }}
QCalendarWidget QAbstractItemView:disabled {{ color: {c.faint}; }}
QCalendarWidget QTableView::item:selected {{ background: {c.accent}; color: {c.accent_text}; }}
"""
