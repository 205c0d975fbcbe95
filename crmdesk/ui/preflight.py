"""What must be there before Qt is loaded: a display and the system's libraries; a lack is a WorldError, never an abort.

Imports no Qt, so that it can speak where Qt cannot even be loaded.
"""

import os
import re
import sys
from collections.abc import Callable, Mapping

from crmdesk.domain.errors import WorldError

_WITHOUT_DISPLAY = frozenset({"offscreen", "minimal", "vnc", "linuxfb", "eglfs"})
_FOR_A_WINDOW = (
    "libxcb-cursor.so.0", "libxcb-icccm.so.4", "libxcb-image.so.0", "libxcb-keysyms.so.1", "libxcb-render-util.so.0",
    "libxcb-shape.so.0", "libxcb-xkb.so.1", "libxkbcommon-x11.so.0",
)  # fmt: skip


def check_system(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> None:
    """Check display and libraries in the order in which their lack would stop the window."""
    check_display(environment, platform)
    check_qt_loads()
    check_window_libraries(environment, platform)


def check_display(environment: Mapping[str, str] | None = None, platform: str = sys.platform) -> None:
    """Raise WorldError('no_display') where Qt would abort: Linux without DISPLAY or WAYLAND_DISPLAY."""
    found = os.environ if environment is None else environment
    if not platform.startswith("linux") or _offscreen(found):
        return
    if not found.get("DISPLAY") and not found.get("WAYLAND_DISPLAY"):
        raise WorldError("no_display")


def check_qt_loads(load: Callable[[], object] | None = None) -> None:
    """Raise WorldError('library_missing', library=…) where Qt's own libraries want one that the system lacks."""
    try:
        (load or _import_widgets)()
    except ImportError as error:
        found = re.search(r"lib[\w+.-]+\.so[\w.]*", str(error))
        raise WorldError("library_missing", library=found.group() if found else str(error)) from error


def check_window_libraries(
    environment: Mapping[str, str] | None = None,
    platform: str = sys.platform,
    load: Callable[[str], object] | None = None,
) -> None:
    """Raise WorldError('library_missing', library=…) where an X11 window lacks one (Qt would abort)."""
    found = os.environ if environment is None else environment
    if (
        not platform.startswith("linux")
        or _offscreen(found)
        or found.get("WAYLAND_DISPLAY")
        or not found.get("DISPLAY")
    ):
        return
    for name in _FOR_A_WINDOW:
        try:
            (load or _load)(name)
        except OSError as error:
            raise WorldError("library_missing", library=name) from error


def _offscreen(environment: Mapping[str, str]) -> bool:
    return environment.get("QT_QPA_PLATFORM", "").split(":")[0] in _WITHOUT_DISPLAY


def _load(name: str) -> object:
    import ctypes  # lazy: needed only where there is an X11 display

    return ctypes.CDLL(name)


def _import_widgets() -> object:
    from PySide6 import QtWidgets

    return QtWidgets
