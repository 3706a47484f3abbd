import type { Locator, Page } from "@playwright/test";

/** What people see of the authority: its login and its consent. */
export class AuthorityPages {
  readonly #page: Page;
  readonly consent: Locator;
  readonly permissions: Locator;
  readonly alert: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.consent = page.getByRole("heading", { name: /asks for access$/ });
    this.permissions = page.getByRole("listitem");
    this.alert = page.getByRole("alert");
  }

  async signIn(email: string, password: string): Promise<void> {
    await this.#page.getByLabel("E-mail address").fill(email);
    await this.#page.getByLabel("Password").fill(password);
    await this.#page.getByRole("button", { name: "Sign in" }).click();
  }

  async allow(): Promise<void> {
    await this.#page.getByRole("button", { name: "Allow" }).click();
  }

  /** Types what a device shows, and says that it is theirs. */
  async connectDevice(address: string, code: string): Promise<void> {
    await this.#page.goto(address);
    await this.#page.getByLabel("Code").fill(code);
    await this.#page.getByRole("button", { name: "Go on" }).click();
    await this.#page.getByRole("button", { name: "Yes, it is mine" }).click();
  }
}
