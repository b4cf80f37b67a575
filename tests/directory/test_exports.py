"""What leaves the directory: the filtered list as a file, labels, business cards."""

import csv
import io
from datetime import date

import pytest
from sqlalchemy import select

from cptsapp.accounts.models import Role
from cptsapp.audit.models import AuditEvent
from cptsapp.core.db import session
from cptsapp.directory.models import Profession
from tests.tools.factories import make_membership, make_organisation, make_person, make_place, make_practice, make_user


@pytest.fixture
def coordinator(cast, sign_in):
    return sign_in(cast.coordinator)


def table(answer):
    return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))


def exported(client, **asked):
    return table(client.get("/annuaire/export.csv", query_string=asked))


def event():
    return session.scalars(select(AuditEvent).where(AuditEvent.kind == "directory.exported")).one()


def test_the_file_has_the_rows_of_the_list_and_the_columns_chosen(coordinator):
    rows = exported(coordinator, q="talmont", colonne=["nom", "commune", "telephone"])
    assert rows == [["Nom", "Commune", "Téléphone"], ["Renaudin", "Talmont-Saint-Hilaire", "02 61 91 40 27"]]


def test_all_the_pages_are_in_it(coordinator):
    for _ in range(60):
        make_person(last_name="Zed")
    session.commit()
    assert len(exported(coordinator, q="zed")) == 61


def test_facets_narrow_it(coordinator):
    assert [row[0] for row in exported(coordinator, profession="staff", colonne="nom")] == ["Nom", "Pallier"]


def test_what_a_spreadsheet_would_run_is_made_harmless(coordinator):
    make_person(last_name="=1+1")
    session.commit()
    assert ["'=1+1"] in exported(coordinator, colonne="nom")


def test_the_status_of_members_and_its_end_are_columns(coordinator, cast):
    make_membership(session.merge(cast.gp_person))
    session.commit()
    rows = exported(coordinator, q="renaudin", colonne=["adhesion", "echeance"])
    assert rows[1] == ["adhérent", "31/12/2026"]


def test_a_workbook_is_a_zip_of_sheets(coordinator):
    answer = coordinator.get("/annuaire/export.xlsx?colonne=nom")
    assert answer.get_data().startswith(b"PK")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="annuaire.xlsx"'


def test_the_trail_has_the_filter_and_the_number_but_not_what_was_typed(coordinator):
    exported(coordinator, q="renaudin", profession="gp")
    assert event().data == {"format": "csv", "rows": 1, "filter": {"profession": "gp", "q": "un texte"}}


@pytest.mark.parametrize("path", ["exporter", "export.csv", "export.xlsx", "export.vcf", "etiquettes"])
def test_reading_the_directory_does_not_let_one_take_it_away(sign_in, cast, path):
    assert sign_in(cast.gp).get(f"/annuaire/{path}").status_code == 403


def test_the_page_offers_columns_and_says_how_many_leave(coordinator):
    page = coordinator.get("/annuaire/exporter?q=renaudin").text
    assert "1\u00a0fiche" in page
    assert 'value="commune" checked' in page


def test_an_empty_list_has_nothing_to_export(coordinator):
    assert "Rien à exporter" in coordinator.get("/annuaire/exporter?q=zzz").text


# -- labels -----------------------------------------------------------------------------------------------------------


def test_a_label_has_the_professional_address(coordinator):
    page = coordinator.get("/annuaire/etiquettes?q=renaudin").text
    assert "<b>Dr Hélène Renaudin</b><br>12, rue des Écoliers<br>85440 Talmont-Saint-Hilaire" in page


def test_who_has_no_address_has_no_label_and_the_sheet_says_so(coordinator):
    page = coordinator.get("/annuaire/etiquettes").text
    assert "2\u00a0étiquettes" in page
    assert "1\u00a0fiche sans adresse n’est pas imprimée" in page


def test_printing_labels_is_in_the_trail(coordinator):
    coordinator.get("/annuaire/etiquettes")
    assert event().data == {"format": "étiquettes", "rows": 2, "filter": {}}


# -- cards ------------------------------------------------------------------------------------------------------------


def card_of(client, person_id):
    return client.get(f"/annuaire/{person_id}.vcf")


def test_a_card_has_the_practice_and_neither_direct_line_nor_mail(sign_in, cast):
    person = session.merge(cast.gp_person)
    person.phone = "+33639980101"
    session.commit()
    answer = card_of(sign_in(cast.other_gp), cast.gp_person.id)
    assert answer.get_data().decode().split("\r\n") == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "KIND:individual",
        "FN:Dr Hélène Renaudin",
        "N:Renaudin;Hélène;;Dr;",
        "TITLE:médecin généraliste",
        "ADR;TYPE=work:;;12\\, rue des Écoliers;Talmont-Saint-Hilaire;;85440;France",
        "TEL;VALUE=uri;TYPE=work:tel:+33261914027",
        "END:VCARD",
        "",
    ]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="dr-helene-renaudin.vcf"'


def test_the_cards_of_the_list_are_one_file(coordinator):
    make_organisation(name="MSP du Port")
    session.commit()
    content = coordinator.get("/annuaire/export.vcf").get_data().decode()
    assert content.count("BEGIN:VCARD") == 4
    assert "KIND:org\r\nFN:MSP du Port" in content


@pytest.mark.parametrize("changes", [{"objected_on": date(2026, 7, 1)}, {"merged_into_id": 1}])
def test_who_is_not_shown_has_no_card(coordinator, changes):
    person_id = make_person(**changes).id
    session.commit()
    assert card_of(coordinator, person_id).status_code == 404


def test_a_partner_has_no_card_of_a_person(sign_in, cast):
    partner = make_user(Role.PARTNER)
    session.commit()
    assert card_of(sign_in(partner), cast.gp_person.id).status_code == 404


def test_a_long_line_is_folded_between_letters(coordinator):
    name = "Établissement d’hébergement " * 5
    make_organisation(name=name.strip())
    session.commit()
    content = coordinator.get("/annuaire/export.vcf?q=etablissement").get_data()
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert f"FN:{name.strip()}" in content.decode().replace("\r\n ", "")


def test_signs_of_the_format_are_escaped(coordinator):
    make_practice(make_person(last_name="Sy;ll", profession=Profession.NURSE), make_place(address="1, rue A;B\\C"))
    session.commit()
    content = coordinator.get("/annuaire/export.vcf?q=sy").get_data().decode()
    assert "N:Sy\\;ll;Camille;;Dr;" in content
    assert "1\\, rue A\\;B\\\\C" in content
