"""The PDF of a convention: the text that holds in its state, read back."""

from collections import Counter
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from cptsapp.checklists.models import Side
from cptsapp.conventions.document import content, convention_pdf, when
from cptsapp.conventions.models import Article, Convention, ConventionParty, ConventionState, FrozenText, Signature
from cptsapp.conventions.rules.texts import ArticleText, Clause, Text
from cptsapp.core import clock
from cptsapp.core.db import session
from tests.tools import files
from tests.tools.conventions import STARTS, make_convention

S = ConventionState


def read(data: bytes) -> PdfReader:
    return PdfReader(BytesIO(data))


def text_of(data: bytes) -> str:
    words = " ".join(page.extract_text() for page in read(data).pages)
    return " ".join(words.replace("\xa0", " ").replace("\u202f", " ").split())


def sign(convention, position, signer):
    """Note the signature of the party at that place."""
    party = session.query(ConventionParty).filter_by(convention_id=convention.id, position=position).one()
    text = session.query(FrozenText).filter_by(convention_id=convention.id).one()
    session.add(
        Signature(
            text_id=text.id,
            party_id=party.id,
            signer=signer,
            function="présidente",
            signed_on=STARTS,
            file_id=files.make_file().id,
            recorded_at=clock.now(),
        )
    )
    session.flush()


def freeze(convention, text):
    """Give the convention another adopted text."""
    frozen = session.query(FrozenText).filter_by(convention_id=convention.id).one()
    frozen.content, frozen.checksum = text.as_json(), text.checksum
    convention.checksum = text.checksum
    session.flush()


def test_the_document_is_tagged_and_titled_in_french(cast):
    found = read(convention_pdf(make_convention()))
    catalogue = found.trailer["/Root"]
    assert (catalogue["/MarkInfo"]["/Marked"], catalogue["/Lang"]) == (True, "fr-FR")
    assert "/StructTreeRoot" in catalogue
    assert found.metadata.title == "Convention avec le DAC Vendée Littoral"


def tags_of(data: bytes) -> Counter[str]:
    """How many elements of each kind the structure has."""
    found: Counter[str] = Counter()

    def walk(node) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        for child in node if isinstance(node, list) else ():
            walk(child)
        if hasattr(node, "get"):
            found[node.get("/S", "")] += 1
            walk(node.get("/K", []))

    walk(read(data).trailer["/Root"]["/StructTreeRoot"])
    return found


def test_titles_and_tables_are_tagged_as_what_they_are(cast):
    convention = make_convention()
    clauses = (Clause("Formulaire commun", Side.CPTS), Clause("Répondre", Side.PARTNER))
    freeze(convention, Text(convention.title, (ArticleText("1", "Objet", "- un\n- deux", clauses),), ("CPTS", "DAC")))
    found = tags_of(convention_pdf(convention))
    # Two tables, of signatures and of commitments: their heads, then two rows each; a list of parties, one typed.
    assert {tag: found[tag] for tag in ("/H1", "/H2", "/L", "/Table", "/TH", "/TR")} == {
        "/H1": 1,
        "/H2": 4,
        "/L": 2,
        "/Table": 2,
        "/TH": 8,
        "/TR": 6,
    }


def test_the_outline_leads_to_each_part(cast):
    top, parts = read(convention_pdf(make_convention())).outline
    assert top.title == "Convention avec le DAC Vendée Littoral"
    assert [part.title for part in parts][-2:] == ["Signatures", "Annexe 1. Engagements"]


def test_each_page_bears_its_number_of_how_many(cast):
    convention = make_convention()
    long = tuple(ArticleText(str(n), f"Sujet {n}", "Les parties coopèrent. " * 60) for n in range(1, 9))
    freeze(convention, Text(convention.title, long))
    pages = read(convention_pdf(convention)).pages
    assert len(pages) > 2
    assert [f"{n} / {len(pages)}" in page.extract_text() for n, page in enumerate(pages, start=1)] == [True] * len(
        pages
    )


def test_the_same_convention_is_the_same_bytes(cast):
    convention = make_convention()
    assert convention_pdf(convention) == convention_pdf(convention)


def test_a_draft_says_on_each_page_that_it_binds_nobody(cast):
    found = content(make_convention(S.DRAFT))
    assert (found["mark"], found["checksum"]) == ("Projet", "")
    said = text_of(convention_pdf(session.query(Convention).one()))
    assert "Projet du 20 juillet 2026 : il n’engage personne." in said
    assert "Ce projet ne se signe pas encore." in said


def test_a_text_in_circulation_is_the_one_that_was_frozen(cast):
    convention = make_convention(S.CIRCULATED, comments_due_on=date(2026, 8, 3))
    session.query(Article).one().body = "Réécrit depuis."
    said = text_of(convention_pdf(convention))
    assert "Les parties coopèrent." in said
    assert "Remarques attendues jusqu’au : 3 août 2026" in said


def test_an_adopted_text_does_not_follow_the_drawer(cast):
    convention = make_convention(S.ADOPTED)
    session.query(Article).one().body = "Réécrit depuis."
    said = text_of(convention_pdf(convention))
    assert "Réécrit" not in said
    assert convention.checksum in said


def test_signatures_are_named_and_dated_and_the_others_awaited(cast):
    convention = make_convention(S.ADOPTED)
    sign(convention, 0, "Anne Pouvreau")
    said = text_of(convention_pdf(convention))
    assert "Anne Pouvreau, présidente le 12 janvier 2026" in said
    assert "Reste à signer : DAC Vendée Littoral." in said


def test_a_signature_taken_back_is_not_on_the_paper(cast):
    convention = make_convention(S.ADOPTED)
    sign(convention, 0, "Anne Pouvreau")
    session.query(Signature).one().cancelled_at = clock.now()
    assert "Pouvreau" not in text_of(convention_pdf(convention))


def test_the_annex_numbers_the_commitments_that_articles_point_to(cast):
    convention = make_convention()
    article = "2.1", "Recherche", "Texte."
    clauses = (Clause("Formulaire commun", Side.CPTS, "relu", 2), Clause("Répondre", Side.PARTNER, "", 6, 6))
    freeze(convention, Text(convention.title, (ArticleText(*article, clauses),), ("CPTS", "DAC")))
    said = text_of(convention_pdf(convention))
    assert "Engagements de cet article : annexe 1, n° 1 à 2." in said
    assert "1 2.1 Formulaire commun relu CPTS sous 2 mois" in said
    assert "2 2.1 Répondre DAC sous 6 mois, puis chaque semestre" in said


def test_an_amendment_is_listed_with_what_it_takes_up(cast):
    parent = make_convention()
    make_convention(
        parent_id=parent.id, amendment_number=1, title="Avenant n° 1", partner=None, starts_on=date(2026, 3, 1)
    )
    said = text_of(convention_pdf(parent))
    assert "Annexe 2. Avenants" in said
    assert "En vigueur depuis le 1er mars 2026. Article repris : 2.1" in said


def test_what_is_typed_is_never_read_as_markup(cast):
    convention = make_convention(S.DRAFT, title="*Convention* #pagebreak() $x$")
    assert "*Convention* #pagebreak() $x$" in text_of(convention_pdf(convention))


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        (Clause("a", Side.CPTS, is_continuous=True), "en continu"),
        (Clause("a", Side.CPTS), "sans date"),
        (Clause("a", Side.CPTS, every_months=3), "chaque trimestre"),
        (Clause("a", Side.CPTS, due_months=0), "dès le début"),
        (Clause("a", Side.CPTS, due_months=6, every_months=12), "sous 6\xa0mois, puis chaque année"),
    ],
)
def test_when_a_commitment_is_to_be_kept(clause, words):
    assert when(clause) == words


# -- who opens it -----------------------------------------------------------------------------------------------------


def test_whoever_reads_the_convention_opens_it(cast, sign_in):
    number = make_convention().id
    session.commit()
    answer = sign_in(cast.board_member).get(f"/conventions/{number}/convention.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert 'filename="convention-avec-le-dac-vendee-littoral.pdf"' in answer.headers["Content-Disposition"]


def test_whoever_reads_none_does_not(cast, sign_in):
    number = make_convention().id
    session.commit()
    assert sign_in(cast.gp).get(f"/conventions/{number}/convention.pdf").status_code == 403


def test_a_convention_that_is_not_there_is_404(cast, sign_in):
    assert sign_in(cast.coordinator).get("/conventions/999999/convention.pdf").status_code == 404
