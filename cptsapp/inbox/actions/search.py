"""Asking whether someone is being searched for, saying that one begins, deciding a near match (A40)."""

from datetime import datetime, timedelta
from uuid import uuid4

from cptsapp.accounts.identity import CurrentUser
from cptsapp.accounts.models import User
from cptsapp.audit.actions import record
from cptsapp.audit.models import Category
from cptsapp.core import clock
from cptsapp.core.db import session
from cptsapp.core.refusals import Invisible, Refusal, refuse_if
from cptsapp.directory.models import Organisation
from cptsapp.inbox import partner_mail
from cptsapp.inbox.actions.steps import add_step
from cptsapp.inbox.models import Actor, Request, SearchAnswer, SearchQuestion, State
from cptsapp.inbox.patients import Identity, indexes, refuse_nir, seal_text
from cptsapp.inbox.permissions import organisations_of
from cptsapp.inbox.queries import search as queries
from cptsapp.inbox.queries.referrals import KINDS, own_organisation
from cptsapp.inbox.queries.requests import locked
from cptsapp.inbox.queries.settings import delays
from cptsapp.inbox.rules import search as rules
from cptsapp.inbox.rules.referrals import ACTORS
from cptsapp.territory import queries as territory

NO_HOUSE = "Votre compte n’est relié à aucune structure\u202f: demandez à la CPTS."
NOT_ATTESTED = "Attestez que la personne vous le demande."
NOT_BORN = "Cette date de naissance est à venir."
WATCHED = timedelta(days=1)


def ask(who: Identity, *, is_attested: bool, by: CurrentUser) -> SearchQuestion:
    """Ask, and keep the question with initials, year and answer: the name is not kept.

    Raises Refusal when it is not attested, past the limits of the day, for a birth to come or what looks like a NIR.
    """
    houses = organisations_of(by)
    if not houses:
        raise Refusal(NO_HOUSE)
    if not is_attested:
        raise Refusal(NOT_ATTESTED, field="attested")
    if who.birth_date > territory.today():
        raise Refusal(NOT_BORN, field="birth_date")
    refuse_nir(who.last_name, who.first_name)
    refuse_if(rules.why_not_ask(*queries.counts_today(by.id, houses)))
    blind = indexes(who)
    answer, found = rules.best(queries.searches(blind))
    is_yes = answer is SearchAnswer.YES
    seal_id = uuid4()
    near = found.near if found is not None and found.near is not None else ""
    question = SearchQuestion(
        seal_id=seal_id,
        who=seal_text(f"{rules.initials(who.last_name, who.first_name, who.birth_date)}|{near}", seal_id, "who"),
        whole_index=blind.whole,
        asked_at=clock.now(),
        user_id=by.id,
        organisation_id=own_organisation(houses),
        answer=answer,
        request_id=found.request_id if found else None,
        searched_by=found.by if found and is_yes else None,
        since_on=found.since_on if found and is_yes else None,
    )
    session.add(question)
    session.flush()
    record("search.asked", question, by=by, category=Category.QUESTION)
    return question


def begin(question_id: int, *, by: CurrentUser) -> SearchQuestion:
    """« Nous commençons une recherche »: the others read yes, with the organisation's name, until it lapses by itself.

    Raises Refusal for a question whose answer was not « non » today.
    """
    question = queries.question_of(by, question_id)
    if question.answer is not SearchAnswer.NO:
        raise Refusal("Une recherche est déjà en cours, ou la CPTS vérifie.")
    if territory.local(question.asked_at).date() != territory.today():
        raise Refusal("Cette réponse n’est plus d’aujourd’hui\u202f: posez de nouveau la question.")
    if question.begins_until is None:
        question.begins_until = territory.today() + timedelta(days=delays()["partner_begins"])
        session.flush()
        record("search.begun", question, by=by)
    return question


def end(question_id: int, *, by: CurrentUser) -> SearchQuestion:
    """What was said to begin is over, or was said by mistake."""
    question = queries.question_of(by, question_id)
    if question.begins_until is not None:
        question.begins_until = None
        session.flush()
        record("search.ended", question, by=by)
    return question


def leave_word(question_id: int, words: str, *, by: CurrentUser) -> None:
    """A message to the CPTS about a search it has: a step of the file, sealed; the partner sees no more of it.

    Raises Refusal without a search, once it is over, without words, or for what looks like a NIR.
    """
    question = queries.question_of(by, question_id)
    if question.answer is not SearchAnswer.YES or question.request_id is None:
        raise Refusal("La CPTS n’a pas de recherche à ce nom\u202f: envoyez-lui une demande.")
    if not words.strip():
        raise Refusal("Écrivez votre message.", field="words")
    request = locked(question.request_id)
    if request.state is State.CLOSED:
        raise Refusal("Cette recherche est terminée\u202f: appelez la CPTS, ou envoyez-lui une demande.")
    add_step(
        request,
        "partner.message",
        actor=_actor(question.organisation_id),
        by=by,
        note=words,
        organisation_id=question.organisation_id,
    )
    record("partner.message", request, by=by)
    partner_mail.tell_office("partner_message", request)


def _actor(organisation_id: int) -> Actor:
    house = session.get(Organisation, organisation_id)
    known = {kind: recipient for recipient, kind in KINDS.items()}
    recipient = known.get(house.kind) if house is not None else None
    return ACTORS.get(recipient, Actor.CPTS) if recipient is not None else Actor.CPTS


def decide(question_id: int, *, is_same: bool, by: CurrentUser) -> SearchQuestion:
    """The coordination says whether a near match is the same person; who asked is told to look (no name in the mail).

    Raises Refusal when it was decided already.
    """
    question = session.get(SearchQuestion, question_id, with_for_update=True, populate_existing=True)
    if question is None:
        raise Invisible
    if question.answer is not SearchAnswer.CHECKING:
        raise Refusal("C’est déjà vérifié.")
    request = session.get(Request, question.request_id) if question.request_id is not None else None
    is_searched = request is not None and request.state is not State.CLOSED  # it may have ended meanwhile
    question.answer = SearchAnswer.YES if is_same and is_searched else SearchAnswer.NO
    question.checked_at, question.checked_by_id = clock.now(), by.id
    if question.answer is SearchAnswer.YES and request is not None:
        question.searched_by, question.since_on = queries.searched_by(request)
    else:
        question.request_id = None
    session.flush()
    record("search.checked", question, by=by, same=is_same)
    asker = session.get(User, question.user_id)
    if asker is not None and asker.is_active:
        partner_mail.tell_asker(question, asker)
    return question


def alert(now: datetime) -> None:
    """Tell the coordination once of whoever has just had ten « non » in a row (a job: no answer waits for it)."""
    if territory.current() is None:
        return
    for user_id, question_id in queries.askers_since(now - WATCHED):
        if rules.is_alarming(queries.last_answers(user_id, rules.IN_A_ROW)):
            partner_mail.tell_alarm(user_id, question_id)
