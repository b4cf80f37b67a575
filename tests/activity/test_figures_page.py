"""/campagnes/chiffres: cut by day, week, campaign, practitioner; numbers lead to their rows; files are the screen."""

from datetime import timedelta
from html import unescape
from re import findall
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from cptsapp.activity.queries import lines as line_queries
from cptsapp.activity.rules import MEASURES
from cptsapp.audit.models import AuditEvent
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.regulation.models import Orientation, OrientationKind
from cptsapp.snp.models import BookingState, RegularDoctor
from tests.activity.tables import as_screen, read_csv, read_xlsx, table_headed
from tests.tools.factories import make_booking, make_slot

URL = "/campagnes/chiffres"
CUTS = {"jour": "Jour", "semaine": "Semaine du", "campagne": "Campagne", "medecin": "Médecin"}


@pytest.fixture
def season(cast, campaign):
    """Six booked slots over three days by two practitioners, a free one, two calls, one slot outside the campaign."""
    practices, answers = (cast.gp_practice, cast.other_gp_practice), list(RegularDoctor)
    for number in range(6):
        starts_at = clock.now() + timedelta(hours=number * 12 - 30)
        slot = make_slot(practices[number % 2], starts_at=starts_at, campaign_id=campaign.id, capacity=1 + number % 2)
        state = BookingState.HONOURED if number < 2 else BookingState.BOOKED
        make_booking(slot, state=state, regular_doctor=answers[number % 3])
    make_slot(cast.gp_practice, starts_at=clock.now() + timedelta(hours=3))
    for kind in (OrientationKind.REGULAR_DOCTOR, OrientationKind.OVERBOOK):
        person_id = cast.gp_person.id if kind is OrientationKind.OVERBOOK else None
        session.add(
            Orientation(
                kind=kind, person_id=person_id, day_on=clock.now().date(), at=clock.now(), by_id=cast.regulator.id
            )
        )
    session.commit()
    return campaign.id


def everything(par: str) -> str:
    return f"{URL}?du=2026-07-01&au=2026-08-01&par={par}"


@pytest.mark.parametrize("par", CUTS)
@pytest.mark.parametrize(("kind", "read"), [("csv", read_csv), ("xlsx", read_xlsx)])
def test_each_file_holds_the_rows_of_the_screen(sign_in, cast, season, par, kind, read):
    client, url = sign_in(cast.coordinator), everything(par)
    screen = table_headed(client.get(url).text, CUTS[par])
    heads, *rows = read(client.get(url.replace(URL, f"{URL}.{kind}")).data)
    assert heads == screen[0]
    assert as_screen(rows, heads) == screen[1:]


@pytest.mark.parametrize("par", CUTS)
def test_the_paper_holds_them_too(sign_in, cast, season, par):
    client, url = sign_in(cast.coordinator), everything(par)
    paper = client.get(url.replace(URL, f"{URL}/imprimer")).text
    assert table_headed(paper, CUTS[par]) == table_headed(client.get(url).text, CUTS[par])


@pytest.mark.parametrize("who", ["coordinator", "board_member", "gp"])
@pytest.mark.parametrize("par", CUTS)
def test_every_number_leads_to_as_many_rows(sign_in, cast, season, par, who):
    client = sign_in(getattr(cast, who))
    links = findall(r'<a href="(/campagnes/lignes[^"]*)">([^<]+)</a>', client.get(everything(par)).text)
    assert links
    for url, number in links:
        page = client.get(unescape(url)).text
        assert page.count('data-label="Heure"') == int(number), url


def test_no_row_names_a_patient(sign_in, cast, make_act):
    make_act(name="Xylophage")
    page = sign_in(cast.coordinator).get("/campagnes/lignes?nombre=a-renseigner").text
    assert "15/07" not in page
    assert "13h32" in page
    assert "Xylophage" not in page


def test_without_days_it_is_the_campaign_in_progress(sign_in, cast, season):
    page = sign_in(cast.coordinator).get(URL).text
    assert '<p class="sub">Été 2026</p>' in page


def test_without_campaign_it_is_the_last_thirty_days(sign_in, cast):
    assert "du sam. 20 juin au lun. 20 juil." in sign_in(cast.coordinator).get(URL).text


def test_slots_outside_any_campaign_have_their_own_row(sign_in, cast, season):
    rows = table_headed(sign_in(cast.coordinator).get(everything("campagne")).text, "Campagne")
    assert [row[:2] for row in rows[1:]] == [["Été 2026", "9"], ["Hors campagne", "1"], ["Ensemble", "10"]]


def test_each_figure_is_defined_in_one_sentence(sign_in, cast, season):
    page = unescape(sign_in(cast.coordinator).get(everything("jour")).text)
    for measure in MEASURES.values():
        assert measure.definition in page


def test_a_period_without_anything_says_so(sign_in, cast):
    assert "Rien sur cette période" in sign_in(cast.coordinator).get(f"{URL}?du=2020-01-01&au=2020-01-02").text


class TestPractitioner:
    def test_a_practitioner_sees_their_own_only(self, sign_in, cast, season):
        rows = table_headed(sign_in(cast.gp).get(everything("medecin")).text, "Médecin")
        assert [row[0] for row in rows[1:]] == ["Dr Hélène Renaudin", "Ensemble"]

    @pytest.mark.parametrize("path", [URL, f"{URL}.csv", f"{URL}/imprimer", "/campagnes/lignes"])
    def test_another_s_are_not_found(self, sign_in, cast, season, path):
        url = f"{path}?medecin={cast.other_gp_person.id}&nombre=pris"
        assert sign_in(cast.gp).get(url).status_code == 404


class TestSmallCounts:
    """A board member sees no bookings: answers of patients are neither cut into rows nor small."""

    def heads(self, client) -> list[str]:
        return table_headed(client.get(everything("semaine")).text, "Semaine du")[0]

    def test_answers_are_not_cut_into_rows_on_screen_or_in_files(self, sign_in, cast, season):
        answers = {MEASURES[code].label for code in ("with_doctor", "without_doctor", "unknown_doctor")}
        assert answers <= set(self.heads(sign_in(cast.coordinator)))
        board = sign_in(cast.board_member)
        assert not answers & set(self.heads(board))
        assert not answers & set(read_csv(board.get(everything("semaine").replace(URL, f"{URL}.csv")).data)[0])

    def test_their_rows_are_refused_too(self, sign_in, cast, season):
        url = "/campagnes/lignes?nombre=sans-medecin-traitant"
        assert sign_in(cast.board_member).get(url).status_code == 403
        assert sign_in(cast.coordinator).get(url).status_code == 200

    def test_the_tile_says_less_than_five(self, sign_in, cast, season):
        url = f"/campagnes/{season}"
        assert "moins de 5" in sign_in(cast.board_member).get(url).text
        assert "moins de 5" not in sign_in(cast.coordinator).get(url).text

    def test_rows_do_not_tell_the_answer_either(self, sign_in, cast, season):
        assert "Médecin traitant" not in sign_in(cast.board_member).get("/campagnes/lignes?nombre=pris").text


class TestRows:
    def test_long_lists_go_page_by_page(self, sign_in, cast, season, monkeypatch):
        monkeypatch.setattr(line_queries, "PAGE", 4)
        client, url, seen = sign_in(cast.coordinator), "/campagnes/lignes?nombre=pris", 0
        while url:
            page = client.get(url).text
            seen += page.count('data-label="Heure"')
            following = findall(r'<a href="([^"]*)" rel="next"', page)
            url = unescape(following[0]) if following else ""
        assert seen == 6

    @pytest.mark.parametrize("apres", ["", "nimporte", "2026-07-20_3", "2026-07-20T10:00:00+00:00_x"])
    def test_a_broken_key_begins_at_the_beginning(self, sign_in, cast, season, apres):
        page = sign_in(cast.coordinator).get(f"/campagnes/lignes?nombre=pris&apres={apres}").text
        assert page.count('data-label="Heure"') == 6

    @pytest.mark.parametrize("query", ["nombre=inconnu", "", "nombre=pris&campagne=999", "nombre=pris&medecin=999"])
    def test_what_does_not_exist_is_not_found(self, sign_in, cast, query):
        assert sign_in(cast.coordinator).get(f"/campagnes/lignes?{query}").status_code == 404

    def test_a_number_that_is_zero_says_so(self, sign_in, cast):
        assert "Aucune ligne" in sign_in(cast.coordinator).get("/campagnes/lignes?nombre=pris").text


def test_an_export_is_recorded_with_its_filter(sign_in, cast, season):
    user_id = cast.board_member.id
    sign_in(cast.board_member).get(everything("medecin").replace(URL, f"{URL}.csv"))
    event = session.scalars(select(AuditEvent).where(AuditEvent.kind == "figures.exported")).one()
    assert (event.user_id, event.data["format"], event.data["rows"]) == (user_id, "csv", 2)
    assert event.data["filter"] == {"du": "2026-07-01", "au": "2026-08-01", "par": "medecin"}


def test_a_second_cut_keeps_the_filter(sign_in, cast, season):
    page = sign_in(cast.coordinator).get(f"{everything('jour')}&campagne={season}").text
    cuts = [parse_qs(urlsplit(unescape(url)).query) for url in findall(r'href="(/campagnes/chiffres\?[^"]*)"', page)]
    assert {cut["par"][0] for cut in cuts} >= set(CUTS)
    assert all(cut["du"] == ["2026-07-01"] and cut["campagne"] == [str(season)] for cut in cuts)


@pytest.mark.parametrize("who", ["regulator", "secretary", "administrator", "outsider"])
def test_who_may_not_read(sign_in, cast, who):
    client = sign_in(getattr(cast, who))
    for path in (URL, f"{URL}.csv", f"{URL}/imprimer", "/campagnes/lignes?nombre=pris"):
        assert client.get(path).status_code == 403
