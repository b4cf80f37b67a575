"""Forms of a member's periods: add or correct one, note a departure, a payment, the list's filter."""

from datetime import date

from wtforms import HiddenField, SelectField
from wtforms.validators import InputRequired

from cptsapp.directory.models import College, LeaveReason
from cptsapp.http.fields import BaseForm, DayField, OnceMixin
from cptsapp.membership.actions.memberships import Terms
from cptsapp.membership.forms.euros import EurosField
from cptsapp.membership.rules.words import LEAVE_LABELS, colleges

NO_REASON_OF_HEALTH = "Jamais de raison de santé."


class PeriodForm(BaseForm, OnceMixin):
    """A period of membership, past ones too."""

    college = SelectField("Collège", choices=colleges(tuple(College)), coerce=College)
    starts_on = DayField("Du", [InputRequired("Donnez le premier jour.")])
    ends_on = DayField("Au", [InputRequired("Donnez le dernier jour.")])
    fee = EurosField("Cotisation, en euros")

    def terms(self) -> Terms:
        """What is to be noted."""
        starts_on: date = self.starts_on.data
        return Terms(self.college.data, starts_on, self.ends_on.data, self.fee.cents or 0)


class LeaveForm(BaseForm):
    """The last day of who leaves before the end, and why."""

    left_on = DayField("Dernier jour", [InputRequired("Donnez le dernier jour.")])
    reason = SelectField("Raison", choices={r.value: label for r, label in LEAVE_LABELS.items()}, coerce=LeaveReason)


class BulkForm(BaseForm, OnceMixin):
    """What is done to several members at once: their keys, as they were shown."""

    who = HiddenField()


class PaymentForm(BulkForm):
    """Fees paid, on one day."""

    paid_on = DayField("Payée le", [InputRequired("Donnez le jour du paiement.")])
