import type { Locator, Page } from "@playwright/test";

/** A person's own page at the authority. */
export class AccountPage {
  readonly #page: Page;
  readonly #url: string;
  readonly notice: Locator;
  readonly entries: Locator;

  constructor(page: Page, authorityUrl: string) {
    this.#page = page;
    this.#url = `${authorityUrl}/account`;
    this.notice = page.getByRole("status").filter({ hasText: /./ });
    this.entries = page.getByRole("listitem");
  }

  async open(): Promise<void> {
    await this.#page.goto(this.#url);
  }

  entry(text: string): Locator {
    return this.entries.filter({ hasText: text });
  }

  async withdraw(application: string): Promise<void> {
    await this.#page.getByRole("link", { name: `Withdraw access of ${application}` }).click();
    await this.#page.getByRole("button", { name: "Withdraw access" }).click();
  }

  async endOthers(): Promise<void> {
    await this.#page.getByRole("button", { name: /^End (?:the other one|all \d+ others)$/ }).click();
  }

  async logOutEverywhere(): Promise<void> {
    await this.#page.getByRole("link", { name: "Log out everywhere" }).click();
    await this.#page.getByRole("button", { name: "Log out everywhere" }).click();
  }
}
