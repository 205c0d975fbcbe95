"""Names of several people as one text: joined once, as Chinese does it, and said as each language joins them."""

from collections.abc import Iterable

_CHINESE, _ENGLISH = "、", ", "


def joined(names: Iterable[str]) -> str:
    """Return names as one text, for `as_listed`."""
    return _CHINESE.join(names)


def as_listed(names: str, chinese: bool) -> str:
    """Return `joined` names as a language writes them: 张三、李四, or 张三, 李四."""
    return names if chinese else names.replace(_CHINESE, _ENGLISH)
