"""The forms of accounts: shapes and French labels; rules and rights are elsewhere."""

from datetime import date

from wtforms import (
    DateField,
    EmailField,
    HiddenField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
    validators,
    widgets,
)
from wtforms.fields.choices import SelectChoice

from cptsapp.accounts.models import Role
from cptsapp.accounts.permissions import ROLE_LABELS
from cptsapp.accounts.queries import DeskPerson
from cptsapp.http.fields import BaseForm, OnceMixin

MAIL_MAX = 200
ROLE_CHOICES = [SelectChoice(role.value, label) for role, label in ROLE_LABELS.items()]


def _strip(text: str | None) -> str:
    return " ".join(text.split()) if text else ""


def _needed(message: str) -> validators.DataRequired:
    return validators.DataRequired(message)


def _same_as_first(form: BaseForm, field: PasswordField) -> None:
    if field.data != form.password.data:
        raise ValidationError("Les deux mots de passe ne sont pas les mêmes.")


class MailForm(BaseForm):
    """A mail and nothing else: asking for a new password."""

    mail = EmailField(
        "Adresse mail",
        [_needed("Entrez votre adresse mail."), validators.Length(max=MAIL_MAX, message="Adresse trop longue.")],
        filters=[_strip],
    )


class SignInForm(MailForm):
    """Mail, password, and where to go afterwards."""

    password = PasswordField(
        "Mot de passe",
        [_needed("Entrez votre mot de passe."), validators.Length(max=500, message="Mot de passe trop long.")],
    )
    suite = HiddenField()


class CodeForm(BaseForm):
    """The second factor: six digits of the telephone, or a recovery code."""

    code = StringField(
        "Code à six chiffres",
        [
            _needed("Entrez le code affiché par votre application."),
            validators.Length(max=40, message="Code trop long."),
        ],
        filters=[_strip],
    )


class EnrolForm(CodeForm):
    """The first code of a new second factor, and one of the former if there is one."""

    current = StringField(
        "Code de l’ancien téléphone, ou code de secours", [validators.Length(max=40)], filters=[_strip]
    )


class NewPasswordForm(BaseForm):
    """A password, twice."""

    password = PasswordField("Nouveau mot de passe", [_needed("Choisissez un mot de passe.")])
    again = PasswordField("Le même, encore une fois", [_needed("Répétez le mot de passe."), _same_as_first])


class ChangePasswordForm(NewPasswordForm):
    """A new password, and the present one."""

    current = PasswordField("Mot de passe actuel", [_needed("Entrez votre mot de passe actuel.")])


class UserForm(BaseForm):
    """Name and mail of an account."""

    display_name = StringField(
        "Nom affiché",
        [
            _needed("Entrez le nom, comme « Dr Hélène Renaudin »."),
            validators.Length(max=80, message="80 signes au plus."),
        ],
        filters=[_strip],
    )
    mail = EmailField(
        "Adresse mail",
        [
            _needed("Entrez l’adresse mail."),
            validators.Length(max=MAIL_MAX, message="Adresse trop longue."),
            validators.Regexp(
                r"^[^@\s<>,;]+@[^@\s<>,;.]+(?:\.[^@\s<>,;.]+)+$", message="Cette adresse mail n’est pas complète."
            ),
        ],
        filters=[_strip],
    )


class InviteForm(OnceMixin, UserForm):
    """Someone new: name, mail, roles, maybe their line of the directory."""

    roles = SelectMultipleField(
        "Rôles",
        [_needed("Cochez au moins un rôle.")],
        choices=ROLE_CHOICES,
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    person_id = IntegerField(widget=widgets.HiddenInput(), validators=[validators.Optional()])

    def chosen_roles(self) -> list[Role]:
        """The roles ticked."""
        return [Role(value) for value in self.roles.data]


class GrantForm(BaseForm):
    """A role from a day, and maybe to a day."""

    role = SelectField("Rôle", choices=ROLE_CHOICES)
    starts_on = DateField("À partir du", [_needed("Choisissez un jour.")])
    ends_on = DateField("Dernier jour", [validators.Optional()])


class EndRoleForm(BaseForm):
    """The last day of a role."""

    ends_on = DateField("Dernier jour", [_needed("Choisissez un jour.")])

    @property
    def day(self) -> date:
        """The day chosen."""
        chosen: date = self.ends_on.data
        return chosen


class DeskForm(BaseForm):
    """The name of a shared desk."""

    name = StringField(
        "Nom du poste",
        [_needed("Donnez un nom, comme « Poste 2 »."), validators.Length(max=40, message="40 signes au plus.")],
        filters=[_strip],
    )


class TakeDeskForm(BaseForm):
    """Who takes the desk, and their PIN."""

    who = RadioField("Qui prend le poste ?", [_needed("Choisissez votre nom.")], coerce=int)
    pin = PasswordField("Votre code à six chiffres", [_needed("Entrez votre code.")])
    suite = HiddenField()

    def offer(self, people: list[DeskPerson]) -> None:
        """Those who have a PIN on the desk."""
        self.who.choices = [SelectChoice(str(person.id), person.name) for person in people]


class PinForm(BaseForm):
    """A PIN, twice."""

    pin = PasswordField("Votre code à six chiffres", [_needed("Choisissez un code.")])
    again = PasswordField("Le même, encore une fois", [_needed("Répétez le code.")])

    def validate_again(self, field: PasswordField) -> None:
        """Both must be the same."""
        if field.data != self.pin.data:
            raise ValidationError("Les deux codes ne sont pas les mêmes.")
