"""The report of an import: counts, and every row that was refused, parked or needs a look, savable as csv."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmdesk.domain.formulas import neutral
from crmdesk.intake.model import Action, Planned


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One row to look at: its number in the file, what was done, why, and the customer's name."""

    row_number: int
    action: Action
    code: str
    params: Mapping[str, Any]
    name: str = ""


@dataclass(slots=True)
class Report:
    """What an import did; `made` counts rows of every record made, related ones included."""

    counts: Counter[Action] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    lines: list[ReportLine] = field(default_factory=list)
    cancelled: bool = False
    run_id: str = ""  # what the laptop keeps of it so that it can be taken back

    def add(self, planned: Planned) -> None:
        """Count a row that went as planned."""
        self.counts[planned.action] += 1
        self.made.update(row.record for row in planned.rows)
        if planned.code:
            self._line(planned, planned.action, planned.code, planned.params)

    def refuse(self, planned: Planned, code: str, params: Mapping[str, Any]) -> None:
        """Count a row that the store or the server refused although it was planned otherwise."""
        self.counts[Action.REFUSED] += 1
        self._line(planned, Action.REFUSED, code, params)

    def _line(self, planned: Planned, action: Action, code: str, params: Mapping[str, Any]) -> None:
        name = str(planned.values.get("name") or "")
        self.lines.append(ReportLine(planned.row_number, action, code, params, name))

    @property
    def refused(self) -> list[ReportLine]:
        """Return the refused rows."""
        return [line for line in self.lines if line.action is Action.REFUSED]

    @property
    def parked(self) -> list[ReportLine]:
        """Return the parked duplicates."""
        return [line for line in self.lines if line.action is Action.DUPLICATE_PARKED]

    def as_csv(self, header: Sequence[str], cells: Callable[[ReportLine], Sequence[str]]) -> str:
        """Return the lines as csv, in the words of who reads it; no cell is one that a sheet would run as a formula."""
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(header)
        writer.writerows([neutral(cell) for cell in cells(line)] for line in self.lines)
        return text.getvalue()

    def save(self, path: Path, header: Sequence[str], cells: Callable[[ReportLine], Sequence[str]]) -> None:
        """Write the csv with a byte order mark, so that Excel reads the Chinese."""
        path.write_text(self.as_csv(header, cells), "utf-8-sig", newline="")
