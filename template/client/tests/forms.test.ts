import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { fromDateTimeLocal, toDateTimeLocal } from "api-client";

const home = process.env.TZ;
afterEach(() => {
  if (home === undefined) delete process.env.TZ;
  else process.env.TZ = home;
});

const ZONES = ["UTC", "Asia/Tokyo", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia"];

test("an instant is shown in the zone of this machine and sent in UTC", () => {
  for (const [zone, shown] of [["Asia/Tokyo", "2026-12-01T18:30"], ["America/St_Johns", "2026-12-01T06:00"]] as const) {
    process.env.TZ = zone;
    assert.equal(toDateTimeLocal("2026-12-01T09:30:00.000Z"), shown);
    assert.equal(fromDateTimeLocal(shown), "2026-12-01T09:30:00.000Z");
  }
});

test("summer time counts", () => {
  process.env.TZ = "America/St_Johns";
  assert.equal(toDateTimeLocal("2026-07-01T12:00:00.000Z"), "2026-07-01T09:30");
  assert.equal(fromDateTimeLocal("2026-07-01T09:30"), "2026-07-01T12:00:00.000Z");
});

test("nothing is an empty input, and the other way round", () => {
  assert.equal(toDateTimeLocal(null), "");
  assert.equal(toDateTimeLocal(undefined), "");
  assert.equal(fromDateTimeLocal(""), null);
  assert.equal(fromDateTimeLocal("", "2026-12-01T09:30:00.000Z"), null);
});

test("seconds and milliseconds are shown where there are any", () => {
  process.env.TZ = "Asia/Tokyo";
  assert.equal(toDateTimeLocal("2026-12-01T09:30:07.000Z"), "2026-12-01T18:30:07");
  assert.equal(toDateTimeLocal("2026-12-01T09:30:00.250Z"), "2026-12-01T18:30:00.250");
  assert.equal(toDateTimeLocal("0099-12-01T00:00:00.000Z").slice(0, 4), "0099");
});

test("the hour that the clocks go through twice keeps its instant while the input is not changed", () => {
  process.env.TZ = "America/St_Johns";
  const [first, second] = ["2026-11-01T04:00:00.000Z", "2026-11-01T05:00:00.000Z"];
  assert.equal(toDateTimeLocal(first), toDateTimeLocal(second));
  for (const instant of [first, second]) assert.equal(fromDateTimeLocal(toDateTimeLocal(instant), instant), instant);
});

test("an hour that does not exist is not refused", () => {
  process.env.TZ = "America/St_Johns";
  assert.equal(fromDateTimeLocal("2026-03-08T02:30"), "2026-03-08T06:00:00.000Z");
});

test("what is not changed comes back the same, every half hour of a year in every zone", () => {
  for (const zone of ZONES) {
    process.env.TZ = zone;
    for (let time = Date.UTC(2026, 0); time < Date.UTC(2027, 0); time += 1_800_000) {
      const instant = new Date(time).toISOString();
      if (fromDateTimeLocal(toDateTimeLocal(instant), instant) !== instant) assert.fail(`${instant} in ${zone}`);
    }
  }
});
