"""What is done every so often. Each job may run twice without harm; the worker commits what it leaves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from cptsapp.accounts import sessions
from cptsapp.accounts.actions import drafts, throttle
from cptsapp.activity import actions as activity
from cptsapp.audit import purge as trail
from cptsapp.calendars import refresh
from cptsapp.care_plans.actions import meeting_reminders
from cptsapp.care_plans.actions import retention as plans
from cptsapp.care_plans.actions import rights_mail as plan_rights
from cptsapp.conventions.actions import alerts
from cptsapp.conventions.actions import term as conventions
from cptsapp.core import submissions
from cptsapp.dues import actions as dues
from cptsapp.files import actions as files
from cptsapp.imports.actions import turns
from cptsapp.inbox.actions import (
    campaigns,
    forgetting,
    inactive,
    intake,
    ladder,
    priority,
    retention,
    rights_mail,
    search,
    suspects,
)
from cptsapp.membership.actions import applications, reminders
from cptsapp.operations.background import Apart
from cptsapp.outbox import actions as outbox
from cptsapp.outreach.actions import upkeep


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do at most once in `every`; it is given the present instant."""

    name: str
    every: timedelta
    run: Callable[[datetime], object]


READING = Apart("imports.read", turns.read_waiting)


def _read_imports(now: datetime) -> None:
    if turns.is_waiting(now):
        READING(now)


JOBS: tuple[Job, ...] = (
    Job("imports.read", timedelta(seconds=6), _read_imports),
    Job("calendars.refresh", timedelta(seconds=20), lambda _now: refresh.refresh_due()),
    Job("outcomes.remind", timedelta(minutes=5), activity.remind_outcomes),
    Job("drafts.purge", timedelta(minutes=10), drafts.purge_expired),
    Job("identities.erase", timedelta(hours=1), activity.erase_due),
    Job("requests.purge", timedelta(hours=1), suspects.purge),
    Job("requests.anonymise", timedelta(minutes=10), retention.anonymise_due),
    Job("plans.anonymise", timedelta(minutes=10), plans.anonymise_due),
    Job("requests.alert", timedelta(days=1), inactive.alert),
    Job("erasures.note", timedelta(minutes=10), forgetting.keep_up),
    Job("rights.remind", timedelta(hours=6), rights_mail.remind_due),
    Job("plans.rights", timedelta(hours=6), plan_rights.remind_due),
    Job("conventions.terms", timedelta(hours=1), conventions.run),
    Job("conventions.alert", timedelta(hours=1), alerts.alert),
    Job("questions.forget", timedelta(days=1), retention.forget_old),
    Job("requests.silence", timedelta(minutes=5), ladder.run),
    Job("requests.weigh", timedelta(hours=6), priority.refresh_open),
    Job("attempts.purge", timedelta(hours=1), throttle.purge),
    Job("calls.forget", timedelta(hours=1), upkeep.forget_objected),
    Job("sessions.purge", timedelta(hours=6), sessions.purge_old),
    Job("submissions.purge", timedelta(hours=6), lambda _now: submissions.purge_old()),
    Job("commitments.remind", timedelta(minutes=10), dues.remind_due),
    Job("membership.remind", timedelta(minutes=10), reminders.remind_due),
    Job("search.alert", timedelta(minutes=5), search.alert),
    Job("applications.purge", timedelta(days=1), applications.purge_old),
    Job("imports.sweep", timedelta(days=1), turns.sweep_files),
    Job("files.sweep", timedelta(days=1), files.sweep),
    Job("meetings.remind", timedelta(days=1), meeting_reminders.remind_due),
    Job("capacity.ask", timedelta(hours=1), campaigns.run),
    Job("outbox.purge", timedelta(days=1), lambda _now: outbox.purge_old()),
    Job("intake.purge", timedelta(hours=6), intake.purge_drafts),
    Job("trail.purge", timedelta(days=1), lambda _now: trail.purge_old()),
)
