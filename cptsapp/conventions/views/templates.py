"""The templates of conventions: their list, the text of one, its articles, its versions and what they differ by."""

from collections.abc import Callable

from flask import make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from cptsapp.accounts.current import me
from cptsapp.conventions.actions import templates as actions
from cptsapp.conventions.forms.templates import NameForm, NewTemplateForm, TemplateArticleForm
from cptsapp.conventions.models import ConventionTemplate
from cptsapp.conventions.queries import templates as queries
from cptsapp.conventions.rules import editing
from cptsapp.conventions.rules.drafts import next_number
from cptsapp.conventions.rules.editing import clause_words, differences
from cptsapp.conventions.rules.register import KIND_LABELS
from cptsapp.conventions.rules.texts import ArticleText, Text
from cptsapp.conventions.starting import KINDS
from cptsapp.conventions.views.blueprint import blueprint
from cptsapp.core import submissions
from cptsapp.core.addresses import row_number
from cptsapp.core.refusals import Refusal
from cptsapp.http import htmx
from cptsapp.http.access import requires
from cptsapp.http.pages import refused, status_of


def _url(template_id: int) -> str:
    return url_for(".template", template_id=template_id)


@blueprint.get("/conventions/modeles")
@requires("conventions.manage")
def templates() -> str:
    """The templates by kind of partner; those archived after the others."""
    rows = queries.templates(with_archived=True)
    can_install = not {row.kind for row in rows}.issuperset(KINDS)
    return render_template("conventions/templates.html", rows=rows, kinds=KIND_LABELS, can_install=can_install)


@blueprint.post("/conventions/modeles/installer")
@requires("conventions.manage")
def install_templates() -> Response:
    """Add those that come with the app, of each kind that has none."""
    actions.install(by=me())
    return htmx.redirect(url_for(".templates"))


@blueprint.route("/conventions/modeles/nouveau", methods=["GET", "POST"])
@requires("conventions.manage")
def add_template() -> Response:
    """A template with one empty article."""
    form = NewTemplateForm()
    if not form.is_valid():
        return make_response(render_template("conventions/template_new.html", form=form), status_of(form))
    if made := submissions.result_for(me().id, form.once.data, "convention_template"):
        return htmx.redirect(_url(made))
    text = Text(form.name.data, (ArticleText("1", "Objet", ""),))
    added = actions.create(form.kind.data, form.name.data, text, by=me())
    submissions.remember(me().id, form.once.data, "convention_template", added.id)
    return htmx.redirect(_url(added.id))


@blueprint.get("/conventions/modeles/<int:template_id>")
@requires("conventions.manage")
def template(template_id: int) -> str:
    """The text of a template as its last version has it, or as an older one had."""
    found, last = queries.template(template_id), queries.last_version(template_id)
    asked = row_number(request.args.get("version"))
    shown = queries.version(template_id, asked) if asked is not None else last
    return render_template(
        "conventions/template.html",
        template=found,
        version=shown,
        last_number=last.number,
        text=queries.text_of(shown),
        versions=queries.versions(template_id),
        kinds=KIND_LABELS,
        clause_words=clause_words,
    )


@blueprint.get("/conventions/modeles/<int:template_id>/comparer")
@requires("conventions.manage")
def compare_versions(template_id: int) -> str:
    """What two versions differ by; without telling which, the last and the one before."""
    found, last = queries.template(template_id), queries.last_version(template_id)
    after = row_number(request.args.get("a")) or last.number
    before = row_number(request.args.get("de")) or max(after - 1, 1)
    texts = [queries.text_of(queries.version(template_id, number)) for number in (before, after)]
    return render_template(
        "conventions/template_compare.html",
        template=found,
        before=before,
        after=after,
        titles=[text.title for text in texts],
        differences=differences(*texts),
        numbers=[row.number for row in queries.versions(template_id)],
    )


# -- writing ----------------------------------------------------------------------------------------------------------


@blueprint.route("/conventions/modeles/<int:template_id>/nom", methods=["GET", "POST"])
@requires("conventions.manage")
def rename_template(template_id: int) -> Response:
    """The name of a template and the title of what is drawn from it."""
    found, last = queries.template(template_id), queries.last_version(template_id)
    form = NameForm(name=found.name, title=last.content["title"], read=str(last.number))
    if not form.is_valid():
        return _name_page(form, found)
    title = form.title.data
    renamed: Callable[[Text], Text] = lambda text: Text(title, text.articles)
    return _saved(form, found, renamed, lambda: _name_page(form, found, 409), name=form.name.data)


def _name_page(form: NameForm, found: ConventionTemplate, status: int | None = None) -> Response:
    page = render_template("conventions/template_name.html", form=form, template=found)
    return make_response(page, status or status_of(form))


@blueprint.route("/conventions/modeles/<int:template_id>/articles/nouveau", methods=["GET", "POST"])
@requires("conventions.manage")
def add_template_article(template_id: int) -> Response:
    """An article more, at the end."""
    return _article(template_id, None)


@blueprint.route("/conventions/modeles/<int:template_id>/articles/<number>", methods=["GET", "POST"])
@requires("conventions.manage")
def write_template_article(template_id: int, number: str) -> Response:
    """An article and what it promises; saved, it is a new version of the template."""
    return _article(template_id, number)


def _article(template_id: int, number: str | None) -> Response:
    found, last = queries.template(template_id), queries.last_version(template_id)
    text = queries.text_of(last)
    form = TemplateArticleForm()
    if not form.is_submitted():
        form.read.data = str(last.number)
        form.number.data = next_number([article.number for article in text.articles])
        form.show(editing.article_of(text, number) if number is not None else None)
    if not form.is_valid():
        return _article_page(form, found, number)
    article = form.article()
    return _saved(
        form,
        found,
        lambda text: editing.written(text, number, article),
        lambda: _article_page(form, found, number, 409),
    )


def _article_page(
    form: TemplateArticleForm, found: ConventionTemplate, number: str | None, status: int | None = None
) -> Response:
    form.with_blanks()
    page = render_template("conventions/template_article.html", form=form, template=found, number=number)
    return make_response(page, status or status_of(form))


def _saved(
    form: NameForm | TemplateArticleForm,
    found: ConventionTemplate,
    change: Callable[[Text], Text],
    page: Callable[[], Response],
    *,
    name: str | None = None,
) -> Response:
    """Save a change as a new version; refused, the page keeps what was typed, and once more saves over theirs."""
    template, last = actions.locked(found.id), queries.last_version(found.id)
    try:
        text = change(queries.text_of(last))
        read = row_number(form.read.data) or 0
        actions.save(template, name or template.name, text, read_number=read, by=me())
    except Refusal as refusal:
        form.read.data = str(last.number)
        return refused(form, refusal, page)
    return htmx.redirect(_url(found.id))


# -- one gesture ------------------------------------------------------------------------------------------------------


@blueprint.post("/conventions/modeles/<int:template_id>/articles/<number>/deplacer")
@requires("conventions.manage")
def move_template_article(template_id: int, number: str) -> Response:
    """An article one place before or after."""
    step = -1 if request.form.get("sens") == "avant" else 1
    return _gesture(template_id, lambda text: editing.moved(text, number, step), anchor=f"#article-{number}")


@blueprint.post("/conventions/modeles/<int:template_id>/articles/<number>/retirer")
@requires("conventions.manage")
def remove_template_article(template_id: int, number: str) -> Response:
    """An article less; the version before still has it."""
    return _gesture(template_id, lambda text: editing.without(text, number))


@blueprint.post("/conventions/modeles/<int:template_id>/reprendre/<int:number>")
@requires("conventions.manage")
def take_version_back(template_id: int, number: int) -> Response:
    """An older version becomes the last one again."""
    text = queries.text_of(queries.version(template_id, number))
    return _gesture(template_id, lambda _text: text, note=f"reprise de la version {number}")


def _gesture(template_id: int, change: Callable[[Text], Text], note: str = "", anchor: str = "") -> Response:
    template, last = actions.locked(template_id), queries.last_version(template_id)
    read = row_number(request.form.get("read")) or 0
    text = change(queries.text_of(last))
    actions.save(template, template.name, text, read_number=read, by=me(), note=note)
    return htmx.redirect(_url(template_id) + anchor)


@blueprint.post("/conventions/modeles/<int:template_id>/archiver")
@requires("conventions.manage")
def archive_template(template_id: int) -> Response:
    """No convention is drawn from it any more."""
    actions.archive(actions.locked(template_id), by=me())
    return htmx.redirect(url_for(".templates"))


@blueprint.post("/conventions/modeles/<int:template_id>/remettre")
@requires("conventions.manage")
def restore_template(template_id: int) -> Response:
    """Conventions may be drawn from it again."""
    actions.restore(actions.locked(template_id), by=me())
    return htmx.redirect(_url(template_id))
