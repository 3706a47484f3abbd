import type { Locator, Page } from "@playwright/test";

/** The dialog that says what a revocation will end, asks why, and tells what it did. */
export class RevokeDialog {
  readonly dialog: Locator;
  readonly outcome: Locator;
  readonly confirm: Locator;

  constructor(page: Page) {
    this.dialog = page.getByRole("dialog");
    this.outcome = this.dialog.getByRole("status").filter({ hasText: "Revoked." });
    this.confirm = this.dialog.getByRole("button", { name: /^(?:Revoke|Suspend|Schedule:) / });
  }

  /** One of the terms above the plan: "What", "When", "Until", "Whose tokens". */
  async choose(term: string, choice: string): Promise<void> {
    await this.dialog.getByRole("radiogroup", { name: term }).getByText(choice, { exact: true }).click();
  }

  /** Gives a reason and a note, and goes through with it. */
  async revoke(reason: string, note: string): Promise<void> {
    await this.dialog.getByRole("combobox", { name: "Reason" }).selectOption({ label: reason });
    await this.dialog.getByRole("textbox", { name: "Note" }).fill(note);
    await this.confirm.click();
  }

  async close(): Promise<void> {
    await this.dialog
      .locator("footer, div")
      .getByRole("button", { name: "Close", exact: true })
      .last()
      .click();
  }
}
