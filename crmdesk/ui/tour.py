"""The first-run tour: three steps in a strip below the pages, by F2 or a click; it covers nothing and takes no key."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from crmdesk.services.commands import SetPreference
from crmdesk.ui import actions, space
from crmdesk.ui.context import PageContext
from crmdesk.ui.parts.buttons import PRIMARY, QUIET, Button
from crmdesk.ui.parts.label import Label
from crmdesk.ui.parts.spoken import Role

_PREFERENCE = "tour"


class Tour(QFrame):
    """Shown once a person and laptop, and again when asked for. It never has the focus: work may go on above it."""

    spoken_role = Role.Grouping

    def __init__(self, context: PageContext, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("tour")
        self.setProperty("part", "status")
        self._context = context
        self._step = 0
        self._title, self._words = Label("", "section"), Label("", "body", wrap=True)
        self._title.setObjectName("tour_title")
        self._count = Label("", "muted")
        self._next = Button("", PRIMARY, actions.keys("tour_next"), small=True)
        self._next.setObjectName("tour_next_button")
        self._next.clicked.connect(self.next)
        self._skip = Button("", QUIET, actions.keys("tour_skip"), small=True)
        self._skip.setObjectName("tour_skip_button")
        self._skip.clicked.connect(self.leave)
        text = QVBoxLayout()
        text.setSpacing(space.HAIR)
        text.addWidget(self._title)
        text.addWidget(self._words)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(space.EDGE, space.NEAR, space.EDGE, space.BETWEEN)
        layout.setSpacing(space.BETWEEN)
        layout.addLayout(text, 1)
        for part in (self._count, self._skip, self._next):
            layout.addWidget(part, 0, Qt.AlignmentFlag.AlignVCenter)
        self._own = [context.actions.bind(window, "tour_next", self.next)]
        self._own.append(context.actions.bind(window, "tour_skip", self.leave))
        context.actions.bind(window, "show_tour", self.begin)
        self._let_act()
        self.hide()

    def begin_once(self) -> None:
        """Show it where this person has not seen it on this laptop; from then on it does not come by itself."""
        self._context.ask(self, lambda reads: reads.preference(_PREFERENCE), self._take)

    def _take(self, seen: str) -> None:
        if not seen:
            self._context.submit(self, SetPreference(_PREFERENCE, "seen"))
            self.begin()

    def begin(self) -> None:
        """Show the first step."""
        self._step = 0
        self.show()
        self._show()

    def next(self) -> None:
        """Show the next step; after the last one the strip goes."""
        self._step += 1
        if self._step == len(self._steps()):
            self.leave()
        else:
            self._show()

    def leave(self) -> None:
        """Take the strip away."""
        self.hide()
        self._let_act()

    def _let_act(self) -> None:
        """Leave its keys free while it is not shown."""
        for action in self._own:
            action.setEnabled(self.isVisible())

    def _steps(self) -> tuple[tuple[str, str], ...]:
        find, keys = actions.keys("open_palette"), actions.keys("show_keys")
        return (
            (
                self.tr("找人，找事：{key}").format(key=find),
                self.tr("输入一个字、拼音或首字母就能找到医生和医院；每个命令也在那里，旁边写着它的快捷键。"),
            ),
            (
                self.tr("从“今日”开始一次拜访：Enter"),
                self.tr("选好医生按 Enter 就打开报告：数字键选一组，方向键选一项，写下记录。边写边保存，不怕中断。"),
            ),
            (
                self.tr("没有网络，照常工作"),
                self.tr("最下面一行说明什么已保存、什么在等待发送。所有快捷键：{key}。").format(key=keys),
            ),
        )

    def _show(self) -> None:
        steps = self._steps()
        title, words = steps[self._step]
        self._title.setText(title)
        self._words.setText(words)
        self._count.setText(f"{self._step + 1} / {len(steps)}")
        last = self._step == len(steps) - 1
        self._next.setText(self.tr("开始工作") if last else self.tr("下一步"))
        self._skip.setText(self.tr("跳过"))
        self._skip.setVisible(not last)
        self.setAccessibleName(f"{title}. {words}")
        self._let_act()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and self.isVisible():
            self._show()
        super().changeEvent(event)
