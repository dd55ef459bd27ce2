"""Student's t and the normal distribution, in plain Python: importing scipy.stats takes about a second."""

from __future__ import annotations

from functools import lru_cache
from math import erf, exp, inf, isfinite, lgamma, log, log1p, sqrt

LEVEL = 0.95
"""Confidence of every interval, unless another is asked for."""
SMALLEST = 1e-300


def normal_cdf(z: float) -> float:
    """P(Z ≤ z) of a standard normal Z."""
    return 0.5 * (1.0 + erf(z / sqrt(2.0)))


@lru_cache(maxsize=64)
def normal_quantile(p: float) -> float:
    """The z with P(Z ≤ z) = p, for 0 < p < 1."""
    return _inverse(normal_cdf, p)


def t_cdf(t: float, df: float) -> float:
    """P(T ≤ t) of Student's t with ``df`` > 0 degrees of freedom, which need not be whole (Welch).

    By the regularized incomplete beta function: Abramowitz and Stegun, 26.7.1.
    """
    if not isfinite(t):
        return 1.0 if t > 0 else 0.0
    square = t * t
    if square < df:  # near 0, where df/(df + t²) would lose t in the rounding
        middle = 0.5 * incomplete_beta(0.5, df / 2.0, square / (df + square))
        return 0.5 + middle if t > 0 else 0.5 - middle
    tail = 0.5 * incomplete_beta(df / 2.0, 0.5, df / (df + square))
    return 1.0 - tail if t > 0 else tail


@lru_cache(maxsize=512)
def t_quantile(p: float, df: float) -> float:
    """The t with P(T ≤ t) = p, for 0 < p < 1."""
    return _inverse(lambda t: t_cdf(t, df), p)


def two_sided_p(t: float, df: float) -> float:
    """P(|T| ≥ |t|): how often chance alone gives a t at least that far from 0."""
    return 1.0 if t == 0 else 2.0 * t_cdf(-abs(t), df)


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularized incomplete beta function I_x(a, b), for a, b > 0 and 0 ≤ x ≤ 1."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _beta_fraction(a, b, x) / a
    return 1.0 - front * _beta_fraction(b, a, 1.0 - x) / b


def _beta_fraction(a: float, b: float, x: float) -> float:
    """The continued fraction of I_x(a, b) by Lentz's method: Press et al., Numerical Recipes, 3rd edition, 6.4."""
    c, d = 1.0, 1.0 / _nonzero(1.0 - (a + b) * x / (a + 1.0))
    fraction = d
    for m in range(1, 1000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for numerator in (even, odd):
            d = 1.0 / _nonzero(1.0 + numerator * d)
            c = _nonzero(1.0 + numerator / c)
            fraction *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return fraction


def _nonzero(value: float) -> float:
    return value if abs(value) > SMALLEST else SMALLEST


def _inverse(cdf: object, p: float) -> float:
    """Where a rising ``cdf`` that is symmetric about 0 reaches p, by bisection to the last bit."""
    assert callable(cdf)
    if p in (0.0, 1.0):
        return inf if p else -inf
    if p < 0.5:
        return -_inverse(cdf, 1.0 - p)
    low, high = 0.0, 1.0
    while cdf(high) < p:
        low, high = high, 2.0 * high
    while low < (middle := 0.5 * (low + high)) < high:
        low, high = (middle, high) if cdf(middle) < p else (low, middle)
    return high
