"""How fast long work goes and how long it still takes, in words."""

from PySide6.QtCore import QCoreApplication

translate = QCoreApplication.translate
_RATE_AFTER_S = 0.5


def time_left(seconds: float) -> str:
    """Return how long it still takes, roughly."""
    if seconds < 90:
        return translate("pace", "还需约 {count} 秒").format(count=max(1, round(seconds)))
    return translate("pace", "还需约 {count} 分钟").format(count=round(seconds / 60))


def pace_words(done: int, total: int, seconds: float) -> str:
    """Return rows a second since the beginning and the time left at that rate, '' while that says nothing yet."""
    if not done or seconds < _RATE_AFTER_S:
        return ""
    rate = done / seconds
    words = translate("pace", "每秒 {rate} 行").format(rate=f"{rate:,.0f}")
    return f"{words} · {time_left((total - done) / rate)}"
