"""The desk's filter: a drawer with its button on a phone, a bar without one on a screen."""


def test_the_bar_of_a_screen_has_no_apply_button(cast, open_as):
    page = open_as(cast.regulator)
    page.goto("/creneaux")
    assert page.locator("#q").is_visible()
    assert not page.get_by_role("button", name="Appliquer").is_visible()


def test_the_drawer_of_a_phone_opens_and_applies(cast, open_as):
    page = open_as(cast.regulator, phone=True)
    page.goto("/creneaux")
    assert not page.locator("#q").is_visible()
    page.get_by_role("link", name="Filtrer").tap()
    page.locator("#q").fill("talm")
    page.get_by_role("button", name="Appliquer").tap()
    page.wait_for_url("**q=talm**")
