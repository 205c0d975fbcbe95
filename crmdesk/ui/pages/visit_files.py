"""Where the files of a visit come from: chosen on the disk, or a picture on the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from crmdesk.protocol.messages import MAX_ATTACHMENT_BYTES
from crmdesk.ui import words
from crmdesk.ui.parts.notices import Said


def choose_files(parent: QWidget, taken: Callable[[list[str]], object]) -> None:
    """Ask for photos, PDF, OFD or XML and hand their paths on."""
    translate = QCoreApplication.translate
    dialog = QFileDialog(parent, translate("visit_files", "添加照片或发票"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setNameFilter(translate("visit_files", "照片与发票") + " (*.jpg *.jpeg *.png *.pdf *.ofd *.xml)")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(taken)
    dialog.open()


def clipboard_png() -> bytes:
    """Return the picture on the clipboard as PNG, nothing where there is none."""
    picture = QGuiApplication.clipboard().image()
    if picture.isNull():
        return b""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")  # type: ignore[call-overload]  # Qt takes the format's name as text
    return bytes(content.data())


def readable(paths: Iterable[str], refused: Callable[[Said], object]) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of the files that can be attached; why another one can't be is told to `refused`."""
    for one in paths:
        path = Path(one)
        try:
            if path.stat().st_size > MAX_ATTACHMENT_BYTES:
                refused(partial(words.sentence, "file_too_large"))
                continue
            yield path.name, path.read_bytes()
        except OSError as error:
            refused(partial(_unreadable, error.strerror or ""))


def _unreadable(reason: str) -> str:
    said = QCoreApplication.translate("visit_files", "文件读不出来：{reason}。没有添加。")
    return said.format(reason=reason)
