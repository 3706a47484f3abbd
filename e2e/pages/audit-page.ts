import type { Locator, Page } from "@playwright/test";
import { untilTakenOver } from "./alive.ts";

/** The two logs: uses of tokens, and acts of admins. */
export class AuditPage {
  readonly #page: Page;
  readonly uses: Locator;
  readonly acts: Locator;
  readonly drawer: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.uses = page.getByRole("region", { name: "List of uses" }).locator("tbody tr");
    this.acts = page.getByRole("region", { name: "List of acts" }).locator("tbody tr");
    this.drawer = page.getByRole("complementary");
  }

  /** Opens what is folded between the chart and the rows. */
  async unfold(name: "Counts by value" | "Places and endpoints"): Promise<void> {
    const toggle = this.#page.getByRole("button", { name });
    await untilTakenOver(this.#page);
    if ((await toggle.getAttribute("aria-expanded")) === "false") await toggle.click();
  }

  async openUses(query: Record<string, string>): Promise<void> {
    await this.#page.goto(`/audit?${new URLSearchParams(query)}`);
  }

  async openActs(query: Record<string, string>): Promise<void> {
    await this.#page.goto(`/audit/acts?${new URLSearchParams(query)}`);
  }
}
