"""Every action declared once: its words, shortcut and icon; windows, palette and key map read it from here."""

from collections.abc import Callable, Iterable

import msgspec
import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

EVERYWHERE = "window"


class ActionSpec(msgspec.Struct, frozen=True):
    """One action: `place` is `window` or a page; `text` is Chinese, translated in the context `actions`.

    `begins` something of its own, for which nothing has to be chosen: the palette leads to it from any page.
    """

    name: str
    place: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    begins: bool = False


def _T(_context: str, text: str) -> str:  # known to lupdate by this name; see `ui.translate`
    """Mark a text of a table for translation."""
    return text


_ALSO_ENTER = ("Ctrl+Shift+Return", "Ctrl+Shift+Enter")
_SAVE = ("Ctrl+S", "Ctrl+Return", "Ctrl+Enter")
SPECS: tuple[ActionSpec, ...] = (
    ActionSpec("open_palette", EVERYWHERE, _T("actions", "搜索与命令"), ("Ctrl+K",), "search"),
    ActionSpec("go_today", EVERYWHERE, _T("actions", "打开今日"), (), "today"),
    ActionSpec("go_customers", EVERYWHERE, _T("actions", "打开客户"), (), "customers"),
    ActionSpec("go_plan", EVERYWHERE, _T("actions", "打开计划"), (), "calendar"),
    ActionSpec("go_visit", EVERYWHERE, _T("actions", "打开拜访"), (), "visit"),
    ActionSpec("go_expenses", EVERYWHERE, _T("actions", "打开费用"), (), "expenses"),
    ActionSpec("go_approvals", EVERYWHERE, _T("actions", "打开审批"), (), "approvals"),
    ActionSpec("go_team", EVERYWHERE, _T("actions", "打开团队"), (), "team"),
    ActionSpec("go_sync", EVERYWHERE, _T("actions", "打开同步"), (), "sync"),
    ActionSpec("go_settings", EVERYWHERE, _T("actions", "打开设置"), ("Ctrl+,",), "settings"),
    ActionSpec("go_import", EVERYWHERE, _T("actions", "导入客户"), ("Ctrl+I",), "import"),
    ActionSpec("go_back", EVERYWHERE, _T("actions", "返回上一页"), ("Alt+Left",), "back"),
    ActionSpec("sync_now", EVERYWHERE, _T("actions", "立即同步"), ("F5",), "sync"),
    ActionSpec("cancel_sync", EVERYWHERE, _T("actions", "停止同步"), ("Shift+F5",), "close"),
    ActionSpec("work_offline", EVERYWHERE, _T("actions", "离线工作"), ("Ctrl+Shift+O",), "offline"),
    ActionSpec("undo", EVERYWHERE, _T("actions", "撤销"), ("Ctrl+Z",), "undo"),
    ActionSpec("switch_language", EVERYWHERE, _T("actions", "切换中文 / 英文"), ("Ctrl+Shift+L",), "language"),
    ActionSpec("switch_theme", EVERYWHERE, _T("actions", "切换浅色 / 深色"), ("Ctrl+Shift+D",), "theme"),
    ActionSpec("show_keys", EVERYWHERE, _T("actions", "键盘快捷键"), ("F1",), "keyboard"),
    ActionSpec("open_window", EVERYWHERE, _T("actions", "在新窗口中打开"), _ALSO_ENTER, "open"),
    ActionSpec("close_window", EVERYWHERE, _T("actions", "关闭这个窗口"), ("Ctrl+W",), "close"),
    ActionSpec("show_tour", EVERYWHERE, _T("actions", "看一遍导览"), ("Shift+F1",), "info"),
    ActionSpec("tour_next", EVERYWHERE, _T("actions", "导览：下一步"), ("F2",), "next"),
    ActionSpec("tour_skip", EVERYWHERE, _T("actions", "导览：跳过"), ("Shift+F2",), "close"),
    ActionSpec("lock_now", EVERYWHERE, _T("actions", "立即锁定"), ("Ctrl+Shift+K",), "lock"),
    ActionSpec("sign_out", EVERYWHERE, _T("actions", "退出登录"), (), "sign_out"),
    ActionSpec("change_passphrase", "settings", _T("actions", "本机口令…"), ("Ctrl+P",), "edit"),
    ActionSpec("backup_make", "settings", _T("actions", "备份…"), ("Ctrl+B",), "export", True),
    ActionSpec("backup_put_back", "settings", _T("actions", "恢复备份…"), ("Ctrl+R",), "undo", True),
    ActionSpec("quit", EVERYWHERE, _T("actions", "关闭 crmdesk"), ("Ctrl+Q",), "close"),
    ActionSpec("today_start", "today", _T("actions", "开始拜访"), ("Return", "Enter"), "visit"),
    ActionSpec("today_open_doctor", "today", _T("actions", "打开医生"), ("O",), "doctor"),
    ActionSpec("today_keep", "today", _T("actions", "承诺已兑现"), ("D",), "done"),
    ActionSpec("today_answer", "today", _T("actions", "提问已答复"), ("A",), "done"),
    ActionSpec("today_drop", "today", _T("actions", "放弃没写完的报告"), ("Ctrl+Shift+Delete",), "delete"),
    ActionSpec("today_previous_day", "today", _T("actions", "前一天"), ("Ctrl+Left",), "back"),
    ActionSpec("today_next_day", "today", _T("actions", "后一天"), ("Ctrl+Right",), "next"),
    ActionSpec("today_plan", "today", _T("actions", "添加计划"), ("N",), "plus"),
    ActionSpec("customers_new_doctor", "customers", _T("actions", "新建医生"), ("Ctrl+N",), "plus", True),
    ActionSpec("customers_new_institution", "customers", _T("actions", "新建机构"), ("Ctrl+Shift+N",), "plus", True),
    ActionSpec("customers_filter", "customers", _T("actions", "筛选列表"), ("Ctrl+F",), "search"),
    ActionSpec("customers_open", "customers", _T("actions", "打开客户页"), ("Return", "Enter"), "doctor"),
    ActionSpec("customers_doctors", "customers", _T("actions", "列出医生"), ("Alt+1",), "doctor"),
    ActionSpec("customers_institutions", "customers", _T("actions", "列出机构"), ("Alt+2",), "institution"),
    ActionSpec("customers_conditions", "customers", _T("actions", "筛选条件"), ("Alt+F",), "filter"),
    ActionSpec("customers_columns", "customers", _T("actions", "选择列"), ("Alt+C",), "columns"),
    ActionSpec("customers_sort", "customers", _T("actions", "按下一列排序"), ("Alt+O",), "next"),
    ActionSpec("customers_turn", "customers", _T("actions", "反向排序"), ("Alt+Shift+O",), "sync"),
    ActionSpec("customers_save_filter", "customers", _T("actions", "保存筛选…"), ("Alt+S",), "done"),
    ActionSpec("customers_clear_filter", "customers", _T("actions", "清除筛选"), ("Alt+X",), "close"),
    ActionSpec("customers_arrange_filters", "customers", _T("actions", "管理筛选…"), ("Alt+M",), "edit"),
    ActionSpec("customers_next_filter", "customers", _T("actions", "下一个筛选"), ("Alt+Down",), "next"),
    ActionSpec("customers_previous_filter", "customers", _T("actions", "上一个筛选"), ("Alt+Up",), "back"),
    ActionSpec("customers_batch", "customers", _T("actions", "批量修改…"), ("Alt+B",), "edit"),
    ActionSpec("customers_merge", "customers", _T("actions", "合并…"), ("Alt+G",), "merge"),
    ActionSpec("customers_unselect", "customers", _T("actions", "取消选择"), ("Escape",), "close"),
    ActionSpec("customers_export", "customers", _T("actions", "导出…"), ("Alt+E",), "export"),
    ActionSpec("customers_duplicates", "customers", _T("actions", "可能重复"), ("Alt+D",), "merge", True),
    ActionSpec("duplicates_merge", "duplicates", _T("actions", "合并"), ("Ctrl+Return", "Ctrl+Enter"), "merge"),
    ActionSpec("duplicates_propose", "duplicates", _T("actions", "提议合并"), ("Ctrl+S",), "submit"),
    ActionSpec("duplicates_swap", "duplicates", _T("actions", "保留另一个"), ("X",), "sync"),
    ActionSpec("duplicates_dismiss", "duplicates", _T("actions", "不是同一个"), ("Delete",), "close"),
    ActionSpec("duplicates_decline", "duplicates", _T("actions", "不合并"), ("Ctrl+D",), "reject"),
    ActionSpec("duplicates_withdraw", "duplicates", _T("actions", "撤回提议"), ("Ctrl+B",), "undo"),
    ActionSpec("duplicates_restore", "duplicates", _T("actions", "恢复"), ("Ctrl+R",), "undo"),
    ActionSpec("doctor_edit", "doctor", _T("actions", "编辑"), ("E",), "edit"),
    ActionSpec("doctor_visit", "doctor", _T("actions", "拜访"), ("V",), "visit"),
    ActionSpec("doctor_plan", "doctor", _T("actions", "计划"), ("P",), "calendar"),
    ActionSpec("doctor_keep", "doctor", _T("actions", "承诺已兑现"), ("D",), "done"),
    ActionSpec("doctor_answer", "doctor", _T("actions", "提问已答复"), ("A",), "done"),
    ActionSpec("doctor_call_back", "doctor", _T("actions", "回访最近的拜访…"), ("K",), "call_back"),
    ActionSpec("doctor_save", "doctor", _T("actions", "保存"), _SAVE, "done"),
    ActionSpec("doctor_cancel", "doctor", _T("actions", "取消"), ("Escape",), "close"),
    ActionSpec("doctor_delete", "doctor", _T("actions", "删除"), ("Ctrl+Delete",), "delete"),
    ActionSpec("doctor_evidence", "doctor", _T("actions", "添加同意凭证…"), ("Ctrl+O",), "attach"),
    ActionSpec("doctor_place", "doctor", _T("actions", "添加执业机构…"), ("Ctrl+N",), "plus"),
    ActionSpec("doctor_compare", "doctor", _T("actions", "对照可能重复的医生"), ("Alt+D",), "merge"),
    ActionSpec("institution_edit", "institution", _T("actions", "编辑"), ("E",), "edit"),
    ActionSpec("institution_new_doctor", "institution", _T("actions", "新建医生"), ("Ctrl+N",), "plus"),
    ActionSpec("institution_compare", "institution", _T("actions", "对照可能重复的机构"), ("Alt+D",), "merge"),
    ActionSpec("institution_save", "institution", _T("actions", "保存"), _SAVE, "done"),
    ActionSpec("institution_cancel", "institution", _T("actions", "取消"), ("Escape",), "close"),
    ActionSpec("visit_submit", "visit", _T("actions", "提交"), ("Ctrl+Return", "Ctrl+Enter"), "submit"),
    ActionSpec("visit_save", "visit", _T("actions", "保存"), ("Ctrl+S",), "done"),
    ActionSpec("visit_later", "visit", _T("actions", "稍后"), ("Escape",), "clock"),
    ActionSpec("visit_drop", "visit", _T("actions", "放弃没写完的报告"), ("Ctrl+Shift+Delete",), "delete"),
    ActionSpec("visit_expense", "visit", _T("actions", "费用"), ("Ctrl+E",), "expenses"),
    ActionSpec("visit_attach", "visit", _T("actions", "照片 / 发票"), ("Ctrl+O",), "attach"),
    ActionSpec("visit_amend", "visit", _T("actions", "更正…"), ("Ctrl+R",), "edit"),
    ActionSpec("visit_export", "visit", _T("actions", "导出…"), ("Alt+E",), "export"),
    ActionSpec("visit_new", "visit", _T("actions", "新建拜访"), ("Ctrl+N",), "plus", True),
    ActionSpec("expenses_new", "expenses", _T("actions", "新建报销"), ("Ctrl+N",), "plus", True),
    ActionSpec("expenses_export", "expenses", _T("actions", "导出…"), ("Alt+E",), "export"),
    ActionSpec("expenses_save", "expenses", _T("actions", "保存"), ("Ctrl+S",), "done"),
    ActionSpec("expenses_submit", "expenses", _T("actions", "提交报销"), ("Ctrl+Return", "Ctrl+Enter"), "submit"),
    ActionSpec("expenses_recall", "expenses", _T("actions", "撤回"), ("Ctrl+B",), "undo"),
    ActionSpec("expenses_attach", "expenses", _T("actions", "添加凭证"), ("Ctrl+O",), "attach"),
    ActionSpec("expenses_add_line", "expenses", _T("actions", "添加明细"), ("Ctrl+L",), "plus"),
    ActionSpec("expenses_receipt", "expenses", _T("actions", "用别的程序打开凭证"), ("O",), "open"),
    ActionSpec("expenses_delete", "expenses", _T("actions", "删除这张报销单"), ("Ctrl+Shift+Delete",), "delete"),
    ActionSpec("expenses_edit", "expenses", _T("actions", "编辑"), ("E",), "edit"),
    ActionSpec("approvals_approve", "approvals", _T("actions", "批准"), ("A",), "approvals"),
    ActionSpec("approvals_by_line", "approvals", _T("actions", "逐行批准…"), ("L",), "approvals"),
    ActionSpec("approvals_send_back", "approvals", _T("actions", "退回…"), ("B",), "send_back"),
    ActionSpec("approvals_reject", "approvals", _T("actions", "驳回…"), ("R",), "reject"),
    ActionSpec("approvals_call_back", "approvals", _T("actions", "回访…"), ("K",), "call_back"),
    ActionSpec("approvals_settle", "approvals", _T("actions", "裁定…"), ("D",), "edit"),
    ActionSpec("approvals_pay", "approvals", _T("actions", "支付"), ("P",), "expenses"),
    ActionSpec("approvals_receipt", "approvals", _T("actions", "用别的程序打开凭证"), ("O",), "open"),
    ActionSpec("team_unseen", "team", _T("actions", "还没见的客户"), ("Return", "Enter"), "customers"),
    ActionSpec("team_week", "team", _T("actions", "看这一周"), ("W",), "calendar"),
    ActionSpec("team_call_backs", "team", _T("actions", "去回访"), ("K",), "call_back"),
    ActionSpec("team_this_cycle", "team", _T("actions", "看本周期"), ("Alt+1",), "clock"),
    ActionSpec("team_last_cycle", "team", _T("actions", "看上周期"), ("Alt+2",), "clock"),
    ActionSpec("team_this_month", "team", _T("actions", "看本月"), ("Alt+3",), "clock"),
    ActionSpec("team_last_month", "team", _T("actions", "看上月"), ("Alt+4",), "clock"),
    ActionSpec("team_sort", "team", _T("actions", "按下一项排序"), ("Alt+O",), "next"),
    ActionSpec("plan_add", "plan", _T("actions", "添加计划"), ("N",), "plus", True),
    ActionSpec("plan_open", "plan", _T("actions", "打开拜访"), ("Return", "Enter"), "visit"),
    ActionSpec("plan_move", "plan", _T("actions", "移动…"), ("M",), "clock"),
    ActionSpec("plan_earlier", "plan", _T("actions", "提前 15 分钟"), ("Shift+Up",), "clock"),
    ActionSpec("plan_later", "plan", _T("actions", "推后 15 分钟"), ("Shift+Down",), "clock"),
    ActionSpec("plan_day_before", "plan", _T("actions", "移到前一天"), ("Shift+Left",), "back"),
    ActionSpec("plan_day_after", "plan", _T("actions", "移到后一天"), ("Shift+Right",), "next"),
    ActionSpec("plan_remove", "plan", _T("actions", "删除"), ("Delete",), "delete"),
    ActionSpec("plan_repeat", "plan", _T("actions", "重复…"), ("R",), "sync"),
    ActionSpec("plan_copy", "plan", _T("actions", "复制到下一周"), ("Ctrl+D",), "copy"),
    ActionSpec("plan_previous_week", "plan", _T("actions", "前一周"), ("Ctrl+Left",), "back"),
    ActionSpec("plan_next_week", "plan", _T("actions", "后一周"), ("Ctrl+Right",), "next"),
    ActionSpec("plan_this_week", "plan", _T("actions", "本周"), ("T",), "today"),
    ActionSpec("plan_day_off", "plan", _T("actions", "不在岗…"), ("F",), "calendar", True),
    ActionSpec("plan_export", "plan", _T("actions", "导出日历…"), ("Ctrl+E",), "export", True),
    ActionSpec("plan_schedule", "plan", _T("actions", "排入所选的一天"), ("S",), "plus"),
    ActionSpec("plan_propose", "plan", _T("actions", "申请目标…"), ("P",), "edit"),
    ActionSpec("plan_withdraw", "plan", _T("actions", "撤回申请"), ("W",), "undo"),
    ActionSpec("plan_accept", "plan", _T("actions", "同意"), ("A",), "approvals"),
    ActionSpec("plan_answer", "plan", _T("actions", "答复…"), ("D",), "edit"),
    ActionSpec("plan_cycle", "plan", _T("actions", "周期计划…"), ("C",), "edit"),
    ActionSpec("import_choose", "import", _T("actions", "选择文件…"), ("Ctrl+O",), "file", True),
    ActionSpec("import_start", "import", _T("actions", "开始导入"), ("Ctrl+Return", "Ctrl+Enter"), "import"),
    ActionSpec("import_decide", "import", _T("actions", "确定医院…"), ("Ctrl+D",), "institution"),
    ActionSpec("import_forget", "import", _T("actions", "忘掉这个选择"), ("Ctrl+Delete",), "delete"),
    ActionSpec("import_cancel", "import", _T("actions", "停止"), ("Escape",), "close"),
    ActionSpec("import_save_report", "import", _T("actions", "保存结果…"), ("Ctrl+S",), "export"),
    ActionSpec("import_take_back", "import", _T("actions", "撤回导入…"), ("Ctrl+B",), "undo"),
    ActionSpec("sync_sign_in", "sync", _T("actions", "重新登录…"), ("Ctrl+L",), "lock"),
    ActionSpec("sync_accept", "sync", _T("actions", "确认，是对的"), ("Ctrl+Y",), "done"),
    ActionSpec("sync_bring_back", "sync", _T("actions", "取回旧数据…"), ("Ctrl+O",), "undo"),
    ActionSpec("sync_throw_away", "sync", _T("actions", "丢弃旧数据…"), ("Ctrl+Delete",), "delete"),
    ActionSpec("sync_keep", "sync", _T("actions", "就用当前值"), ("Return", "Enter"), "done"),
)  # fmt: skip
_BY_NAME = {spec.name: spec for spec in SPECS}
_numbered: dict[str, str] = {}
"""Action that opens a page of the rail → its number key: where a page stands differs by role."""


def number_pages(pages: Iterable[str]) -> None:
    """Let Ctrl+1, Ctrl+2 … open the pages of the rail in the order in which it shows them."""
    _numbered.clear()
    _numbered.update({f"go_{page}": f"Ctrl+{number}" for number, page in enumerate(pages, 1) if number <= 9})


def shortcuts(spec: ActionSpec) -> tuple[str, ...]:
    """Return the keys of an action, the one to be shown first."""
    return (*spec.keys, _numbered[spec.name]) if spec.name in _numbered else spec.keys


PLACES = {
    EVERYWHERE: _T("actions", "到处可用"),
    "today": _T("actions", "今日"),
    "customers": _T("actions", "客户"),
    "duplicates": _T("actions", "可能重复"),
    "doctor": _T("actions", "医生页"),
    "institution": _T("actions", "机构页"),
    "visit": _T("actions", "拜访报告"),
    "plan": _T("actions", "计划"),
    "expenses": _T("actions", "报销"),
    "approvals": _T("actions", "审批"),
    "team": _T("actions", "团队"),
    "import": _T("actions", "导入"),
    "sync": _T("actions", "同步"),
    "settings": _T("actions", "设置"),
}
"""Place of an action → its Chinese heading in the key map."""


class Actions(QObject):
    """Makes QActions from the declarations and knows which are usable now."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bound: list[tuple[ActionSpec, QAction, QWidget]] = []

    def bind(self, owner: QWidget, name: str, trigger: Callable[[], object]) -> QAction:
        """Make the action `name` call `trigger` while the focus is in `owner` (the window for `window` actions).

        Raises KeyError for an action that is not declared in SPECS.
        """
        spec = _BY_NAME[name]
        action = QAction(text(name), owner)
        action.setObjectName(f"{name}_action")
        action.setShortcuts([QKeySequence(keys) for keys in shortcuts(spec)])
        everywhere = spec.place == EVERYWHERE
        context = Qt.ShortcutContext
        action.setShortcutContext(context.WindowShortcut if everywhere else context.WidgetWithChildrenShortcut)
        action.triggered.connect(lambda _checked=False: trigger())
        owner.addAction(action)
        self._bound.append((spec, action, owner))
        return action

    def trigger(self, name: str) -> None:
        """Do what an action does, where it works now."""
        for spec, action in self.usable():
            if spec.name == name:
                action.trigger()
                return

    def usable(self) -> list[tuple[ActionSpec, QAction]]:
        """Return the actions that work now: of the window and of visible pages, enabled ones only."""
        self._bound = [entry for entry in self._bound if shiboken6.isValid(entry[1]) and shiboken6.isValid(entry[2])]
        return [(spec, action) for spec, action, owner in self._bound if owner.isVisible() and action.isEnabled()]

    def by_keys(self, keys: QKeySequence) -> QAction | None:
        """Return the one action of what is shown that has these keys; None where there is none or more than one."""
        found = [action for spec, action in self.usable() if spec.place != EVERYWHERE and keys in action.shortcuts()]
        return found[0] if len(found) == 1 else None


def text(name: str) -> str:
    """Return the words of an action in the language in use."""
    return QCoreApplication.translate("actions", _BY_NAME[name].text)


def keys_of(name: str) -> tuple[str, ...]:
    """Return the shortcuts of an action by its name."""
    return shortcuts(_BY_NAME[name])


def keys(name: str) -> str:
    """Return the first shortcut of an action as keys are labelled (`Ctrl+K` → `Ctrl K`, Return → `Enter`), or ''."""
    found = shortcuts(_BY_NAME[name])
    return key_label(found[0]) if found else ""


def key_label(sequence: str) -> str:
    """Return a key sequence as it stands on a key cap."""
    names = {"Return": "↵", "Escape": "Esc", "Left": "←", "Right": "→", "Up": "↑", "Down": "↓", "Delete": "Del"}
    if sequence in ("Return", "Enter"):
        return "Enter"
    parts = sequence.split("+") if sequence != "Ctrl++" else ["Ctrl", "+"]
    return " ".join(names.get(part, part) for part in parts)


def place_word(place: str) -> str:
    """Return the heading of a place in the language in use."""
    return QCoreApplication.translate("actions", PLACES[place])
