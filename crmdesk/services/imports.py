"""The import of customers on the laptop: previews a file, runs its plan in batches through the one writer thread."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import structs

from crmdesk.domain import access
from crmdesk.domain.clock import Clock, local_date
from crmdesk.domain.custom_fields import Definitions
from crmdesk.domain.errors import InputError, RefusedError
from crmdesk.domain.ids import new_id
from crmdesk.domain.records import RECORDS
from crmdesk.domain.roles import Role
from crmdesk.services import import_memory, import_undo
from crmdesk.services.commands import Command, ImportRows, Outcome, SetPreference
from crmdesk.services.reads_sync import Reads
from crmdesk.services.views import Person

if TYPE_CHECKING:
    from crmdesk.intake import KnownDoctor, KnownInstitution, Planned, Preview, Report
    from crmdesk.intake.dates import Order

BATCH_ROWS = 500
_LONGEST_ALIAS = 60
Progress = Callable[[int, int], None]
"""Called on the import's thread with rows of the file done and rows in all."""


class KnownHere(msgspec.Struct, frozen=True):
    """The customers on this laptop at the moment when the import began."""

    known_institutions: "Sequence[KnownInstitution]"
    known_doctors: "Sequence[KnownDoctor]"
    known_departments: Sequence[tuple[str, str, str]]

    def institutions(self) -> "Sequence[KnownInstitution]":
        """Return every institution held here."""
        return self.known_institutions

    def doctors(self) -> "Sequence[KnownDoctor]":
        """Return every doctor held here, one entry for each affiliation."""
        return self.known_doctors

    def departments(self) -> Sequence[tuple[str, str, str]]:
        """Return (id, institution id, name) of every department held here."""
        return self.known_departments


class ImportDesk:
    """What the import dialog and the command line use; one import runs at a time, others wait for it."""

    def __init__(
        self,
        submit: Callable[[Command], "Future[Outcome]"],
        known: Callable[[], "Future[KnownHere]"],
        person: Callable[[], Person],
        defined: Callable[[], "Future[Definitions]"],
        kept: Callable[[], "Future[str]"],
        clock: Clock,
        standing: "Callable[[str], Future[import_undo.Standing]]",
    ) -> None:
        self._submit, self._known, self._person, self._defined = submit, known, person, defined
        self._kept, self._clock, self._standing = kept, clock, standing
        self._runner = ThreadPoolExecutor(1, thread_name_prefix="crmdesk-import")
        self._closed = False
        self._last: Future[Any] | None = None

    @property
    def runs(self) -> bool:
        """Say whether an import or its taking back runs, or waits to."""
        return self._last is not None and not self._last.done()

    def preview(self, source: Path | str | bytes, kind: str | None = None, sheet: str | None = None) -> "Preview":
        """Read a file and guess its columns; takes its time for a large one, so call it off the GUI thread.

        `kind` is doctor or institution where the person said so. Where the person chose columns for a file of this
        shape before, that choice is proposed (`Preview.remembered`). Raises InputError with the reason, WorldError.
        """
        from crmdesk import intake  # lazy, here and below: most days nothing is imported

        own = intake.OwnFields.of(self._defined().result(), Role(self._person().role))
        found = intake.preview(source, kind, sheet=sheet, own=own)
        entries = import_memory.read(self._kept().result())
        last = None if kind else import_memory.latest(entries, found.shape)
        if last is not None and last.kind != found.kind:
            found = intake.preview(source, last.kind, sheet=sheet, own=own)
        if isinstance(source, Path):
            found = dataclasses.replace(found, file_name=source.name)
        proposed = import_memory.proposed(found, entries)
        proposed.blocks(proposed.mapping)  # here, where it may take its time
        return proposed

    def forget(self, preview: "Preview") -> "Future[Outcome]":
        """Forget what was chosen for files of this shape: from now on the columns are guessed again."""
        entries = import_memory.read(self._kept().result())
        left = import_memory.without(entries, preview.shape, preview.kind)
        return self._submit(SetPreference(import_memory.PREFERENCE, import_memory.write(left)))

    def run(
        self,
        preview: "Preview",
        mapping: Mapping[int, str],
        progress: Progress | None = None,
        cancel: Callable[[], bool] | None = None,
        territory_id: str = "",
        hospitals: Mapping[str, str] | None = None,
        date_order: "Order | None" = None,
        run_id: str = "",
        from_above: bool | None = None,
    ) -> "Future[Report]":
        """Write the file's new customers, at most 500 rows a commit; the Future gives the report.

        `hospitals` answers what an earlier run was unsure of (`crmdesk.intake.plan`); the institution that a name was
        said to mean keeps it as an alias, so that it is not asked for again. `date_order` answers
        `Preview.unclear_dates`, `from_above` `Preview.blocks`. `run_id` names an earlier run (`Report.run_id`) that
        this one goes on with: both are taken back as one.

        `cancel` is asked before each row: what was committed stays and the report says `cancelled`. Running the same
        file again makes nothing twice. Errors come through the Future: RefusedError('forbidden', 'no_territory'),
        InputError of a bad mapping, WorldError where the disk refuses (what was committed stays then, too).
        """
        noted = _Noted(self._submit, run_id or new_id(), preview.file_name)
        run = _Run(noted, progress or _silent, cancel or self._is_closed, preview.row_count)
        answers = _Answers(hospitals or {}, date_order, from_above)
        self._last = made = self._runner.submit(self._work, run, preview, dict(mapping), territory_id, answers)
        return made

    def _work(
        self,
        run: "_Run",
        preview: "Preview",
        mapping: dict[int, str],
        territory_id: str,
        answers: "_Answers",
    ) -> "Report":
        person = self._person()
        if not access.may_write(RECORDS["doctor"], Role(person.role)):
            raise RefusedError("forbidden", record=preview.kind)
        if not person.territory_ids:
            raise RefusedError("no_territory")
        if territory_id and territory_id not in person.territory_ids:
            raise RefusedError("out_of_scope", field="territory_id")
        from crmdesk import intake

        order = answers.date_order
        self._remember(preview, mapping, order.value if order and preview.unclear_dates(mapping) else "", answers)
        known = self._known().result()
        self._keep_names(known, answers.hospitals, run.noted)
        territory = territory_id or person.territory_ids[0]
        said = (answers.hospitals, order, answers.from_above)
        return run.write(intake.plan(preview, mapping, known, territory, *said))

    def _remember(self, preview: "Preview", mapping: Mapping[int, str], dates: str, answers: "_Answers") -> None:
        entries = import_memory.read(self._kept().result())
        day = local_date(self._clock()).isoformat()
        above = import_memory.about_above(entries, preview, mapping, answers.from_above)
        chosen = import_memory.with_choice(entries, preview, mapping, day, dates, above)
        if [structs.replace(one, day="") for one in chosen] != [structs.replace(one, day="") for one in entries]:
            self._submit(SetPreference(import_memory.PREFERENCE, import_memory.write(chosen))).result()

    def _keep_names(self, known: KnownHere, hospitals: Mapping[str, str], noted: "_Noted") -> None:
        """Make the names that a person explained aliases of the institutions that they mean."""
        field = RECORDS["institution"].field("aliases")
        aliases = {one.id: {*one.aliases, one.name} for one in known.institutions()}
        named = {one.id: one.name for one in known.institutions()}
        grown: set[str] = set()
        for name, institution_id in hospitals.items():
            held = aliases.get(institution_id, {name})
            if name not in held and len(held) <= field.max_length and len(name) <= _LONGEST_ALIAS:
                held.add(name)
                grown.add(institution_id)
        rows = tuple(
            {"record": "institution", "id": one, "values": {"aliases": sorted(aliases[one] - {named[one]})}}
            for one in sorted(grown)
        )
        for start in range(0, len(rows), BATCH_ROWS):
            noted.write("institution", rows[start : start + BATCH_ROWS])

    def take_back(
        self, run_id: str, progress: Progress | None = None, cancel: Callable[[], bool] | None = None
    ) -> "Future[import_undo.TakenBack]":
        """Take an import back as far as nothing was done with its rows since, in commits of thirty rows.

        `cancel` is asked before each commit; what is left can be taken back later. InputError('unknown_import') comes
        through the Future.
        """

        def stopped() -> bool:
            return self._closed or (cancel is not None and cancel())

        work = import_undo.take_back
        self._last = made = self._runner.submit(
            work, self._submit, self._standing, run_id, progress or _silent, stopped
        )
        return made

    def _is_closed(self) -> bool:
        return self._closed

    def close(self) -> None:
        """Stop a running import at its next row and end the thread."""
        self._closed = True
        self._runner.shutdown(wait=True, cancel_futures=True)


def _silent(_done: int, _total: int) -> None:
    return None


class _Answers(msgspec.Struct, frozen=True):
    """What a person said about a file besides its columns."""

    hospitals: Mapping[str, str]
    date_order: "Order | None"
    from_above: bool | None


class _Noted(msgspec.Struct, frozen=True):
    """Writes rows under one run, by which they can be taken back."""

    submit: Callable[[Command], "Future[Outcome]"]
    run_id: str
    file_name: str

    def write(self, record: str, rows: tuple[Mapping[str, Any], ...]) -> None:
        """Write a batch in one commit."""
        self.submit(ImportRows(record, rows, self.run_id, self.file_name)).result()


class _Run:
    """One import under way: gathers planned rows to batches and writes them."""

    def __init__(self, noted: _Noted, progress: Progress, cancel: Callable[[], bool], total: int) -> None:
        self.noted, self._progress, self._cancel, self._total = noted, progress, cancel, total
        from crmdesk.intake import Report

        self._report = Report(run_id=noted.run_id)
        self._batch: list[Planned] = []
        self._size = 0
        self._done = 0

    def write(self, planned_rows: "Iterator[Planned]") -> "Report":
        """Write everything that is planned; returns the report."""
        for planned in planned_rows:
            if self._cancel():
                self._report.cancelled = True
                break
            if self._batch and self._size + len(planned.rows) > BATCH_ROWS:
                self._flush()
            self._batch.append(planned)
            self._size += len(planned.rows)
            if len(self._batch) >= BATCH_ROWS:
                self._flush()
        self._flush()
        return self._report

    def _flush(self) -> None:
        batch, self._batch, self._size = self._batch, [], 0
        if not batch:
            return
        try:
            self._commit(batch)
        except (InputError, RefusedError):
            self._one_by_one(batch)  # one bad row must not cost its neighbours
        else:
            for planned in batch:
                self._report.add(planned)
        self._done += len(batch)
        self._progress(self._done, self._total)

    def _one_by_one(self, batch: "Sequence[Planned]") -> None:
        for planned in batch:
            try:
                self._commit([planned])
            except (InputError, RefusedError) as error:
                self._report.refuse(planned, error.code, error.params)
            else:
                self._report.add(planned)

    def _commit(self, batch: "Sequence[Planned]") -> None:
        rows = tuple(
            {"record": row.record, "id": row.id, "values": row.values} for planned in batch for row in planned.rows
        )
        if rows:
            self.noted.write(batch[0].record, rows)


def known_here(reads: Reads) -> KnownHere:
    """Return what the import must know of the customers on this laptop."""
    return KnownHere(reads.known_institutions(), reads.known_doctors(), reads.known_departments())
