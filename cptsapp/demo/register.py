"""The professionals of the demonstration's territory: two extracts read, members of three years, calls under way.

The third extract waits in the depot: whoever is shown the application imports it (`extract.deposit`).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.periods import months_later
from cptsapp.core.text import fold
from cptsapp.demo import cast, extract
from cptsapp.demo.days import moving_clock, stand_at
from cptsapp.demo.people import People
from cptsapp.demo.rules import dice
from cptsapp.directory.actions import movements
from cptsapp.directory.actions.movements import Announced
from cptsapp.directory.actions.sheet import note_exchange, verify_person
from cptsapp.directory.models import (
    Channel,
    College,
    Membership,
    MovementKind,
    Organisation,
    Person,
    Practice,
    Profession,
)
from cptsapp.membership.actions import applications, fees, memberships, texts
from cptsapp.membership.actions import settings as membership_settings
from cptsapp.membership.models import MemberText, TextKind
from cptsapp.membership.queries.texts import current_texts
from cptsapp.membership.rules.members import organisation as organisation_member
from cptsapp.membership.rules.members import person as person_member
from cptsapp.outreach import rules as outreach_rules
from cptsapp.outreach.actions import calls, campaigns, claims
from cptsapp.outreach.actions.calls import Ending
from cptsapp.outreach.models import CallCampaign, CallOutcome, CallTarget
from cptsapp.outreach.queries.people import Criteria
from cptsapp.territory import queries as territory

FEE_CENTS = 1000
# Of a hundred professionals, how many are members in each of three years, the last being the present one.
PARTS = (14, 17, 21)
PAID_PERCENT = 85
ORGANISATIONS = 6
# Weeks ago when the assistance read sheets again, and how many of a hundred sheets each time.
READ_AGAIN = (70, 40, 31, 22, 13, 6, 2)
READ_PERCENT = 13
CALLED = 14
CALL_COMMUNES = frozenset({"85194", "85288", "85152"})
CHARTER = (
    "Charte des membres\n\nLes membres s’informent, se répondent, et se rendent disponibles autant qu’ils le peuvent."
    "\nIls respectent le secret professionnel et le libre choix du patient."
)
STATUTES = (
    "Statuts (extrait)\n\nArticle 4. Sont membres les professionnels de santé, les structures, les élus et les usagers"
    " qui en font la demande et que le bureau agrée.\nArticle 6. La qualité de membre se perd par départ, par non-"
    "renouvellement ou par décision du conseil, la personne entendue."
)
MOVEMENTS = (
    ("Tessier", MovementKind.RETIREMENT, 5, None, True, "Cherche un successeur depuis le printemps."),
    ("Giraudeau", MovementKind.RETIREMENT, 16, None, False, None),
    ("Chauvin", MovementKind.DEPARTURE, 9, None, False, "Projet de changer de région."),
    ("Arnaudeau", MovementKind.MATERNITY, 2, 8, True, None),
    ("Le Goff", MovementKind.REPLACEMENT, 1, 4, True, None),
)
EXCHANGES = (
    ("Tessier", Channel.CALL, 40, "Annonce sa retraite, cherche un successeur."),
    ("Renaudin", Channel.MEETING, 25, "Propose d’accueillir un interne en stage."),
    ("Haddad", Channel.MAIL, 12, "Demande à recevoir le compte rendu du groupe de travail."),
)


def seed_register(people: People) -> None:
    """Everything of the directory and of adhesion up to today, through the real actions. Commits as it goes."""
    today = territory.today()
    extract.read_past(months_later(today, -24), extract.FIRST, by=people.coordinator)
    extract.read_past(months_later(today, -11), extract.SECOND, by=people.coordinator)
    _settings(people.coordinator)
    _members(today, people.coordinator)
    _organisations(today, people.coordinator)
    session.commit()
    _verified(people.actors["Jade Moal"])
    _applications()
    _movements(today, people)
    _calls(today, people)
    session.commit()


def _settings(by: CurrentUser) -> None:
    membership_settings.save(
        {"person_fee_cents": FEE_CENTS, "organisation_fee_cents": 5 * FEE_CENTS, "target_percent": 30}, by=by
    )
    texts.publish(TextKind.CHARTER, CHARTER, after_version=0, by=by)
    texts.publish(TextKind.STATUTES, STATUTES, after_version=0, by=by)


# -- members ----------------------------------------------------------------------------------------------------------


def _members(today: date, by: CurrentUser) -> None:
    """Members by calendar year: nearly all stay from one year to the next, some join, doctors of the cast first."""
    for person in _professionals():
        luck = dice("adhesion", person.id).randrange(100) if person.rpps else 0
        if person.last_name in {doctor.last_name for doctor in cast.DOCTORS}:
            luck //= 3
        for years_ago, part in zip((2, 1, 0), PARTS, strict=True):
            if luck < part:
                _member_in(today.year - years_ago, person, today, by)


def _professionals() -> list[Person]:
    practising = select(Practice.person_id).where(Practice.ends_on.is_(None))
    wanted = select(Person).where(Person.id.in_(practising), Person.profession != Profession.STAFF)
    return list(session.scalars(wanted.order_by(Person.id)))


def _member_in(year: int, person: Person, today: date, by: CurrentUser) -> None:
    luck = dice("cotisation", person.id, year)
    # Past years began with the year; in this one people joined up to today.
    last_start = min(today, date(year, 11, 30))
    starts_on = date(year, 1, 1) + timedelta(days=luck.choice((0, 0, 0, 45, 120)))
    terms = memberships.Terms(
        College.PROFESSIONALS, min(starts_on, last_start), date(year, 12, 31), fee_cents=FEE_CENTS
    )
    made = memberships.open_membership(person_member(person.id), terms, by=by)
    if luck.randrange(100) < PAID_PERCENT:
        fees.note_paid([made.id], min(terms.starts_on + timedelta(days=13), today), by=by)


def _organisations(today: date, by: CurrentUser) -> None:
    found = session.scalars(select(Organisation).order_by(Organisation.id).limit(ORGANISATIONS))
    for organisation in found:
        terms = memberships.Terms(
            College.STRUCTURES, date(today.year, 1, 1), date(today.year, 12, 31), fee_cents=5 * FEE_CENTS
        )
        memberships.open_membership(organisation_member(organisation.id), terms, by=by)


def _verified(by: CurrentUser) -> None:
    """Most sheets were read again in the past year and a half, some each time. Commits as it goes."""
    now = clock.now()
    with moving_clock(now.isoformat()):
        for turn, weeks in enumerate(READ_AGAIN):
            stand_at(now - timedelta(weeks=weeks))
            for person in _professionals():
                if dice("fiche", person.id).randrange(100) // READ_PERCENT == turn:
                    verify_person(person, by=by)
            session.commit()


def _applications() -> None:
    """Three who are in the directory, neither members nor with an account; one whom nobody knows."""
    accepted = current_texts()
    waiting = sorted(_outsiders(), key=lambda person: dice("demande", person.id).random())
    for person in waiting[:3]:
        _apply(person.last_name, person.first_name, person.profession, person.rpps, accepted)
    _apply("Ravonel", "Flore", Profession.PSYCHOLOGIST, None, accepted)


def _outsiders() -> list[Person]:
    members = select(Membership.person_id).where(Membership.person_id.is_not(None))
    users = select(User.person_id).where(User.person_id.is_not(None))
    known = set(session.scalars(members.union(users)))
    return [person for person in _professionals() if person.rpps and person.id not in known]


def _apply(
    last_name: str, first_name: str, profession: Profession, rpps: str | None, accepted: Sequence[MemberText]
) -> None:
    name = fold(f"{first_name} {last_name}").replace(" ", ".")
    values = {
        "college": College.PROFESSIONALS,
        "last_name": last_name,
        "first_name": first_name,
        "profession": profession,
        "rpps": rpps,
        "commune_code": cast.COMMUNES[0],
        "mail": f"{name}@{cast.DOMAIN}",
        "phone": "+33261914599",
    }
    applications.receive(values, accepted, key=f"demo {name}", is_suspect=False)


# -- movements, exchanges, calls --------------------------------------------------------------------------------------


def _movements(today: date, people: People) -> None:
    for last_name, kind, begins, ends, is_confirmed, note in MOVEMENTS:
        person = session.get_one(Person, people.persons[last_name])
        ends_on = months_later(today, ends) if ends else None
        said = Announced(kind, months_later(today, begins), ends_on, is_confirmed, note=note)
        movements.note_movement(person, said, by=people.coordinator)
    for last_name, channel, days_ago, note in EXCHANGES:
        person = session.get_one(Person, people.persons[last_name])
        note_exchange(person, today - timedelta(days=days_ago), channel, note, by=people.coordinator)
        verify_person(person, by=people.coordinator)


def _calls(today: date, people: People) -> None:
    """A campaign begun by the coordination and the assistance, some of its calls made."""
    callers = (people.coordinator, people.actors["Jade Moal"])
    campaign = campaigns.create(
        campaigns.Terms(
            name="Infirmiers non adhérents, trois communes",
            criteria=Criteria(frozenset({Profession.NURSE.value}), CALL_COMMUNES, members_too=False),
            opening=outreach_rules.default_opening(cast.NAME),
            answers="",
            ends_on=today + timedelta(days=30),
            caller_ids=frozenset(caller.id for caller in callers if caller.id is not None),
        ),
        by=people.coordinator,
    )
    luck = dice("appels", today)
    for number in range(CALLED):
        _call(campaign, callers[number % 2], luck)


def _call(campaign: CallCampaign, by: CurrentUser, luck: Random) -> None:
    target_id = claims.hand_out(campaign, by=by)
    if target_id is None:
        return
    outcomes = (CallOutcome.NO_ANSWER, CallOutcome.INFORMED, CallOutcome.INTERESTED, CallOutcome.REFUSES)
    ending = Ending(luck.choice(outcomes))
    calls.record_call(campaign, session.get_one(CallTarget, target_id), ending, by=by)
