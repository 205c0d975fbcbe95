"""Choosing language and theme: shown at once, kept with the person, and noted for the sign-in of the next start."""

from PySide6.QtCore import QObject

from crmdesk.services.commands import SetPreference
from crmdesk.ui import language, theme
from crmdesk.ui.context import PageContext
from crmdesk.ui.ports import Look


def choose_language(context: PageContext, owner: QObject, choice: str) -> None:
    """Show everything in `zh`, `en` or what the `system` says, now and next time."""
    language.choose(choice)
    context.submit(owner, SetPreference("language", choice))
    context.session.remember_look(Look(language=choice))


def choose_theme(context: PageContext, owner: QObject, choice: str) -> None:
    """Show everything `light`, `dark` or as the `system` is, now and next time."""
    theme.choose(choice)
    context.submit(owner, SetPreference("theme", choice))
    context.session.remember_look(Look(theme=choice))
