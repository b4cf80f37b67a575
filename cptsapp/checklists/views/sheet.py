"""One commitment, and where it stands: a tick from a list, from « Mes engagements », or with a day and a comment."""

from flask import make_response, redirect, render_template, url_for
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.checklists import actions
from cptsapp.checklists.forms import FigureForm, FileForm, LinkForm, StateForm, warning_for
from cptsapp.checklists.models import Checklist, ChecklistKind, CommitmentState
from cptsapp.checklists.queries import checklist, commitment, journal, listing, row
from cptsapp.checklists.queries.people import MINE, named
from cptsapp.checklists.sources import source_of
from cptsapp.checklists.views.blueprint import READS, blueprint
from cptsapp.core.refusals import Refusal
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.pages import refused
from cptsapp.http.routes import NUMBER

BACK_MINE, BACK_SHEET = "miens", "fiche"


@blueprint.get(f"/engagements/<{NUMBER}:commitment_id>")
@requires(*READS)
def sheet(commitment_id: int) -> Response:
    """What it says, who owes it, what shows it was kept, what happened to it."""
    return shown(commitment_id)


@blueprint.get(f"/listes/<{NUMBER}:checklist_id>")
@requires(*READS)
def whole_list(checklist_id: int) -> str:
    """Every commitment of a list, with the older occurrences of what recurs."""
    kept = checklist(checklist_id, me())
    note_opened(kept)
    return render_template(
        "checklists/list.html",
        listing=listing(kept.id, me(), whole=True),
        place=named(kept, me()),
        bar_title=bar_title(kept),
    )


def shown(
    commitment_id: int,
    status: int = 200,
    *,
    state: StateForm | None = None,
    file: FileForm | None = None,
    link: LinkForm | None = None,
    figure: FigureForm | None = None,
) -> Response:
    """The page, with what was typed for an act that was refused."""
    found, kept = commitment(commitment_id, me())
    one = row(commitment_id, me())
    figures = source_of(kept).figures(kept) if one.can_tick and source_of(kept).takes_files else {}
    note_opened(kept)
    page = render_template(
        "checklists/sheet.html",
        row=one,
        place=named(kept, me()),
        has_page=_has_page(kept),
        journal=journal(kept.id, me(), commitment_id=commitment_id),
        takes_files=source_of(kept).takes_files,
        state=state or StateForm(formdata=None, version=found.version, back=BACK_SHEET),
        file=file or FileForm(formdata=None),
        link=link or LinkForm(formdata=None),
        figure=(figure or FigureForm(formdata=None)).offer(figures),
        has_figures=bool(figures),
        warning=warning_for(kept.kind),
        bar_title=bar_title(kept),
    )
    return make_response(page, status)


def note_opened(kept: Checklist) -> None:
    """Tell the source, once the page is made, that its reader saw what was typed there."""
    user, source = me(), source_of(kept)
    after_commit(lambda: source.opened(kept, user))


def bar_title(kept: Checklist) -> str:
    """The room of the menu that such a list belongs to."""
    return "PPCS" if kept.kind is ChecklistKind.CARE_PLAN else "Conventions"


def _has_page(kept: Checklist) -> bool:
    found = source_of(kept).named([kept.id], me()).get(kept.id)
    return found is not None and bool(found.url)


@blueprint.post(f"/engagements/<{NUMBER}:commitment_id>/etat")
@requires(*READS)
def tick(commitment_id: int) -> Response:
    """Say where it stands, and show again the page it came from: a browser follows, htmx takes in what changed."""
    form = StateForm()
    after = _state(form.to.data)
    before = commitment(commitment_id, me())[0].state
    if not form.is_valid():
        return shown(commitment_id, 422, state=form)
    try:
        actions.tick(
            commitment_id,
            after,
            by=me(),
            version=form.seen,
            on=form.done_on.data,
            comment=form.comment.data or "",
        )
    except Refusal as refusal:
        if form.back.data != BACK_SHEET:
            raise
        return refused(form, refusal, lambda: shown(commitment_id, 409, state=form))
    return redirect(_after(form.back.data, commitment_id, before), 303)


def _state(typed: str | None) -> CommitmentState:
    try:
        return CommitmentState(typed or "")
    except ValueError:
        raise BadRequest from None


def _after(back: str | None, commitment_id: int, before: CommitmentState) -> str:
    if back == BACK_SHEET:
        return url_for(".sheet", commitment_id=commitment_id)
    _, kept = commitment(commitment_id, me())
    page = MINE if back == BACK_MINE else named(kept, me()).url
    return f"{page}?fait={commitment_id}&avant={before.value}#engagement-{commitment_id}"
