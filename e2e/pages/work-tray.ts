import type { Locator, Page } from "@playwright/test";

/** Long work, in the top bar. */
export class WorkTray {
  readonly button: Locator;
  readonly tray: Locator;
  readonly items: Locator;

  constructor(page: Page) {
    this.button = page.getByRole("button", { name: /^Work, / });
    this.tray = page.getByRole("dialog", { name: "Long work" });
    this.items = this.tray.getByRole("listitem");
  }

  item(title: string | RegExp): Locator {
    return this.items.filter({ hasText: title });
  }
}
