"""Chance that repeats: every stream of random numbers is named by what it decides."""

from random import Random


def dice(*what: object) -> Random:
    """A generator that depends on its names alone, so that one decision never shifts another."""
    return Random("|".join(map(str, what)))


def split(total: int, weights: list[float], chance: Random) -> list[int]:
    """Deal `total` into as many parts as there are weights; the parts sum to `total`."""
    if not total:
        return [0] * len(weights)
    if total > 500:
        # Large totals by share: drawing them one by one would cost more than the rest of the report.
        noisy = [weight * chance.uniform(0.7, 1.3) for weight in weights]
        parts = [int(total * weight / sum(noisy)) for weight in noisy]
        parts[chance.randrange(len(parts))] += total - sum(parts)
        return parts
    parts = [0] * len(weights)
    for index in chance.choices(range(len(weights)), weights, k=total):
        parts[index] += 1
    return parts
