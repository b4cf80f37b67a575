import json
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cptsapp.core.seal import SealBroken, load_or_create, new_ring, rotate

RING = new_ring()


@given(st.text())
def test_sealed_value_opens_in_its_row(value):
    row = uuid4()
    assert RING.unseal(RING.seal(value, row, "name"), row, "name") == value


def test_value_moved_to_another_row_does_not_open():
    sealed = RING.seal("Guérineau", uuid4(), "name")
    with pytest.raises(SealBroken):
        RING.unseal(sealed, uuid4(), "name")


def test_value_moved_to_another_column_does_not_open():
    row = uuid4()
    with pytest.raises(SealBroken):
        RING.unseal(RING.seal("Guérineau", row, "name"), row, "phone")


def test_refusal_never_holds_the_value():
    row = uuid4()
    with pytest.raises(SealBroken) as refusal:
        RING.unseal(RING.seal("Guérineau", row, "name"), row, "phone")
    assert "Guérineau" not in repr(refusal.value)


def test_old_values_open_after_rotation():
    row = uuid4()
    sealed = RING.seal("Guérineau", row, "name")
    assert RING.rotated().unseal(sealed, row, "name") == "Guérineau"


def test_new_values_take_the_new_key():
    rotated = RING.rotated()
    assert rotated.seal("x", uuid4(), "name")[0] == 2


def test_blind_indexes_differ_by_purpose():
    assert RING.blind_index("identity", "x") != RING.blind_index("phone", "x")


def test_key_file_is_for_its_owner_alone(tmp_path):
    path = tmp_path / "keys.json"
    ring = load_or_create(path)
    assert path.stat().st_mode & 0o077 == 0
    assert load_or_create(path) == ring


def test_ring_does_not_show_its_keys():
    assert "seal_keys" not in repr(RING)


def test_a_rotated_file_opens_what_the_former_sealed(tmp_path):
    path = tmp_path / "keys.json"
    row = uuid4()
    sealed = load_or_create(path).seal("Guérineau", row, "name")
    assert rotate(path) == 2
    ring = load_or_create(path)
    assert (ring.current, ring.unseal(sealed, row, "name")) == (2, "Guérineau")
    assert path.stat().st_mode & 0o077 == 0


def _file_of_a_former_version(path):
    load_or_create(path)
    content = json.loads(path.read_text())
    del content["index"]["objection"]
    path.write_text(json.dumps(content))
    return content["index"]


def test_a_file_of_a_former_version_gets_the_index_key_it_lacks_and_keeps_the_others(tmp_path):
    path = tmp_path / "keys.json"
    former = _file_of_a_former_version(path)
    added = load_or_create(path)
    assert load_or_create(path) == added
    kept = json.loads(path.read_text())["index"]
    assert set(kept) == {*former, "objection"}
    assert all(kept[purpose] == key for purpose, key in former.items())
    assert path.stat().st_mode & 0o077 == 0


def test_processes_that_start_together_add_the_same_key(tmp_path):
    path = tmp_path / "keys.json"
    _file_of_a_former_version(path)
    with ThreadPoolExecutor(8) as threads:
        rings = list(threads.map(lambda _: load_or_create(path), range(8)))
    assert len({ring.index_keys["objection"] for ring in rings}) == 1


def test_who_objected_is_still_known_after_a_rotation(tmp_path):
    path = tmp_path / "keys.json"
    before = load_or_create(path).blind_index("objection", "rpps 10001234567")
    rotate(path)
    assert load_or_create(path).blind_index("objection", "rpps 10001234567") == before
