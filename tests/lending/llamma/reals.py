"""An independent evaluation of bands in real numbers, fifty digits, from the page's formulae: no shares, no rounding, no state.

It knows a market as base price, amplification, oracle price, fee and a dict of (money, collateral) by band. Where cases came from.
"""

from decimal import Decimal, getcontext, localcontext

D = Decimal
DIGITS = 50


def edge(base: D, a: int, n: int) -> D:
    return base * (D(a - 1) / a) ** n


def curve(a: int, p: D, up: D, x: D, y: D) -> tuple[D, D, D]:
    """Return f, g and the invariant of a band."""
    b = up / p * (a - 1) * x + p**2 / up * a * y
    y0 = (b + (b**2 + 4 * p * a * x * y).sqrt()) / (2 * p * a)
    f, g = a * y0 * p**2 / up, (a - 1) * y0 * up / p
    return f, g, (f + x) * (g + y)


def fee_of(a: int, p: D, up: D, least: D) -> D:
    low = p**3 / up**2
    high = low * (D(a) / (a - 1)) ** 2
    if p < low:
        return max(least, (low - p) / low / 4)
    return max(least, (p - high) / p / 4) if p > high else least


def swap(base: D, a: int, p: D, least_fee: D, bands: dict[int, tuple[D, D]], active: int, upwards: bool, amount: D) -> tuple[D, D, int]:
    """Return what goes in, what comes out, and the band where a swap of an exact amount in ends."""
    with localcontext() as context:
        context.prec = DIGITS
        paid = got = D(0)
        n = active
        while n in bands:
            x, y = bands[n]
            up = edge(base, a, n)
            f, g, invariant = curve(a, p, up, x, y) if x or y else (D(0), D(0), D(0))
            keep = 1 - fee_of(a, p, up, least_fee)
            if upwards and y:
                whole = (invariant / g - f - x) / keep
                if paid + whole >= amount:
                    return amount, got + y - (invariant / (f + x + (amount - paid) * keep) - g), n
                paid, got = paid + whole, got + y
            if not upwards and x:
                whole = (invariant / f - g - y) / keep
                if paid + whole >= amount:
                    return amount, got + x - (invariant / (g + y + (amount - paid) * keep) - f), n
                paid, got = paid + whole, got + x
            n += 1 if upwards else -1
        return paid, got, n - (1 if upwards else -1)


def money_down(base: D, a: int, p: D, first: int, last: int, bands: dict[int, tuple[D, D]]) -> D:
    """Return what bands bring if the oracle's price falls through all of them without hurry."""
    with localcontext() as context:
        context.prec = DIGITS
        total = D(0)
        for n in range(first, last + 1):
            x, y = bands[n]
            up, down = edge(base, a, n), edge(base, a, n + 1)
            f, g, invariant = curve(a, p, up, x, y)
            if p >= up:
                total += (invariant / f - g) * up * (D(a - 1) / a).sqrt()
            elif p <= down:
                total += invariant / g - f
            else:
                # At the oracle's price: (f + x) / (g + y) = p.
                at_y = (invariant / p).sqrt() - g
                total += invariant / (g + at_y) - f + at_y * (down * p).sqrt()
        return total


def first_band(base: D, a: int, collateral: D, debt: D, bands: int, discount: D) -> int:
    """Return the lowest first band in which collateral, discounted, would bring the debt."""
    with localcontext() as context:
        context.prec = DIGITS
        k = D(a - 1) / a
        effective = sum((collateral / bands * (1 - discount) * k.sqrt() * k**i for i in range(bands)), D(0))
        ratio = (effective * base / debt).ln() / (D(a) / (a - 1)).ln()
        return int(ratio.to_integral_value(rounding="ROUND_FLOOR"))


def limited(p: D, old: D, old_fee: D, seconds: int) -> tuple[D, D]:
    left = max(120 - seconds, 0)
    if not left:
        return p, D(0)
    ratio = min(p, old) / max(p, old)
    if ratio < D("0.8"):
        p, ratio = (old * D("1.25"), D("0.8")) if p > old else (old / D("1.25"), D("0.8"))
    return p, min(D(1), (1 + old_fee - ratio**3) * left / 120)


assert getcontext().prec >= 28
