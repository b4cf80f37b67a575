"""What changes the periods of members: renew, note a payment, add, correct, leave; several at once or one."""

from collections.abc import Iterator, Sequence

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.core import addresses, submissions
from cptsapp.core.refusals import Refusal
from cptsapp.directory.models import College, Membership
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.membership.actions import fees, memberships
from cptsapp.membership.forms.euros import euros_of
from cptsapp.membership.forms.members import BulkForm, LeaveForm, PaymentForm, PeriodForm
from cptsapp.membership.queries import members as queries
from cptsapp.membership.queries.members import Held, MemberRow
from cptsapp.membership.queries.periods import membership as membership_of
from cptsapp.membership.queries.renewals import plan
from cptsapp.membership.queries.settings import settings
from cptsapp.membership.rules.members import Member, member_of, members_of
from cptsapp.membership.rules.periods import period_end, renewal_start
from cptsapp.membership.views.blueprint import blueprint
from cptsapp.membership.views.members import address_of, asked, member_page, wanted_member
from cptsapp.territory import queries as territory

LOT_MAX = 1500  # signs of an address that any browser and server take

# -- several at once --------------------------------------------------------------------------------------------------


def _chosen() -> list[Member]:
    """The rows ticked, or everyone of the filter, pages not shown included."""
    if "tous" in request.args:
        return [row.member for row in queries.members(me(), asked())]
    found = (member_of(key) for key in request.args.getlist("choix"))
    return list(dict.fromkeys(member for member in found if member is not None))


def _keys(members: Sequence[Member]) -> str:
    return ",".join(member.key for member in members)


@blueprint.get("/adhesions/renouveler")
@requires("membership.manage")
def renewing() -> Response:
    """What renewing these members would do: who, for which days, for how much, and who is left aside."""
    chosen = _chosen()
    return _renewal_page(BulkForm(formdata=None, who=_keys(chosen)), chosen)


@blueprint.post("/adhesions/renouveler")
@requires("membership.manage")
def renew() -> Response:
    """Renew them all, in one transaction; the same page sent twice renews once."""
    form, user = BulkForm(), me()
    chosen = members_of(form.who.data or "")
    if not form.is_valid():
        return _renewal_page(form, chosen, 422)
    done = submissions.result_for(user.id, form.once.data or "", "renewal")
    if done is None:
        try:
            done = len(memberships.renew(chosen, by=user))
        except Refusal as refusal:
            give_up()
            form.refuse(refusal.message)
            return _renewal_page(form, chosen, 409)
        submissions.remember(user.id, form.once.data or "", "renewal", done)
    return htmx.redirect(url_for(".members", renouveles=done))


def _renewal_page(form: BulkForm, chosen: Sequence[Member], status: int = 200) -> Response:
    page = render_template(
        "membership/renew.html",
        form=form,
        plan=plan(me(), chosen, territory.today()),
        back_url=url_for(".members", **address_of(asked())),
    )
    return make_response(page, status)


@blueprint.get("/adhesions/cotisations")
@requires("membership.manage")
def paying() -> Response:
    """Which fees would be noted as paid: of the periods that the list shows, or of the renewals once those are paid."""
    rows = queries.rows_of(me(), _chosen(), asked().day)
    return _payment_page(PaymentForm(formdata=None, paid_on=territory.today(), who=_ids(rows)), rows)


@blueprint.post("/adhesions/cotisations")
@requires("membership.manage")
def pay() -> Response:
    """Note these fees as paid and number their receipts."""
    form, user = PaymentForm(), me()
    numbers = _numbers(form.who.data)
    if not form.is_valid():
        return _payment_page(form, _rows(numbers), 422)
    lot: tuple[int, ...] = ()
    if (done := submissions.result_for(user.id, form.once.data or "", "payment")) is None:
        try:
            lot = fees.note_paid(numbers, form.paid_on.data, by=user).now
        except Refusal as refusal:
            form.refuse(refusal.message)
            return _payment_page(form, _rows(numbers), 409)
        done = len(lot)
        submissions.remember(user.id, form.once.data or "", "payment", done)
    return htmx.redirect(url_for(".members", payees=done, lot=_lot(lot)))


def _lot(numbers: Sequence[int]) -> str | None:
    """What « Annuler » above the list takes back; of more than an address holds, the next page of fees does."""
    written = "-".join(str(number) for number in numbers)
    return written if 0 < len(written) <= LOT_MAX else None


def _ids(rows: Sequence[MemberRow]) -> str:
    return ",".join(str(period.id) for row in rows if row.periods for period in _to_pay(row))


def _to_pay(row: MemberRow) -> Iterator[Held]:
    """The period shown; once nothing is due of it, the renewal already made too."""
    yield row.shown
    if row.next is not None and row.next.is_due and not row.shown.is_due:
        yield row.next


def _numbers(text: str | None) -> list[int]:
    """The numbers of memberships that commas or dashes separate; the rest is left out."""
    found = (addresses.row_number(part) for part in (text or "").replace("-", ",").split(","))
    return [number for number in found if number is not None]


def _rows(numbers: Sequence[int]) -> list[MemberRow]:
    """The members of these memberships."""
    wanted = set(numbers)
    every = queries.all_members(me(), territory.today())
    return [row for row in every if any(period.id in wanted for period in row.periods)]


def _payment_page(form: PaymentForm, rows: Sequence[MemberRow], status: int = 200) -> Response:
    wanted = set(_numbers(form.who.data))
    lines = [(row, period) for row in rows for period in row.periods if period.id in wanted]
    page = render_template(
        "membership/pay.html",
        form=form,
        due=[(row, period) for row, period in lines if period.is_due],
        paid=[(row, period) for row, period in lines if period.paid_on is not None],
        free=[(row, period) for row, period in lines if not period.fee_cents],
        cents=sum(period.fee_cents for _, period in lines if period.is_due),
        back_url=url_for(".members", **address_of(asked())),
    )
    return make_response(page, status)


@blueprint.post("/adhesions/cotisations/reprendre")
@requires("membership.manage")
def withdraw_payments() -> Response:
    """Take back the payments of several members; receipts keep their numbers."""
    done = fees.withdraw_payment(_numbers(request.form.get("who")), by=me())
    return htmx.redirect(url_for(".members", reprises=done))


# -- one --------------------------------------------------------------------------------------------------------------


@blueprint.route("/adhesions/<key>/ajouter", methods=["GET", "POST"])
@requires("membership.manage")
def add_period(key: str) -> Response:
    """Note a period by hand, past ones too."""
    row = queries.member(me(), wanted_member(key), territory.today())
    form = _new_period(row)
    if not form.is_valid():
        return _period_page(form, row, None)
    if submissions.result_for(me().id, form.once.data or "", "membership"):
        return htmx.redirect(url_for(".member", key=row.member.key))
    try:
        made = memberships.open_membership(row.member, form.terms(), by=me())
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field)
        return _period_page(form, row, None, 409)
    submissions.remember(me().id, form.once.data or "", "membership", made.id)
    return htmx.redirect(url_for(".member", key=row.member.key))


def _new_period(row: MemberRow) -> PeriodForm:
    chosen, today = settings(), territory.today()
    starts_on = renewal_start(row.periods, today)
    is_structure = row.member.is_organisation
    return PeriodForm(
        college=row.periods[-1].college if row.periods else College.STRUCTURES if is_structure else None,
        starts_on=starts_on,
        ends_on=period_end(chosen.period_kind, starts_on),
        fee=euros_of(chosen.organisation_fee_cents if is_structure else chosen.person_fee_cents),
    )


@blueprint.route("/adhesions/periodes/<int:membership_id>/corriger", methods=["GET", "POST"])
@requires("membership.manage")
def correct_period(membership_id: int) -> Response:
    """Change the days, the college or the fee of a period."""
    found, row = _period(membership_id)
    form = PeriodForm(obj=found, fee=euros_of(found.fee_cents))
    if not form.is_valid():
        return _period_page(form, row, found)
    try:
        memberships.correct(found, form.terms(), by=me())
    except Refusal as refusal:
        form.refuse(refusal.message, refusal.field)
        return _period_page(form, row, found, 409)
    return htmx.redirect(url_for(".member", key=row.member.key))


def _period(membership_id: int) -> tuple[Membership, MemberRow]:
    """A membership and its member. Raises Invisible, also for someone who asked to be kept out."""
    found = membership_of(membership_id)
    return found, queries.member(me(), memberships.member_of(found), territory.today())


def _period_page(form: PeriodForm, row: MemberRow, found: Membership | None, status: int | None = None) -> Response:
    page = render_template("membership/period_form.html", form=form, row=row, membership=found)
    return make_response(page, status or (422 if form.errors else 200))


@blueprint.route("/adhesions/periodes/<int:membership_id>/depart", methods=["GET", "POST"])
@requires("membership.manage")
def leave(membership_id: int) -> Response:
    """Note who leaves before the end."""
    found, row = _period(membership_id)
    form = LeaveForm(left_on=min(max(territory.today(), found.starts_on), found.ends_on))
    status = 200
    if form.is_valid():
        try:
            memberships.leave(found, form.left_on.data, form.reason.data, by=me())
            return htmx.redirect(url_for(".member", key=row.member.key))
        except Refusal as refusal:
            form.refuse(refusal.message, refusal.field)
            status = 409
    page = render_template("membership/leave.html", form=form, row=row, membership=found)
    return make_response(page, status if status == 409 else 422 if form.errors else 200)


@blueprint.post("/adhesions/periodes/<int:membership_id>/rester")
@requires("membership.manage")
def come_back(membership_id: int) -> Response:
    """Take a departure back."""
    found, row = _period(membership_id)
    try:
        memberships.come_back(found, by=me())
    except Refusal as refusal:
        return member_page(row, 409, refusal.message)
    return htmx.redirect(url_for(".member", key=row.member.key))


@blueprint.post("/adhesions/periodes/<int:membership_id>/retirer")
@requires("membership.manage")
def remove_period(membership_id: int) -> Response:
    """Take away a period noted by mistake."""
    found, row = _period(membership_id)
    try:
        memberships.remove(found, by=me())
    except Refusal as refusal:
        return member_page(row, 409, refusal.message)
    return htmx.redirect(url_for(".member", key=row.member.key))


@blueprint.post("/adhesions/periodes/<int:membership_id>/paiement")
@requires("membership.manage")
def pay_one(membership_id: int) -> Response:
    """Note a fee as paid today."""
    found, row = _period(membership_id)
    try:
        fees.note_paid([found.id], territory.today(), by=me())
    except Refusal as refusal:
        return member_page(row, 409, refusal.message)
    return htmx.redirect(url_for(".member", key=row.member.key))


@blueprint.post("/adhesions/periodes/<int:membership_id>/paiement/reprendre")
@requires("membership.manage")
def withdraw_payment(membership_id: int) -> Response:
    """Take a payment back."""
    found, row = _period(membership_id)
    fees.withdraw_payment([found.id], by=me())
    return htmx.redirect(url_for(".member", key=row.member.key))
