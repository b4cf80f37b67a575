"""The panel of slots that the sheet of a professional loads."""

import pytest

from cptsapp.core.db import session
from tests.tools.factories import make_booking, make_campaign, make_person, make_slot


@pytest.fixture
def path(cast):
    campaign = make_campaign(name="Été 2026")
    make_booking(make_slot(cast.gp_practice, campaign_id=campaign.id, capacity=2))
    session.commit()
    return f"/campagnes/medecins/{cast.gp_person.id}"


def test_it_counts_what_is_published_and_taken(sign_in, cast, path):
    page = sign_in(cast.coordinator).get(path, headers={"HX-Request": "true"}).text
    assert "Été 2026" in page
    assert ">2\u00a0publiés</a>" in page
    assert ">1\u00a0pris</a>" in page
    assert "<html" not in page


def test_without_script_the_link_opens_a_page(sign_in, cast, path):
    client = sign_in(cast.coordinator)
    assert f'href="{path}"' in client.get(path.replace("campagnes/medecins", "annuaire")).text
    assert "‹ Dr Hélène Renaudin" in client.get(path).text


def test_who_published_nothing_reads_so(sign_in, cast, path):
    person = make_person()
    session.commit()
    assert "aucun publié" in sign_in(cast.coordinator).get(f"/campagnes/medecins/{person.id}").text


def test_a_practitioner_reads_their_own_and_no_other(sign_in, cast, path):
    assert sign_in(cast.gp).get(path).status_code == 200
    other = sign_in(cast.other_gp)
    assert other.get(path).status_code == 404
    assert "campagnes/medecins" not in other.get(path.replace("campagnes/medecins", "annuaire")).text


def test_the_desk_reads_no_campaign(sign_in, cast, path):
    assert sign_in(cast.regulator).get(path).status_code == 403


def test_someone_unknown_is_a_404(sign_in, cast, path):
    assert sign_in(cast.coordinator).get("/campagnes/medecins/999999").status_code == 404
