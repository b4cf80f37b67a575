"""Every list there is, with one row of everything and with thirty: the statements must be as many."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from cptsapp import create_app
from cptsapp.accounts import sessions
from cptsapp.accounts.models import Desk, Role, User
from cptsapp.audit.models import AuditEvent, Category
from cptsapp.checklists.actions import add_link
from cptsapp.conventions.actions import templates
from cptsapp.conventions.models import Partner, PartnerContact, PartnerKind
from cptsapp.conventions.rules.texts import ArticleText, Text
from cptsapp.core import clock
from cptsapp.core.db import db, session
from cptsapp.core.tokens import new_token, token_hash
from cptsapp.directory.models import Organisation, Practice
from cptsapp.directory.models import Person as Professional
from cptsapp.inbox.actions import sorting
from cptsapp.ledger.models import LedgerLine
from cptsapp.outbox.models import Message
from cptsapp.regulation.models import Orientation, OrientationKind
from cptsapp.snp.models import Booking, BookingState, CalendarFeed, CalendarSource, Campaign, Seat
from cptsapp.snp.patients import Patient, seal_patient
from cptsapp.territory.models import Neighbour
from tests.bench import seed
from tests.bench.measure import statements
from tests.bench.rig import Person, Rig
from tests.tools import conventions, databases, factories
from tests.tools.inbox import make_request
from tests.tools.settings import test_settings

FEW, MANY = 1, 30
TEXT = Text("Convention", (ArticleText("1", "Objet", "Les parties coopèrent."),))


@dataclass(frozen=True)
class ListPage:
    """A page that shows rows: its name, its address, who opens it."""

    name: str
    url: str
    role: str


PAGES = (
    ListPage("creneaux", "/creneaux", "regulator"),
    ListPage("creneaux, filtre", "/creneaux?q=com", "regulator"),
    ListPage("creneaux, coordination", "/creneaux", "coordinator"),
    ListPage("journee", "/journee", "regulator"),
    ListPage("reservations", "/reservations", "regulator"),
    ListPage("orientations", "/orientations", "regulator"),
    ListPage("diffusions", "/diffusions", "regulator"),
    ListPage("medecins", "/annuaire/medecins", "regulator"),
    ListPage("mes-creneaux", "/mes-creneaux", "practitioner"),
    ListPage("mes-creneaux, secretariat", "/mes-creneaux", "secretary"),
    ListPage("mes-creneaux, passes", "/mes-creneaux/passes", "practitioner"),
    ListPage("mes-creneaux, agenda", "/mes-creneaux/agenda", "practitioner"),
    ListPage("soir", "/mes-creneaux/soir", "practitioner"),
    ListPage("soir, impression", "/mes-creneaux/imprimer", "practitioner"),
    ListPage("campagnes", "/campagnes", "coordinator"),
    ListPage("campagne", "/campagnes/1", "coordinator"),
    ListPage("chiffres", "/campagnes/chiffres", "coordinator"),
    ListPage("lignes", "/campagnes/lignes?nombre=publies&campagne=1", "coordinator"),
    ListPage("annuaire", "/annuaire", "coordinator"),
    ListPage("annuaire, recherche", "/annuaire?q=com", "coordinator"),
    ListPage("annuaire, filtres", "/annuaire/filtres", "coordinator"),
    ListPage("annuaire, etiquettes", "/annuaire/etiquettes", "coordinator"),
    ListPage("annuaire, export", "/annuaire/export.csv?colonne=nom", "coordinator"),
    ListPage("demandes", "/demandes?file=nouvelles", "coordinator"),
    ListPage("demandes, filtres", "/demandes/filtres?file=nouvelles", "coordinator"),
    ListPage("demandes, lot", "/demandes/lot?file=nouvelles&acte=confier&tous=1", "coordinator"),
    ListPage("demandes, etiquettes", "/demandes/etiquettes", "coordinator"),
    ListPage("conventions", "/conventions", "coordinator"),
    ListPage("conventions, impression", "/conventions/imprimer", "coordinator"),
    ListPage("conventions, export", "/conventions/registre.csv", "coordinator"),
    ListPage("partenaires", "/conventions/partenaires", "coordinator"),
    ListPage("partenaire", "/conventions/partenaires/1", "coordinator"),
    ListPage("modeles", "/conventions/modeles", "coordinator"),
    ListPage("engagements d’une convention", "/conventions/1", "coordinator"),
    ListPage("journal d’une convention", "/listes/1/journal", "coordinator"),
    ListPage("mes-engagements", "/mes-engagements", "practitioner"),
    ListPage("structures", "/annuaire/structures", "coordinator"),
    ListPage("comptes", "/comptes", "administrator"),
    ListPage("postes", "/postes", "administrator"),
    ListPage("roles", "/roles", "administrator"),
    ListPage("compte", "/compte", "practitioner"),
    ListPage("journal", "/journal", "administrator"),
    ListPage("messages", "/messages", "administrator"),
    ListPage("reglages", "/reglages", "administrator"),
)


@dataclass
class World:
    """A CPTS in which everything grows by one at a time, each thing belonging to others than the last."""

    doctor: Practice
    user: User
    secretary: Professional
    regulator: User
    coordinator_id: int
    campaign: Campaign
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def grow(self) -> None:
        """One more of everything."""
        number = next(self.numbers)
        practice = self._colleague(number)
        for kind in (practice, self.doctor):
            self._agenda(kind, number)
        self._around(practice, number)
        self._traces(number)
        self._requests(number, practice)
        self._conventions(number, practice)
        session.commit()

    def _colleague(self, number: int) -> Practice:
        commune = factories.make_commune(
            code=f"{10000 + number}", name=f"Commune {number:02d}", latitude=46 + number / 99
        )
        person = factories.make_person(phone="+33261914027", mail=f"doc{number}@cpts.example", accepts_overbook=True)
        factories.make_user(Role.PRACTITIONER, person_id=person.id, display_name=person.full_name, mail=person.mail)
        factories.make_delegation(self.secretary, person)
        session.add(
            Organisation(name=f"Maison {number}", folded=f"maison {number}", created_at=clock.now()),
        )
        return factories.make_practice(person, factories.make_place(commune_code=commune.code))

    def _agenda(self, practice: Practice, number: int) -> None:
        """A free slot, one held, one booked, one over and honoured, one of yesterday."""
        now, step = clock.now(), timedelta(minutes=15 * number)
        common = {"campaign_id": self.campaign.id, "posted_by_id": self.user.id}
        factories.make_slot(practice, starts_at=now + timedelta(hours=1) + step, **common)
        held = factories.make_slot(practice, starts_at=now + timedelta(hours=25) + step, **common)
        holder = factories.make_user(Role.REGULATOR, display_name=f"Poste {number}")
        seat = session.query(Seat).filter_by(slot_id=held.id).one()
        seat.held_by_id, seat.held_until = holder.id, now + timedelta(minutes=1)
        self._booked(practice, now + timedelta(hours=49) + step, BookingState.BOOKED, number)
        self._booked(practice, now - timedelta(hours=8) + step, BookingState.BOOKED, number)
        owed = self._booked(practice, now - timedelta(days=2) + step, BookingState.HONOURED, number)
        session.add(_line_of(owed, practice.person_id))

    def _booked(self, practice: Practice, starts_at: datetime, state: BookingState, number: int) -> Booking:
        slot = factories.make_slot(
            practice, starts_at=starts_at, campaign_id=self.campaign.id, posted_by_id=self.user.id
        )
        slot.last_taken_at = clock.now() - timedelta(minutes=1)
        booking: Booking = factories.make_booking(slot, state=state, booked_by_id=self.regulator.id)
        session.add(seal_patient(booking, Patient(f"Exemple {number}", 1930 + number, "+33639981427")))
        session.flush()
        session.add(_mail_of(booking, number))
        return booking

    def _around(self, practice: Practice, number: int) -> None:
        """What belongs to other people than the agenda's."""
        now = clock.now()
        session.add_all(
            [
                Orientation(
                    kind=OrientationKind.OVERBOOK,
                    person_id=practice.person_id,
                    day_on=now.date(),
                    at=now,
                    by_id=self.regulator.id,
                ),
                Desk(
                    name=f"Poste {number}",
                    token_hash=token_hash(new_token()),
                    enrolled_at=now,
                    enrolled_by_id=self.user.id,
                ),
                Neighbour(name=f"CPTS voisine {number}", **_address_of(Neighbour)),
                CalendarFeed(
                    person_id=self.doctor.person_id,
                    token_hash=token_hash(new_token()),
                    created_at=now,
                    expires_at=now + timedelta(days=9),
                ),
                CalendarSource(person_id=self.doctor.person_id, seal_id=uuid4(), label=f"Agenda {number}"),
            ]
        )
        factories.make_campaign(name=f"Campagne {number}", starts_on=date(2020, 1, 1) + timedelta(days=number))
        sessions.open_session(self.user, f"téléphone {number}")

    def _requests(self, number: int, practice: Practice) -> None:
        """A request of a commune of its own, followed by someone of its own, with a label of its own."""
        request = make_request(commune_code=practice.place.commune_code)
        follower = factories.make_user(Role.ASSISTANT, display_name=f"Assistante {number}")
        by = factories.acting(follower)
        sorting.assign(request.id, follower.id, by=by)
        sorting.stick(request.id, f"étiquette {number}", by=by)

    def _conventions(self, number: int, practice: Practice) -> None:
        """A convention with a partner of its own, led and owed by someone; another with the first partner."""
        house = factories.make_organisation(name=f"Partenaire {number}")
        partner, person_id = conventions.make_partner(house), practice.person_id
        session.add(PartnerContact(partner_id=partner.id, person_id=person_id))
        session.add(PartnerContact(partner_id=1, person_id=person_id))
        for each in (partner, session.get_one(Partner, 1)):
            found = conventions.make_convention(partner=each, lead_id=person_id)
            conventions.make_commitment(found.checklist_id, owner_id=person_id)
            conventions.make_commitment(found.checklist_id, owner_id=self.doctor.person_id)
        owed = conventions.make_commitment(1, owner_id=person_id)
        add_link(owed.id, "https://dac.example/cr", "", by=factories.acting(session.get_one(User, self.coordinator_id)))
        templates.create(PartnerKind.OTHER, f"Modèle {number}", TEXT, by=factories.acting(self.user))

    def _traces(self, number: int) -> None:
        for thing in session.query(Booking).order_by(Booking.id.desc()).limit(2):
            session.add(
                AuditEvent(
                    at=clock.now(),
                    category=Category.CHANGE,
                    kind="booking.created",
                    user_id=factories.make_user(display_name=f"Auteur {number}").id,
                    subject_type="booking",
                    subject_id=thing.id,
                    data={"reference": thing.reference},
                )
            )


def _line_of(booking: Booking, person_id: int) -> LedgerLine:
    now = clock.now()
    return LedgerLine(
        person_id=person_id,
        kind="snp.act",
        done_on=now.date(),
        amount_cents=1500,
        account="snp:1",
        source_type="booking",
        source_id=booking.id,
        created_at=now,
        changed_at=now,
    )


def _mail_of(booking: Booking, number: int) -> Message:
    now = clock.now()
    return Message(
        kind="booking.booked",
        to_address=f"doc{number}@cpts.example",
        title="pris",
        body="pris",
        subject_type="booking",
        subject_id=booking.id,
        message_id=f"<{booking.id}@bench>",
        created_at=now,
        next_at=now,
    )


def _address_of(kind: type) -> dict[str, str]:
    """The columns a neighbouring CPTS must have beside its name."""
    needed = (c for c in kind.__table__.columns if not c.nullable and c.key not in ("id", "name") and not c.default)
    return {column.key: "accueil@voisine.example" for column in needed}


def _world() -> World:
    factories.make_cpts()
    person = factories.make_person(last_name="Renaudin", mail="renaudin@cpts.example")
    user = factories.make_user(Role.PRACTITIONER, person_id=person.id, mail=person.mail)
    secretary = factories.make_person(last_name="Pallier", mail="pallier@cpts.example")
    factories.make_delegation(secretary, person)
    factories.make_user(Role.SECRETARY, person_id=secretary.id, mail=secretary.mail)
    factories.make_user(Role.ADMINISTRATOR)
    coordinator = factories.make_user(Role.COORDINATOR)
    regulator = factories.make_user(Role.REGULATOR)
    return World(
        doctor=factories.make_practice(person),
        user=user,
        secretary=secretary,
        regulator=regulator,
        coordinator_id=coordinator.id,
        campaign=factories.make_campaign(),
    )


@contextmanager
def small_rig() -> Iterator[Rig]:
    """An application on an empty database."""
    with tempfile.TemporaryDirectory() as name:
        folder, made = Path(name) / "instance", Path(name) / "made"
        folder.mkdir()
        made.mkdir()
        template = databases.make_template("sqlite", made)
        app = create_app(test_settings(folder, template.copy(folder), f"@{seed.clock_file()}"))
        with app.app_context():
            engine = db.engine
        yield Rig(app, engine, folder)
        with app.app_context():
            databases.dispose()


def growth() -> dict[str, tuple[int, int]]:
    """For each list, its statements with one row and with thirty."""
    with small_rig() as rig:
        with rig.app.app_context():
            world = _world()
            world.grow()
        known = {rule.rule for rule in rig.app.url_map.iter_rules()}
        people = {page.role: rig.person(page.role) for page in PAGES}
        pages = [page for page in PAGES if page.url.split("?")[0] in known or "/1/" in f"{page.url}/"]
        few = {page.name: _count(rig, people[page.role], page.url) for page in pages}
        with rig.app.app_context():
            session.add_all([world.doctor, world.user, world.secretary, world.regulator, world.campaign])
            for _ in range(MANY - FEW):
                world.grow()
        return {page.name: (few[page.name], _count(rig, people[page.role], page.url)) for page in pages}


def _count(rig: Rig, person: Person, url: str) -> int:
    """What the page asks; the trail's lines are left out, one for each patient whose name is printed."""
    person.get(url)
    with statements(rig.engine) as seen:
        person.get(url)
    return sum(not statement.startswith("INSERT INTO audit_event") for statement in seen)
