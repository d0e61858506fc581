"""Money (rules.md 2.4, micros, 64 bit) and the calendar (2.5, ms since 1970, UTC)."""

import datetime

MOST = 2**63 - 1
LEAST = -(2**63)
DAY = 86_400_000
LAST_TIME = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z (9)
EPOCH = datetime.datetime(1970, 1, 1)


class DeadLetter(Exception):
    """The input cannot be decided: a dead letter of this code, the state untouched."""

    def __init__(self, code: str, message: str = ""):
        super().__init__(message or code)
        self.code = code


def fits(amount: int) -> int:
    """2.4: 64-bit overflow is the dead letter amount-overflow."""
    if amount < LEAST or amount > MOST:
        raise DeadLetter("amount-overflow")
    return amount


def saturate(amount: int) -> int:
    """9: available and deficit are computed in 128 bits and saturate in outputs."""
    return max(LEAST, min(MOST, amount))


def prorata(price: int, begin: int, end: int, period_start: int, period_end: int, rounding: int) -> int:
    """2.4: price * (end-begin) / (end-start), half up to a multiple of rounding; a line < 0 towards zero (9).

    A lifetime (period_end 0) is never prorated.
    """
    if period_end == 0:
        numerator, denominator = price, rounding
    else:
        numerator = price * max(0, end - begin)
        denominator = (period_end - period_start) * rounding
    if numerator < 0:
        return fits(-(-numerator // denominator) * rounding)
    return fits((2 * numerator + denominator) // (2 * denominator) * rounding)


def day_of(moment: int) -> int:
    return (EPOCH + datetime.timedelta(milliseconds=moment)).day


def days_in(year: int, month: int) -> int:
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def period_end(start: int, months: int, anchor_day: int) -> int:
    """2.5: N calendar months UTC, counted from the anchor day, clamped; 0: lifetime. Beyond year 9999: bad-value."""
    if months == 0:
        return 0
    begin = EPOCH + datetime.timedelta(milliseconds=start)
    month = begin.month - 1 + months
    year, month = begin.year + month // 12, month % 12 + 1
    if year > 9999:
        raise DeadLetter("bad-value")
    day = min(anchor_day, days_in(year, month))
    midnight = datetime.datetime(year, month, day)
    return ((midnight - EPOCH) // datetime.timedelta(milliseconds=1)) + start % DAY


def ends_after(period_end_or_0: int, moment: int) -> bool:
    return period_end_or_0 == 0 or period_end_or_0 > moment
