"""Clients of the practice, and calendars to link."""

import pytest


@pytest.fixture
def gp(cast, sign_in):
    """The first GP, signed in."""
    return sign_in(cast.gp)


@pytest.fixture
def secretary(cast, sign_in):
    """Her secretary, signed in."""
    return sign_in(cast.secretary)


BUSY = (
    b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260701T000000Z\r\n"
    b"SUMMARY:Rendez-vous de Madame Marque\r\nLOCATION:Lieu marque\r\n"
    b"DTSTART:20260721T150000Z\r\nDTEND:20260721T160000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
