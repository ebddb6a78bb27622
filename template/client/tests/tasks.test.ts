// Tasks and tags, against the API itself and a real Better Auth server. docs/frontend-tasks.md names the tests of common mistakes.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ApiError, fromDateTimeLocal, rows, type Task, type TaskInput, toDateTimeLocal } from "api-client";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { EditTask, toChanges, toForm } from "../examples/edit-task.tsx";
import { openPage, signUp } from "./browser.ts";
import { startServers } from "./servers.ts";

const servers = await startServers();
after(() => servers.stop());

const carol = openPage(servers);
const { api } = carol;
await signUp(carol, "carol");

let made = 0;
const createTask = (input: Partial<TaskInput> = {}) => api.createTask({ body: { title: `Task ${(made += 1)}`, ...input } });
const createTag = (color?: string) => api.createTag({ body: { name: `tag-${(made += 1)}`, ...(color && { color }) } });
const failure = (call: Promise<unknown>): Promise<ApiError> => call.then(() => assert.fail("it succeeded"), (error) => error);

test("another user's rows stay closed", async () => {
  const page = openPage(servers);
  await signUp(page, "dave");
  const { uuid } = await api.getMe();
  const task = await createTask();
  assert.equal((await failure(page.api.listTasks({ path: { user_id: uuid } }))).code, "forbidden");
  assert.equal((await failure(page.api.getTask({ path: { task_id: task.id } }))).code, "not_found");
});

test("rejected input says which field and why", async () => {
  const error = await failure(createTask({ title: "x".repeat(256) }));
  assert.equal(error.code, "validation_failed");
  assert.deepEqual(error.errors.map(({ field, code }) => [field, code]), [["title", "too_long"]]);
  assert.ok(error.requestId);
});

test("deleting answers nothing", async () => {
  const { id } = await createTask();
  assert.equal(await api.deleteTask({ path: { task_id: id } }), undefined);
  assert.equal((await failure(api.getTask({ path: { task_id: id } }))).status, 404);
});

test("a change upon a version that is no longer the current one is rejected", async () => {
  const { id, version } = await createTask();
  const change = (title: string) =>
    api.updateTask({ path: { task_id: id }, header: { "If-Match": `"${version}"` }, body: { title } });
  await change("First");
  assert.equal((await failure(change("Second"))).code, "precondition_failed");
});

test("a repeated creation with the same Idempotency-Key is one", async () => {
  const create = () => api.createTask({ body: { title: "Once" }, header: { "Idempotency-Key": "client-test" } });
  assert.equal((await create()).id, (await create()).id);
});

test("every page of a list is walked, though rows are added meanwhile", async () => {
  const { name } = await createTag();
  const { items } = await api.listTags();
  const tag_ids = items.filter((tag) => tag.name === name).map((tag) => tag.id);
  const tasks = [];
  for (let count = 0; count < 5; count += 1) tasks.push((await createTask({ tag_ids })).id);
  const seen = [];
  for await (const { id } of rows(api.listTasks, { query: { tag: [name], page_size: 2 } })) {
    if (seen.push(id) === 1) await createTask({ tag_ids });
  }
  assert.deepEqual(seen, tasks.reverse());
});

test("a list is a page, and its tasks are shown", async () => {
  const task = await createTask();
  const page = await api.listTasks();
  assert.deepEqual(page.items.map(({ id }) => id).filter((id) => id === task.id), [task.id]);
  assert.equal((page.total ?? 0) >= page.items.length, true);
});

test("a task's tags are objects with id, name and colour, and filter tasks by name", async () => {
  const tag = await createTag("#1E90FF");
  const task = await createTask({ tag_ids: [tag.id] });
  assert.deepEqual(task.tags.map(({ id, name, color }) => ({ id, name, color })), [{ id: tag.id, name: tag.name, color: "#1E90FF" }]);
  const page = await api.listTasks({ query: { tag: [tag.name] } });
  assert.deepEqual(page.items.map(({ id }) => id), [task.id]);
  assert.equal(page.total, 1);
});

test("pages are counted in numbers, and the API sorts by priority, tasks without one last", async () => {
  const tag = await createTag();
  for (const priority of ["high", undefined, "low", "medium"] as const) await createTask({ priority, tag_ids: [tag.id] });
  for (const [order, sorted] of [["asc", ["low", "medium", "high", null]], ["desc", ["high", "medium", "low", null]]] as const) {
    const page = await api.listTasks({ query: { tag: [tag.name], sort_by: "priority", order } });
    assert.deepEqual(page.items.map(({ priority }) => priority), sorted);
    for (const number of [page.page, page.page_size, page.total, page.total_pages]) assert.ok(Number.isInteger(number));
  }
});

test("tags given at creation are saved", async () => {
  const tags = [await createTag(), await createTag()];
  const { id } = await createTask({ tag_ids: tags.map((tag) => tag.id) });
  const task = await api.getTask({ path: { task_id: id } });
  assert.deepEqual(task.tags.map((tag) => tag.id).sort(), tags.map((tag) => tag.id).sort());
});

const DATES = { due_date: "2026-12-01T09:30:15.250Z", reminder_at: "2026-11-01T05:00:00.000Z" };

test("an edit form is filled, in the zone of the machine", async () => {
  const tag = await createTag();
  const task = await createTask({ ...DATES, description: "By the door", priority: "high", tag_ids: [tag.id] });
  const form = (shown: Task) => renderToString(createElement(EditTask, { task: shown, tags: [tag], onSaved: () => {} }));
  await inZone("Asia/Tokyo", async () => {
    const html = form(task);
    for (const value of [task.title, "2026-12-01T18:30:15.250", "2026-11-01T14:00"]) assert.ok(html.includes(`value="${value}"`), value);
    for (const part of [">By the door</textarea>", '<option value="high" selected="">', 'type="checkbox" checked=""']) assert.ok(html.includes(part), part);
  });
  const empty = form(await createTask());
  for (const part of [/<option value="" selected="">/, /<input [^>]*name="due_date"[^>]* value=""/]) assert.match(empty, part);
});

for (const zone of ["Asia/Tokyo", "America/St_Johns"]) {
  test(`a form that is saved unchanged leaves the task as it was, in ${zone}`, () =>
    inZone(zone, async () => {
      const tag = await createTag();
      const full = { ...DATES, description: "Two\nlines", priority: "low", completed: true, tag_ids: [tag.id] } as const;
      for (const input of [full, {}]) {
        const before = await createTask(input);
        await api.updateTask({ path: { task_id: before.id }, body: toChanges(toForm(before), before) });
        const after = await api.getTask({ path: { task_id: before.id } });
        assert.deepEqual(lasting(after), lasting(before));
      }
    }));
}

test("times with and without zone are compared, never a 500", async () => {
  const { id } = await createTask({ due_date: "2026-12-01T09:30:00" });
  const change = (due_date: string, reminder_at: string) => api.updateTask({ path: { task_id: id }, body: { due_date, reminder_at } });
  const task = await change("2026-12-01T18:30:00+09:00", "2026-12-01T09:29:59");
  assert.deepEqual([task.due_date, task.reminder_at], ["2026-12-01T09:30:00.000Z", "2026-12-01T09:29:59.000Z"]);
  const error = await failure(change("2026-12-01T09:30:00", "2026-12-01T18:30:00+09:00"));
  assert.deepEqual([error.status, error.code], [422, "validation_failed"]);
  const due = async (due_before: string) => (await api.listTasks({ query: { due_before, page_size: 100 } })).items.some((task) => task.id === id);
  assert.deepEqual([await due("2026-12-01T09:30:00"), await due("2026-12-01T18:30:01+09:00")], [false, true]);
});

test("a tag needs no colour", async () => {
  const tag = await createTag();
  assert.equal(tag.color, null);
  assert.equal((await api.getTag({ path: { tag_id: tag.id } })).color, null);
});

test("an id is the same string wherever it stands, so check boxes find their tags", async () => {
  const [tag, other] = [await createTag(), await createTag()];
  const task = await createTask({ tag_ids: [tag.id] });
  const { items } = await api.listTags({ query: { page_size: 100 } });
  const checked = new Set(toForm(task).tag_ids);
  assert.deepEqual(items.filter(({ id }) => checked.has(id)).map(({ name }) => name), [tag.name]);
  const changed = await api.updateTask({ path: { task_id: task.id }, body: { tag_ids: [other.id] } });
  assert.deepEqual(changed.tags.map(({ id }) => id), [other.id]);
});

test("what a user enters in one zone is the same instant in another", async () => {
  const due_date = await inZone("America/St_Johns", async () => fromDateTimeLocal("2026-07-01T09:30"));
  const task = await createTask({ due_date });
  await inZone("Asia/Tokyo", async () => assert.equal(toDateTimeLocal(task.due_date), "2026-07-01T21:00"));
});

/** Of a task what no change may touch that changes nothing. */
function lasting({ version: _version, updated_at: _updated, ...rest }: Task) {
  return rest;
}

async function inZone<T>(zone: string, act: () => Promise<T>): Promise<T> {
  const home = process.env.TZ;
  process.env.TZ = zone;
  try {
    return await act();
  } finally {
    if (home === undefined) delete process.env.TZ;
    else process.env.TZ = home;
  }
}
