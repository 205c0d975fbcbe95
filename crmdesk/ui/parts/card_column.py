"""Cards one below the other: one whose content stays the same stays too, with its focus and what is typed into it."""

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtWidgets import QVBoxLayout, QWidget

from crmdesk.ui import space


class CardSpec(msgspec.Struct, frozen=True):
    """A card that is wanted: its key, what it shows, and how it is made (from the one of that key before, or None)."""

    key: str
    content: object
    make: Callable[[QWidget | None], QWidget]


class CardColumn(QVBoxLayout):
    """A column that is told again and again which cards to show."""

    def __init__(self) -> None:
        super().__init__()
        self.setSpacing(space.APART)
        self._made: dict[str, tuple[object, QWidget]] = {}

    def show_cards(self, wanted: Sequence[CardSpec]) -> None:
        """Show these cards in this order, making only those that are new or show something else."""
        before, self._made = self._made, {}
        for place, spec in enumerate(wanted):
            content, card = before.get(spec.key, (None, None))
            if card is None or content != spec.content:
                card = spec.make(card)
            else:
                del before[spec.key]
            self._made[spec.key] = (spec.content, card)
            item = self.itemAt(place)
            if item is None or item.widget() is not card:
                self.insertWidget(place, card)
            card.show()  # at once: Qt would do it a turn later, and a key pressed in between be lost
        for _content, card in before.values():
            self.removeWidget(card)
            card.hide()
            card.deleteLater()

    def card(self, key: str) -> QWidget | None:
        """Return the card of a key, None where it is not shown."""
        return self._made[key][1] if key in self._made else None
