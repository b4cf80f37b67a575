"""`make bench`: one line a figure, `name: value (bar)`; ends with 1 when a bar is missed."""

import io
import sys
import time
from collections.abc import Callable

from tests.bench import (
    browser,
    conventions,
    directory,
    dues,
    duplicates,
    extract,
    file,
    inbox,
    lists,
    measure,
    paper,
    race,
    rate,
    rig,
    seed,
    start,
    weight,
)
from tests.bench.desk import LIST, POLL, Desk
from tests.bench.pages import HOT, plans
from tests.bench.report import Report
from tests.tools.server import live_server

SMALL, LARGE = 1_000, 1_000_000


def main() -> int:
    """Run it all; gives the exit status."""
    begun = time.monotonic()
    report = Report()
    for part in PARTS:
        part(report)
    report.note(f"{len(report.missed)} missed, in {time.monotonic() - begun:.0f} s")
    return 1 if report.missed else 0


def desk(report: Report) -> None:
    """List, poll and booking on 15,000 slots: CPU × bare, and statements."""
    with rig.rig(seed.USUAL) as read, rig.rig(seed.USUAL) as written:  # a booking changes the list that others poll
        reads, writes = Desk(read), Desk(written)
        acts: list[measure.Act] = [reads.open_list, reads.poll, writes.book]
        ratios = measure.cpu_ratios(list(zip(acts, (10, 100, 8), strict=True)), measure.bare_act())
        for name, ratio, bar in zip(("list", "poll", "book"), ratios, (45, 6, 60), strict=True):
            report.line(f"snp.{name}", ratio, bar, is_cpu=True)
        places = (read, read, written)
        for name, at, act, bar in zip(("list", "poll", "book"), places, acts, (4, 2, 12), strict=True):
            report.line(f"snp.queries {name}", _statements(at, act), bar, digits=0)


def _statements(at: rig.Rig, act: measure.Act) -> int:
    with measure.statements(at.engine) as seen:
        act()
    return len(seen)


def growth(report: Report) -> None:
    """The same at a million slots ÷ at a thousand."""
    with rig.rig(SMALL) as small, rig.rig(LARGE) as large:
        few, many = Desk(small), Desk(large)
        for name in ("open_list", "poll", "book"):
            turns = [measure.loops(at.engine, getattr(d, name)) for at, d in ((small, few), (large, many))]
            label = name.removeprefix("open_")
            report.line(f"snp.growth {label}, rows walked", turns[1] / turns[0], 1.2, digits=2)
        ratios = measure.cpu_ratios([(few.open_list, 10), (many.open_list, 10)], measure.bare_act())
        report.line("snp.growth list, CPU", ratios[1] / ratios[0], 1.2, is_cpu=True, digits=2)


def real_server(report: Report) -> None:
    """What leaves gunicorn by the wire, then the race on it."""
    with rig.rig(seed.USUAL) as at:
        url = f"sqlite:///{at.instance / 'cptsapp.sqlite'}"
        etag = Desk(at).etag
        cookie = rig.cookie_of(at.app, "regulator")
        at.engine.dispose()
        with live_server(at.instance, url, f"@{seed.clock_file()}") as server:
            _weight(report, weight.weigh(server.url, cookie, LIST, POLL, etag))
            _race(report, race.run(at, server.url))


def _weight(report: Report, found: weight.Weight) -> None:
    report.line("snp.weight list, HTML", found.html / 1000, 9, unit=" kB")
    report.line("snp.weight cold visit", found.cold / 1000, 50, unit=" kB")
    report.line("snp.weight warm visit", found.warm / 1000, 10, unit=" kB")
    report.line("snp.weight unchanged poll", found.poll, 400, unit=" B", digits=0)
    report.line("snp.weight requests, cold", found.requests, 5, digits=0)


def _race(report: Report, found: race.Outcome) -> None:
    report.exact("snp.race winners ÷ seats", found.winners / race.SEATS, 1)
    report.exact("snp.race 5xx", found.server_errors, 0)
    report.line("snp.race p95 ÷ p50", found.tail, 4)
    report.exact("snp.race rules broken in the database", len(found.broken), 0)
    for rule in found.broken:
        report.note(f"  {rule}")


def directory_lines(report: Report) -> None:
    """A search of the directory at each key, among 60,000 entries and 600; and what it asks of the database."""
    with directory.directory(directory.LARGE) as large, directory.directory(directory.SMALL) as small:
        acts = [directory.typing(at.person("coordinator")) for at in (large, small)]
        keys = len(directory.TYPED)
        ratios = measure.cpu_ratios([(act, keys) for act in acts], measure.bare_act())
        report.line("directory.search, 60,000 entries", ratios[0], 30, is_cpu=True)
        report.line("directory.search, 600 entries", ratios[1], 30, is_cpu=True)
        with measure.statements(large.engine) as seen:
            acts[0]()
        report.line("directory.search, statements", len(seen), 3, digits=0)
        report.exact("directory.search, plans that scan", len(measure.bad_plans(large.engine, seen)), 0)
        report.note(f"  read again after a change: {directory.reading_again(large, small)}")


def rate_lines(report: Report) -> None:
    """The rate over five years, beside a search of the same directory; and what it asks of the database."""
    with rate.territory() as at:
        person = at.person("coordinator")
        read, search = rate.reading(person), directory.typing(person)
        ratios = measure.cpu_ratios([(read, 10), (search, len(directory.TYPED))], measure.bare_act())
        report.line("directory.rate, ÷ directory.search", ratios[0] / ratios[1], 3, is_cpu=True)
        report.note(f"  {ratios[0]:.1f} × bare; read again after a change: {rate.reading_again(at):.0f} ms")


def known_lines(report: Report) -> None:
    """Who is known already, asked at each word of a call, beside the first page of the same inbox."""
    with inbox.inbox(inbox.IDENTITIES) as at:
        person, known = at.person("coordinator"), duplicates.with_phone(at)
        typed, first = duplicates.typing(person, known), inbox.opening(person)
        ratios = measure.cpu_ratios([(typed, duplicates.TYPED), (first, 10)], measure.bare_act())
        report.line("inbox.duplicate, ÷ inbox.first", ratios[0] / ratios[1], 2, is_cpu=True, digits=2)
        report.note(f"  {ratios[0]:.1f} × bare, the draft kept, among {inbox.IDENTITIES:,} identities")
        with measure.statements(at.engine) as seen:
            typed()
        report.exact("inbox.duplicate, plans that scan", len(measure.bad_plans(at.engine, seen)), 0)


def inbox_lines(report: Report) -> None:
    """The first page of a queue, 50 rows of 5,000 files; a search among 10,000 names; what more files cost."""
    with inbox.inbox(inbox.FILES) as at:
        opening = inbox.opening(at.person("coordinator"))
        (first,) = measure.cpu_ratios([(opening, 10)], measure.bare_act())
        report.line("inbox.first", first, 40, is_cpu=True)
        with measure.statements(at.engine) as seen:
            inbox.after_a_change(at, opening)()
        report.exact("inbox.first, plans that scan", len(measure.bad_plans(at.engine, seen)), 0)
        report.note(f"  {len(seen)} statements after a change, in {inbox.opening_again(at, opening):.1f} ms more")
    with inbox.inbox(inbox.IDENTITIES) as at:
        person = at.person("coordinator")
        acts = [inbox.searching_for(at, person), inbox.opening(person)]
        search, page = measure.cpu_ratios(list(zip(acts, (len(inbox.FRAGMENTS), 10), strict=True)), measure.bare_act())
        report.line("inbox.search, ÷ inbox.first", search / page, 3, is_cpu=True, digits=2)
        report.note(f"  {search:.1f} × bare; names opened again: {inbox.reading_again(at):.0f} ms")
    turns = []
    for files in (inbox.FEW, inbox.MANY):
        with inbox.inbox(files) as at:  # one at a time: a process has one ring of keys
            turns.append(measure.loops(at.engine, inbox.after_a_change(at, inbox.opening(at.person("coordinator")))))
    report.line("inbox.first growth, rows walked", turns[1] / turns[0], 1.2, digits=2)


def file_lines(report: Report) -> None:
    """One request with forty steps; and one that shows doctors to propose besides, for which there is no bar."""
    with file.long_files() as (at, found, searched):
        person = at.person("coordinator")
        acts = [file.opening(person, address) for address in (found, searched)]
        ratios = measure.cpu_ratios([(act, 10) for act in acts], measure.bare_act())
        report.line("inbox.file", ratios[0], 50, is_cpu=True)
        report.note(f"  {ratios[1]:.1f} × bare with {file.DOCTORS} doctors ranked and {file.ASKED} asked")
        with measure.statements(at.engine) as seen:
            acts[0]()
        report.line("inbox.file, statements", len(seen), 20, digits=0)


def import_lines(report: Report) -> None:
    """Half a million lines of the extract, from the file to the directory; and the memory it takes."""
    with rig.rig(SMALL) as at:
        found = extract.run(at)
    report.line("directory.import, 500,000 lines", found.ratio, 4, is_cpu=True)
    report.line("directory.import, memory", found.megabytes, 150, unit=" MB", digits=0)


def plan_lines(report: Report) -> None:
    """Hot queries that scan a table or sort in a temporary tree."""
    with rig.rig(seed.USUAL) as at:
        found = plans(at)
    report.exact(f"plans, of {len(HOT)} hot pages and acts", len(found), 0)
    for plan in found:
        report.note(f"  {plan}")


def list_lines(report: Report) -> None:
    """Statements with thirty rows − with one, on every list."""
    found = lists.growth()
    grown = {name: counts for name, counts in found.items() if counts[0] != counts[1]}
    report.exact(f"lists, the worst of {len(found)}", max(abs(many - few) for few, many in found.values()), 0)
    for name, (few, many) in grown.items():
        report.note(f"  {name}: {few} statements with {lists.FEW} row, {many} with {lists.MANY}")


def register_line(report: Report) -> None:
    """The first page of a register of 200 conventions and 5,000 commitments; and what a tick makes it read again."""
    with conventions.conventions() as at:
        opening = conventions.opening(at.person("coordinator"))
        (ratio,) = measure.cpu_ratios([(opening, 10)], measure.bare_act())
        report.line("conventions.register", ratio, 60, is_cpu=True)
        with measure.statements(at.engine) as seen:
            conventions.after_a_change(at, opening)()
        report.note(f"  {len(seen)} statements after a change, in {conventions.reading_again(at):.1f} ms more")


def mine_line(report: Report) -> None:
    """What someone owes and is owed: fifty lines in three groups, two hundred acts."""
    with conventions.conventions() as at:
        dues.owe(at)
        opening = dues.opening(at.person("practitioner"))
        (ratio,) = measure.cpu_ratios([(opening, 10)], measure.bare_act())
        report.line("conventions.mine", ratio, 40, is_cpu=True)
        with measure.statements(at.engine) as seen:
            opening()
        report.note(f"  {len(seen)} statements")


def paper_line(report: Report) -> None:
    """A convention of twenty pages, the first PDF of a process, ÷ the start of a worker."""
    with paper.twenty_pages() as (_rig, person, url):
        first, next_ones, pages = paper.seconds(person, url)
        begun = paper.of_a_start()
    report.exact("conventions.pdf, pages", pages, paper.PAGES)
    report.line("conventions.pdf, 20 pages ÷ start", first / begun, 2, is_cpu=True, digits=2)
    report.note(f"  {first * 1000:.0f} ms of CPU, {next_ones * 1000:.0f} for the next ones of the same text")


def start_line(report: Report) -> None:
    """Cold start of a worker."""
    report.line("start", start.ratio(), 6, is_cpu=True)


def browser_table(report: Report) -> None:
    """The browser's budget."""
    found = browser.measure_alone()
    for line in browser.table(found):
        report.note(line)
    report.missed += [f"browser {budget.screen.url}" for budget in found if not budget.is_met]


PARTS = (
    *(desk, growth, real_server, directory_lines, rate_lines),
    *(inbox_lines, file_lines, known_lines, import_lines),
    *(plan_lines, list_lines, register_line, mine_line, paper_line, start_line, browser_table),
)


def _silent(act: Callable[[], int]) -> int:
    """Requests write a line each on standard error, as in production, where nobody reads it."""
    kept, sys.stderr = sys.stderr, io.StringIO()
    try:
        return act()
    finally:
        sys.stderr = kept


if __name__ == "__main__":
    sys.exit(_silent(main))
