"""Opening a convention and writing it: what stands above, the articles, what each commits the parties to."""

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.checklists.models import Commitment
from cptsapp.conventions.actions import articles as writing
from cptsapp.conventions.actions import clauses, drafting
from cptsapp.conventions.actions.articles import mark_of
from cptsapp.conventions.forms.drafting import AmendmentHeadForm, ArticleForm, ClauseForm, HeadForm
from cptsapp.conventions.models import Article, Convention, ConventionState
from cptsapp.conventions.queries.conventions import convention_for
from cptsapp.conventions.queries.page import last_writer
from cptsapp.conventions.queries.partners import names_of
from cptsapp.conventions.queries.people import house_people, partner_people, partners_offered
from cptsapp.conventions.queries.templates import templates
from cptsapp.conventions.queries.texts import articles_of, clauses_of
from cptsapp.conventions.rules.drafts import Changed, next_number
from cptsapp.conventions.views.blueprint import blueprint
from cptsapp.conventions.views.page import ONE
from cptsapp.core import submissions
from cptsapp.core.refusals import Invisible, Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.app import give_up
from cptsapp.http.pages import refused
from cptsapp.http.routes import NUMBER
from cptsapp.territory import queries as territory

AN_ARTICLE = f"{ONE}/articles/<{NUMBER}:article_id>"
A_CLAUSE = f"{ONE}/clauses/<{NUMBER}:commitment_id>"


def _text_url(found: Convention, anchor: str = "") -> str:
    return url_for(".text", convention_id=found.id) + (f"#{anchor}" if anchor else "")


# -- what stands above ------------------------------------------------------------------------------------------------


@blueprint.route("/conventions/nouvelle", methods=["GET", "POST"])
@requires("conventions.manage")
def new() -> Response:
    """Open a convention, from a template or blank; `partenaire` chooses the first party."""
    offered = partners_offered()
    form = HeadForm(
        partner=request.args.get("partenaire"), template=request.args.get("modele"), lead=str(me().person_id or "")
    )
    form.offer(offered, house_people(), [(row.version_id, row.name) for row in templates()])
    if not form.is_valid():
        return _new_page(form, 422 if form.errors else 200)
    once = form.once.data or ""
    if made := submissions.result_for(me().id, once, "convention"):
        return htmx.redirect(url_for(".text", convention_id=made))
    title = f"Convention {dict(offered).get(form.partner_ids[0], '')}"
    try:
        found = drafting.create(form.head(title), form.partner_ids, form.template_version_id, by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _new_page(form, 409))
    submissions.remember(me().id, once, "convention", found.id)
    return htmx.redirect(_text_url(found))


def _new_page(form: HeadForm, status: int) -> Response:
    has_partners, has_templates = len(form.partner.choices) > 1, len(form.template.choices) > 1
    page = render_template(
        "conventions/head_form.html",
        form=form,
        convention=None,
        theirs="",
        has_partners=has_partners,
        has_templates=has_templates,
    )
    return make_response(page, status)


@blueprint.route(f"{ONE}/en-tete", methods=["GET", "POST"])
@requires("conventions.manage")
def head(convention_id: int) -> Response:
    """Change the title, the parties, the term of a draft."""
    found = _draft(convention_id)
    return _amendment_head(found) if found.parent_id is not None else _head(found)


def _head(found: Convention) -> Response:
    form = HeadForm() if request.method == "POST" else HeadForm(formdata=None).show(found)
    kept = {party.partner_id for party in found.parties if party.partner_id is not None}
    form.offer(partners_offered(kept), house_people(found.lead_id))
    if not form.is_valid():
        return _head_page(form, found, 422 if form.errors else 200)
    try:
        drafting.change_head(found.id, form.head(found.title), form.partner_ids, version=form.seen, by=me())
    except Refusal as refusal:
        return _head_refused(form, found.id, refusal)
    return htmx.redirect(_text_url(found))


def _amendment_head(found: Convention) -> Response:
    is_sent = request.method == "POST"
    form = AmendmentHeadForm() if is_sent else AmendmentHeadForm(formdata=None).show(found)
    form.offer(house_people(found.lead_id))
    if not form.is_valid():
        return _head_page(form, found, 422 if form.errors else 200)
    try:
        drafting.change_amendment(found.id, form.head(), version=form.seen, by=me())
    except Refusal as refusal:
        return _head_refused(form, found.id, refusal)
    return htmx.redirect(_text_url(found))


def _head_refused(form: HeadForm | AmendmentHeadForm, convention_id: int, refusal: Refusal) -> Response:
    """The page again with what was typed, and what stands there now: a second sending replaces it."""
    give_up()
    form.refuse(refusal.message, refusal.field)
    found = convention_for(me(), convention_id)
    is_stale = form.version.data != str(found.version)
    form.version.data = str(found.version)
    return _head_page(form, found, 409, theirs=last_writer(found.id) if is_stale else "")


def _head_page(form: HeadForm | AmendmentHeadForm, found: Convention, status: int, theirs: str = "") -> Response:
    page = render_template(
        "conventions/amendment_head.html" if found.parent_id is not None else "conventions/head_form.html",
        form=form,
        convention=found,
        theirs=theirs,
        partners=names_of([found.id]).get(found.id, []),
        has_partners=True,
        has_templates=False,
    )
    return make_response(page, status)


def _draft(convention_id: int) -> Convention:
    """The draft to be written; a Refusal once it has left the drawer."""
    found = convention_for(me(), convention_id)
    if found.state is not ConventionState.DRAFT:
        raise Refusal(drafting.NOT_A_DRAFT)
    return found


# -- articles ---------------------------------------------------------------------------------------------------------


@blueprint.route(f"{ONE}/articles/nouveau", methods=["GET", "POST"])
@requires("conventions.manage")
def new_article(convention_id: int) -> Response:
    """Write one more article."""
    found = _draft(convention_id)
    form = ArticleForm(number=next_number([article.number for article in articles_of(found.id)]))
    if not form.is_valid():
        return _article_page(form, found, None, 422 if form.errors else 200)
    try:
        article = writing.add_article(found.id, form.written(), by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _article_page(form, _draft(convention_id), None, 409))
    return htmx.redirect(_text_url(found, f"a{article.id}"))


@blueprint.route(AN_ARTICLE, methods=["GET", "POST"])
@requires("conventions.manage")
def article(convention_id: int, article_id: int) -> Response:
    """Rewrite an article."""
    found = _draft(convention_id)
    kept = _article(found, article_id)
    form = ArticleForm(number=kept.number, title=kept.title, body=kept.body, read=mark_of(kept))
    if not form.is_valid():
        return _article_page(form, found, kept, 422 if form.errors else 200)
    try:
        writing.change_article(found.id, kept.id, form.written(), read=form.read.data, by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        found = _draft(convention_id)
        kept, theirs = _article(found, article_id), ""
        if isinstance(refusal, Changed):
            form.read.data, theirs = mark_of(kept), last_writer(found.id)
        return _article_page(form, found, kept, 409, theirs)
    return htmx.redirect(_text_url(found, f"a{article_id}"))


def _article_page(
    form: ArticleForm, found: Convention, kept: Article | None, status: int, theirs: str = ""
) -> Response:
    page = render_template("conventions/article_form.html", form=form, convention=found, article=kept, theirs=theirs)
    return make_response(page, status)


def _article(found: Convention, article_id: int) -> Article:
    for article in articles_of(found.id):
        if article.id == article_id:
            return article
    raise Invisible


@blueprint.post(f"{AN_ARTICLE}/deplacer")
@requires("conventions.manage")
def move_article(convention_id: int, article_id: int) -> Response:
    """Exchange an article with the one above or below."""
    found = _draft(convention_id)
    writing.move_article(found.id, article_id, up=request.form.get("vers") == "haut", by=me())
    return htmx.redirect(_text_url(found, f"a{article_id}"))


@blueprint.route(f"{AN_ARTICLE}/retirer", methods=["GET", "POST"])
@requires("conventions.manage")
def remove_article(convention_id: int, article_id: int) -> Response:
    """Remove an article once its consequence was read."""
    found = _draft(convention_id)
    kept = _article(found, article_id)
    told = ""
    if request.method == "POST":
        try:
            writing.remove_article(found.id, kept.id, read=request.form.get("read"), by=me())
            return htmx.redirect(_text_url(found))
        except Refusal as refusal:
            give_up()
            found, told = _draft(convention_id), refusal.message
            kept = _article(found, article_id)
    promised = clauses_of(found).get(kept.number, [])
    page = render_template(
        "conventions/article_remove.html",
        convention=found,
        article=kept,
        promised=promised,
        read=mark_of(kept),
        told=told,
    )
    return make_response(page, 409 if told else 200)


# -- commitments ------------------------------------------------------------------------------------------------------


@blueprint.route(f"{AN_ARTICLE}/engagements/nouveau", methods=["GET", "POST"])
@requires("conventions.manage")
def new_clause(convention_id: int, article_id: int) -> Response:
    """Write what an article commits one party to."""
    found = _draft(convention_id)
    kept = _article(found, article_id)
    form = _offered(ClauseForm(), found)
    if not form.is_valid():
        return _clause_page(form, found, kept.number, None, 422 if form.errors else 200)
    once = form.once.data or ""
    if submissions.result_for(me().id, once, "commitment"):
        return htmx.redirect(_text_url(found, f"a{article_id}"))
    try:
        made = clauses.add_clause(found.id, kept.id, form.typed(), by=me())
    except Refusal as refusal:
        return refused(form, refusal, lambda: _clause_page(form, _draft(convention_id), kept.number, None, 409))
    submissions.remember(me().id, once, "commitment", made.id)
    return htmx.redirect(_text_url(found, f"a{article_id}"))


@blueprint.route(A_CLAUSE, methods=["GET", "POST"])
@requires("conventions.manage")
def clause(convention_id: int, commitment_id: int) -> Response:
    """Rewrite a commitment."""
    found = _draft(convention_id)
    kept = _clause(found, commitment_id)
    form = ClauseForm() if request.method == "POST" else ClauseForm(formdata=None).show(kept)
    _offered(form, found, kept)
    if not form.is_valid():
        return _clause_page(form, found, kept.number, kept, 422 if form.errors else 200)
    try:
        clauses.change_clause(found.id, kept.id, form.typed(), version=form.seen, by=me())
    except Refusal as refusal:
        give_up()
        form.refuse(refusal.message, refusal.field)
        found = _draft(convention_id)
        kept, theirs = _clause(found, commitment_id), ""
        if isinstance(refusal, Changed):
            form.version.data, theirs = str(kept.version), last_writer(found.id)
        return _clause_page(form, found, kept.number, kept, 409, theirs)
    return htmx.redirect(_text_url(found, f"e{commitment_id}"))


def _offered(form: ClauseForm, found: Convention, kept: Commitment | None = None) -> ClauseForm:
    partners = names_of([found.id]).get(found.id, [])
    people = dict([*house_people(kept.owner_id if kept else None), *partner_people(found.id)])
    return form.offer(" et ".join(partners) or "Le partenaire", territory.settings().name, list(people.items()))


def _clause(found: Convention, commitment_id: int) -> Commitment:
    for lines in clauses_of(found).values():
        for line in lines:
            if line.id == commitment_id:
                return line
    raise Invisible


def _clause_page(
    form: ClauseForm, found: Convention, number: str, kept: Commitment | None, status: int, theirs: str = ""
) -> Response:
    page = render_template(
        "conventions/clause_form.html", form=form, convention=found, number=number, clause=kept, theirs=theirs
    )
    return make_response(page, status)


@blueprint.post(f"{A_CLAUSE}/deplacer")
@requires("conventions.manage")
def move_clause(convention_id: int, commitment_id: int) -> Response:
    """Exchange a commitment with the one above or below in its article."""
    found = _draft(convention_id)
    clauses.move_clause(found.id, commitment_id, up=request.form.get("vers") == "haut", by=me())
    return htmx.redirect(_text_url(found, f"e{commitment_id}"))


@blueprint.post(f"{A_CLAUSE}/retirer")
@requires("conventions.manage")
def remove_clause(convention_id: int, commitment_id: int) -> Response:
    """Remove a commitment from the text."""
    found = _draft(convention_id)
    clauses.remove_clause(found.id, commitment_id, by=me())
    return htmx.redirect(_text_url(found))
