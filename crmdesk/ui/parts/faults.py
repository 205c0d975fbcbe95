"""What is wrong with a form, all of it at once: sentences in its banner, marked controls, the first one focused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from crmdesk.ui.parts.chips import Picklist
from crmdesk.ui.parts.notices import Banner, Said, said
from crmdesk.ui.parts.text_field import mark_wrong


class Fault(NamedTuple):
    """A sentence ('' where the control has its own beside it), or what makes it; and where it is mended."""

    text: Said
    control: QWidget


class FaultMarks:
    """Shows the faults of one form; what was marked before and is mended looks right again."""

    def __init__(self, banner: Banner) -> None:
        self._banner = banner
        self._marked: list[QWidget] = []

    def show(self, faults: Sequence[Fault], *, focus: bool = True) -> bool:
        """Say all of them, or that there is none any more; returns whether the form is free of them."""
        wrong = [one.control for one in faults]
        for control in self._marked:
            if control not in wrong:
                _mark(control, False)
        for control in wrong:
            _mark(control, True)
        if faults or self._marked:
            self._banner.say(lambda: "\n".join(filter(None, (said(one.text) for one in faults))), "warn")
        self._marked = wrong
        if faults and focus:
            wrong[0].setFocus(Qt.FocusReason.OtherFocusReason)
        return not faults

    @property
    def shown(self) -> bool:
        """Say whether something is marked."""
        return bool(self._marked)


def _mark(control: QWidget, wrong: bool) -> None:
    if isinstance(control, Picklist):
        control.set_wrong(wrong)
    else:
        mark_wrong(control, wrong)
