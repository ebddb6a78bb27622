// What the tests do with tasks.
import type { Locator, Page } from "playwright-core";
import { button } from "./browser.ts";

export const checkbox = (page: Page, name: string) => page.getByRole("checkbox", { name, exact: true });

export async function addTask(page: Page, title: string): Promise<void> {
  await page.getByRole("textbox", { name: "New task" }).fill(title);
  await button(page, "Add").click();
  await checkbox(page, title).waitFor();
}

/** Opens the dialog of a task. */
export async function edit(page: Page, title: string): Promise<Locator> {
  await button(page, `Edit ${title}`).click();
  return page.getByRole("dialog", { name: "Edit task" });
}
