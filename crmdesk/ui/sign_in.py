"""The sign-in window: first sign-in, unlocking with a passphrase, and clear sentences when something is not right."""

from concurrent.futures import Future

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.domain.errors import CrmdeskError, WorldError
from crmdesk.domain.passphrases import MIN_PASSPHRASE
from crmdesk.ui import language, space, theme, words
from crmdesk.ui.bridge import Bridge
from crmdesk.ui.parts.buttons import PRIMARY, QUIET, Button
from crmdesk.ui.parts.faults import Fault, FaultMarks
from crmdesk.ui.parts.gate_card import GateCard
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.notices import Banner
from crmdesk.ui.parts.room import Dialog, fit
from crmdesk.ui.parts.text_field import TextLine
from crmdesk.ui.ports import Look, SessionPort, Signed

_RULES = {"minimum": MIN_PASSPHRASE}
_DIFFERS, _AGAIN = "passphrase_differs", "passphrase_again_missing"
_CHOOSE, _TYPE, _FORGOTTEN = "passphrase_needed", "passphrase_missing", "passphrase_forgotten"
"""No key ring can keep the key: a passphrase is to be chosen, or the one that was chosen before is to be typed."""
_NEEDS_SIGN_IN = frozenset({"key_missing", "wrong_key", "store_damaged", "signed_out", "not_signed_in"})
_ABOUT_SERVER = frozenset({"server_address", "https_required", "not_https", "not_crmdesk", "server_away"})


def _dress(look: Look) -> None:
    """Speak and look as was chosen last time; what never was stays as the system is."""
    if look.language:
        language.choose(look.language)
    if look.theme:
        theme.choose(look.theme)


def _field_of(code: str) -> str:
    """Return the field in which is mended what a code says."""
    return "passphrase_again" if code == _AGAIN else code.partition("_")[0]


class SignInWindow(QWidget):
    """Emits `signed(Signed)`. Nothing blocks: the session's futures come back through the bridge."""

    signed = Signal(object)
    closed = Signal()

    def __init__(self, session: SessionPort, default_server: str = "", speaks: str = "") -> None:
        super().__init__()
        theme.dress(self)
        self.setObjectName("sign_in_window")
        self.setProperty("part", "page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle("crmdesk")
        fit(self, QSize(theme.px(480), theme.px(560)), QSize(theme.px(560), theme.px(700)))
        self._session = session
        self._bridge = Bridge(self)
        self._account = session.known_account()
        self._unlocking = self._account is not None
        self._with_passphrase = self._account is not None and self._account.needs_passphrase
        self._choosing = self._forgotten = False
        self._busy = False
        self._said: tuple[tuple[str, ...], BaseException | None] = ((), None)
        self.chosen_language = ""
        kept = session.look()
        _dress(Look(speaks or kept.language, kept.theme))
        self._fields: dict[str, tuple[Label, QLineEdit]] = {}
        self._build()
        if self._account is not None:
            self._edit("server").setText(self._account.server)
            self._edit("login").setText(self._account.login)
        elif default_server:
            self._edit("server").setText(default_server)
        self.retranslate()

    def begin(self) -> None:
        """Show the window; an account whose key lies in the key ring opens by itself."""
        self.show()
        self._focus_first()
        if self._unlocking and not self._with_passphrase:
            self._start(self._session.unlock(""))

    # --- building -------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        card = GateCard()
        self._title, self._hint, self._progress = card.title, card.hint, card.progress
        self._banner, self._marks = card.banner, card.marks
        self._banner.setObjectName("sign_in_banner")
        for name in ("server", "login", "password", "passphrase", "passphrase_again"):
            card.add_field(*self._field(name))
        card.close_with(self._buttons())
        foot = QHBoxLayout()
        foot.addStretch(1)
        self._language = Button("", QUIET, icon_name="language", small=True)
        self._language.setObjectName("sign_in_language_button")
        self._language.clicked.connect(self._switch_language)
        foot.addWidget(self._language)
        foot.addStretch(1)
        card.stand_in(self, foot)

    def _field(self, name: str) -> tuple[Label, QLineEdit]:
        edit = TextLine()
        edit.setObjectName(f"sign_in_{name}_edit")
        if name.startswith("pass"):
            edit.setEchoMode(QLineEdit.EchoMode.Password)
            edit.setInputMethodHints(Qt.InputMethodHint.ImhHiddenText | Qt.InputMethodHint.ImhNoPredictiveText)
        self._fields[name] = Label("", "muted"), edit
        return self._fields[name]

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._go = Button("", PRIMARY, "Enter")
        self._go.setObjectName("sign_in_button")
        self._go.clicked.connect(self.submit)
        self._other = Button("", QUIET)
        self._other.setObjectName("sign_in_other_button")
        self._other.clicked.connect(self._take_other_way)
        row.addWidget(self._go)
        row.addStretch(1)
        row.addWidget(self._other)
        return row

    def _edit(self, name: str) -> QLineEdit:
        return self._fields[name][1]

    # --- words ----------------------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        """Set every text anew."""
        names = {
            "server": self.tr("服务器"), "login": self.tr("账号"), "password": self.tr("密码"),
            "passphrase": self.tr("本机口令"), "passphrase_again": self.tr("再输入一次口令"),
        }  # fmt: skip
        for name, text in names.items():
            label, edit = self._fields[name]
            label.setText(text)
            edit.setAccessibleName(text)
        self._edit("server").setPlaceholderText("https://crm.example.com")
        if self._unlocking:
            name = self._account.name or self._account.login if self._account else ""
            self._title.setText(self.tr("你好，{name}").format(name=name))
            self._hint.setText(
                self.tr("输入本机口令打开你的数据，不需要网络。")
                if self._with_passphrase
                else self.tr("正在打开本机数据，不需要网络。")
            )
            self._go.setText(self.tr("打开"))
        else:
            self._title.setText(self.tr("登录"))
            self._hint.setText(self.tr("第一次登录需要网络，之后离线也能工作。"))
            self._go.setText(self.tr("登录"))
        self._other.setText(self.tr("重新登录") if self._unlocking else self.tr("忘记口令"))
        self._language.setText("English" if language.current() == language.CHINESE else "中文")
        self._show_fields()
        self._say(*self._said)

    def _show_fields(self) -> None:
        shown = {"server", "login", "password"} if not self._unlocking else set()
        if self._with_passphrase:
            shown |= {"passphrase", "passphrase_again"} if self._choosing else {"passphrase"}
        for name, (label, edit) in self._fields.items():
            label.setVisible(name in shown)
            edit.setVisible(name in shown)
            edit.setReadOnly(self._busy)  # disabled it would hand the focus on, and the keys to the next button
        self._hint.setVisible(self._unlocking or "passphrase" not in shown)  # else the banner says what to do
        self._go.setEnabled(not self._busy)
        asked = self._with_passphrase and not self._choosing
        self._other.setVisible((self._unlocking or asked) and not self._busy)
        self._progress.setVisible(self._busy)

    def _say(self, codes: tuple[str, ...], error: BaseException | None = None) -> None:
        """Say what went wrong, or everything that is missing: in the banner, and at the fields."""
        self._said = (codes, error)
        if error is not None:
            self._marks.show(())
            asked = self._code_of("", error) in (_CHOOSE, _TYPE)
            self._banner.say(words.error_sentence(error), "info" if asked else "warn")
            return
        self._banner.say("")
        self._marks.show([Fault(words.sentence(one, _RULES), self._edit(_field_of(one))) for one in codes], focus=False)

    @staticmethod
    def _code_of(code: str, error: BaseException | None) -> str:
        return error.code if isinstance(error, CrmdeskError) else code

    # --- doing ----------------------------------------------------------------------------------------------------

    def submit(self) -> None:
        """Sign in or unlock with what is typed; what is missing is said at once."""
        if self._busy:
            return
        wrong = self._missing()
        self._say(tuple(wrong))
        if wrong:
            self._focus_on(wrong[0])
            return
        if self._unlocking:
            self._start(self._session.unlock(self._edit("passphrase").text()))
            return
        passphrase = self._edit("passphrase").text() if self._with_passphrase else ""
        server, login = self._edit("server").text().strip(), self._edit("login").text().strip()
        password = self._edit("password").text()
        self._start(self._session.sign_in(server, login, password, passphrase, self._forgotten))

    def _focus_on(self, code: str) -> None:
        """Go to the field of which it is said what is wrong."""
        edit = self._edit(_field_of(code))
        edit.setFocus(Qt.FocusReason.OtherFocusReason)
        edit.selectAll()

    def _missing(self) -> list[str]:
        """Return everything that is missing or wrong, in the order of the fields."""
        asked = () if self._unlocking else ("server", "login", "password")
        found = [f"{one}_missing" for one in asked if not self._edit(one).text().strip()]
        first, again = self._edit("passphrase").text(), self._edit("passphrase_again").text()
        if self._choosing and len(first) < MIN_PASSPHRASE:
            found.append("passphrase_too_short")
        elif self._choosing and first != again:
            found.append(_DIFFERS if again else _AGAIN)
        elif self._with_passphrase and not first:
            found.append(_TYPE)
        return found

    def _start(self, future: "Future[Signed]") -> None:
        self._busy = True
        self._show_fields()
        self._bridge.run(self, future, self._done, self._failed)

    def _done(self, signed: Signed) -> None:
        for name in ("password", "passphrase", "passphrase_again"):
            self._edit(name).clear()
        self._busy = False
        self.signed.emit(signed)

    def _failed(self, error: BaseException) -> None:
        self._busy = False
        code = self._code_of("", error)
        if code in (_CHOOSE, _TYPE):
            self._with_passphrase, self._choosing = True, code == _CHOOSE
        elif self._unlocking and code in _NEEDS_SIGN_IN:
            self._unlocking = self._with_passphrase = False
        self._said = ((), error)
        self.retranslate()
        if code in _ABOUT_SERVER and not self._edit("server").isHidden():
            self._focus_on("server")
        else:
            self._focus_first()

    def _switch_language(self) -> None:
        """Change between Chinese and English; the main window keeps it, and so does the next start."""
        self.chosen_language = language.ENGLISH if language.current() == language.CHINESE else language.CHINESE
        language.choose(self.chosen_language)
        self._session.remember_look(Look(language=self.chosen_language))

    def _take_other_way(self) -> None:
        """Sign in instead of unlocking; there, choose a new passphrase instead of the one that nobody knows."""
        self._forgotten = self._choosing = not self._unlocking
        self._with_passphrase = self._choosing
        self._unlocking = False
        self._edit("passphrase").clear()
        self._said = ((), WorldError(_FORGOTTEN) if self._forgotten else None)
        self.retranslate()
        self._focus_first()

    def _focus_first(self) -> None:
        """Put the focus where the next key stroke belongs: the first empty field, else the password or passphrase."""
        shown = [edit for _label, edit in self._fields.values() if not edit.isHidden()]
        wanted = next((edit for edit in shown if not edit.text()), shown[-1] if shown else None)
        if wanted is not None:
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)
            wanted.selectAll()  # what was wrong is typed over

    # --- events ---------------------------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.submit()
        else:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._bridge.close()
        super().closeEvent(event)
        self.closed.emit()


class SignInAgainDialog(Dialog):
    """Asks for the password once more where the session has ended; everything on the laptop stays open."""

    def __init__(self, session: SessionPort, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sign_in_again")
        self._session = session
        self._account = session.known_account()
        self._bridge = Bridge(self)
        self._banner = Banner()
        self._said: BaseException | None = None
        self._marks = FaultMarks(self._banner)
        self._password = TextLine()
        self._password.setObjectName("sign_in_again_password_edit")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._title, self._whose = Label("", "title"), Label("", "muted")
        self._cancel = Button(key="Esc")
        self._go = Button("", PRIMARY, "Enter")
        self._go.setObjectName("sign_in_again_button")
        self._go.clicked.connect(self.submit)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*space.PAGE)
        layout.setSpacing(space.INSIDE)
        layout.addWidget(self._title)
        layout.addWidget(self._whose)
        layout.addWidget(self._password)
        layout.addWidget(self._banner)
        layout.addSpacing(space.TINY)
        layout.addLayout(self._foot())
        self.setMinimumWidth(380)
        self._password.returnPressed.connect(self.submit)
        self.retranslate()

    def retranslate(self) -> None:
        """Set every text anew."""
        self.setWindowTitle(self.tr("重新登录"))
        self._title.setText(self.tr("重新登录"))
        login = self._account.login if self._account else ""
        self._whose.setText(self.tr("{login} 的密码").format(login=login))
        self._password.setAccessibleName(self.tr("密码"))
        self._cancel.setText(self.tr("取消"))
        self._go.setText(self.tr("登录"))
        if self._said is not None:
            self._banner.say(words.error_sentence(self._said), "warn")

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _foot(self) -> QHBoxLayout:
        self._cancel.setObjectName("sign_in_again_cancel_button")
        self._cancel.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self._cancel)
        foot.addWidget(self._go)
        return foot

    def submit(self) -> None:
        """Sign in with the password typed."""
        if self._account is None or not self._go.isEnabled():
            return
        self._go.setEnabled(False)
        future = self._session.sign_in(self._account.server, self._account.login, self._password.text(), "")
        self._bridge.run(self, future, lambda _signed: self.accept(), self._failed)

    def _failed(self, error: BaseException) -> None:
        self._go.setEnabled(True)
        self._said = error
        self._banner.say(words.error_sentence(error), "warn")
        self._password.setFocus()
