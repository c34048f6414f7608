"""RFC 6962: the reference log's trees and proofs, and trees of every small size."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.crypto import merkle
from archive.crypto.errors import CannotOpen
from archive.crypto.merkle import (
    EMPTY,
    Frontier,
    Tree,
    check_consistency,
    consistency,
    leaf_hash,
    path,
    root,
    root_from_path,
)
from tests.unit.crypto import reference

Vectors = Callable[[str], Any]
Log = tuple[Any, list[bytes]]

DATA = [bytes([n]) * (n % 5) + str(n).encode() for n in range(40)]
LEAVES = [leaf_hash(d) for d in DATA]
sizes = st.integers(1, len(LEAVES))


@pytest.fixture(scope="module")
def log(vectors: Vectors) -> Log:
    content = vectors("merkle")
    return content, [leaf_hash(bytes.fromhex(leaf)) for leaf in content["leaves"]]


def test_published_roots(log: Log) -> None:
    content, leaves = log
    for size, expected in enumerate(content["roots"]):
        assert root(leaves[:size]).hex() == expected


def test_published_paths(log: Log) -> None:
    content, leaves = log
    for case in content["paths"]:
        made = path(leaves[: case["size"]], case["index"])
        assert [h.hex() for h in made] == case["path"]
        index, size = case["index"], case["size"]
        assert root_from_path(leaves[index], index, size, made) == root(leaves[:size])


def test_published_consistency(log: Log) -> None:
    content, leaves = log
    for case in content["consistency"]:
        made = consistency(leaves[: case["size"]], case["earlier"])
        assert [h.hex() for h in made] == case["proof"]


def test_every_path_of_every_small_tree() -> None:
    for size in range(len(LEAVES) + 1):
        tree = Tree(LEAVES[:size])
        assert tree.root == reference.tree_root(DATA[:size])
        for index in range(size):
            assert root_from_path(LEAVES[index], index, size, tree.path(index)) == tree.root


def test_every_consistency_proof_of_every_small_tree() -> None:
    for size in range(1, 33):
        for earlier in range(1, size + 1):
            proof = consistency(LEAVES[:size], earlier)
            check_consistency(earlier, root(LEAVES[:earlier]), size, root(LEAVES[:size]), proof)


def test_a_frontier_grows_as_the_tree() -> None:
    frontier = Frontier()
    assert frontier.root == EMPTY
    for size, leaf in enumerate(LEAVES, 1):
        frontier.append(leaf)
        frontier = Frontier(frontier.size, frontier.peaks)
        assert (frontier.size, frontier.root) == (size, root(LEAVES[:size]))


@pytest.mark.parametrize(("size", "peaks"), [(-1, []), (0, [EMPTY]), (3, [EMPTY]), (1, [b"short"])])
def test_a_frontier_that_cannot_be_is_refused(size: int, peaks: list[bytes]) -> None:
    with pytest.raises(CannotOpen):
        Frontier(size, peaks)


def leads_to(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    try:
        return root_from_path(leaf, index, size, proof)
    except CannotOpen:
        return None


@given(sizes, st.data())
def test_a_path_fits_one_place_only(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    tree = Tree(LEAVES[:size])
    proof = tree.path(index)
    for other in range(size):
        if other != index:
            assert leads_to(LEAVES[index], other, size, proof) != tree.root
            assert leads_to(LEAVES[other], index, size, proof) != tree.root
    for at in range(len(proof)):
        changed = [*proof[:at], EMPTY, *proof[at + 1 :]]
        assert leads_to(LEAVES[index], index, size, changed) != tree.root


@given(sizes, st.data())
def test_paths_of_another_length_are_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    tree = Tree(LEAVES[:size])
    proof = tree.path(index)
    wrong: list[list[bytes]] = [[*proof, EMPTY], [EMPTY, *proof], [*proof, tree.root]]
    if proof:
        wrong.append(list(proof[:-1]))
    for made in wrong:
        with pytest.raises(CannotOpen):
            root_from_path(LEAVES[index], index, size, made)


@pytest.mark.parametrize(
    ("index", "size", "proof"),
    [
        (-1, 1, []),
        (1, 1, []),
        (0, 0, []),
        (0, 2, []),
        (0, 1, [EMPTY]),
        (0, 2, [b"short"]),
        (0, 2, [EMPTY, EMPTY]),
    ],
)
def test_places_that_are_not_in_the_tree(index: int, size: int, proof: list[bytes]) -> None:
    with pytest.raises(CannotOpen):
        root_from_path(LEAVES[0], index, size, proof)
    with pytest.raises(CannotOpen):
        root_from_path(b"no hash", 0, 1, [])


@given(st.integers(2, len(LEAVES)), st.data())
def test_a_log_that_changed_its_past_is_caught(size: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, size - 1))
    changed = data.draw(st.integers(0, earlier - 1))
    rewritten = [*LEAVES[:changed], leaf_hash(b"rewritten"), *LEAVES[changed + 1 : size]]
    proof = consistency(rewritten, earlier)
    for old, new in ((LEAVES[:earlier], rewritten), (rewritten[:earlier], LEAVES[:size])):
        with pytest.raises(CannotOpen):
            check_consistency(earlier, root(old), size, root(new), proof)


@given(st.integers(1, len(LEAVES)), st.data())
def test_changed_consistency_proofs_are_refused(size: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, size))
    old, new, proof = root(LEAVES[:earlier]), root(LEAVES[:size]), consistency(LEAVES[:size], earlier)
    wrong: list[list[bytes]] = [[*proof, EMPTY], [EMPTY, *proof], [*proof, b"short"]]
    wrong += [[*proof[:at], EMPTY, *proof[at + 1 :]] for at in range(len(proof))]
    if proof:
        wrong.append(list(proof[:-1]))
    for made in wrong:
        with pytest.raises(CannotOpen):
            check_consistency(earlier, old, size, new, made)


@pytest.mark.parametrize(("earlier", "size"), [(0, 1), (2, 1), (-1, 2)])
def test_sizes_that_cannot_be(earlier: int, size: int) -> None:
    with pytest.raises(CannotOpen):
        check_consistency(earlier, EMPTY, size, EMPTY, [])


def test_equal_trees_have_equal_roots() -> None:
    with pytest.raises(CannotOpen):
        check_consistency(2, root(LEAVES[:2]), 2, EMPTY, [])
    with pytest.raises(CannotOpen):
        check_consistency(1, LEAVES[0], 2, root(LEAVES[:2]), [])


def test_places_to_ask_for() -> None:
    with pytest.raises(ValueError, match="index"):
        path(LEAVES[:3], 3)
    with pytest.raises(ValueError, match="index"):
        path([], 0)
    for earlier in (0, 4):
        with pytest.raises(ValueError, match="earlier"):
            consistency(LEAVES[:3], earlier)


def test_a_leaf_is_never_a_node() -> None:
    a, b = LEAVES[:2]
    assert merkle.leaf_hash(a + b) != root([a, b])
    assert leaf_hash(b"\x01" + a + b) != root([a, b])
