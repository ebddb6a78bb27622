// Changes of tasks and tags that fail, that come late, or that other windows make too.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Page, Route } from "playwright-core";
import { button, heading, newUser, openBrowser, openWindow, takeComplaints } from "./browser.ts";
import { start } from "./servers.ts";
import { addTask, checkbox, edit, newTask, unavailable } from "./tasks.ts";

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
  await newTask(page).fill("Late");
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

test("two quick clicks on Add add one task", async () => {
  const { page, context } = await newUser(browser, servers);
  await page.getByText("Nothing to do yet").waitFor();
  await newTask(page).fill("Once");
  await button(page, "Add").dblclick();
  await addTask(page, "Last");
  await page.reload();
  await checkbox(page, "Last").waitFor();
  assert.equal(await checkbox(page, "Once").count(), 1);
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});

test("what is added before the page is ready is added once when it is", async () => {
  const { page, context } = await newUser(browser, servers);
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => (arrive = resolve));
  await page.route(/\/_next\/static\/.*\.js/, (route) => arrived.then(() => route.continue()));
  await page.reload({ waitUntil: "commit" });
  await newTask(page).fill("Once");
  await button(page, "Add").dblclick();
  arrive();
  await checkbox(page, "Once").waitFor();
  await addTask(page, "Last");
  await page.reload();
  await checkbox(page, "Last").waitFor();
  assert.equal(await page.getByRole("checkbox").count(), 2);
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});

test("what is typed while a task is being added stays", async () => {
  const { page, context } = await newUser(browser, servers);
  const addition = await hold(page, "POST", /\/tasks$/);
  await newTask(page).fill("First");
  await newTask(page).press("Enter");
  await addition.held;
  await page.keyboard.type("Second");
  await addition.release((route) => route.continue());
  await checkbox(page, "First").waitFor();
  assert.equal(await newTask(page).inputValue(), "Second");
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});

test("a task that could not be added is not lost when the next is typed already", async () => {
  const { page, context } = await newUser(browser, servers);
  const addition = await hold(page, "POST", /\/tasks$/);
  await newTask(page).fill("First");
  await newTask(page).press("Enter");
  await addition.held;
  await page.keyboard.type("Second");
  await addition.release(refuse);
  await button(page, "Try again").click();
  await checkbox(page, "First").waitFor();
  assert.equal(await newTask(page).inputValue(), "Second");
  await context.close();
  assert.deepEqual(takeComplaints().filter((text) => !text.includes("500")), []);
});

test("a task whose answer was lost is not added twice by Try again", async () => {
  const { page, context } = await newUser(browser, servers);
  const addition = await hold(page, "POST", /\/tasks$/);
  await newTask(page).fill("Once");
  await newTask(page).press("Enter");
  await addition.release(async (route) => {
    await route.fetch();
    await route.abort();
  });
  await button(page, "Try again").click();
  await checkbox(page, "Once").waitFor();
  await page.reload();
  await checkbox(page, "Once").waitFor();
  assert.equal(await page.getByRole("checkbox").count(), 1);
  await context.close();
  assert.deepEqual(takeComplaints().filter((text) => !text.includes("ERR_FAILED")), []);
});

test("a filter whose tasks cannot be read shows none that it does not let through", async () => {
  const { page, context } = await newUser(browser, servers);
  for (const title of ["One", "Two"]) await addTask(page, title);
  await checkbox(page, "Two").check();
  await page.route(/\/tasks\?/, refuse);
  await button(page, "Done").click();
  await unavailable(page).waitFor();
  await checkbox(page, "One").waitFor({ state: "detached" });
  assert.equal(await checkbox(page, "Two").isChecked(), true);
  await context.close();
  assert.deepEqual(takeComplaints().filter((text) => !text.includes("500")), []);
});

test("a task that another window deleted leaves the list, and that is told in words", async () => {
  const { page, context } = await newUser(browser, servers);
  await addTask(page, "Water the plants");
  const other = await openWindow(context);
  await button(other, "Delete Water the plants").click();
  await button(other, "Undo").waitFor();
  await checkbox(page, "Water the plants").click();
  await page.getByRole("alert").filter({ hasText: "That is not there any more." }).waitFor();
  assert.equal(await checkbox(page, "Water the plants").count(), 0);
  assert.equal(await button(page, "Try again").count(), 0);
  await context.close();
  assert.deepEqual(takeComplaints().filter((text) => !text.includes("404")), []);
});

test("a title that is too long is told in words, and stays", async () => {
  const { page, context } = await newUser(browser, servers);
  await newTask(page).fill("x".repeat(256));
  await button(page, "Add").click();
  await page.getByRole("alert").filter({ hasText: "Title must be at most 255 characters." }).waitFor();
  assert.equal((await newTask(page).inputValue()).length, 256);
  assert.equal(await button(page, "Try again").count(), 0);
  await context.close();
  assert.deepEqual(takeComplaints().filter((text) => !text.includes("422")), []);
});

test("after Undo, the keyboard goes on from the heading", async () => {
  const { page, context } = await newUser(browser, servers);
  await addTask(page, "Water the plants");
  await button(page, "Delete Water the plants").press("Enter");
  await button(page, "Undo").waitFor();
  await page.keyboard.press("Enter");
  await checkbox(page, "Water the plants").waitFor();
  assert.equal(await heading(page, "Tasks").evaluate((element) => element === document.activeElement), true);
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});

test("a title is shown in the direction of its script", async () => {
  const { page, context } = await newUser(browser, servers);
  await addTask(page, "שלום!");
  const direction = await page.getByText("שלום!").evaluate((element) => getComputedStyle(element).direction);
  assert.equal(direction, "rtl");
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});

test("nothing is cut off in a narrow window, nor in letters of twice the size", async () => {
  const { page, context } = await newUser(browser, servers);
  await addTask(page, "x".repeat(255));
  const hidden = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.setViewportSize({ width: 320, height: 640 });
  assert.equal(await hidden(), 0);
  await page.setViewportSize({ width: 360, height: 640 });
  await page.addStyleTag({ content: ":root { font-size: 200% !important }" });
  assert.equal(await hidden(), 0);
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});
