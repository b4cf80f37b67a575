"""Reading a file to its end and writing its review: by the worker, or from the command line.

The directory is only read. Progress, then the items a few hundred at a time, are committed as they come: no long
transaction keeps others from writing. The items are seen once the review opens; a reading that was cut short begins
again from nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, insert, select, update

from cptsapp.audit.actions import record
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.imports import files, gather, gone, lists, sheets, structures
from cptsapp.imports.actions import lifecycle
from cptsapp.imports.compare import Compared, Verdict, compare
from cptsapp.imports.gather import NoProfession
from cptsapp.imports.mapping import Field, Subject
from cptsapp.imports.models import Decision, Import, ImportItem, ImportKind, ImportState, ItemKind
from cptsapp.imports.rows import FoundPerson
from cptsapp.imports.rules.communes import Territory
from cptsapp.imports.rules.reader import Reader
from cptsapp.imports.spool import Spool
from cptsapp.territory import queries as territory

AT_ONCE = 300
BEAT_BYTES = 8 * 1024**2
# A file of another kind would fill the review with its every line.
UNREADABLE_SHOWN = 1000
CANNOT_TAKE = "L’annuaire ne connaît pas cette profession\u202f: la fiche se crée à la main, s’il en faut une."
FILE_IS_GONE = "Le fichier n’est plus là\u202f: importez-le de nouveau."


class Stopped(Exception):
    """Someone abandoned the import while it was read."""


def read(import_: Import, now: datetime) -> None:
    """Read the file of an import and open its review, or end it as failed with the reason. Commits as it goes."""
    import_id = import_.id
    _begin(import_, now)
    try:
        _Reading(import_id).run()
    except Stopped:
        session.rollback()
    except (Refusal, OSError) as error:
        session.rollback()
        _fail(import_id, error.message if isinstance(error, Refusal) else FILE_IS_GONE)


def _begin(import_: Import, now: datetime) -> None:
    import_.state, import_.beat_at = ImportState.READING, now
    import_.read_bytes = import_.line_count = import_.outside_count = import_.unchanged_count = 0
    import_.columns = {**import_.columns, "reading_since": now.isoformat()}
    session.execute(delete(ImportItem).where(ImportItem.import_id == import_.id))
    session.commit()


def _fail(import_id: int, reason: str) -> None:
    found = session.get_one(Import, import_id)
    found.reason = reason
    lifecycle.close(found, ImportState.FAILED)
    record("import.failed", found, by=None, name=found.file_name)
    session.commit()


class _Reading:
    """One reading, from the file to the review."""

    def __init__(self, import_id: int) -> None:
        found = session.get_one(Import, import_id)
        self.id, self.kind, self.extract_on = found.id, found.kind, found.extract_on
        self.stored_as, self.columns = found.stored_as or "", dict(found.columns)
        self._beaten_at = 0
        self._seen: set[int] = set()
        self._unchanged = self._kept_out = 0
        self._lines = self._outside = self._bytes = 0
        self._settled = set(_settled())
        self._territory = Territory(commune.code for commune in territory.own_communes())
        session.rollback()

    def run(self) -> None:
        """Read, compare, open the review. Raises Refusal, OSError, Stopped."""
        if self.kind is ImportKind.EXTRACT:
            self._extract()
            self._write(gone.verdicts(self._seen, self.extract_on))
        else:
            self._list()
        self._open_review()

    # -- the extract

    def _extract(self) -> None:
        spool = Spool()
        try:
            with files.path_of(self.stored_as).open("rb") as source:
                reader = Reader(source, self._territory, self._beat)
                self.columns |= reader.columns.to_json() | {"encoding": reader.encoding}
                spool.fill(reader)
            self._lines, self._outside, self._bytes = reader.line_count, reader.outside_count, reader.byte_count
            for some in _batches(gather.persons(spool)):
                self._compare([one for one in some if isinstance(one, FoundPerson)])
                self._write_rows([self._lost(one) for one in some if isinstance(one, NoProfession)])
            self._unreadable((line["line"], line["reason"]) for line in spool.unreadable())
        finally:
            spool.close()

    def _beat(self, reader: Reader) -> None:
        if reader.byte_count - self._beaten_at < BEAT_BYTES and self._beaten_at:
            return
        self._beaten_at = reader.byte_count
        self._lines, self._outside, self._bytes = reader.line_count, reader.outside_count, reader.byte_count
        self.columns |= reader.columns.to_json()
        self._commit()

    def _lost(self, lost: NoProfession) -> dict[str, object]:
        """Someone whose profession is not one of the directory's."""
        found = {"fields": {"Nom": lost.label}, "cannot_take": CANNOT_TAKE, "signature": f"lost {lost.label}"}
        return self._row(ItemKind.DOUBTFUL, lost.lines, lost.reason, lost.label, found) | {"needs_decision": True}

    # -- a list of the CPTS's own

    def _list(self) -> None:
        columns = {Field(name): number for name, number in self.columns["map"].items()}
        rows = sheets.read_rows(self.stored_as)
        self._lines = int(self.columns.get("row_count", 0))
        if self.columns.get("subject") == Subject.STRUCTURES:
            self._structures(list(structures.lines(rows, columns, self._territory)))
            return
        lines = lists.persons(rows, columns, self._territory)
        left: list[tuple[int, str]] = []
        for some in _batches(lines):
            self._compare([one for one in some if isinstance(one, FoundPerson)])
            left += [(one.line, one.reason) for one in some if isinstance(one, lists.Left)]
            self._outside += sum(isinstance(one, lists.Outside) for one in some)
        self._unreadable(left)

    def _structures(self, lines: list[structures.Line | lists.Left | lists.Outside]) -> None:
        """A few hundred of them at most, compared at once."""
        found, self._unchanged = structures.items(one for one in lines if isinstance(one, structures.Line))
        self._outside = sum(isinstance(one, lists.Outside) for one in lines)
        self._write_rows(
            [{"import_id": self.id, **one} for one in found if one["found"]["signature"] not in self._settled]
        )
        self._unreadable((one.line, one.reason) for one in lines if isinstance(one, lists.Left))

    # -- what is written

    def _compare(self, persons: list[FoundPerson]) -> None:
        if not persons:
            return
        compared: Compared = compare(persons, self.kind, self.extract_on)
        self._seen |= compared.seen
        self._unchanged += compared.unchanged_count
        self._kept_out += compared.kept_out_count
        self._write(compared.verdicts)

    def _write(self, verdicts: Iterable[Verdict]) -> None:
        wanted = []
        for verdict in verdicts:
            if verdict.found["signature"] in self._settled:  # someone said no to the very same thing
                self._unchanged += 1
                continue
            row = self._row(
                verdict.kind, _lines_of(verdict), verdict.reason, verdict.label, verdict.found, verdict.ours
            )
            wanted.append(row | {"person_id": verdict.person_id, "needs_decision": verdict.needs_decision})
        self._write_rows(wanted)

    def _row(
        self,
        kind: ItemKind,
        lines: Iterable[int],
        reason: str,
        label: str,
        found: Mapping[str, object],
        ours: Mapping[str, object] | None = None,
    ) -> dict[str, object]:
        return {
            "import_id": self.id,
            "kind": kind,
            "lines": list(lines),
            "reason": reason,
            "label": label,
            "found": found,
            "ours": ours or {},
            "person_id": None,
            "needs_decision": False,
        }

    def _write_rows(self, rows: list[dict[str, object]]) -> None:
        if rows:
            session.execute(insert(ImportItem), rows)
        self._commit()

    def _unreadable(self, lines: Iterable[tuple[int, str]]) -> None:
        every = iter(lines)
        shown = list(islice(every, UNREADABLE_SHOWN))
        self.columns["unreadable_more"] = sum(1 for _ in every)
        self._write_rows(
            [self._row(ItemKind.UNREADABLE, (line,), reason, f"Ligne {line}", {"fields": {}}) for line, reason in shown]
        )

    def _commit(self, **values: object) -> None:
        """Say how far one is, and give way to others. Raises Stopped when the import was abandoned meanwhile."""
        mine = update(Import).where(Import.id == self.id, Import.state == ImportState.READING)
        counts = {"line_count": self._lines, "outside_count": self._outside, "read_bytes": self._bytes}
        columns = {**self.columns, "kept_out": self._kept_out}
        said = session.execute(mine.values(beat_at=clock.now(), columns=columns, **counts, **values))
        if said.rowcount == 0:  # type: ignore[attr-defined]  # an UPDATE counts its rows
            raise Stopped
        session.commit()

    def _open_review(self) -> None:
        self._commit(unchanged_count=self._unchanged)
        found = session.get_one(Import, self.id, populate_existing=True)
        if found.state is not ImportState.READING:
            raise Stopped
        found.state = ImportState.REVIEW
        if found.stored_as is not None:
            files.remove(found.stored_as)
            found.stored_as = None
        record("import.read", found, by=None, name=found.file_name)
        session.commit()


def _batches(persons: Iterator[FoundPerson | NoProfession | lists.Left | lists.Outside]) -> Iterator[list[object]]:
    while some := list(islice(persons, AT_ONCE)):
        yield list(some)


def _lines_of(verdict: Verdict) -> tuple[int, ...]:
    """The lines an item is about: those of the practices it starts when it is about them alone."""
    names = {op.get("practice") for op in verdict.ops if op["op"] == "start"}
    if not names or any(op["op"] not in ("start", "person") for op in verdict.ops):
        return verdict.person.lines
    lines = {line for practice in verdict.person.practices if practice.name in names for line in practice.lines}
    return tuple(sorted(lines)) or verdict.person.lines


def _settled() -> Iterable[str]:
    """What someone has said no to, in an import that was applied."""
    said = ImportItem.found["signature"].as_string()
    wanted = select(said).join(Import, Import.id == ImportItem.import_id)
    refused = wanted.where(Import.state == ImportState.APPLIED, ImportItem.decision == Decision.KEEP_OURS)
    return (signature for signature in session.scalars(refused) if signature)
