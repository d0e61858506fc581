"""Amounts, periods, ids and partitions as rules.md and contract.md define them, computed independently of osbill."""
import calendar
import datetime
import hashlib

DAY = 24 * 3600 * 1000
UNIT = 1_000_000  # micro-units of one currency unit


def prorata(price, part, whole, rounding=1):
    """rules.md 2.4: rounded half up once to a multiple of `rounding`; refunds towards zero."""
    unit = whole * rounding
    if price < 0:
        return -(-price * part // unit) * rounding
    return (2 * price * part + unit) // (2 * unit) * rounding


def add_months(start, months, anchor_day=None):
    """rules.md 2.5: N calendar months UTC from the anchor day, clamped to the month's last."""
    moment = datetime.datetime.fromtimestamp(start // 1000, datetime.timezone.utc)
    month = moment.year * 12 + moment.month - 1 + months
    year, month = month // 12, month % 12 + 1
    day = min(anchor_day or moment.day, calendar.monthrange(year, month)[1])
    moment = moment.replace(year=year, month=month, day=day)
    return int(moment.timestamp()) * 1000 + start % 1000


def _identifier(letter, *parts):
    joined = b"\0".join(str(part).encode() for part in parts)
    return f"{letter}-{hashlib.sha256(joined).digest()[:16].hex()}"


def charge_id(account_id, vps_id, period_start, epoch):
    """rules.md 6; epoch: obligations of the VPS, counted from 1."""
    return _identifier("c", account_id, vps_id, period_start, epoch)


def case_id(account_id, vps_id, period_start, epoch):
    return _identifier("k", account_id, vps_id, period_start, epoch)


def notification_id(owner, kind, number=1):
    """rules.md 8; owner: the case_id, or (topic kind, partition, offset) of the input."""
    if not isinstance(owner, str):
        owner = "/".join(str(part) for part in owner)
    return _identifier("n", owner, kind, number)


def murmur2(key):
    """The hash of Kafka's DefaultPartitioner (org.apache.kafka.common.utils.Utils.murmur2)."""
    mask, multiplier = 0xFFFFFFFF, 0x5BD1E995
    value = (0x9747B28C ^ len(key)) & mask
    whole = len(key) // 4 * 4
    for at in range(0, whole, 4):
        word = int.from_bytes(key[at:at + 4], "little") * multiplier & mask
        word = (word ^ word >> 24) * multiplier & mask
        value = (value * multiplier & mask) ^ word
    rest = key[whole:]
    if rest:
        value = (value ^ int.from_bytes(rest, "little")) * multiplier & mask
    value = (value ^ value >> 13) * multiplier & mask
    return value ^ value >> 15


def partition_of(key, partitions):
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions
