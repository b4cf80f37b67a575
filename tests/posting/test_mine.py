"""The list of one's slots."""


def test_an_empty_list_says_what_to_do_first(cast, sign_in):
    page = sign_in(cast.gp).get("/mes-creneaux").get_data(as_text=True)
    assert "Aucun créneau publié" in page
