"""The signs of a robot, one by one, and the addresses that stand for one network."""

from dataclasses import replace

import pytest

from cptsapp.inbox.rules.suspicion import CALM, SIGNS, TIDE, Seen, has_link, network_of, signs

HONEST = Seen(
    has_bait=False,
    seconds=90,
    is_replayed=False,
    has_link=False,
    is_address_over=False,
    is_network_over=False,
    is_phone_over=False,
    is_mail_over=False,
)


@pytest.mark.parametrize("limits", [CALM, TIDE])
def test_an_honest_one_bears_no_sign(limits):
    assert signs(HONEST, limits) == []


@pytest.mark.parametrize(
    ("fact", "sign"),
    [
        ({"has_bait": True}, "bait"),
        ({"seconds": 7.9}, "quick"),
        ({"is_replayed": True}, "replayed"),
        ({"has_link": True}, "link"),
        ({"is_address_over": True}, "address"),
        ({"is_network_over": True}, "network"),
        ({"is_phone_over": True}, "phone"),
        ({"is_mail_over": True}, "mail"),
    ],
)
def test_each_fact_is_a_sign(fact, sign):
    assert signs(replace(HONEST, **fact), CALM) == [sign]


def test_every_sign_has_words():
    everything = Seen(**dict.fromkeys(Seen.__dataclass_fields__, True) | {"seconds": 0})
    assert signs(everything, CALM) == list(SIGNS)


def test_in_a_tide_a_little_more_time_is_asked():
    quick = replace(HONEST, seconds=20)
    assert (signs(quick, CALM), signs(quick, TIDE)) == ([], ["quick"])


@pytest.mark.parametrize("text", ["http://x.example", "HTTPS://x.example", "voir www.x.example", "<a href=x>"])
def test_a_link_in_an_answer_is_seen(text):
    assert has_link(["Jeanne", text])


def test_a_plain_answer_holds_no_link():
    assert not has_link(["Jeanne", "jeanne@courriel.example", "le matin"])


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.17", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("?", "?"),
    ],
)
def test_the_network_of_an_address(address, network):
    assert network_of(address) == network
