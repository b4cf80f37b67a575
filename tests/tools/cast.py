"""The named people of the tests and their fixed rights."""

from dataclasses import dataclass, fields

from cptsapp.accounts.models import Role, User
from cptsapp.core.db import session
from cptsapp.directory.models import Person, Practice, Profession
from tests.tools.factories import (
    make_commune,
    make_cpts,
    make_delegation,
    make_person,
    make_place,
    make_practice,
    make_user,
)


@dataclass
class Cast:
    """Users, and the person and practice of those who have one."""

    administrator: User
    coordinator: User
    gp: User
    other_gp: User
    secretary: User
    regulator: User
    other_regulator: User
    treasurer: User
    board_member: User
    outsider: User
    gp_person: Person
    gp_practice: Practice
    other_gp_person: Person
    other_gp_practice: Practice


def make_cast() -> Cast:
    """A CPTS set up, two GPs in two communes, a secretary of the first, two regulators, and the others."""
    make_cpts()
    talmont = make_commune()
    sables = make_commune(
        code="85194",
        name="Les Sables-d’Olonne",
        folded="les sables d olonne",
        postcodes=["85100", "85180", "85340"],
        population=48740,
        latitude=46.50,
        longitude=-1.78,
    )
    gp = make_person(last_name="Renaudin", first_name="Hélène", mail="helene.renaudin@cpts.example")
    other = make_person(last_name="Benali", first_name="Sarah", mail="sarah.benali@cpts.example")
    secretary = make_person(
        last_name="Pallier",
        first_name="Agnès",
        title="",
        profession=Profession.STAFF,
        mail="agnes.pallier@cpts.example",
    )
    make_delegation(secretary, gp)
    gp_practice = make_practice(gp, make_place(commune_code=talmont.code))
    other_practice = make_practice(
        other, make_place(commune_code=sables.code, address="5, quai Garnier", phone="+33261914371")
    )
    cast = Cast(
        administrator=make_user(Role.ADMINISTRATOR, display_name="Maxime Roy"),
        coordinator=make_user(Role.COORDINATOR, display_name="Sophie Arnaud"),
        gp=make_user(Role.PRACTITIONER, display_name="Dr Hélène Renaudin", person_id=gp.id, mail=gp.mail),
        other_gp=make_user(Role.PRACTITIONER, display_name="Dr Sarah Benali", person_id=other.id, mail=other.mail),
        secretary=make_user(Role.SECRETARY, display_name="Agnès Pallier", person_id=secretary.id, mail=secretary.mail),
        regulator=make_user(Role.REGULATOR, display_name="Léa Moreau"),
        other_regulator=make_user(Role.REGULATOR, display_name="Théo Baudry"),
        treasurer=make_user(Role.TREASURER, display_name="Claude Trésor"),
        board_member=make_user(Role.BOARD_MEMBER, display_name="Dominique Conseil"),
        outsider=make_user(display_name="Personne Dehors"),
        gp_person=gp,
        gp_practice=gp_practice,
        other_gp_person=other,
        other_gp_practice=other_practice,
    )
    session.commit()
    return cast


def numbers_of(cast: Cast) -> dict[str, int]:
    """The number of each, by name."""
    return {field.name: getattr(cast, field.name).id for field in fields(Cast)}


def cast_of(numbers: dict[str, int]) -> Cast:
    """The cast that a copied database holds."""
    kinds = {User: "", Person: "_person", Practice: "_practice"}
    people = {}
    for name, number in numbers.items():
        kind = next(kind for kind, end in reversed(kinds.items()) if name.endswith(end))
        people[name] = session.get_one(kind, number)
    session.commit()
    return Cast(**people)
