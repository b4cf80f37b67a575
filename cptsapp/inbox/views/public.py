"""The public form « Trouver un médecin traitant », its receipt, its notice, its poster."""
