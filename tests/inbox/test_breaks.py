"""The register of breaks in care: documented, read again, exported without names, by months (A33, A34, §4.5)."""

import csv
import io
from datetime import date

import pytest

from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.inbox.actions import breaks
from cptsapp.inbox.actions.breaks import BreakReport
from cptsapp.inbox.models import Asker, BreakCause, CareBreak, Pathway
from cptsapp.inbox.patients import Contact
from cptsapp.inbox.queries import breaks as queries
from cptsapp.inbox.rules.breaks import HEADER, why_not_leave
from tests.tools.factories import acting
from tests.tools.inbox import make_request

YEAR = (date(2026, 1, 1), date(2026, 12, 31))
CONTACT = Contact(asker_name="Solange Rabiller", doctor_name="Dr Loizeau")


@pytest.fixture
def by(cast):
    return acting(cast.coordinator)


def report(**overrides):
    given = {"cause": BreakCause.RIGHTS, "pathway": Pathway.ELDERLY, "happened_on": date(2026, 7, 15), "note": "Refus"}
    return BreakReport(**{**given, **overrides})


def make_break(by, text=None, **overrides):
    request = make_request(asker=Asker.RELATIVE, contact=CONTACT)
    found = breaks.document(report(**overrides), request=request, by=by)
    if text is not None:
        breaks.review(found.id, text, by=by)
    return found


# -- documenting ------------------------------------------------------------------------------------------------------


def test_what_was_written_is_sealed(by):
    found = make_break(by, note="Refus de la structure")
    assert b"Refus" not in found.note
    assert queries.written(found) == "Refus de la structure"


def test_a_break_to_come_is_refused(by):
    with pytest.raises(Refusal):
        make_break(by, happened_on=date(2026, 7, 21))


def test_a_break_of_no_file_has_its_commune(by):
    assert breaks.document(report(commune_code="85194"), by=by).commune_code == "85194"
    with pytest.raises(Refusal):
        breaks.document(report(), by=by)


# -- reading again ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Madame Guérineau refuse",
        "JEANNE a été refusée",
        "appelée par Solange",
        "suivie par le Dr Loizeau",
        "au 06 39 98 14 27",
        "écrire à a@b.example",
        "le 15/07/2026",
        "1 47 03 85 288 001 42",
        "Mme Dupont, sa voisine",
    ],
)
def test_words_that_name_someone_do_not_leave(by, text):
    with pytest.raises(Refusal):
        make_break(by, text)


@pytest.mark.parametrize("text", ["", "Trois structures ont refusé, faute de place.", "Sortie en juillet 2026"])
def test_words_that_name_nobody_may(by, text):
    assert make_break(by, text).reviewed_text == text


def test_two_letters_are_not_looked_for():
    assert why_not_leave("de la vallée", ["Li De"]) is None


# -- the bilateral ----------------------------------------------------------------------------------------------------


def test_the_bilateral_then_what_it_decided(by):
    found = make_break(by)
    breaks.plan(found.id, date(2026, 9, 15), "", by=by)
    assert queries.queue_counts()["bilaterale"] == 1
    breaks.plan(found.id, date(2026, 9, 15), "Place demandée", by=by)
    assert (found.bilateral_note, queries.queue_counts()["bilaterale"]) == ("Place demandée", 0)


@pytest.mark.parametrize(("on", "decided"), [(None, "Place"), (date(2026, 9, 15), "Pour Guérineau")])
def test_a_decision_has_a_day_and_no_name(by, on, decided):
    found = make_break(by)
    with pytest.raises(Refusal):
        breaks.plan(found.id, on, decided, by=by)


# -- the export -------------------------------------------------------------------------------------------------------


def rows(written):
    return list(csv.reader(io.StringIO(written.decode())))


def test_the_header_is_the_observatorys_to_the_letter(by):
    make_break(by, "Texte")
    written = breaks.export(*YEAR, again=False, by=by)
    assert tuple(rows(written)[0]) == HEADER
    assert written.decode().splitlines()[0] == (
        '"Horodateur","Commune du domicile",'
        '"Date de survenue de la rupture (indiquez la date de l\'évènement ou le 1er du mois concerné)",'
        '"Selon vous, qu\'est ce qui est à l\'origine de la situation ?","Parcours","Détail de la difficulté"'
    )


def test_months_leave_not_days(by):
    make_break(by, "Texte")
    row = rows(breaks.export(*YEAR, again=False, by=by))[1]
    assert row == [
        "01/07/2026 00:00:00",
        "Talmont-Saint-Hilaire",
        "01/07/2026",
        "Difficultés d'accès aux droits sociaux",
        "Personnes âgées",
        "Texte",
    ]


def test_what_nobody_read_again_stays(by):
    make_break(by)
    with pytest.raises(Refusal, match="relu"):
        breaks.export(*YEAR, again=False, by=by)


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+33", "-2", "\t=1"])
def test_no_text_computes(by, text):
    found = make_break(by, "Texte")
    found.reviewed_text = text
    assert rows(breaks.export(*YEAR, again=False, by=by))[1][5] == f"'{text}"


def test_what_left_does_not_leave_twice_unless_asked(by):
    found = make_break(by, "Texte")
    breaks.export(*YEAR, again=False, by=by)
    assert found.exported_at == clock.now()
    with pytest.raises(Refusal):
        breaks.export(*YEAR, again=False, by=by)
    assert len(rows(breaks.export(*YEAR, again=True, by=by))) == 2


def test_only_the_period_leaves(by):
    make_break(by, "Juillet")
    with pytest.raises(Refusal):
        breaks.export(date(2026, 1, 1), date(2026, 7, 14), again=False, by=by)


def test_what_left_is_not_read_again(by):
    found = make_break(by, "Texte")
    breaks.export(*YEAR, again=False, by=by)
    with pytest.raises(Refusal):
        breaks.review(found.id, "Autre", by=by)


def test_an_export_is_in_the_trail(by):
    make_break(by, "Texte")
    breaks.export(*YEAR, again=False, by=by)
    assert session.query(AuditEvent).filter_by(kind="breaks.exported").one().data["count"] == 1


# -- the pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def office(cast, sign_in):
    return sign_in(cast.coordinator)


@pytest.fixture
def number(by):
    found = make_break(by).id
    session.commit()
    return found


def test_the_register_names_nobody(number, office):
    page = office.get("/demandes/ruptures").text
    assert "Personnes âgées" in page
    assert "Guérineau" not in page
    assert "Refus" not in page


def test_an_empty_register_says_where_breaks_come_from(cast, office):
    assert "Rien ici" in office.get("/demandes/ruptures").text


def test_it_is_documented_read_again_and_exported(cast, office):
    data = {
        "cause": "rights",
        "pathway": "elderly",
        "commune_code": "85288",
        "happened_on": "2026-07-15",
        "note": "Oui",
    }
    page = office.post("/demandes/ruptures/nouveau", data=data).location
    assert office.post(f"{page}/relire", data={"text": "le 15/07/2026"}).status_code == 409
    assert office.post(f"{page}/relire", data={"text": "Trois refus"}).status_code == 303
    data = {"since": "2026-01-01", "until": "2026-12-31"}
    answer = office.post("/demandes/ruptures/exporter", data=data)
    assert answer.mimetype == "text/csv"
    assert rows(answer.data)[1][5] == "Trois refus"
    assert "Exporté le" in office.get(page).text


def test_sent_twice_it_is_documented_once(cast, office):
    data = {"cause": "rights", "pathway": "elderly", "commune_code": "85288", "happened_on": "2026-07-15", "once": "k"}
    places = {office.post("/demandes/ruptures/nouveau", data=data).location for _ in range(2)}
    assert (len(places), session.query(CareBreak).count()) == (1, 1)


def test_a_file_fills_the_commune_in(cast, office):
    reference = make_request().reference
    session.commit()
    page = office.get(f"/demandes/ruptures/nouveau?dossier={reference}").text
    assert '<option selected value="85288">' in page


@pytest.mark.parametrize("data", [{}, {"cause": "rights"}, {"cause": "x", "pathway": "elderly"}])
def test_what_is_missing_is_said(cast, office, data):
    assert office.post("/demandes/ruptures/nouveau", data=data).status_code == 422
    assert session.query(CareBreak).count() == 0


def test_the_agenda_is_printed_without_names(number, office):
    assert (
        office.post(f"/demandes/ruptures/{number}/bilaterale", data={"bilateral_on": "2026-09-15"}).status_code == 303
    )
    page = office.get("/demandes/ruptures/bilaterale/2026-09-15").text
    assert "07/2026" in page
    assert "à relire" in page
    assert "Guérineau" not in page


@pytest.mark.parametrize("day", ["hier", "2026-13-01"])
def test_an_agenda_of_no_day_is_no_page(cast, office, day):
    assert office.get(f"/demandes/ruptures/bilaterale/{day}").status_code == 404


def test_nothing_to_export_is_said_on_the_page(cast, office):
    answer = office.post("/demandes/ruptures/exporter", data={"since": "2026-01-01", "until": "2026-12-31"})
    assert answer.status_code == 409
    assert "Rien à exporter" in answer.text


@pytest.mark.parametrize("who", ["gp", "regulator", "board_member", "treasurer"])
def test_nobody_else_reads_the_register(number, cast, sign_in, who):
    client = sign_in(getattr(cast, who))
    for path in ("/demandes/ruptures", f"/demandes/ruptures/{number}", "/demandes/ruptures/bilaterale/2026-09-15"):
        assert client.get(path).status_code == 403
    assert client.post("/demandes/ruptures/exporter").status_code == 403
