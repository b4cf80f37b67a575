"""Breaks in care: the register, what is read again before it leaves, the bilateral with the ARS, the CSV (A33, A34)."""

from datetime import date

from flask import Response, make_response, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from cptsapp.accounts.current import me
from cptsapp.core import addresses, clock, submissions
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit, give_up
from cptsapp.inbox.actions import breaks as actions
from cptsapp.inbox.forms.breaks import BilateralForm, BreakForm, ExportForm, ReviewForm
from cptsapp.inbox.models import Request as PatientRequest
from cptsapp.inbox.queries import breaks as queries
from cptsapp.inbox.queries.requests import request_for
from cptsapp.inbox.readings import note_reading
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import queries as territory

CSV = "text/csv; charset=utf-8"


@blueprint.get("/demandes/ruptures")
@requires("inbox.manage")
def breaks() -> Response:
    """The register by queue, those to read again first."""
    return _register(_export_form())


def _register(export: ExportForm, status: int = 200) -> Response:
    code = request.args.get("etat", "a-relire")
    code = code if code in queries.QUEUES else "tous"
    found = queries.of_queue(code, addresses.row_number(request.args.get("avant")))
    shown, counts = found[: queries.PAGE], queries.queue_counts()
    after = url_for(".breaks", etat=code, avant=shown[-1].id) if len(found) > queries.PAGE else ""
    page = render_template(
        "inbox/breaks.html",
        lines=shown,
        tabs=[_tab(one, label, counts[one], code) for one, (label, _) in queries.QUEUES.items()],
        state=code,
        next_url=after,
        export=export,
        agendas=queries.agendas(),
    )
    return make_response(page, status)


def _tab(code: str, label: str, count: int, current: str) -> dict[str, object]:
    return {"label": label, "count": count, "is_current": code == current, "url": url_for(".breaks", etat=code)}


def _export_form() -> ExportForm:
    today = territory.today()
    return ExportForm(formdata=None, since=date(today.year, 1, 1), until=today)


@blueprint.route("/demandes/ruptures/nouveau", methods=["GET", "POST"])
@requires("inbox.manage")
def new_break() -> BaseResponse:
    """Document a break, of a file (`dossier`) or of none."""
    patient = _of_file()
    form = BreakForm(commune_code=patient.commune_code if patient else None, happened_on=territory.today()).offer()
    if not form.is_valid():
        return _new_page(form, patient, 422 if form.errors else 200)
    once = form.once.data or ""
    if made := submissions.result_for(me().id, once, "care_break"):
        return htmx.redirect(url_for(".care_break", break_id=made))
    try:
        found = actions.document(form.report(), request=patient, by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _new_page(form, _of_file(), 409)
    submissions.remember(me().id, once, "care_break", found.id)
    return htmx.redirect(url_for(".care_break", break_id=found.id))


def _of_file() -> PatientRequest | None:
    reference = request.values.get("dossier", "")
    return request_for(me(), reference) if reference else None


def _new_page(form: BreakForm, patient: PatientRequest | None, status: int) -> Response:
    reference = patient.reference if patient else ""
    return make_response(render_template("inbox/break_form.html", form=form, reference=reference), status)


@blueprint.get("/demandes/ruptures/<int:break_id>")
@requires("inbox.manage")
def care_break(break_id: int) -> Response:
    """One break: what was written, what leaves, the bilateral."""
    return _page(break_id)


def _page(
    break_id: int, review: ReviewForm | None = None, bilateral: BilateralForm | None = None, status: int = 200
) -> Response:
    found, line = queries.care_break(break_id), queries.line(break_id)
    written = queries.written(found)
    proposed = found.reviewed_text if found.reviewed_text is not None else written
    if found.request_id is not None:
        user, number = me(), found.request_id
        after_commit(lambda: note_reading("request.opened", number, by=user))
    page = render_template(
        "inbox/break.html",
        line=line,
        written=written,
        review=review or ReviewForm(formdata=None, text=proposed),
        bilateral=bilateral
        or BilateralForm(formdata=None, bilateral_on=line.bilateral_on, decided=line.bilateral_note),
    )
    return make_response(page, status)


@blueprint.post("/demandes/ruptures/<int:break_id>/relire")
@requires("inbox.manage")
def review_break(break_id: int) -> BaseResponse:
    """The words that leave, read again."""
    form = ReviewForm()
    queries.care_break(break_id)
    if not form.is_valid():
        return _page(break_id, review=form, status=422)
    try:
        actions.review(break_id, form.text.data or "", by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _page(break_id, review=form, status=409)
    return htmx.redirect(url_for(".breaks"))


@blueprint.post("/demandes/ruptures/<int:break_id>/bilaterale")
@requires("inbox.manage")
def plan_break(break_id: int) -> BaseResponse:
    """On the agenda of a bilateral, or what was decided there."""
    form = BilateralForm()
    queries.care_break(break_id)
    if not form.is_valid():
        return _page(break_id, bilateral=form, status=422)
    try:
        actions.plan(break_id, form.bilateral_on.data, form.decided.data or "", by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _page(break_id, bilateral=form, status=409)
    return htmx.redirect(url_for(".care_break", break_id=break_id))


@blueprint.get("/demandes/ruptures/bilaterale/<day>")
@requires("inbox.manage")
def bilateral_sheet(day: str) -> Response:
    """The agenda of a bilateral, to print: months, communes, causes; no name."""
    wanted = addresses.day(day)
    if wanted is None:
        raise Invisible
    page = render_template(
        "inbox/bilateral_sheet.html", day=wanted, lines=queries.on_agenda(wanted), now=territory.local(clock.now())
    )
    return make_response(page)


@blueprint.post("/demandes/ruptures/exporter")
@requires("inbox.export")
def export_breaks() -> BaseResponse:
    """The CSV for the DAC's observatory: without names, months instead of days, what was read again alone."""
    form = ExportForm()
    if not form.is_valid():
        return _register(form, 422)
    try:
        written = actions.export(form.since.data, form.until.data, again=bool(form.again.data), by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        return _register(form, 409)
    response = Response(written, content_type=CSV)
    response.headers["Content-Disposition"] = 'attachment; filename="points-de-rupture.csv"'
    return response
