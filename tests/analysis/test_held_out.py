"""The rules of the diagnosis on curves that no threshold was chosen by (see ``record_held_out``)."""

from __future__ import annotations

import pytest

from tests.analysis.curves import recorded
from tests.analysis.record_held_out import AFTERWARDS, FILE, ILL, MISSED, WELL
from trainer.analysis.diagnosis import findings

ALARMS = {"diverged", "blown up", "too strong", "not learning", "dropout hurts", "unsteady", "overfitting"}
"""Rules that say that a run is worthless or limited; the others suggest, or speak of settings."""


@pytest.mark.parametrize("curve", [name for name in ILL if name not in MISSED])
def test_what_was_made_wrong_is_found_with_evidence_and_one_thing_to_try(curve: str) -> None:
    found = {finding.rule: finding for finding in findings(recorded(curve, FILE))}
    assert ILL[curve] in found
    finding = found[ILL[curve]]
    assert any(letter.isdigit() for letter in finding.evidence) or finding.rule == "adam with coupled L2"
    assert finding.advice and "\n" not in finding.line


@pytest.mark.parametrize("curve", WELL)
def test_a_run_that_is_well_raises_no_alarm(curve: str) -> None:
    assert not {finding.rule for finding in findings(recorded(curve, FILE))} & ALARMS


@pytest.mark.parametrize("curve", MISSED)
def test_what_is_missed_is_known(curve: str) -> None:
    found = findings(recorded(curve, FILE))
    assert [finding.rule for finding in found] == ([MISSED[curve]] if MISSED[curve] else [])


@pytest.mark.parametrize("curve", AFTERWARDS)
def test_what_was_mended_holds_on_further_curves(curve: str) -> None:
    found = findings(recorded(curve, FILE))
    assert AFTERWARDS[curve] in [text for finding in found for text in (finding.rule, finding.advice)]
