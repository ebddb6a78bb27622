"""Fails unless at least half of each operation's cases reached it: 2xx, or 422 for what is wrong with its input."""

import json
import sys

far_enough = True
with open(sys.argv[1]) as file:
    operations = json.load(file)
assert len(operations) >= 20, f"only {len(operations)} operations were called"
for operation, statuses in sorted(operations.items()):
    cases = sum(statuses.values())
    there = sum(count for status, count in statuses.items() if status.startswith("2") or status == "422")
    mark = "ok" if 2 * there >= cases else "TOO FEW"
    far_enough = far_enough and mark == "ok"
    print(f"{there:5} of {cases:5}  {mark:7} {operation}  {statuses}")
sys.exit(0 if far_enough else 1)
