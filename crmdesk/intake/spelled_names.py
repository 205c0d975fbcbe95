"""Names of hospitals in letters: words tell them apart, as characters do in Chinese ones, and most words are shared."""

import re
import unicodedata

_LETTERS_ONLY = re.compile(r"[^\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
"""Scripts that part words by spaces: no Chinese, Japanese or Korean."""
_WORD = re.compile(r"\d+|[^\W\d_]+")


def told_apart(one: str, other: str) -> bool:
    """Say whether two names in letters are surely two hospitals: each has a word that is no spelling of the other's.

    Klinikum Nord and Klinikum Süd are two, as are №4 and №5; Mt Sinai and Mount Sinai may be one. False where a name
    is in characters.
    """
    if not (_LETTERS_ONLY.fullmatch(one) and _LETTERS_ONLY.fullmatch(other)):
        return False
    left, right = _words(one), _words(other)
    fewer, more = sorted((left - right, right - left), key=lambda words: (len(words), sorted(words)))
    return any(not any(_is_a_spelling(word, another) for another in more) for word in fewer)


def _words(name: str) -> set[str]:
    """Return the words without their accents: Charite is how people type Charité."""
    flat = unicodedata.normalize("NFKD", name.casefold())
    return set(_WORD.findall("".join(sign for sign in flat if not unicodedata.combining(sign)).replace("đ", "d")))


def _is_a_spelling(one: str, other: str) -> bool:
    """Say whether two words may be one: St and Saint, Josef and Joseph; never two numbers."""
    if one[0] != other[0] or one.isdigit() or other.isdigit():
        return False
    short, long = sorted((one, other), key=len)
    letters = iter(long)
    return (len(short) > 1 and all(sign in letters for sign in short)) or _share(one, other) >= 0.5


def _share(one: str, other: str) -> float:
    left, right = ({word[at : at + 2] for at in range(len(word) - 1)} for word in (one, other))
    return 2 * len(left & right) / max(len(left) + len(right), 1)
