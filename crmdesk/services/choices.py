"""Which entries of a list fit what is typed: by characters, pinyin or initials, of words and of people's names."""

from collections.abc import Sequence

from crmdesk.storage import search


def best_fit(text: str, names: Sequence[str]) -> int:
    """Return the place of the entry that fits best, one that begins so before one that holds it; -1 for none."""
    ranked = ((search.fit(text, name), place) for place, name in enumerate(names))
    return min(((rank, place) for rank, place in ranked if rank is not None), default=(0, -1))[1]
