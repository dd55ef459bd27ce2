"""Every number is held against scipy.stats."""

from __future__ import annotations

import subprocess
import sys
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from trainer.analysis.differences import Difference, holm, paired, seeds_needed, unpaired
from trainer.analysis.distributions import incomplete_beta, normal_cdf, normal_quantile, t_cdf, t_quantile, two_sided_p
from trainer.analysis.intervals import estimate, wilson
from trainer.analysis.selection import expected_optimism, standard_errors

FIGURES = st.lists(st.floats(0.5, 1.0).map(lambda v: round(v, 4)), min_size=2, max_size=8)


def test_no_analysis_ever_imports_torch_numpy_or_scipy() -> None:
    code = "import trainer.analysis, sys; assert not {'torch', 'numpy', 'scipy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


@given(st.floats(-60, 60), st.floats(0.5, 500))
@settings(max_examples=200, deadline=None)
def test_student_t_is_scipys(t: float, df: float) -> None:
    assert t_cdf(t, df) == pytest.approx(stats.t.cdf(t, df), rel=1e-9, abs=1e-15)
    assert two_sided_p(t, df) == pytest.approx(2 * stats.t.sf(abs(t), df), rel=1e-9, abs=1e-15)


@pytest.mark.parametrize("df", [1.0, 2.0, 2.7, 5.0, 30.0, 1000.0])
@pytest.mark.parametrize("p", [0.001, 0.1, 0.5, 0.8, 0.975, 0.9999])
def test_quantiles_are_scipys(p: float, df: float) -> None:
    assert t_quantile(p, df) == pytest.approx(stats.t.ppf(p, df), rel=1e-9, abs=1e-12)
    assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-9, abs=1e-12)
    assert normal_cdf(df) == pytest.approx(stats.norm.cdf(df), rel=1e-12)


@given(st.floats(0.1, 300), st.floats(0.1, 300), st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_the_incomplete_beta_function_is_scipys(a: float, b: float, x: float) -> None:
    assert incomplete_beta(a, b, x) == pytest.approx(stats.beta.cdf(x, a, b), rel=1e-8, abs=1e-14)


@pytest.mark.filterwarnings("ignore:Precision loss")
@given(FIGURES, st.data())
@settings(max_examples=100, deadline=None)
def test_the_paired_difference_is_scipys(a: list[float], data: st.DataObject) -> None:
    b = data.draw(st.lists(st.floats(0.5, 1.0).map(lambda v: round(v, 4)), min_size=len(a), max_size=len(a)))
    found = paired(list(zip(a, b, strict=True)))
    if found.interval is None:  # no spread: scipy divides by it
        assert found.error == 0.0
        return
    expected = stats.ttest_rel(b, a)
    low, high = expected.confidence_interval()
    assert (found.p, found.df) == pytest.approx((expected.pvalue, expected.df), rel=1e-6)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), rel=1e-6, abs=1e-9)


@pytest.mark.filterwarnings("ignore:Precision loss")
@given(FIGURES, FIGURES)
@settings(max_examples=100, deadline=None)
def test_welchs_difference_is_scipys(a: list[float], b: list[float]) -> None:
    found = unpaired(a, b)
    if found.interval is None:
        assert found.error == 0.0
        return
    expected = stats.ttest_ind(b, a, equal_var=False)
    low, high = expected.confidence_interval()
    assert (found.p, found.df) == pytest.approx((expected.pvalue, expected.df), rel=1e-6)
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), rel=1e-6, abs=1e-9)


def test_an_estimate_is_the_mean_with_its_t_interval() -> None:
    values = [0.91, 0.93, 0.925, 0.9]
    found = estimate(values)
    assert found.interval is not None and found.deviation == pytest.approx(stats.tstd(values))
    expected = stats.t.interval(0.95, 3, loc=stats.tmean(values), scale=stats.sem(values))
    assert (found.interval.low, found.interval.high) == pytest.approx(expected)
    assert estimate([0.9]).interval is None and estimate([0.9]).deviation is None


@pytest.mark.parametrize(("correct", "examples"), [(0, 10), (9, 10), (9731, 10_000), (10_000, 10_000)])
def test_wilsons_interval_is_scipys(correct: int, examples: int) -> None:
    found = wilson(correct / examples, examples)
    expected = stats.binomtest(correct, examples).proportion_ci(0.95, method="wilson")
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_holms_correction_as_in_his_paper() -> None:
    ps = [0.01, 0.04, 0.03, 0.005]
    assert holm(ps) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == (1.0, 1.0)


@pytest.mark.parametrize(("mean", "n"), [(0.002, 3), (0.001, 5), (0.004, 3)])
def test_the_seeds_asked_for_would_settle_the_difference_four_times_in_five(mean: float, n: int) -> None:
    deviation = 0.002
    error = deviation / sqrt(n)
    half = t_quantile(0.975, n - 1) * error
    found = paired([(0.9, 0.9 + mean + deviation * d) for d in _unit_deviates(n)])
    assert found.interval is not None and found.interval.low == pytest.approx(mean - half)
    more = seeds_needed(found)
    assert more is not None

    def power(seeds: int) -> float:
        return float(stats.nct.sf(stats.t.ppf(0.975, seeds - 1), seeds - 1, mean / deviation * sqrt(seeds)))

    assert power(n + more) > 0.75
    assert more == 1 or power(n + more - 1) < 0.82  # and no seed too many


def _unit_deviates(n: int) -> list[float]:
    """Numbers of mean 0 and deviation 1."""
    raw = [i - (n - 1) / 2 for i in range(n)]
    size = sqrt(sum(v * v for v in raw) / (n - 1))
    return [v / size for v in raw]


def test_a_difference_that_is_nothing_beside_its_noise_needs_many() -> None:
    assert seeds_needed(paired([(0.9, 0.91), (0.9, 0.8901), (0.91, 0.91)])) is None
    assert seeds_needed(Difference("none", (1, 1), (0.1, 0.2), 0.1)) is None


def test_expected_optimism_of_equal_groups_is_the_expected_maximum_of_normal_draws() -> None:
    # E[max of 2] = 1/√π and E[max of 5] = 1.16296 for standard normals
    assert expected_optimism([0.9] * 2, [0.01] * 2) == pytest.approx(0.01 / sqrt(3.141592653589793), rel=1e-6)
    assert expected_optimism([0.9] * 5, [0.01] * 5) == pytest.approx(0.0116296, rel=1e-4)
    assert expected_optimism([0.9, 0.5], [0.01, 0.01]) == pytest.approx(0.0, abs=1e-12)  # no rival, no curse
    assert expected_optimism([0.9], [0.01]) == 0.0


@given(st.lists(st.tuples(st.floats(0.8, 0.95), st.floats(0.0005, 0.02)), min_size=2, max_size=6))
@settings(max_examples=25, deadline=None)
def test_expected_optimism_is_scipys_integral_of_each_group_winning(pairs: list[tuple[float, float]]) -> None:
    means, errors = [m for m, _ in pairs], [e for _, e in pairs]
    z = np.linspace(-8, 8, 1601)
    expected = 0.0
    for i, (m, e) in enumerate(pairs):
        wins = e * z * stats.norm.pdf(z)
        for m2, e2 in pairs[:i] + pairs[i + 1 :]:
            wins = wins * stats.norm.cdf((m + e * z - m2) / e2)
        expected += float(integrate.trapezoid(wins, z))
    assert expected_optimism(means, errors) == pytest.approx(max(0.0, expected), rel=1e-6, abs=1e-9)


def test_what_a_seed_does_to_all_alike_is_no_noise_of_the_ranking() -> None:
    easy_and_hard = [{0: 0.90, 1: 0.80, 2: 0.85}, {0: 0.91, 1: 0.81, 2: 0.86}]
    alike = standard_errors(easy_and_hard)
    assert alike is not None and max(alike) == pytest.approx(0.0, abs=1e-12)
    apart = standard_errors([{0: 0.90, 1: 0.80, 2: 0.85}, {3: 0.91, 4: 0.81, 5: 0.86}])
    assert apart is not None and apart[0] == pytest.approx(0.05 / sqrt(3))
    assert standard_errors([{0: 0.9}, {0: 0.8}]) is None
