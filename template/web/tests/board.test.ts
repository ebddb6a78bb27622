// The task list in a browser: on one origin and on two, on SQLite or the PostgreSQL that TEST_DATABASE_URL names.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertAccessible, button, heading, newUser, openBrowser, openWindow, takeComplaints } from "./browser.ts";
import { start } from "./servers.ts";
import { addTask, checkbox, edit, newTask, unavailable } from "./tasks.ts";

const browser = await openBrowser();
after(() => browser.close());

for (const origins of [1, 2] as const) {
  const servers = await start(origins);
  after(() => servers.stop());
  const on = (name: string) => `${name}, on ${origins === 1 ? "one origin" : "two origins"}`;

  test(on("a user signs up, adds a task, completes it and finds it by filter"), async () => {
    const { page, context } = await newUser(browser, servers);
    await addTask(page, "Water the plants");
    await addTask(page, "Buy milk");
    await checkbox(page, "Water the plants").check();
    await button(page, "Open").click();
    await checkbox(page, "Water the plants").waitFor({ state: "detached" });
    assert.equal(await checkbox(page, "Buy milk").isChecked(), false);
    await button(page, "Done").click();
    await checkbox(page, "Buy milk").waitFor({ state: "detached" });
    assert.equal(await checkbox(page, "Water the plants").isChecked(), true);
    await page.reload();
    await checkbox(page, "Buy milk").waitFor();
    assert.equal(await checkbox(page, "Water the plants").isChecked(), true);
    await context.close();
    assert.deepEqual(takeComplaints(), []);
  });

  test(on("tags are made in the dialog and filter the list"), async () => {
    const { page, context } = await newUser(browser, servers);
    await addTask(page, "Water the plants");
    await addTask(page, "Buy milk");
    const dialog = await edit(page, "Water the plants");
    await dialog.getByRole("textbox", { name: "Tags" }).fill("home, garden");
    await button(dialog, "Save").click();
    await dialog.waitFor({ state: "detached" });
    await button(page, "garden").click();
    await checkbox(page, "Buy milk").waitFor({ state: "detached" });
    await addTask(page, "Cut the hedge");
    await button(page, "garden").click();
    await checkbox(page, "Buy milk").waitFor();
    assert.equal(await page.getByRole("listitem").filter({ hasText: "garden" }).count(), 2);
    await context.close();
    assert.deepEqual(takeComplaints(), []);
  });

  test(on("an edit that would overwrite another window's is told in words and saved on the second press"), async () => {
    const { page, context } = await newUser(browser, servers);
    await addTask(page, "Water the plants");
    const other = await openWindow(context);
    const [mine, theirs] = [await edit(page, "Water the plants"), await edit(other, "Water the plants")];
    await theirs.getByRole("textbox", { name: "Title" }).fill("Water the roses");
    await button(theirs, "Save").click();
    await checkbox(other, "Water the roses").waitFor();
    await mine.getByRole("textbox", { name: "Title" }).fill("Water the lawn");
    await button(mine, "Save").click();
    const alert = mine.getByRole("alert");
    await alert.waitFor();
    assert.match(await alert.innerText(), /changed in the meantime.*“Water the roses”/);
    assert.equal(await mine.getByRole("textbox", { name: "Title" }).inputValue(), "Water the lawn");
    await assertAccessible(page, "conflict");
    await button(mine, "Save").click();
    await checkbox(page, "Water the lawn").waitFor();
    await context.close();
    // The browser itself reports the 412.
    assert.deepEqual(takeComplaints().filter((text) => !text.includes("412")), []);
  });

  test(on("a deleted task comes back by Undo, to its place"), async () => {
    const { page, context } = await newUser(browser, servers);
    for (const title of ["One", "Two", "Three"]) await addTask(page, title);
    await button(page, "Delete Two").click();
    await checkbox(page, "Two").waitFor({ state: "detached" });
    await button(page, "Undo").click();
    await checkbox(page, "Two").waitFor();
    const titles = await page.getByRole("listitem").allInnerTexts();
    assert.deepEqual(titles.map((text) => text.trim()), ["Three", "Two", "One"]);
    await context.close();
    assert.deepEqual(takeComplaints(), []);
  });

  test(on("signing out in one window signs out the other"), async () => {
    const { page, context } = await newUser(browser, servers);
    await addTask(page, "Private");
    const other = await openWindow(context);
    await checkbox(other, "Private").waitFor();
    await button(page, "Sign out").click();
    for (const window of [page, other]) await heading(window, "Sign in").waitFor();
    assert.equal(await checkbox(other, "Private").count(), 0);
    await context.close();
    assert.deepEqual(takeComplaints(), []);
  });

  test(on("an expired token is renewed unseen"), async () => {
    const { page, context } = await newUser(browser, servers);
    await page.clock.install();
    await page.reload();
    await addTask(page, "Before");
    let renewals = 0;
    page.on("request", (request) => (renewals += Number(request.url().endsWith("/api/auth/token"))));
    await page.clock.fastForward("16:00");
    await addTask(page, "After");
    assert.equal(renewals, 1);
    await context.close();
    assert.deepEqual(takeComplaints(), []);
  });

  test(on("a token that the API rejects is renewed unseen"), async () => {
    const { page, context } = await newUser(browser, servers);
    let spoiled = 0;
    await page.route(/\/api\/me\/tasks$/, async (route) => {
      const headers = route.request().headers();
      if (route.request().method() !== "POST" || spoiled > 0) return route.continue();
      spoiled += 1;
      await route.continue({ headers: { ...headers, authorization: "Bearer expired" } });
    });
    await addTask(page, "Water the plants");
    assert.equal(spoiled, 1);
    assert.equal(await page.getByRole("alert").filter({ hasText: /./ }).count(), 0);
    await context.close();
    assert.equal(takeComplaints().filter((text) => !text.includes("401")).length, 0);
  });

  test(on("an API that is down is told in words, and Try again adds what was typed"), async () => {
    const { page, context } = await newUser(browser, servers);
    await page.getByText("Nothing to do yet").waitFor();
    await servers.stopApi();
    await newTask(page).fill("Water the plants");
    await button(page, "Add").click();
    await unavailable(page).waitFor();
    assert.equal(await newTask(page).inputValue(), "Water the plants");
    await button(page, "Try again").click();
    await unavailable(page).waitFor();
    assert.equal(await newTask(page).inputValue(), "Water the plants");
    await assertAccessible(page, "unavailable");
    await servers.startApi();
    await button(page, "Try again").click();
    await checkbox(page, "Water the plants").waitFor();
    assert.equal(await newTask(page).inputValue(), "");
    assert.equal(await unavailable(page).count(), 0);
    await context.close();
    takeComplaints();
  });

  test(on("a list that could not be read is read by Try again, and what was typed stays"), async () => {
    const { page, context } = await newUser(browser, servers);
    await addTask(page, "Water the plants");
    await servers.stopApi();
    await page.reload();
    await unavailable(page).waitFor();
    await newTask(page).fill("Buy milk");
    await servers.startApi();
    await button(page, "Try again").click();
    await checkbox(page, "Water the plants").waitFor();
    assert.equal(await newTask(page).inputValue(), "Buy milk");
    assert.equal(await unavailable(page).count(), 0);
    await context.close();
    takeComplaints();
  });

  test(on("more tasks are shown on demand"), async () => {
    const { page, context } = await newUser(browser, servers);
    for (let number = 1; number <= 21; number += 1) await addTask(page, `Task ${number}.`);
    await page.reload();
    await checkbox(page, "Task 21.").waitFor();
    assert.equal(await page.getByRole("checkbox").count(), 20);
    await button(page, "Show more").click();
    await checkbox(page, "Task 1.").waitFor();
    assert.equal(await button(page, "Show more").count(), 0);
    await context.close();
    assert.deepEqual(takeComplaints(), []);
  });

  test(on("the board is accessible, with every control named for its task"), async () => {
    const { page, context } = await newUser(browser, servers);
    await assertAccessible(page, "empty board");
    await addTask(page, "Water the plants");
    await addTask(page, "Buy milk");
    await checkbox(page, "Buy milk").check();
    const dialog = await edit(page, "Water the plants");
    await dialog.getByRole("textbox", { name: "Tags" }).fill("home");
    await assertAccessible(page, "dialog");
    await button(dialog, "Save").click();
    await button(page, "home").waitFor();
    for (const scheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      await assertAccessible(page, scheme);
    }
    await button(page, "Delete Buy milk").click();
    await button(page, "Undo").waitFor();
    await assertAccessible(page, "notice");
    await context.close();
    assert.deepEqual(takeComplaints(), []);
  });
}
