"""/journal: who changed or read what. Reading it is noted in it."""

from typing import Any

from flask import Blueprint, Flask, Response, render_template, request, url_for
from flask_login import current_user

from cptsapp.audit import actions, actors, queries, rules, words
from cptsapp.audit.forms import GESTURES, FilterForm, filter_of
from cptsapp.audit.models import Category
from cptsapp.audit.queries import Filter, Trace
from cptsapp.core import clock, french
from cptsapp.core.local import local
from cptsapp.core.refusals import Invisible
from cptsapp.core.sheets import csv_file
from cptsapp.http import paging
from cptsapp.http.access import requires
from cptsapp.http.app import after_commit

blueprint = Blueprint("audit", __name__)

HEADS = ("Quand", "Qui", "Geste", "Quoi", "Sur", "Numéro", "Détail", "D’où")
TABS = {"": "Tout", "changements": "Changements", "lectures": "Lectures", "questions": "Questions"}


def init_app(app: Flask) -> None:
    """Words of the trail for its templates."""
    app.jinja_env.globals.update(trail_sentence=rules.sentence, trail_details=_details, trail_things=words.THINGS)
    app.jinja_env.globals["trail_gestures"] = words.CATEGORY_LABELS


@blueprint.get("/journal")
@requires("audit.read")
def trail() -> str:
    """The whole trail, filtered."""
    form = FilterForm(request.args)
    form.set_people(actors.everyone())
    wanted = filter_of(request.args, form)
    page = _page(wanted)
    _note_reading("audit.read", wanted)
    return render_template(
        "audit/trail.html",
        form=form,
        tabs=_tabs("audit.trail", {}),
        traces=page.rows,
        next_url=_here("audit.trail", apres=page.next_key) if page.next_key else "",
        export_url=_here("audit.export", apres=None),
        export_max=queries.EXPORT_MAX,
    )


@blueprint.get("/journal/<subject_type>/<int:subject_id>")
@requires("audit.read")
def thing(subject_type: str, subject_id: int) -> str:
    """What happened to one thing."""
    if subject_type not in words.THINGS:
        raise Invisible
    wanted = Filter(GESTURES.get(request.args.get("geste", "")), None, subject_type, subject_id)
    page = _page(wanted)
    _note_reading("audit.read", wanted)
    place = {"subject_type": subject_type, "subject_id": subject_id}
    counts = queries.counts(subject_type, subject_id)
    return render_template(
        "audit/thing.html",
        label=f"{words.THINGS[subject_type]} n° {subject_id}",
        tabs=_tabs("audit.thing", place, counts),
        traces=page.rows,
        next_url=_here("audit.thing", **place, apres=page.next_key) if page.next_key else "",
    )


@blueprint.get("/journal.csv")
@requires("audit.read")
def export() -> Response:
    """What the filter shows, as a spreadsheet."""
    form = FilterForm(request.args)
    form.set_people(actors.everyone())
    wanted = filter_of(request.args, form)
    content = csv_file(HEADS, (_row(trace) for trace in queries.export(wanted)))
    _note_reading("audit.exported", wanted)
    name = f"journal-{local(clock.now()):%Y-%m-%d}.csv"
    return Response(content, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _page(wanted: Filter) -> paging.Page[Trace]:
    return paging.cut(queries.page(wanted, request.args.get("apres")), queries.PAGE_SIZE, queries.key_of)


def _note_reading(kind: str, wanted: Filter) -> None:
    reader = current_user._get_current_object()
    names = {"category": "gesture"}
    asked = {
        names.get(name, name): str(value)
        for name in ("category", "user_id", "subject_type", "subject_id", "from_on", "until_on")
        if (value := getattr(wanted, name)) is not None
    }
    after_commit(lambda: actions.record(kind, None, by=reader, category=Category.READING, **asked))


def _tabs(
    endpoint: str, place: dict[str, Any], counts: dict[Category | None, int] | None = None
) -> list[dict[str, Any]]:
    current = request.args.get("geste", "")
    return [
        {
            "label": label,
            "url": _here(endpoint, **place, geste=gesture or None, apres=None),
            "is_current": gesture == current,
            "count": counts[GESTURES.get(gesture)] if counts else None,
        }
        for gesture, label in TABS.items()
    ]


def _here(endpoint: str, **changed: Any) -> str:
    """This page's filters under another address or with some of them changed."""
    kept = {name: value for name, value in request.args.items() if value}
    return url_for(endpoint, **{**kept, **changed})


def _row(trace: Trace) -> list[object]:
    event, at = trace.event, local(trace.event.at)
    return [
        f"{at:%d/%m/%Y %H:%M:%S}",
        trace.who,
        words.CATEGORY_LABELS[event.category],
        rules.sentence(event.kind),
        words.THINGS.get(event.subject_type, event.subject_type),
        event.subject_id or "",
        " ; ".join(_plain(detail) for detail in _details(event.data)),
        trace.desk,
    ]


def _details(data: dict[str, Any]) -> list[rules.Detail]:
    return rules.details(data, local)


def _plain(detail: rules.Detail) -> str:
    change = f"{detail.before} → {detail.after}" if detail.before else detail.after
    return f"{detail.label}{french.NBSP}: {change}"
