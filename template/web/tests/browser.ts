// Chromium, as people use it: each user has a profile of their own, with one window or more.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import type { Servers } from "./servers.ts";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Debian's Chromium, or the one that CHROMIUM names. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** A user's window. What the browser complains about fails the test in `close`. */
export async function openWindow(context: BrowserContext, path = "/"): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(path);
  return page;
}

const complaints: string[] = [];

/** What the browser complained about since the last call. */
export const takeComplaints = () => complaints.splice(0);

/** A browser of its own, at an address of its own: Better Auth counts attempts to sign in by address. */
export async function newContext(browser: Browser, { web }: Servers): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: web });
  const address = `10.${(contexts += 1)}.0.1`;
  await context.route("**/api/auth/sign-*/**", (route, request) => route.continue({ headers: { ...request.headers(), "x-forwarded-for": address } }));
  return context;
}

let contexts = 0;

export async function newUser(browser: Browser, servers: Servers): Promise<{ context: BrowserContext; page: Page; email: string }> {
  const context = await newContext(browser, servers);
  const page = await openWindow(context, "/sign-up");
  const email = `user-${crypto.randomUUID()}@example.test`;
  await page.getByLabel("Name").fill("Zoë");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await button(page, "Sign up").click();
  await button(page, "Sign out").waitFor();
  return { context, page, email };
}

export const PASSWORD = "correct horse battery staple";

export const button = (page: Page | Locator, name: string) => page.getByRole("button", { name, exact: true });
export const heading = (page: Page, name: string) => page.getByRole("heading", { name, exact: true });

/** No rule of WCAG 2.2, level A or AA, that a program can check is broken. */
export async function assertAccessible(page: Page, what: string): Promise<void> {
  await page.evaluate(axe);
  const violations = await page.evaluate(async () => {
    const runOnly = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run({ runOnly });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
  assert.deepEqual(violations, [], what);
}

interface Axe {
  run(options: { runOnly: string[] }): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
}
