"""Ids of obligations and notifications (rules.md 6, 8, 9): 32 hex digits of SHA-256, parts joined by NUL."""

import hashlib


def digits(*parts: object) -> str:
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:32]


def obligation(account_id: str, vps_id: str, period_start: int, epoch: int) -> str:
    """6: account_id, vps_id, period_start of the first line, epoch. A case and its Charge share them."""
    return digits(account_id, vps_id, period_start, epoch)


def notification(subject: str, kind: str, number: int) -> str:
    """8: (case_id or topic/partition/offset, kind, n); 9: n from 1 over all kinds of that case or input."""
    return "n-" + digits(subject, kind, number)
