"""Keeping the templates: installing those that come with the app, a new version at each save, archiving."""

from sqlalchemy import select

from cptsapp.audit.actions import Actor, record
from cptsapp.checklists.actions import refuse_nir
from cptsapp.conventions.models import ConventionTemplate, PartnerKind, TemplateVersion
from cptsapp.conventions.rules.texts import Text, from_json
from cptsapp.conventions.starting import starting_templates
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Refusal
from cptsapp.core.rows import hold

STALE = "Quelqu’un d’autre a enregistré une version de ce modèle pendant que vous l’écriviez."
SAME = "Rien n’a changé\u202f: aucune version n’a été ajoutée."
NO_ARTICLE = "Un modèle a au moins un article."


def install(*, by: Actor | None) -> int:
    """Add the templates that come with the app, of each kind that has none yet; how many were added."""
    known = set(session.scalars(select(ConventionTemplate.kind)))
    wanted = [each for each in starting_templates() if each.kind not in known]
    for each in wanted:
        create(each.kind, each.name, each.text, by=by)
    return len(wanted)


def create(kind: PartnerKind, name: str, text: Text, *, by: Actor | None) -> ConventionTemplate:
    """A new template and its first version. Raises Refusal for a text without article, or that looks like a NIR."""
    _refuse_text(text)
    template = ConventionTemplate(kind=kind, name=name.strip(), created_at=clock.now())
    session.add(template)
    session.flush()
    _add_version(template, 1, text, by=by, note="")
    record("template.created", template, by=by, name=template.name)
    return template


def locked(template_id: int) -> ConventionTemplate:
    """The template to be changed, its row held until the end of the transaction; raises Invisible."""
    return hold(ConventionTemplate, template_id)


def save(
    template: ConventionTemplate, name: str, text: Text, *, read_number: int, by: Actor | None, note: str = ""
) -> TemplateVersion:
    """A new version of a template locked by the caller; what was drawn from another stays as it was.

    `read_number`: the version that was being changed. Raises Refusal when it is no longer the last, when nothing has
    changed, for a text without article, or one that looks like a NIR.
    """
    _refuse_text(text)
    last = session.scalars(
        select(TemplateVersion)
        .where(TemplateVersion.template_id == template.id)
        .order_by(TemplateVersion.number.desc())
        .limit(1)
    ).one()
    if last.number != read_number:
        raise Refusal(STALE)
    is_renamed = template.name != name.strip()
    if from_json(last.content) == text and not is_renamed:
        raise Refusal(SAME)
    template.name = name.strip()
    saved = _add_version(template, last.number + 1, text, by=by, note=note)
    record("template.saved", template, by=by, version=saved.number)
    return saved


def _add_version(
    template: ConventionTemplate, number: int, text: Text, *, by: Actor | None, note: str
) -> TemplateVersion:
    version = TemplateVersion(
        template_id=template.id,
        number=number,
        content=text.as_json(),
        note=note.strip(),
        created_at=clock.now(),
        created_by_id=by.id if by else None,
    )
    session.add(version)
    session.flush()
    return version


def _refuse_text(text: Text) -> None:
    if not text.articles:
        raise Refusal(NO_ARTICLE)
    for article in text.articles:
        refuse_nir(article.title, article.body, *(part for c in article.clauses for part in (c.label, c.expected)))


def archive(template: ConventionTemplate, *, by: Actor | None) -> None:
    """No convention is drawn from it any more; those that were stay as they are. Twice is once."""
    if template.archived_at is not None:
        return
    template.archived_at = clock.now()
    session.flush()
    record("template.archived", template, by=by)


def restore(template: ConventionTemplate, *, by: Actor | None) -> None:
    """Conventions may be drawn from it again. Twice is once."""
    if template.archived_at is None:
        return
    template.archived_at = None
    session.flush()
    record("template.restored", template, by=by)
