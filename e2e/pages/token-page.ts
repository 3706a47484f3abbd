import type { Locator, Page } from "@playwright/test";
import { RevokeDialog } from "./revoke-dialog.ts";

type Target = "This token…" | "Its family…" | "Its session…" | "All of this user…" | "All of this client…";

/** One token: anatomy, standing, lineage, timeline. */
export class TokenPage {
  readonly #page: Page;
  readonly heading: Locator;
  readonly header: Locator;
  readonly payload: Locator;
  readonly signature: Locator;
  readonly timeline: Locator;
  readonly lineage: Locator;
  readonly main: Locator;
  readonly revokeMenu: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.heading = page.getByRole("heading", { level: 1 });
    this.header = page.getByRole("region", { name: "Header", exact: true });
    this.payload = page.getByRole("region", { name: "Payload", exact: true });
    this.signature = page.getByRole("region", { name: "Signature", exact: true });
    this.timeline = page.getByRole("region", { name: "Timeline" });
    this.lineage = page.getByRole("region", { name: "Family of this token" });
    this.main = page.getByRole("main");
    this.revokeMenu = page.getByRole("button", { name: /^Revoke/ });
  }

  async open(id: string): Promise<void> {
    await this.#page.goto(`/tokens/${id}`);
  }

  /** One line of "Standing", such as State, Reason or By. */
  standing(key: string): Locator {
    return this.main
      .locator("dt", { hasText: new RegExp(`^${key}$`) })
      .locator("xpath=following-sibling::dd[1]");
  }

  async startRevoking(target: Target): Promise<RevokeDialog> {
    await this.revokeMenu.click();
    await this.#page.getByRole("menuitem", { name: target }).click();
    return new RevokeDialog(this.#page);
  }
}
