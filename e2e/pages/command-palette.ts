import type { Locator, Page } from "@playwright/test";

/** ⌘K. */
export class CommandPalette {
  readonly #page: Page;
  readonly dialog: Locator;
  readonly field: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.dialog = page.getByRole("dialog", { name: "Find, go to, or paste a token" });
    this.field = this.dialog.getByRole("textbox");
  }

  async open(): Promise<void> {
    await this.#page.getByRole("button", { name: "Find, go to, or paste a token" }).click();
  }

  line(name: string | RegExp): Locator {
    return this.dialog.getByRole("button", { name });
  }
}
