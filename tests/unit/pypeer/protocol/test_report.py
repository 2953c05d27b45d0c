"""Reasons of a connection report: the shared vectors, and each reason has its case."""

import json

from pypeer.protocol.report import Reason
from tests.vectors import make_reasons

VECTORS = json.loads(make_reasons.FILE.read_text("utf-8"))


def test_vectors_are_what_the_code_makes() -> None:
    assert make_reasons.build() == VECTORS


def test_each_reason_has_a_vector() -> None:
    of_tcp_alone = {Reason.PROXY_REFUSES.value}
    assert {reason for vector in VECTORS for reason in vector["reasons"]} == {
        each.value for each in Reason
    } - of_tcp_alone


def test_a_direct_path_needs_no_excuse() -> None:
    assert all(v["reasons"] == [] for v in VECTORS if v["report"]["outcome"] == "direct")
