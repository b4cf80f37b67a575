"""What conventions keep of persons and structures, told to the directory; what was signed stays as it was signed."""

from sqlalchemy import or_, select, update

from cptsapp.conventions.models import Convention, ConventionComment, Partner, PartnerContact
from cptsapp.conventions.rules.states import OPEN
from cptsapp.core.db import session
from cptsapp.core.text import fold
from cptsapp.directory.keepers import Keeper, Kept
from cptsapp.directory.models import Person
from cptsapp.territory import queries as territory

_BLANK = {"name": "Interlocuteur effacé", "function": "", "phone": None, "mail": None, "is_signatory": False}


def _why_not_object(numbers: set[int]) -> str | None:
    led = select(Convention.id).where(Convention.lead_id.in_(numbers), Convention.state.in_(OPEN))
    if session.scalar(led.limit(1)) is None:
        return None
    return "Une convention en cours est suivie par cette personne\u00a0: confiez-la d’abord à quelqu’un d’autre."


def _erase(numbers: set[int]) -> None:
    """Whom one called at a partner’s, chosen in the directory or typed; and in whose name a remark was noted."""
    people = session.scalars(select(Person).where(Person.id.in_(numbers))).all()
    names = {person.folded for person in people if person.folded}
    names |= {fold(f"{person.first_name} {person.last_name}") for person in people if person.last_name}
    typed = select(PartnerContact.id, PartnerContact.name).where(PartnerContact.person_id.is_(None))
    named = [row.id for row in session.execute(typed) if fold(row.name) in names]
    theirs = or_(PartnerContact.person_id.in_(numbers), PartnerContact.id.in_(named))
    session.execute(update(PartnerContact).where(theirs).values(_BLANK))
    ended = update(PartnerContact).where(theirs, PartnerContact.ended_on.is_(None))
    session.execute(ended.values(ended_on=territory.today()))
    remarks = select(ConventionComment.id, ConventionComment.said_by).where(ConventionComment.said_by != "")
    said = [row.id for row in session.execute(remarks) if fold(row.said_by) in names]
    session.execute(update(ConventionComment).where(ConventionComment.id.in_(said)).values(said_by="un partenaire"))


KEEPER = Keeper(
    (
        Kept(Partner.organisation_id, "partenariat", "partenariats"),
        Kept(PartnerContact.person_id, "fonction chez un partenaire", "fonctions chez des partenaires"),
        Kept(Convention.lead_id, "convention suivie", "conventions suivies"),
    ),
    _why_not_object,
    _erase,
)
