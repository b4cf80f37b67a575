"""A doctor says how many patients they take: by private link, signed in, or to the coordination on the phone.

A GET shows, a POST records; the three doors show one page and do the same acts.
"""

from dataclasses import dataclass, field
from typing import Any

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.accounts.identity import CurrentUser
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http.access import public, requires
from cptsapp.http.app import give_up
from cptsapp.http.htmx import redirect
from cptsapp.http.routes import NUMBER
from cptsapp.inbox.actions import capacity as actions
from cptsapp.inbox.actions import links
from cptsapp.inbox.forms.capacity import AnswerForm, values_of
from cptsapp.inbox.models import AnsweredBy, LinkPurpose, Offer, Takes
from cptsapp.inbox.queries import campaigns
from cptsapp.inbox.queries.doctors import Doctor, doctors
from cptsapp.inbox.queries.need import need_near
from cptsapp.inbox.queries.places import equation, offer_of
from cptsapp.inbox.rules import places as rules
from cptsapp.inbox.views.blueprint import blueprint
from cptsapp.territory import queries as territory

LINK = "/places/<token>"
MINE = "/mes-places"
OFFICE = f"/demandes/medecins/<{NUMBER}:person_id>/reponse"
NOT_A_GP = "Cette page est pour les médecins généralistes qui exercent dans le territoire."


@dataclass(frozen=True, slots=True)
class Entrance:
    """Through which door the page is opened: for whom, who acts, where its forms go."""

    layout: str
    person_id: int
    via: AnsweredBy
    by: CurrentUser | None
    base: str
    campaign_id: int | None = None
    head: dict[str, str] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        """Whether the address itself is the key."""
        return self.via is AnsweredBy.LINK


# -- the private link -------------------------------------------------------------------------------------------------


@blueprint.get(LINK)
@public
def places_by_link(token: str) -> Response:
    """What the link opens: the doctor's own answer, and the need around them; nothing is written."""
    return _shown(_by_link(token))


@blueprint.post(LINK)
@public
def answer_by_link(token: str) -> Response:
    """The answer."""
    return _answered(_by_link(token))


@blueprint.post(f"{LINK}/annuler")
@public
def undo_by_link(token: str) -> Response:
    """Take it back."""
    return _undone(_by_link(token))


@blueprint.post(f"{LINK}/confirmer")
@public
def confirm_by_link(token: str) -> Response:
    """« Toujours 3 places »."""
    return _confirmed(_by_link(token))


def _by_link(token: str) -> Entrance | None:
    """None for a link that no longer opens: the page is the same whatever the reason."""
    try:
        link = links.opened(token, LinkPurpose.CAPACITY)
    except Invisible:
        return None
    base = url_for("inbox.places_by_link", token=token)
    assert link.person_id is not None  # CHECK of_one
    return Entrance("layout/sign_in.html", link.person_id, AnsweredBy.LINK, None, base, _still_asking(link.campaign_id))


def _still_asking(campaign_id: int | None) -> int | None:
    """The campaign of a link as long as it asks; an answer given later is of none."""
    current = campaigns.under_way(territory.today())
    return campaign_id if current is not None and current.id == campaign_id else None


# -- signed in --------------------------------------------------------------------------------------------------------


@blueprint.get(MINE)
@requires("capacity.answer")
def my_places() -> Response:
    """The same for a doctor who has signed in."""
    return _shown(_mine())


@blueprint.post(MINE)
@requires("capacity.answer")
def answer_mine() -> Response:
    """The answer."""
    return _answered(_mine())


@blueprint.post(f"{MINE}/annuler")
@requires("capacity.answer")
def undo_mine() -> Response:
    """Take it back."""
    return _undone(_mine())


@blueprint.post(f"{MINE}/confirmer")
@requires("capacity.answer")
def confirm_mine() -> Response:
    """« Toujours 3 places »."""
    return _confirmed(_mine())


def _mine() -> Entrance:
    person_id = me().person_id
    if person_id is None:
        raise Invisible
    return Entrance("layout/phone.html", person_id, AnsweredBy.DOCTOR, me(), url_for("inbox.my_places"))


# -- on the phone -----------------------------------------------------------------------------------------------------


@blueprint.get(OFFICE)
@requires("capacity.manage")
def places_of(person_id: int) -> Response:
    """The same, for the coordination who has the doctor on the line."""
    return _shown(_for(person_id))


@blueprint.post(OFFICE)
@requires("capacity.manage")
def answer_for(person_id: int) -> Response:
    """The answer, as it was said."""
    return _answered(_for(person_id))


@blueprint.post(f"{OFFICE}/annuler")
@requires("capacity.manage")
def undo_for(person_id: int) -> Response:
    """Take it back."""
    return _undone(_for(person_id))


@blueprint.post(f"{OFFICE}/confirmer")
@requires("capacity.manage")
def confirm_for(person_id: int) -> Response:
    """« Toujours 3 places », said on the phone."""
    return _confirmed(_for(person_id))


def _for(person_id: int) -> Entrance:
    base = url_for("inbox.places_of", person_id=person_id)
    return Entrance("layout/page.html", person_id, AnsweredBy.OFFICE, me(), base)


# -- one page ---------------------------------------------------------------------------------------------------------


def _doctor(entrance: Entrance) -> Doctor | None:
    found = doctors(territory.today(), {entrance.person_id})
    return next(iter(found.values()), None)


def _shown(entrance: Entrance | None) -> Response:
    doctor = _doctor(entrance) if entrance else None
    if entrance is None or doctor is None:
        return _dead(entrance)
    return _page(entrance, doctor, _form(entrance, offer_of(doctor.person_id), is_sent=False), 200)


def _form(entrance: Entrance, offer: Offer | None, *, is_sent: bool) -> AnswerForm:
    today = territory.today()
    campaign = campaigns.under_way(today)
    proposed = rules.default_until(Takes.YES, today)
    until = max(campaign.valid_until, today) if campaign is not None else proposed
    values = values_of(offer, until, rules.default_until(Takes.NO, today))
    return AnswerForm(data=values) if is_sent else AnswerForm(formdata=None, data=values)


def _answered(entrance: Entrance | None) -> Response:
    doctor = _doctor(entrance) if entrance else None
    if entrance is None or doctor is None:
        return _dead(entrance)
    form = _form(entrance, offer_of(doctor.person_id), is_sent=True)
    if "step" in request.form:
        form.step(request.form["step"])
        return _page(entrance, doctor, form, 200)
    if "preview" in request.form:
        return make_response(render_template("inbox/_places_end.html", form=form))
    if not form.is_valid():
        return _page(entrance, doctor, form, 422 if form.errors else 200)
    try:
        actions.answer(
            doctor.person_id, form.answer(), via=entrance.via, by=entrance.by, campaign_id=entrance.campaign_id
        )
    except Refusal as refusal:
        return _refused(entrance, form, refusal)
    return redirect(f"{entrance.base}?fait=note")


def _refused(entrance: Entrance, form: AnswerForm, refusal: Refusal) -> Response:
    """What was typed stays; what is held is read again, so that sending once more says what was meant."""
    give_up()
    doctor = _doctor(entrance)
    if doctor is None:
        return _dead(entrance)
    form.refuse(refusal.message, refusal.field)
    offer = offer_of(doctor.person_id)
    form.held.data = str(offer.taken + offer.pending) if offer else "0"
    return _page(entrance, doctor, form, 409)


def _undone(entrance: Entrance | None) -> Response:
    return _act(entrance, "annulee", lambda e, d: actions.undo(d.person_id, by=e.by))


def _confirmed(entrance: Entrance | None) -> Response:
    return _act(entrance, "confirmee", lambda e, d: actions.confirm(d.person_id, via=e.via, by=e.by))


def _act(entrance: Entrance | None, done: str, act: Any) -> Response:
    doctor = _doctor(entrance) if entrance else None
    if entrance is None or doctor is None:
        return _dead(entrance)
    try:
        act(entrance, doctor)
    except Refusal as refusal:
        give_up()
        return _refused(entrance, _form(entrance, offer_of(doctor.person_id), is_sent=False), refusal)
    return redirect(f"{entrance.base}?fait={done}")


def _page(entrance: Entrance, doctor: Doctor, form: AnswerForm, status: int) -> Response:
    offer, today = offer_of(doctor.person_id), territory.today()
    body = render_template(
        "inbox/places.html",
        layout=entrance.layout,
        entrance=entrance,
        doctor=doctor,
        form=form,
        offer=offer,
        places=equation(offer) if offer else None,
        conditions=rules.condition_words(offer) if offer else [],
        has_lapsed=offer is not None and offer.valid_until < today,
        is_to_confirm=offer is not None
        and rules.is_to_confirm(offer.takes is Takes.NO, offer.valid_until, equation(offer).left, today),
        may_undo=offer is not None and actions.may_undo(offer),
        need=need_near(doctor.places),
        done=request.args.get("fait", "") if status == 200 else "",
        takes_labels=rules.TAKES_LABELS,
        today=today,
    )
    return _private(make_response(body, status), entrance)


def _dead(entrance: Entrance | None) -> Response:
    """A link that opens nothing: unknown, revoked, past its end, or of a doctor who no longer practises here."""
    if entrance is not None and not entrance.is_private:
        body = render_template("inbox/places_none.html", layout=entrance.layout, reason=NOT_A_GP)
        return make_response(body, 404 if entrance.via is AnsweredBy.OFFICE else 200)
    return _private(make_response(render_template("inbox/places_dead.html"), 404), entrance)


def _private(response: Response, entrance: Entrance | None) -> Response:
    """The address holds the token: no other site, and no page after this one, learns it."""
    if entrance is None or entrance.is_private:
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex"
    return response
