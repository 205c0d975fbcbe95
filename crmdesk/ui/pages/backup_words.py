"""What is said of a backup: what waits, what it holds, what came out of it."""

from PySide6.QtCore import QObject

from crmdesk.domain.brought_back import BackedUp, Brought
from crmdesk.ui import language
from crmdesk.ui.pages.customer_words import dotted


class BackupWords(QObject):
    """Says how much of each kind there is."""

    def counted(self, found: Brought) -> str:
        """Return how much of each kind there is, '' for nothing."""
        parts = (
            (found.changes, self.tr("%n 项更改", "", found.changes)),
            (found.needs_you, self.tr("%n 项要你处理", "", found.needs_you)),
            (found.drafts, self.tr("%n 份草稿", "", found.drafts)),
            (found.files, self.tr("%n 个附件", "", found.files)),
            (found.given_up, self.tr("%n 项放弃过的", "", found.given_up)),
        )
        return dotted(*(said for count, said in parts if count))

    def made(self, found: BackedUp) -> str:
        """Return what is said when a backup is whole."""
        return self.tr("已备份：{what}。").format(what=self.counted(found.held))

    def put_back(self, found: Brought) -> str:
        """Return what came out of a backup, and a second sentence where something stays in it alone."""
        what, said = self.counted(found), []
        if what:
            said.append(self.tr("已从备份恢复：{what}。").format(what=what))
        if found.left:
            said.append(self.tr("%n 份草稿没恢复：同一页上正有一份在写，写完再恢复一次。", "", found.left))
        return language.sentences(said) or self.tr("备份里的内容都已在这台电脑上。")
