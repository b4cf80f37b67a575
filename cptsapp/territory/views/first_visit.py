"""The first visit: the code of the terminal, then the five answers on one page."""

from flask import make_response, render_template, request, session, url_for
from werkzeug.wrappers import Response

from cptsapp.core.french import count
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import public
from cptsapp.http.app import after_commit
from cptsapp.territory import actions, queries, rules
from cptsapp.territory.forms import CodeForm, FirstVisitForm
from cptsapp.territory.views.blueprint import blueprint
from cptsapp.territory.views.communes import chosen_communes

_VERIFIED = "first_visit"
_FIELDS = {"mail": "admin_mail"}


@blueprint.get("/premier-lancement")
@public
def first_visit() -> Response:
    """The code first, then the five answers on one page."""
    _refuse_once_set_up()
    if _verified() is None:
        return make_response(render_template("territory/code.html", form=CodeForm()))
    return _visit_page(FirstVisitForm(), queries.choose([]))


@blueprint.post("/premier-lancement/code")
@public
def verify_code() -> Response:
    """Check the code of the terminal; wrong ones are counted, and at the fifth none opens any more."""
    _refuse_once_set_up()
    form = CodeForm()
    if form.is_valid() and actions.is_setup_code(form.code.data):
        session[_VERIFIED] = actions.hash_of_code(form.code.data).hex()
        return htmx.redirect(url_for("territory.first_visit"))
    if form.code.data:
        after_commit(actions.note_wrong_code)
        form.refuse(_why_wrong(), "code")
    return make_response(render_template("territory/code.html", form=form), 422)


@blueprint.post("/premier-lancement")
@public
def set_up() -> Response:
    """Make the CPTS, or show the page again with other communes when another button was pressed."""
    _refuse_once_set_up()
    code_hash = _verified()
    if code_hash is None:
        return htmx.redirect(url_for("territory.first_visit"))
    form, choice = FirstVisitForm(), chosen_communes()
    if request.form.get("act"):
        return _visit_page(form, choice)
    try:
        answers = _answers(form, choice)
        if answers is not None:
            actions.set_up(answers, code_hash)
    except Refusal as refusal:
        form.refuse(refusal.message, _FIELDS.get(refusal.field or "", refusal.field))
        return _visit_page(form, choice, 409)
    if answers is None:
        return _visit_page(form, choice, 422)
    session.pop(_VERIFIED, None)
    return htmx.redirect("/")


def _refuse_once_set_up() -> None:
    if queries.current() is not None:
        raise Invisible


def _verified() -> bytes | None:
    """The hash of the code this visitor gave, while it is still the right one."""
    given = bytes.fromhex(session.get(_VERIFIED, ""))
    return given if given and actions.is_setup_hash(given) else None


def _why_wrong() -> str:
    stored = queries.setup_code()
    if stored is None:
        return "Aucun code n’attend. Dans le terminal : flask --app wsgi setup-code"
    left = actions.FAILURES_MAX - stored.failure_count - 1
    if left <= 0:
        return "Cinq erreurs : ce code n’ouvre plus rien. Demandez-en un autre dans le terminal."
    return f"Ce n’est pas le code du terminal. Encore {count(left, 'essai')}."


def _visit_page(form: FirstVisitForm, choice: queries.CommuneChoice, status: int = 200) -> Response:
    department = choice.departments[0].code if choice.departments else ""
    return htmx.respond(
        "territory/first_visit.html",
        "territory/_visit_panel.html",
        status,
        form=form,
        choice=choice,
        answered=_answered(form, choice),
        panel_url=url_for("territory.set_up"),
        zone_label=rules.time_zones()[rules.default_zone(department)],
        region_label=rules.holiday_regions()[rules.default_holiday_region(department)],
    )


def _answered(form: FirstVisitForm, choice: queries.CommuneChoice) -> list[dict[str, str]]:
    """The steps: what is there already, the first that lacks something marked as the current one."""
    has_week = form.week_opens.data and form.week_closes.data
    has_hours = has_week or (form.saturday_opens.data and form.saturday_closes.data)
    answers = [
        ("Code du terminal vérifié", "il ne sert qu’une fois", True),
        ("Nom", form.name.data or "", form.name.data and form.mark.data),
        ("Communes", count(len(choice.chosen), "commune") if choice.chosen else "", choice.chosen),
        ("Horaires", "proposés, à relire" if has_hours else "", has_hours),
        ("Votre compte", "premier administrateur", False),
    ]
    current = next(title for title, _detail, is_done in answers if not is_done)
    return [
        {"title": title, "detail": detail, "state": "done" if is_done else "now" if title == current else "todo"}
        for title, detail, is_done in answers
    ]


def _answers(form: FirstVisitForm, choice: queries.CommuneChoice) -> actions.FirstAnswers | None:
    """What was answered, or None with the errors on the form."""
    is_valid, hours = form.is_valid(), form.hours()
    if not hours:
        form.refuse("Ouvrez au moins un jour de la semaine.", "week_closes")
    if not choice.chosen:
        form.refuse("Choisissez au moins une commune.")
    if not is_valid or not hours or form.errors:
        return None
    department = choice.departments[0].code
    return actions.FirstAnswers(
        name=form.name.data,
        mark=form.mark.data,
        codes=sorted(choice.codes),
        size_tier=int(form.size_tier.data or choice.size_tier),
        hours=hours,
        zone=form.zone.data or rules.default_zone(department),
        holiday_region=form.holiday_region.data or rules.default_holiday_region(department),
        out_of_hours_name=form.out_of_hours_name.data,
        out_of_hours_phone=form.out_of_hours_phone.number or "",
        admin_name=form.admin_name.data,
        admin_mail=form.admin_mail.data,
        password=form.password.data,
    )
