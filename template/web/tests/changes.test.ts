// Changes of tasks and tags that fail, that come late, or that other windows make too.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page, Route } from "playwright-core";
import { button, newUser, openBrowser, takeComplaints } from "./browser.ts";
import { start } from "./servers.ts";
import { addTask, checkbox, edit } from "./tasks.ts";

const servers = await start(1);
const browser = await openBrowser();
after(async () => {
  await browser.close();
  await servers.stop();
});

/** Holds the first request of this method and address until it is let go. */
async function hold(page: Page, method: string, url: RegExp) {
  let take: ((route: Route) => void) | undefined;
  const held = new Promise<Route>((resolve) => (take = resolve));
  await page.route(url, (route) => {
    if (!take || route.request().method() !== method) return route.fallback();
    take(route);
    take = undefined;
  });
  return { held, release: async (how: (route: Route) => Promise<void>) => how(await held) };
}

const refuse = (route: Route) => route.fulfill({ status: 500, contentType: "application/problem+json", body: '{"code":"internal_error","status":500,"title":"No"}' });

/** Calls the API as whoever is signed in on the page. */
function call(page: Page, method: string, path: string, body?: object): Promise<unknown> {
  return page.evaluate(async ([method, path, body]) => {
    const { token } = await (await fetch("/api/auth/token")).json();
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    return (await fetch(path, { method, headers, body: body && JSON.stringify(body) })).json();
  }, [method, path, body] as const);
}

const makeTag = (page: Page, name: string) => call(page, "POST", "/api/me/tags", { name });

async function saveTags(page: Page, title: string, tags: string): Promise<void> {
  const dialog = await edit(page, title);
  await dialog.getByRole("textbox", { name: "Tags" }).fill(tags);
  await button(dialog, "Save").click();
  await dialog.waitFor({ state: "detached" });
}

const chipsOf = (page: Page, title: string) => page.getByRole("listitem").filter({ hasText: title }).locator(".chip").allInnerTexts();

test("a change that fails is undone alone", async () => {
  const { page, context } = await newUser(browser, servers);
  for (const title of ["One", "Two"]) await addTask(page, title);
  const completion = await hold(page, "PATCH", /\/tasks\/[^/]+$/);
  await checkbox(page, "One").check();
  await completion.held;
  const deletion = await hold(page, "DELETE", /\/tasks\/[^/]+$/);
  await button(page, "Delete Two").click();
  await deletion.held;
  await addTask(page, "Three");
  await completion.release(refuse);
  await page.getByRole("alert").filter({ hasText: "not available" }).waitFor();
  assert.equal(await checkbox(page, "One").isChecked(), false);
  assert.equal(await checkbox(page, "Two").count(), 0);
  await deletion.release(refuse);
  await checkbox(page, "Two").waitFor();
  assert.equal(await checkbox(page, "Three").count(), 1);
  await context.close();
  assert.deepEqual(takeComplaints().filter((text) => !text.includes("500")), []);
});

test("what comes after another filter was chosen is not mixed with its tasks", async () => {
  const { page, context } = await newUser(browser, servers);
  for (let number = 1; number <= 21; number += 1) await call(page, "POST", "/api/me/tasks", { title: `Task ${number}.` });
  await page.reload();
  const rest = await hold(page, "GET", /\/tasks\?.*cursor=/);
  await button(page, "Show more").click();
  await rest.held;
  const addition = await hold(page, "POST", /\/tasks$/);
  await page.getByRole("textbox", { name: "New task" }).fill("Late");
  await button(page, "Add").click();
  await addition.held;
  await button(page, "Done").click();
  await page.getByText("Nothing is done yet.").waitFor();
  await rest.release((route) => route.continue().catch(() => {}));
  await addition.release((route) => route.continue());
  await page.getByRole("status").filter({ hasText: "Task added" }).waitFor();
  assert.equal(await page.getByRole("checkbox").count(), 0);
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});

test("a tag that another window made meanwhile is found", async () => {
  const { page, context } = await newUser(browser, servers);
  await addTask(page, "Water the plants");
  await makeTag(page, "garden");
  await saveTags(page, "Water the plants", "garden");
  assert.deepEqual(await chipsOf(page, "Water the plants"), ["garden"]);
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});

test("tags that differ by capitals are told apart, and one that is typed in others is found", async () => {
  const { page, context } = await newUser(browser, servers);
  await addTask(page, "Water the plants");
  for (const name of ["Home", "home", "Work"]) await makeTag(page, name);
  await page.reload();
  await saveTags(page, "Water the plants", "Home, work, WORK, new, New");
  assert.deepEqual(await chipsOf(page, "Water the plants"), ["Home", "Work", "new"]);
  await saveTags(page, "Water the plants", "Home, Work");
  assert.deepEqual(await chipsOf(page, "Water the plants"), ["Home", "Work"]);
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});

test("a title is saved without touching tags whose names have commas", async () => {
  const { page, context } = await newUser(browser, servers);
  const { id } = (await makeTag(page, "a, b")) as { id: string };
  await call(page, "POST", "/api/me/tasks", { title: "One", tag_ids: [id] });
  await page.reload();
  const dialog = await edit(page, "One");
  await dialog.getByRole("textbox", { name: "Title" }).fill("Two");
  await button(dialog, "Save").click();
  await checkbox(page, "Two").waitFor();
  assert.deepEqual(await chipsOf(page, "Two"), ["a, b"]);
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});

test("every tag is there to filter by, however many", async () => {
  const { page, context } = await newUser(browser, servers);
  await page.evaluate(async () => {
    const { token } = await (await fetch("/api/auth/token")).json();
    const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
    for (let number = 1; number <= 101; number += 1) await fetch("/api/me/tags", { method: "POST", headers, body: JSON.stringify({ name: `tag ${number}` }) });
  });
  await page.reload();
  await button(page, "tag 99").waitFor();
  assert.equal(await page.getByRole("group", { name: "Filter by tag" }).getByRole("button").count(), 101);
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});
