"""The window that stands alone while crmdesk is locked: it asks for the passphrase and shows nothing of a customer."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from crmdesk.domain.errors import CrmdeskError, WorldError
from crmdesk.domain.passphrases import wait_after_s
from crmdesk.ui import actions, theme, words
from crmdesk.ui.bridge import Bridge
from crmdesk.ui.parts.buttons import PRIMARY, QUIET, Button
from crmdesk.ui.parts.faults import Fault
from crmdesk.ui.parts.gate_card import GateCard
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.room import fit
from crmdesk.ui.parts.text_field import TextLine
from crmdesk.ui.ports import SessionPort

_SECOND_MS = 1000


class LockWindow(QWidget):
    """Emits `unlocked` once the data is open again, `given_up` where it is closed instead.

    After each wrong passphrase the next try has to wait, longer each time; `clock` gives seconds.
    """

    unlocked = Signal()
    given_up = Signal()

    def __init__(self, session: SessionPort, clock: Callable[[], float]) -> None:
        super().__init__()
        theme.dress(self)
        self.setObjectName("lock_window")
        self.setProperty("part", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("crmdesk")
        fit(self, QSize(theme.px(480), theme.px(420)), QSize(theme.px(560), theme.px(520)))
        self._session, self._clock = session, clock
        self._bridge = Bridge(self)
        account = session.known_account()
        self._name = (account.name or account.login) if account is not None else ""
        self._closing, self._busy, self._open = True, False, False
        self._wrong, self._again_at = 0, 0.0
        self._ticks = QTimer(self)
        self._ticks.setInterval(_SECOND_MS)
        self._ticks.timeout.connect(self._tick)
        self._build()
        self.retranslate()

    @property
    def closing(self) -> bool:
        """Say whether something that was on the way is still waited for before the data is closed."""
        return self._closing

    def begin(self, hide_others: Callable[[], None]) -> None:
        """Show the window in place of the others; `close_data` is next."""
        self._hide_others = hide_others
        self.show()
        hide_others()
        self.raise_()
        self.activateWindow()
        self._passphrase.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_data(self) -> None:
        """Have the data closed once nothing runs that needs it; asked anew where a try to unlock came before that."""
        self._bridge.run(self, self._session.lock(), self._closed, self._say)

    def _closed(self, whether: bool) -> None:
        if whether:
            self._hide_others()  # also what an answer opened that was still to come
            self._closing = False
            self.retranslate()

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        card = GateCard()
        self._title, self._hint, self._progress = card.title, card.hint, card.progress
        self._banner, self._marks = card.banner, card.marks
        self._hint.setObjectName("lock_hint")
        self._banner.setObjectName("lock_banner")
        self._passphrase, self._label = TextLine(), Label("", "muted")
        self._passphrase.setObjectName("lock_passphrase_edit")
        self._passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self._passphrase.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText)
        card.add_field(self._label, self._passphrase)
        card.close_with(self._buttons())
        card.stand_in(self)

    def _buttons(self) -> QHBoxLayout:
        self._go = Button("", PRIMARY, "Enter")
        self._go.setObjectName("lock_open_button")
        self._go.clicked.connect(self.submit)
        self._quit = Button("", QUIET)
        self._quit.setObjectName("lock_quit_button")
        self._quit.clicked.connect(self.close)
        row = QHBoxLayout()
        row.addWidget(self._go)
        row.addStretch(1)
        row.addWidget(self._quit)
        return row

    def retranslate(self) -> None:
        """Set every text anew."""
        self._title.setText(self.tr("已锁定"))
        whose = self.tr("{name} 的数据已关闭。输入本机口令，回到刚才的地方；没写完的都在。")
        closing = self.tr("正在完成同步、导入或导出，完成后关闭数据。现在也可以输入口令。")
        self._hint.setText(closing if self._closing else whose.format(name=self._name))
        self._label.setText(self.tr("本机口令"))
        self._passphrase.setAccessibleName(self.tr("本机口令"))
        self._go.setText(self.tr("解锁"))
        self._quit.setText(self.tr("关闭 crmdesk"))
        self._progress.setVisible(self._closing or self._busy)

    # --- doing ----------------------------------------------------------------------------------------------------

    def submit(self) -> None:
        """Open the data with what is typed; nothing is tried before the wait after a wrong one is over."""
        if self._busy or self._waits():
            return
        if not self._passphrase.text():
            self._say(WorldError("passphrase_missing"))
            return
        self._marks.show(())
        self._busy = True
        self._go.setEnabled(False)
        self._passphrase.setReadOnly(True)  # disabled it would hand the focus on, and the keys to the next button
        self.retranslate()
        self._bridge.run(self, self._session.unlock_again(self._passphrase.text()), self._done, self._refused)

    def _waits(self) -> bool:
        return self._clock() < self._again_at

    def _done(self, _nothing: None) -> None:
        self._passphrase.clear()
        self._open = True
        self.unlocked.emit()

    def _refused(self, error: BaseException) -> None:
        trying, self._busy = self._busy, False
        self._passphrase.setReadOnly(False)
        if isinstance(error, CrmdeskError) and error.code == "passphrase_wrong":
            self._wrong += 1
            self._again_at = self._clock() + wait_after_s(self._wrong)
            self._ticks.start()
        self._say(error)
        self.retranslate()
        self._go.setEnabled(not self._waits())
        if trying and self._closing:
            self.close_data()

    def _say(self, error: BaseException) -> None:
        self._marks.show([Fault(lambda: self._sentence(error), self._passphrase)])
        self._passphrase.selectAll()  # what was wrong is typed over

    def _sentence(self, error: BaseException) -> str:
        left = int(self._again_at - self._clock() + 0.999)
        said, wait = words.error_sentence(error), self.tr("%n 秒后可以再试。", "", left)
        return f"{said}\n{wait}" if left > 0 else said

    def _tick(self) -> None:
        """Say anew how long the next try has to wait, until it need not."""
        self._banner.say_anew()
        if not self._waits():
            self._ticks.stop()
            self._go.setEnabled(not self._busy)

    # --- events ---------------------------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submit()
        elif QKeySequence(event.keyCombination()) in map(QKeySequence, actions.keys_of("quit")):
            self.close()
        else:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._ticks.stop()
        self._bridge.close()
        super().closeEvent(event)
        if not self._open:
            self.given_up.emit()
