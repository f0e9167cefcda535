"""How likely it is that weights came from the distribution that is asked for."""

from __future__ import annotations

import math

from torch import Tensor


def normality_p_value(weights: Tensor, std: float) -> float:
    """The chance that correct N(0, std**2) weights look at least as unlike it as these do.

    Two-sided one-sample Kolmogorov-Smirnov test, which sees a wrong mean, spread or shape
    (A. N. Kolmogorov 1933; scipy.stats.kstest).
    """
    from scipy.stats import kstest  # costs 0.5 s to import; not every submission needs it

    values = weights.double().flatten().numpy() / std
    if not math.isfinite(float(values.sum())):
        return 0.0
    return float(kstest(values, "norm").pvalue)


def uniformity_p_value(weights: Tensor, bound: float) -> float:
    """The same for weights that are to be uniform between -bound and bound."""
    from scipy.stats import kstest

    values = weights.double().flatten().numpy() / bound
    if not math.isfinite(float(values.sum())) or abs(values).max(initial=0.0) > 1 + 1e-6:
        return 0.0
    return float(kstest(values, "uniform", args=(-1, 2)).pvalue)


def order_p_value(weights: Tensor, std: float) -> float:
    """The chance that correct N(0, std**2) weights lie at least as much in an order as these do.

    Sorted values have the right distribution. What gives them away are the means over all but one
    axis, of each filter say, whose squares are chi-square distributed, and how much neighbours have
    in common. The smallest chance of these, times their number (Bonferroni).
    """
    from scipy.stats import chi2

    values = weights.double() / std
    if not math.isfinite(float(values.sum())):
        return 0.0
    chances = [_neighbours_in_common(values.flatten())]
    for axis, size in enumerate(values.shape):
        means = values.movedim(axis, 0).reshape(size, -1)
        scaled = means.mean(1).square().sum().item() * means.shape[1]
        chances.append(float(chi2.sf(scaled, size)))
    return min(1.0, min(chances) * len(chances))


def _neighbours_in_common(values: Tensor) -> float:
    """The chance of at least that correlation between each of many values and the next."""
    from scipy.stats import norm

    correlation = (values[1:] * values[:-1]).sum() / values.square().sum()
    return 2.0 * float(norm.sf(correlation.abs().item() * math.sqrt(values.numel())))
