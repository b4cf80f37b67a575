"""The invented form of the component page: one field of each kind, some filled, one refused.

No view, no rule: it only lets `components/demo_page.html` show the macros with real
WTForms fields.
"""

from __future__ import annotations

from wtforms import (
    BooleanField,
    Form,
    IntegerField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
    widgets,
)
from wtforms.fields.choices import SelectChoice


class SampleForm(Form):
    """One field of each kind, in French, with invented answers."""

    name = StringField("Nom")
    birth_year = StringField("Né(e) en", [validators.Regexp(r"^\d{4}$", message="Quatre chiffres, par exemple 1947.")])
    phone = StringField("Téléphone")
    note = TextAreaField("Précision pour le cabinet")
    has_regular_doctor = RadioField(
        "Médecin traitant\u202f?",
        choices=[SelectChoice("yes", "Oui"), SelectChoice("no", "Non"), SelectChoice("unknown", "Ne sait pas")],
    )
    kind = RadioField(
        "Que publiez-vous\u202f?", choices=[SelectChoice("slot", "Un créneau"), SelectChoice("range", "Une plage")]
    )
    moment = RadioField(
        "Quand\u202f?",
        choices=[
            SelectChoice("1", "Auj.|17h00"),
            SelectChoice("2", "Auj.|18h30"),
            SelectChoice("3", "Demain|11h30"),
            SelectChoice("4", "Autre…"),
        ],
    )
    until = RadioField(
        "Jusqu’à quand\u202f?",
        choices=[SelectChoice("end", "Fin de l’été||jeu. 10 sept."), SelectChoice("other", "Autre date…")],
    )
    weekdays = SelectMultipleField(
        "Quels jours\u202f?",
        choices=[
            SelectChoice("0", "Lun."),
            SelectChoice("1", "Mar."),
            SelectChoice("2", "Mer."),
            SelectChoice("3", "Jeu."),
            SelectChoice("4", "Ven."),
            SelectChoice("5", "Sam."),
        ],
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    fate = RadioField(
        "Et le patient inscrit\u202f?",
        choices=[SelectChoice("line", "La régulation le rappelle"), SelectChoice("self", "Je l’appelle moi-même")],
    )
    starts_at = StringField("De")
    seats = IntegerField("Patients")
    is_told = BooleanField("Prévenir le cabinet par mail")


def sample_form() -> SampleForm:
    """A SampleForm filled and validated, so that one field shows its error."""
    form = SampleForm(
        data={
            "name": "Exemple",
            "birth_year": "47",
            "has_regular_doctor": "no",
            "kind": "slot",
            "moment": "1",
            "until": "end",
            "weekdays": ["2", "3"],
            "fate": "line",
            "starts_at": "17h00",
            "seats": 4,
            "is_told": True,
        }
    )
    form.validate()
    return form
