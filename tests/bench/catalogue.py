#!/usr/bin/env python3
"""The benchmark's catalogue (peers/job.md) as a file for `osbill catalogue apply`."""
from oracle import BASE, ITEMS, TARIFFS, item_price


def money(micros):
    return f'"{micros // 1_000_000}.{micros % 1_000_000:06}"'


def catalogue():
    lines = ["modules:", "  m1: {title: Bench, auto_connect: ALL}", "enumerations:", "  os:",
             "    free: {internal_name: free-os, title: Free OS}"]
    lines += [f'    item{n}: {{internal_name: "ISPsystem__OS {n:02}", title: OS {n:02}}}' for n in range(ITEMS)]
    lines.append("tariffs:")
    for tariff in range(TARIFFS):
        lines += [f"  t{tariff}:", f"    title: Tariff {tariff}", "    currency: EUR", "    modules: [m1]",
                  "    enumeration: os", "    default_item: free", "    refund: NONE", '    rounding: "0.000001"',
                  "    prices:", f"      1: {money(BASE)}", "    os_prices:"]
        for item in range(ITEMS):
            lines += [f"      item{item}:", f"        1: {money(item_price(item, tariff))}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(catalogue(), end="")
