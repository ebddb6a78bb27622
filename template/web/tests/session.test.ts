// Sign-up, sign-in and the profile in a browser.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { assertAccessible, button, heading, newContext, newUser, openBrowser, openWindow, PASSWORD, takeComplaints } from "./browser.ts";
import { start } from "./servers.ts";

const servers = await start(1);
const browser = await openBrowser();
after(async () => {
  await browser.close();
  await servers.stop();
});

const visitor = () => newContext(browser, servers);

test("whoever is not signed in sees the sign-in page in the place of every other", async () => {
  const context = await visitor();
  for (const path of ["/", "/profile"]) {
    const page = await openWindow(context, path);
    await heading(page, "Sign in").waitFor();
    assert.equal(new URL(page.url()).pathname, "/sign-in");
  }
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});

test("a wrong password is told in words, and the address stays", async () => {
  const { context, email } = await newUser(browser, servers);
  await context.clearCookies();
  const page = await openWindow(context, "/sign-in");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill("not the right one");
  await button(page, "Sign in").click();
  await page.getByRole("alert").filter({ hasText: "Invalid email or password." }).waitFor();
  assert.equal(await page.getByLabel("Email").inputValue(), email);
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign in").click();
  await button(page, "Sign out").waitFor();
  await context.close();
  assert.deepEqual(takeComplaints().filter((text) => !text.includes("401")), []);
});

test("an address that is taken is told in words", async () => {
  const { context, email } = await newUser(browser, servers);
  await context.clearCookies();
  const page = await openWindow(context, "/sign-up");
  await page.getByLabel("Name").fill("Zoë");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign up").click();
  await page.getByRole("alert").filter({ hasText: /already exists/i }).waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "Zoë");
  await context.close();
  takeComplaints();
});

test("a form that is sent before the page is ready puts no password into an address", async () => {
  const context = await browser.newContext({ baseURL: servers.web, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill("alice@example.test");
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign in").click();
  assert.equal(page.url(), `${servers.web}/sign-in`);
  await context.close();
});

test("the profile shows the user's row, and says in words when the API is down", async () => {
  const { context, page, email } = await newUser(browser, servers);
  await page.goto("/profile");
  await heading(page, "Profile").waitFor();
  await page.getByText(email).waitFor();
  await servers.stopApi();
  await page.reload();
  await page.getByRole("alert").filter({ hasText: /not available|cannot be reached/ }).waitFor();
  await servers.startApi();
  await page.getByRole("link", { name: "Try again" }).click();
  await page.getByText(email).waitFor();
  await context.close();
  assert.deepEqual(takeComplaints(), []);
});

test("a page that the server could not make comes back by Try again", async () => {
  const { context, page } = await newUser(browser, servers);
  // The board asks for a token and, without one, loads itself again; this page does not.
  await page.goto("/profile");
  await heading(page, "Profile").waitFor();
  await servers.execute("ALTER TABLE session RENAME TO away");
  await page.reload();
  await heading(page, "This page is not available").waitFor();
  await servers.execute("ALTER TABLE away RENAME TO session");
  await button(page, "Try again").click();
  await heading(page, "Profile").waitFor();
  await context.close();
  takeComplaints();
});

test("a page that does not exist leads to the first one", async () => {
  const { context, page } = await newUser(browser, servers);
  await page.goto("/nowhere");
  await heading(page, "This page does not exist").waitFor();
  await assertAccessible(page, "/nowhere");
  await page.getByRole("link", { name: "first page" }).click();
  await button(page, "Sign out").waitFor();
  await context.close();
  assert.deepEqual(takeComplaints().filter((text) => !text.includes("404")), []);
});

test("a window that shows one user turns to the next who signs in", async () => {
  const [first, second] = [await newUser(browser, servers), await newUser(browser, servers)];
  await first.page.goto("/profile");
  await first.page.getByText(first.email).waitFor();
  await first.context.clearCookies();
  const other = await openWindow(first.context, "/sign-in");
  await other.getByLabel("Email").fill(second.email);
  await other.getByLabel("Password").fill(PASSWORD);
  await button(other, "Sign in").click();
  await button(other, "Sign out").waitFor();
  // As if the user went back to it.
  await first.page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await first.page.getByText(second.email).waitFor();
  await Promise.all([first.context.close(), second.context.close()]);
  assert.deepEqual(takeComplaints(), []);
});

test("each page is accessible, in light and in dark", async () => {
  const context = await visitor();
  const page = await openWindow(context, "/sign-in");
  const check = async (path: string) => {
    await page.goto(path);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await assertAccessible(page, `${path}, ${colorScheme}`);
    }
  };
  await check("/sign-in");
  await check("/sign-up");
  await context.close();
  const user = await newUser(browser, servers);
  await user.page.goto("/profile");
  await assertAccessible(user.page, "/profile");
  await user.context.close();
  assert.deepEqual(takeComplaints(), []);
});
