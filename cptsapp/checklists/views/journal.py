"""The journal of a checklist: all its lines, what someone adds, what is struck."""

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.checklists import actions
from cptsapp.checklists.forms import EntryForm, warning_for
from cptsapp.checklists.models import Checklist
from cptsapp.checklists.permissions import why_not_file, why_not_write
from cptsapp.checklists.queries import JOURNAL_PAGE, checklist, journal
from cptsapp.checklists.queries.people import named
from cptsapp.checklists.sources import source_of
from cptsapp.checklists.views.blueprint import READS, blueprint
from cptsapp.checklists.views.sheet import bar_title, note_opened
from cptsapp.core import submissions
from cptsapp.core.addresses import row_number
from cptsapp.core.refusals import Forbidden, Refusal, refuse_if
from cptsapp.files.actions import store
from cptsapp.files.forms import BODY_BYTES
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.pages import refused
from cptsapp.http.routes import NUMBER
from cptsapp.http.uploads import takes_files

LIST = f"/listes/<{NUMBER}:checklist_id>/journal"
ADDED = "journal_entry.added"


@blueprint.get(LIST)
@requires(*READS)
def whole(checklist_id: int) -> str:
    """Every line, fifty a page; `avant`: the line to go on from."""
    kept = checklist(checklist_id, me())
    older_than = row_number(request.args.get("avant"))
    note_opened(kept)
    return render_template(
        "checklists/journal.html",
        journal=journal(kept.id, me(), limit=JOURNAL_PAGE, older_than=older_than),
        place=named(kept, me()),
        is_first=older_than is None,
        bar_title=bar_title(kept),
    )


@blueprint.get(f"{LIST}/ajouter")
@requires(*READS)
def writing(checklist_id: int) -> Response:
    """A note, a meeting or a decision."""
    return _page(_managed(checklist_id), EntryForm(formdata=None))


@blueprint.post(f"{LIST}/ajouter")
@takes_files(BODY_BYTES)
@requires(*READS)
def write(checklist_id: int) -> Response:
    """Write it, with its file where one is taken; sent twice, once."""
    kept, form = _managed(checklist_id), EntryForm()
    if not form.is_valid():
        return _page(kept, form, 422)
    key = form.once.data or ""
    if submissions.result_for(me().id, key, ADDED) is not None:
        return htmx.redirect(_back(kept))
    try:
        made = actions.write(
            checklist_id,
            form.kind.data,
            form.text.data or "",
            happened_on=form.happened_on.data,
            by=me(),
            file_id=_stored(kept, form),
        )
    except Refusal as refusal:
        return refused(form, refusal, lambda: _page(_managed(checklist_id), form, 409))
    submissions.remember(me().id, key, ADDED, made.id)
    return htmx.redirect(_back(kept))


def _stored(kept: Checklist, form: EntryForm) -> int | None:
    """The file of a valid form, stored; None without one. Raises Refusal where none is taken."""
    if not form.file.is_given:
        return None
    refuse_if(why_not_file(kept))
    return store(form.file.stream, form.file.file_name, by=me()).id


@blueprint.post(f"{LIST}/<{NUMBER}:entry_id>/rayer")
@requires(*READS)
def strike(checklist_id: int, entry_id: int) -> Response:
    """Strike a line through: it stays."""
    kept = checklist(checklist_id, me())
    actions.strike(checklist_id, entry_id, by=me())
    return htmx.redirect(_back(kept))


def _back(kept: Checklist) -> str:
    return f"{named(kept, me()).url}#journal"


def _managed(checklist_id: int) -> Checklist:
    kept = checklist(checklist_id, me())
    if why_not_write(kept, me()) is not None:
        raise Forbidden
    return kept


def _page(kept: Checklist, form: EntryForm, status: int = 200) -> Response:
    page = render_template(
        "checklists/journal_form.html",
        place=named(kept, me()),
        form=form,
        takes_files=source_of(kept).takes_files,
        warning=warning_for(kept.kind),
        bar_title=bar_title(kept),
    )
    return make_response(page, status)
