"""Entry point of the server and of `flask --app wsgi`."""

from cptsapp import create_app

app = create_app()
