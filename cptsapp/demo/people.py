"""Writing the cast: the CPTS, the directory, the accounts, through the real actions."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from cptsapp.accounts import secrets
from cptsapp.accounts.actions import second_factor, users
from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import Role, User
from cptsapp.accounts.permissions import needs_second_factor
from cptsapp.core.db import session
from cptsapp.demo import cast
from cptsapp.directory.actions import people as directory
from cptsapp.directory.models import Person, Practice, Profession
from cptsapp.territory import actions as territory
from cptsapp.territory import rules as territory_rules


@dataclass
class People:
    """Who may act, by name; where each doctor practises."""

    actors: dict[str, CurrentUser] = field(default_factory=dict)
    practices: dict[str, int] = field(default_factory=dict)
    persons: dict[str, int] = field(default_factory=dict)

    def poster(self, doctor: str) -> CurrentUser:
        """Who posts for a doctor: themselves, or their secretary when they have no account."""
        return self.actors.get(doctor) or self.actors["Martine Rousselot"]

    @property
    def coordinator(self) -> CurrentUser:
        """The coordination."""
        return self.actors["Sophie Arnaud"]

    def regulator(self, number: int) -> CurrentUser:
        """One of the two desks."""
        return self.actors[("Léa Moreau", "Théo Baudry")[number % 2]]


def totp_secret(mail: str) -> str:
    """The second factor of a demonstration account: always the same, for telephones enrolled once."""
    return base64.b32encode(hashlib.sha256(f"demonstration {mail}".encode()).digest()[:20]).decode()


def seed_cpts() -> CurrentUser:
    """The CPTS and its administrator, as the first visit makes them."""
    code = territory.new_setup_code()
    first = cast.MEMBERS[0]
    answers = territory.FirstAnswers(
        name=cast.NAME,
        mark=cast.MARK,
        codes=cast.COMMUNES,
        size_tier=3,
        hours=dict(territory_rules.DEFAULT_WINDOW.hours),
        zone="Europe/Paris",
        holiday_region="metropole",
        out_of_hours_name="la permanence des soins",
        out_of_hours_phone="116117",
        admin_name=first.name,
        admin_mail=cast.mail_of(first.name),
        password=cast.PASSWORD,
    )
    user = territory.set_up(answers, territory.hash_of_code(code))
    second_factor.enable_totp(user, totp_secret(user.mail))
    administrator = _actor(user, first.roles)
    territory.change_settings({"phone": cast.PHONE}, by=administrator)
    territory.save_neighbour(None, cast.NEIGHBOUR, cast.NEIGHBOUR_COMMUNES, by=administrator)
    return administrator


def seed_people(administrator: CurrentUser, since: date) -> People:
    """Everyone else, practising since a day."""
    people = People(actors={cast.MEMBERS[0].name: administrator})
    password_hash = secrets.hash_password(cast.PASSWORD)
    for doctor in cast.DOCTORS:
        _add_doctor(doctor, people, password_hash, administrator, since)
    for member in cast.MEMBERS[1:]:
        _add_member(member, people, password_hash, administrator, since)
    return people


def _add_doctor(doctor: cast.Doctor, people: People, password_hash: str, by: CurrentUser, since: date) -> None:
    full_name = " ".join(filter(None, (doctor.title, doctor.first_name, doctor.last_name)))
    mail = cast.mail_of(f"{doctor.first_name} {doctor.last_name}")
    person = directory.create_person(
        {
            "title": doctor.title,
            "first_name": doctor.first_name,
            "last_name": doctor.last_name,
            "profession": doctor.profession,
            "mail": mail if doctor.has_account else None,
            "accepts_overbook": doctor.overbook is not None,
            "overbook_note": doctor.overbook,
        },
        by=by,
    )
    place = directory.create_place(
        {
            "address": doctor.address,
            "commune_code": doctor.commune,
            "phone": "+33" + doctor.phone[1:],
            "is_accessible": doctor.is_accessible,
        },
        by=by,
    )
    practice: Practice = directory.create_practice(person, place, since, by=by)
    people.persons[doctor.last_name], people.practices[doctor.last_name] = person.id, practice.id
    if doctor.has_account:
        roles = (Role.PRACTITIONER, Role.OFFICER) if doctor.last_name == cast.OFFICER else (Role.PRACTITIONER,)
        people.actors[doctor.last_name] = _add_user(full_name, mail, roles, password_hash, by, person.id)


def _add_member(member: cast.Member, people: People, password_hash: str, by: CurrentUser, since: date) -> None:
    mail = cast.mail_of(member.name)
    person = _add_staff(member, mail, by) if member.is_person else None
    for last_name in member.assists:
        assert person is not None  # who assists is in the directory
        directory.delegate(person, session.get_one(Person, people.persons[last_name]), since, by=by)
    people.actors[member.name] = _add_user(
        member.name, mail, member.roles, password_hash, by, person.id if person else None
    )


def _add_staff(member: cast.Member, mail: str, by: CurrentUser) -> Person:
    first_name, last_name = member.name.split(" ", 1)
    values = {"first_name": first_name, "last_name": last_name, "profession": Profession.STAFF, "mail": mail}
    return directory.create_person(values, by=by)


def _add_user(
    name: str, mail: str, roles: tuple[Role, ...], password_hash: str, by: CurrentUser, person_id: int | None
) -> CurrentUser:
    user = users.create_user(mail, name, roles, by=by, person_id=person_id)
    user.password_hash = password_hash
    if needs_second_factor(roles):
        second_factor.enable_totp(user, totp_secret(mail))
    session.flush()
    return _actor(user, roles)


def _actor(user: User, roles: tuple[Role, ...]) -> CurrentUser:
    return CurrentUser(user.id, user.display_name, user.person_id, frozenset(roles))


def known_people() -> People:
    """The cast as an earlier run wrote it."""
    people = People()
    users_by_mail = {user.mail: user for user in session.scalars(select(User))}
    for member in cast.MEMBERS:
        people.actors[member.name] = _actor(users_by_mail[cast.mail_of(member.name)], member.roles)
    rows = session.execute(select(Person.last_name, Practice.person_id, Practice.id).join(Practice.person))
    for last_name, person_id, practice_id in rows:
        people.persons[last_name], people.practices[last_name] = person_id, practice_id
    for doctor in cast.DOCTORS:
        user = users_by_mail.get(cast.mail_of(f"{doctor.first_name} {doctor.last_name}"))
        if user is not None:
            people.actors[doctor.last_name] = _actor(user, (Role.PRACTITIONER,))
    return people
