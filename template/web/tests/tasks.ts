// What the tests do with tasks.
import type { Locator, Page } from "playwright-core";
import { button } from "./browser.ts";

export const checkbox = (page: Page, name: string) => page.getByRole("checkbox", { name, exact: true });

export const newTask = (page: Page) => page.getByRole("textbox", { name: "New task" });

export const unavailable = (page: Page) => page.getByRole("alert").filter({ hasText: /not available|cannot be reached/ });

export async function addTask(page: Page, title: string): Promise<void> {
  await newTask(page).fill(title);
  await button(page, "Add").click();
  await checkbox(page, title).waitFor();
}

/** Opens the dialog of a task. */
export async function edit(page: Page, title: string): Promise<Locator> {
  await button(page, `Edit ${title}`).click();
  return page.getByRole("dialog", { name: "Edit task" });
}
