import type { Locator, Page } from "@playwright/test";
import { untilAlive } from "./alive.ts";

/** What a one-time link opens: who one is, a password, and a second factor. */
export class EnrolmentPage {
  readonly #page: Page;
  readonly name: Locator;
  readonly email: Locator;
  readonly password: Locator;
  readonly qrCode: Locator;
  readonly code: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.name = page.getByLabel("Your name");
    this.email = page.getByLabel("E-mail");
    this.password = page.locator('input[name="password"]');
    this.qrCode = page.getByRole("img", { name: "QR code for the authenticator app" });
    this.code = page.getByLabel("Six-digit code");
  }

  async open(link: string): Promise<void> {
    await this.#page.goto(link);
    await untilAlive(this.#page);
  }

  async continue(): Promise<void> {
    await this.#page.getByRole("button", { name: "Continue" }).click();
  }

  /** The key under the picture, for people who cannot scan it. */
  async readKey(): Promise<string> {
    const form = this.#page.getByRole("form", { name: "Second factor" });
    return ((await form.locator("code").textContent()) ?? "").replaceAll(/\s/g, "");
  }

  async finish(code: string, button: "Create the owner" | "Join"): Promise<void> {
    await this.code.fill(code);
    await this.#page.getByRole("button", { name: button }).click();
  }
}
