"""Showing that a commitment was kept: a file, a link, a figure; and taking it back."""

from collections.abc import Callable

from flask import url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.checklists import actions
from cptsapp.checklists.forms import FigureForm, FileForm, LinkForm
from cptsapp.checklists.permissions import why_not_file, why_not_tick
from cptsapp.checklists.queries import commitment
from cptsapp.checklists.sources import source_of
from cptsapp.checklists.views.blueprint import READS, blueprint
from cptsapp.checklists.views.sheet import shown
from cptsapp.core.refusals import Refusal, refuse_if
from cptsapp.files.actions import store
from cptsapp.files.forms import BODY_BYTES
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.pages import refused
from cptsapp.http.routes import NUMBER
from cptsapp.http.uploads import takes_files

ONE = f"/engagements/<{NUMBER}:commitment_id>/preuves"


@blueprint.post(f"{ONE}/fichier")
@takes_files(BODY_BYTES)
@requires(*READS)
def show_file(commitment_id: int) -> Response:
    """Join a file: stored once it is known that it may be."""
    form = FileForm()
    found, kept = commitment(commitment_id, me())

    def act() -> object:
        refuse_if(why_not_tick(kept, found.owner_id, me()) or why_not_file(kept))
        stored = store(form.file.stream, form.file.file_name, by=me())
        return actions.add_file(commitment_id, stored.id, form.file_label.data or "", by=me())

    return _acted(commitment_id, form, act, lambda status: shown(commitment_id, status, file=form))


@blueprint.post(f"{ONE}/lien")
@requires(*READS)
def show_link(commitment_id: int) -> Response:
    """Join the address of a page."""
    form = LinkForm()
    commitment(commitment_id, me())
    return _acted(
        commitment_id,
        form,
        lambda: actions.add_link(commitment_id, form.url.data or "", form.label.data or "", by=me()),
        lambda status: shown(commitment_id, status, link=form),
    )


@blueprint.post(f"{ONE}/chiffre")
@requires(*READS)
def show_figure(commitment_id: int) -> Response:
    """Join a figure of the app as it stands today."""
    _, kept = commitment(commitment_id, me())
    form = FigureForm().offer(source_of(kept).figures(kept))
    return _acted(
        commitment_id,
        form,
        lambda: actions.add_figure(commitment_id, form.figure.data or "", by=me()),
        lambda status: shown(commitment_id, status, figure=form),
    )


def _acted(
    commitment_id: int,
    form: FileForm | LinkForm | FigureForm,
    act: Callable[[], object],
    again: Callable[[int], Response],
) -> Response:
    if not form.is_valid():
        return again(422)
    try:
        act()
    except Refusal as refusal:
        return refused(form, refusal, lambda: again(409))
    return htmx.redirect(url_for(".sheet", commitment_id=commitment_id, _anchor="preuves"))


@blueprint.post(f"{ONE}/<{NUMBER}:evidence_id>/retirer")
@requires(*READS)
def withdraw(commitment_id: int, evidence_id: int) -> Response:
    """Take it back: it stays, struck."""
    actions.withdraw(commitment_id, evidence_id, by=me())
    return htmx.redirect(url_for(".sheet", commitment_id=commitment_id, _anchor="preuves"))
