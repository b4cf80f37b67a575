"""The register of movements: what is gained and lost in the months ahead, noting one, its list and its file."""

from collections.abc import Container
from typing import Any

from flask import Response as FlaskResponse
from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.core import addresses, submissions, tables
from cptsapp.core.refusals import Refusal
from cptsapp.directory.actions import movements as actions
from cptsapp.directory.actions.movements import Announced
from cptsapp.directory.forms.movements import EndWithForm, MovementForm
from cptsapp.directory.models import Movement, Person, Profession
from cptsapp.directory.queries import movements as queries
from cptsapp.directory.queries import people
from cptsapp.directory.rules import movements as rules
from cptsapp.directory.rules.movements import Way
from cptsapp.directory.rules.words import PROFESSION_LABELS, PROFESSION_PLURALS, PROFESSION_SHORT
from cptsapp.directory.views.blueprint import blueprint
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit
from cptsapp.http.pages import page_number, pages, refused, status_of
from cptsapp.territory import queries as territory

SHOWN = 12
PAGE = 100
WAY_WORDS = {None: "Mouvements", Way.LOSS: "Départs", Way.GAIN: "Arrivées"}


def _profession() -> Profession | None:
    code = request.args.get("profession", "")
    return Profession(code) if code in set(Profession) else None


def _way() -> Way | None:
    code = request.args.get("sens", "")
    return Way(code) if code in set(Way) else None


@blueprint.get("/mouvements")
@requires("directory.manage")
def movements() -> str:
    """By profession, quarter by quarter, by date."""
    profession = _profession()
    found = queries.register(me(), profession)
    entries = found.entries_of(profession, None)
    moved = {entry.person.profession for entry in found.entries} | {profession}
    return render_template(
        "directory/movements.html",
        register=found,
        profession=profession,
        line=found.line(profession),
        entries=entries[:SHOWN],
        entry_count=len(entries),
        chips=_chips(found, profession, moved),
        other_chips=_chips(found, profession, {line.profession for line in found.lines} - moved),
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {"plurals": PROFESSION_PLURALS, "professions": PROFESSION_SHORT, "absences": rules.ABSENCES, "Way": Way}


def _chips(
    found: queries.Register, current: Profession | None, wanted: Container[Profession | None]
) -> list[dict[str, Any]]:
    """One a profession of the table that is wanted; a second click clears."""
    return [
        {
            "label": PROFESSION_PLURALS[line.profession],
            "is_current": line.profession == current,
            "url": url_for(
                "directory.movements", profession=None if line.profession == current else line.profession.value
            ),
        }
        for line in found.lines
        if line.profession is not None and line.profession in wanted
    ]


@blueprint.get("/mouvements/liste")
@requires("directory.manage")
def movement_list() -> str:
    """The very movements that a number counts, or all of them by date."""
    profession, way = _profession(), _way()
    found = queries.register(me(), profession)
    return render_template(
        "directory/movement_list.html",
        register=found,
        entries=found.entries_of(profession, way),
        profession=profession,
        way=way,
        title=WAY_WORDS[way],
        **_words(),
    )


@blueprint.get("/mouvements/aujourdhui")
@requires("directory.manage")
def counted_today() -> str:
    """The very professionals that the first number of a line counts."""
    profession, page = _profession(), page_number()
    everyone = queries.register(me(), profession).present_of(profession)
    return render_template(
        "directory/movement_present.html",
        rows=everyone[PAGE * (page - 1) : PAGE * page],
        found_count=len(everyone),
        profession=profession,
        today=territory.today(),
        **_words(),
        **pages(
            page * PAGE >= len(everyone),
            "directory.counted_today",
            page,
            profession=profession.value if profession else None,
        ),
    )


@blueprint.get("/mouvements/liste.csv")
@requires("directory.export")
def export_movements() -> Response:
    """The list as a file, under the filter of the screen; the trail says that it left."""
    profession, way = _profession(), _way()
    sheet = queries.as_sheet(queries.register(me(), profession).entries_of(profession, way))
    wanted = {"profession": profession.value if profession else "", "sens": way.value if way else ""}
    user, count = me(), len(sheet.rows)
    chosen = {name: value for name, value in wanted.items() if value}

    def write() -> None:
        record("movements.exported", None, by=user, category=Category.READING, format="csv", rows=count, filter=chosen)

    after_commit(write)
    answer = FlaskResponse(tables.to_csv(sheet), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="mouvements.csv"'
    return answer


# -- noting one -------------------------------------------------------------------------------------------------------


@blueprint.route("/mouvements/nouveau", methods=["GET", "POST"])
@requires("directory.manage")
def add_movement() -> Response:
    """Note a movement, of whom the address names or of whom one writes."""
    preset = addresses.row_number(request.args.get("personne"))
    person = people.person(me(), preset) if preset else None
    form = MovementForm(who=_name(person))
    if not form.is_valid():
        return _page(form, None, person)
    if made := submissions.result_for(me().id, form.once.data, "movement"):
        return _after(queries.movement(me(), made))
    try:
        chosen = _named(form.who.data, "who", person)
        movement = actions.note_movement(chosen, _said(form, None), by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _page(form, None, person, 409))
    submissions.remember(me().id, form.once.data, "movement", movement.id)
    return _after(movement)


@blueprint.route("/mouvements/<int:movement_id>/modifier", methods=["GET", "POST"])
@requires("directory.manage")
def correct_movement(movement_id: int) -> Response:
    """Correct a movement, or cancel it."""
    movement = queries.movement(me(), movement_id)
    person = people.person(me(), movement.person_id)
    current = queries.replacement(me(), movement)
    form = MovementForm(obj=movement, who=_name(person), replaced_by=_name(current))
    if not form.is_valid():
        return _page(form, movement, person)
    try:
        actions.correct_movement(movement, _said(form, current), by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _page(form, movement, person, 409))
    return _after(movement)


def _page(form: MovementForm, movement: Movement | None, person: Person | None, status: int | None = None) -> Response:
    page = render_template("directory/movement_form.html", form=form, movement=movement, person=person)
    return make_response(page, status or status_of(form))


def _name(person: Person | None) -> str:
    return person.full_name if person else ""


def _said(form: MovementForm, replaced_by: Person | None) -> Announced:
    """What the form says; raises Refusal (field replaced_by) when nobody, or several, answer to a name."""
    typed = form.replaced_by.data
    other = _named(typed, "replaced_by", replaced_by) if typed else None
    return Announced(
        kind=form.kind.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        is_confirmed=form.is_confirmed.data,
        replaced_by_id=other.id if other else None,
        note=form.note.data,
    )


def _named(typed: str, field: str, known: Person | None) -> Person:
    """Who the text means: whom the page already knew when it was left alone, else the only one found."""
    if known is not None and typed == known.full_name:
        return known
    found = people.named(me(), typed)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refusal("Personne de ce nom dans l’annuaire\u202f: ajoutez d’abord sa fiche.", field)
    names = ", ".join(f"n°\u00a0{p.id} {p.full_name} ({PROFESSION_LABELS[p.profession]})" for p in found)
    raise Refusal(f"Plusieurs personnes répondent\u00a0: écrivez le numéro. {names}.", field)


def _after(movement: Movement) -> Response:
    """To the sheet; by way of the practices when someone certainly leaves: their end is asked, never silent."""
    if movement.kind in rules.LOSSES and movement.is_confirmed and _beyond(movement):
        return htmx.redirect(url_for("directory.end_with_movement", movement_id=movement.id))
    return htmx.redirect(url_for("directory.sheet", person_id=movement.person_id))


def _beyond(movement: Movement) -> Any:
    return queries.practices_beyond(movement.person_id, rules.last_day_of(movement.starts_on, territory.today()))


@blueprint.post("/mouvements/<int:movement_id>/annuler")
@requires("directory.manage")
def cancel_movement(movement_id: int) -> Response:
    """It will not take place; the line is kept, struck."""
    movement = queries.movement(me(), movement_id)
    actions.cancel_movement(movement, by=me())
    return htmx.redirect(url_for("directory.sheet", person_id=movement.person_id))


@blueprint.route("/mouvements/<int:movement_id>/exercices", methods=["GET", "POST"])
@requires("directory.manage")
def end_with_movement(movement_id: int) -> Response:
    """Which practices end with a departure: all of them are proposed, none ends unasked."""
    movement = queries.movement(me(), movement_id)
    person = people.person(me(), movement.person_id)
    last_day = rules.last_day_of(movement.starts_on, territory.today())
    practices = list(queries.practices_beyond(movement.person_id, last_day))
    form = EndWithForm(practices=[practice.id for practice in practices])
    form.practices.choices = {p.id: f"{p.place.name or p.place.address}, {p.place.commune.name}" for p in practices}

    def page(status: int | None = None) -> Response:
        shown = render_template(
            "directory/movement_end.html", form=form, movement=movement, person=person, last_day=last_day
        )
        return make_response(shown, status or status_of(form))

    if not form.is_valid():
        return page()
    chosen = [practice for practice in practices if practice.id in form.practices.data]
    try:
        actions.end_with(movement, chosen, last_day, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: page(409))
    return htmx.redirect(url_for("directory.sheet", person_id=person.id))
