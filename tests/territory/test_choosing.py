"""The panel of communes: what it shows, what it keeps, what it counts."""

from cptsapp.territory import queries, rules


def names(communes):
    return [commune.name for commune in communes]


def test_what_is_typed_is_shown_beside_what_was_chosen():
    panel = queries.choose(["85194"], "talmont saint hil")
    assert names(panel.shown) == ["Talmont-Saint-Hilaire"]
    assert panel.out_of_sight == ["85194"]


def test_nothing_typed_shows_those_chosen():
    panel = queries.choose(["85288", "85194"])
    assert names(panel.shown) == ["Les Sables-d’Olonne", "Talmont-Saint-Hilaire"]
    assert panel.out_of_sight == []


def test_a_department_by_name_then_no_more_than_sixty():
    panel = queries.choose(["85194"], show="85")
    assert len(panel.shown) == queries.SHOWN_MAX
    assert panel.found_count > 200


def test_near_ones_are_within_ten_kilometres():
    panel = queries.choose(["85194"], show="near")
    assert "Sainte-Foy" in names(panel.shown)
    assert "La Roche-sur-Yon" not in names(panel.shown)
    assert "Les Sables-d’Olonne" not in names(panel.shown)


def test_an_intercommunality_is_offered_by_its_name_and_by_that_of_a_commune():
    assert ("200071165", "CA Les Sables d’Olonne Agglomération") in queries.choose([], "sables olonne").groups
    assert ("200071900", "CC Vendée Grand Littoral") in queries.choose([], "talmont saint hilaire").groups


def test_forged_and_repeated_codes_do_not_count():
    panel = queries.choose(["85194", "85194", "99999", "'"])
    assert panel.codes == {"85194"}


def test_a_city_and_its_arrondissements_are_not_counted_twice():
    assert queries.choose(["75056", "75101"]).population == queries.choose(["75101"]).population


def test_pasted_codes_are_found_whatever_stands_between():
    assert rules.codes_in("85194;85288\n2a004, 85194 et 123456 ou A85288") == ["85194", "85288", "2A004"]
