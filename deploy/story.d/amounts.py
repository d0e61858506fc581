"""Amounts as rules.md defines them, computed apart from osbill: what the story expects."""
import calendar
import datetime

DAY = 24 * 3600 * 1000
CENT = 10_000  # micro-units; the tariff's rounding


def euros(text):
    """"14.90" in micro-units."""
    whole, _, places = text.partition(".")
    return int(whole) * 1_000_000 + int(places.ljust(6, "0"))


def in_euros(micros):
    sign, micros = "-" if micros < 0 else "", abs(micros)
    return f"{sign}{micros // 1_000_000}.{f'{micros % 1_000_000:06}'.rstrip('0').ljust(2, '0')}"


def month_after(start):
    """rules.md 2.5: the same day of the next month, or its last one."""
    at = datetime.datetime.fromtimestamp(start // 1000, datetime.timezone.utc)
    year, month = at.year + at.month // 12, at.month % 12 + 1
    at = at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))
    return int(at.timestamp()) * 1000 + start % 1000


def rest_of_month(price, start, moment):
    """rules.md 2.4: price * (end - moment) / (end - start), rounded half up once to a cent."""
    end = month_after(start)
    unit = (end - start) * CENT
    return (2 * price * (end - moment) + unit) // (2 * unit) * CENT
