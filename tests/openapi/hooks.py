"""What Schemathesis cannot know: ids of rows that exist, and rules between members.

Counts how far the cases of each operation got, into the file $REACHED.
"""

import atexit
import collections
import json
import os

import requests
import schemathesis
from hypothesis import strategies as st

API = os.environ["API_URL"]
CALLER = {"Authorization": f"Bearer {os.environ['API_TOKEN']}"}

schemathesis.openapi.format(
    "rrule", st.sampled_from(["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;COUNT=3"])
)
schemathesis.openapi.format("timezone", st.sampled_from(["UTC", "Asia/Tokyo", "America/St_Johns"]))

known = set()
taken = set()
reached = collections.defaultdict(collections.Counter)
names = iter(range(1, 1_000_000))


def new(kind, **members):
    answer = requests.post(f"{API}/api/me/{kind}", headers=CALLER, json=members, timeout=10)
    answer.raise_for_status()
    known.add(answer.json()["id"])
    return answer.json()["id"]


def new_tag():
    return new("tags", name=f"row {next(names)}")


def new_rows(parameters):
    """An id of a new row for each parameter; a tag of a path is on the task before it."""
    rows = {}
    if "tag_id" in parameters:
        rows["tag_id"] = new_tag()
    if "task_id" in parameters:
        tags = {"tag_ids": [rows["tag_id"]]} if rows else {}
        rows["task_id"] = new("tasks", title="row", **tags)
    return rows


def suit(body):
    """Brings members in line with each other, makes ids those of rows, and names different."""
    if "name" in body:
        name = str(body["name"]).strip()
        if name in taken:
            body["name"] = f"{name[:40]} {next(names)}"
        taken.add(name)
    # A PATCH is judged together with what the row has.
    if body.get("due_date") or body.get("reminder_at"):
        body["due_date"], body["reminder_at"] = "2027-01-02T00:00:00Z", "2027-01-01T00:00:00Z"
    if body.get("recurrence_pattern") == "custom":
        body["recurrence_config"] = body.get("recurrence_config") or {"rrule": "FREQ=DAILY"}
    elif "recurrence_pattern" in body or "recurrence_config" in body:
        body["recurrence_pattern"] = body.get("recurrence_pattern")
        body["recurrence_config"] = None
    if "tag_id" in body:
        body["tag_id"] = new_tag()
    if body.get("tag_ids"):
        body["tag_ids"] = [new_tag()]
    if body.get("task_ids"):
        body["task_ids"] = [new("tasks", title="row")]


def is_good(case, location):
    component = case.meta.components.get(location)
    return component is None or component.mode.is_positive


@schemathesis.hook
def before_call(context, case, kwargs):
    location = schemathesis.core.parameters.ParameterLocation
    if case.meta is None:
        return
    ids = {name: id for name, id in (case.path_parameters or {}).items() if name != "user_id"}
    # A link leads to a row; everything else was made up. A few malformed ids will do.
    linked = case.meta.phase.name.value == "stateful" and known.issuperset(map(str, ids.values()))
    if not linked and (is_good(case, location.PATH) or next(names) % 4):
        case.path_parameters = {**(case.path_parameters or {}), **new_rows(ids)}
    if case.query and ids:
        # A row that can be restored is there for whoever asks for it so.
        case.query.pop("include_deleted", None)
    if isinstance(case.body, dict) and is_good(case, location.BODY):
        suit(case.body)
    # What an earlier answer must have said: where a list goes on, and a row's version.
    if is_good(case, location.QUERY) and case.query:
        case.query.pop("cursor", None)
    elif case.query:
        # What is empty on the wire is not there.
        case.query = {name: "x" if value in ({}, [], "") else value for name, value in case.query.items()}
    if is_good(case, location.HEADER) and case.headers:
        case.headers.pop("If-Match", None)
        case.headers.pop("If-None-Match", None)
        if "Idempotency-Key" in case.headers:
            case.headers["Idempotency-Key"] = f"attempt-{next(names)}"


@schemathesis.hook
def after_call(context, case, response):
    if response.request.method == case.operation.method.upper():
        reached[case.operation.label][response.status_code] += 1
    if response.status_code == 201:
        known.add(response.json()["id"])


@atexit.register
def write():
    with open(os.environ["REACHED"], "w") as file:
        json.dump(reached, file, indent=1)
