#!/usr/bin/env python3
"""What deploy/organization.yaml costs and how long it takes, worked out step by step.

scripts/cost.py [ACCOUNTS ...]: two tables, as docs/cost.md has them. Every number that is not counted from
the input stands here with its source; change one and run it again.
"""

import math
import sys

# The account that is reckoned with.
REGIONS = 17  # enabled by default
BUSY = 2  # regions with load balancers
IN_BUSY = 10  # load balancers in each of them

# Calls. Measured: docs/calls.md, 1,279 for 17 regions of ten, of which four are the account's.
CALLS_BUSY = (1279 - 4) // 17
CALLS_EMPTY = 2  # measured: the two lists of load balancers
CALLS_LIST = 2  # AssumeRole, DescribeRegions
CALLS_GLOBAL = 3  # DescribeRegions, DescribeSubscription, ListDistributions

# Seconds that Lambda bills for a shard. Assumed: with 60 ms a call a scan takes 0.15 s without load balancers and
# 0.5 s with ten; the rest is the start, TLS, and a third of a processor.
SECONDS_EMPTY = 1.0
SECONDS_BUSY = 3.0
SECONDS_BETWEEN = 0.3  # assumed: from one shard's end to the next one's beginning

# deploy/organization.yaml
SHARD_GB = 512 / 1024
WHOLE_GB = 10240 / 1024
CONCURRENCY = 100

# The list of accounts. Quotas of AWS Organizations: ListAccounts 8 a second, 20 a page; units 5 a second.
PER_PAGE, PAGES_A_SECOND, UNITS_A_SECOND = 20, 8, 5
ACCOUNTS_PER_UNIT = 20  # assumed
ACCOUNTS_AT_A_TIME, SECONDS_ENTER = 20, 0.5  # --account-concurrency; assumed for two calls
LIST_START = 2.0  # assumed

# The report. Measured on two cores: 23.6 s for 100,000 load balancers, the slower figure.
AUDIT_SECONDS = 23.6 / 100_000
READERS, SECONDS_GET = 40, 0.05  # objects read at a time; assumed for one of them
BYTES_A_SECOND = 50e6  # assumed, to and from S3
REDUCE_START = 3.0  # assumed
# Measured, bytes a load balancer: a report indented and not, its findings line by line, its facts.
REPORT, STATE, FINDINGS, FACTS = 4300, 3000, 1250, 6600  # of ten in a region, 1.5 faults each
FACTS_EMPTY = 2200  # a region without any
# Measured: kibibytes of memory of `check --baseline`, at rest, a load balancer, an empty region.
MEMORY_BASE, MEMORY_EACH, MEMORY_EMPTY = 40_000, 40, 8.5

# List prices of us-east-1 in dollars, as known in November 2026.
GB_SECOND, INVOCATION = 0.0000166667, 0.20 / 1e6  # Lambda, x86
TRANSITION = 0.025 / 1000  # Step Functions, standard
EXPRESS, EXPRESS_GB_SECOND, EXPRESS_GB = 1.00 / 1e6, 0.00001667, 64 / 1024
PUT, GET, GB_MONTH = 0.005 / 1000, 0.0004 / 1000, 0.023  # S3
LOG_GB, LOG_BYTES = 0.50, 1000  # CloudWatch Logs; assumed for what Lambda logs of a call
FIXED = 14 * 0.30 + 5 * 0.10 + 1.00  # a month: metrics, alarms, the topic's key
STATES = 6  # Settings, List, Map, Reduce, Whole?, Done
RUNS = 30  # a month


def work_out(accounts):
    """Everything about an organization of this size."""
    empty = REGIONS - BUSY
    lbs = accounts * BUSY * IN_BUSY
    shards = accounts * (REGIONS + 1)
    # Each shard takes on the role for itself.
    calls = accounts * (
        CALLS_LIST + BUSY * CALLS_BUSY + empty * CALLS_EMPTY + CALLS_GLOBAL + REGIONS + 1
    )
    busy_seconds = accounts * (BUSY * SECONDS_BUSY + (empty + 1) * SECONDS_EMPTY)
    pages = math.ceil(accounts / PER_PAGE)
    units = math.ceil(accounts / ACCOUNTS_PER_UNIT)
    listing = (
        LIST_START
        + pages / PAGES_A_SECOND
        + units / UNITS_A_SECOND
        + math.ceil(accounts / ACCOUNTS_AT_A_TIME) * SECONDS_ENTER
    )
    at_a_time = min(CONCURRENCY, shards)
    mapping = max(SECONDS_BUSY, (busy_seconds + shards * SECONDS_BETWEEN) / at_a_time)
    facts = lbs * FACTS + accounts * empty * FACTS_EMPTY
    # The state is read and written, the report written twice, the findings once.
    moved = lbs * (2 * STATE + 2 * REPORT + FINDINGS)
    reducing = (
        REDUCE_START
        + math.ceil(shards / READERS) * SECONDS_GET
        + lbs * AUDIT_SECONDS
        + moved / BYTES_A_SECOND
    )
    gb_seconds = busy_seconds * SHARD_GB + (listing + reducing) * WHOLE_GB
    aws_lambda = gb_seconds * GB_SECOND + (shards + 2) * INVOCATION
    # A child is a transition of the map, a request and its time.
    child_seconds = busy_seconds + shards * 0.1
    steps = (STATES + shards) * TRANSITION + shards * EXPRESS
    steps += child_seconds * EXPRESS_GB * EXPRESS_GB_SECOND
    requests = (shards + 8) * PUT + 2 * shards * GET
    logs = shards * LOG_BYTES / 1e9 * LOG_GB
    run = aws_lambda + steps + requests + logs
    # Facts for 30 days, reports and findings for 400, older versions of what is overwritten for 30.
    kept = 30 * facts + 400 * lbs * (REPORT + FINDINGS) + 30 * lbs * (STATE + REPORT)
    memory = (MEMORY_BASE + lbs * MEMORY_EACH + accounts * empty * MEMORY_EMPTY) / 1024**2
    return {
        "accounts": accounts, "lbs": lbs, "shards": shards, "calls": calls, "gb_seconds": gb_seconds,
        "lambda": aws_lambda, "steps": steps, "requests": requests, "logs": logs, "run": run,
        "kept": kept / 1e9, "storage": kept / 1e9 * GB_MONTH,
        "month": RUNS * run + FIXED + kept / 1e9 * GB_MONTH,
        "listing": listing, "mapping": mapping, "reducing": reducing,
        "wall": listing + mapping + reducing, "memory": memory,
    }  # fmt: skip


def dollars(amount):
    return f"${amount:,.4f}" if amount < 0.1 else f"${amount:,.2f}"


def time(seconds):
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def size(gigabytes):
    return f"{gigabytes * 1024:.0f} MB" if gigabytes < 0.5 else f"{gigabytes:.1f} GB"


def table(heads, rows):
    lines = [heads, ["---:"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main():
    accounts = [int(word) for word in sys.argv[1:]] or [1, 100, 1_000, 10_000]
    all_of_it = [work_out(number) for number in accounts]
    money = ["Accounts", "Shards", "API calls", "Lambda GB-s", "Lambda", "Step Functions"]
    money += ["S3 requests", "Logs", "A run", "Storage a month", "A month of daily runs"]
    rows = [
        [f"{one['accounts']:,}", f"{one['shards']:,}", f"{one['calls']:,}", f"{one['gb_seconds']:,.0f}"]
        + [dollars(one[key]) for key in ("lambda", "steps", "requests", "logs", "run", "storage", "month")]
        for one in all_of_it
    ]
    print(table(money, rows))
    print()
    times = ["Accounts", "Load balancers", "List", "Map", "Reduce", "A run", "Memory of reduce"]
    rows = [
        [f"{one['accounts']:,}", f"{one['lbs']:,}"]
        + [time(one[key]) for key in ("listing", "mapping", "reducing", "wall")]
        + [size(one["memory"])]
        for one in all_of_it
    ]
    print(table(times, rows))


if __name__ == "__main__":
    main()
