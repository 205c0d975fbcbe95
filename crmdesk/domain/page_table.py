"""A table of a page under docs/ that is worked out from the declarations and stands between two markers."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PageTable:
    """The table `name` of a page: `markdown` works it out."""

    page: str
    name: str
    markdown: Callable[[], str]

    def written_into(self, text: str) -> str:
        """Return a document with the table of today between its markers; raises ValueError where there are none."""
        opening, closing = f"<!-- {self.name}: begin -->", f"<!-- {self.name}: end -->"
        before, begin, rest = text.partition(opening)
        _, end, after = rest.partition(closing)
        if not begin or not end:
            raise ValueError(f"the markers {opening} and {closing} are missing")
        return f"{before}{opening}\n{self.markdown()}\n{closing}{after}"

    def command(self, arguments: list[str]) -> int:
        """Print the table, or with `--write` put it into its page."""
        if arguments != ["--write"]:
            sys.stdout.write(self.markdown() + "\n")
            return 0
        page = Path(__file__).parents[2] / "docs" / self.page
        page.write_text(self.written_into(page.read_text("utf-8")), "utf-8")
        return 0
