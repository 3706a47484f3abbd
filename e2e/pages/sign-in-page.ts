import type { Locator, Page } from "@playwright/test";
import { untilAlive } from "./alive.ts";

/** The console's sign-in: e-mail and password, then the code. */
export class SignInPage {
  readonly #page: Page;
  readonly email: Locator;
  readonly password: Locator;
  readonly code: Locator;
  readonly alert: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.email = page.getByLabel("E-mail");
    this.password = page.locator('input[name="password"]');
    this.code = page.getByLabel("Six-digit code");
    this.alert = page.getByRole("alert").filter({ hasText: /./ });
  }

  async open(query = ""): Promise<void> {
    await this.#page.goto(`/sign-in${query}`);
    await untilAlive(this.#page);
  }

  /** Fills in all three and sends them. */
  async enter({ email, password, code }: { email: string; password: string; code: string }): Promise<void> {
    await this.email.fill(email);
    await this.password.fill(password);
    await this.#page.getByRole("button", { name: "Continue" }).click();
    await this.sendCode(code);
  }

  async sendCode(code: string): Promise<void> {
    await this.code.fill(code);
    await this.#page.getByRole("button", { name: "Sign in", exact: true }).click();
  }
}
