from dataclasses import replace


def test_the_components_are_shown_in_a_demonstration(app, cast, client):
    app.config["CPTSAPP"] = replace(app.config["CPTSAPP"], mode="demo")
    assert client.get("/composants").status_code == 200


def test_the_components_exist_nowhere_else(app, cast, client):
    assert client.get("/composants").status_code == 404
