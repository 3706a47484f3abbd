import type { Locator, Page } from "@playwright/test";
import { untilTakesKeys } from "./alive.ts";

/** The Tokens table. */
export class TokensPage {
  readonly #page: Page;
  readonly list: Locator;
  readonly rows: Locator;
  readonly query: Locator;
  readonly chips: Locator;
  readonly total: Locator;
  readonly nothing: Locator;
  readonly drawer: Locator;
  readonly older: Locator;
  readonly newer: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.list = page.getByRole("region", { name: "List of tokens" });
    this.rows = this.list.locator("tbody tr");
    this.query = page.getByRole("combobox", { name: "Filters as text" });
    this.chips = page
      .getByRole("list", { name: "Filters" })
      .getByRole("listitem")
      .filter({ hasNotText: "Clear all" });
    this.total = page.getByRole("main").locator("p[aria-live]");
    this.nothing = page.getByRole("main").getByText("No tokens match");
    this.drawer = page.getByRole("complementary", { name: "Open token" });
    this.older = page.getByRole("button", { name: "Older" });
    this.newer = page.getByRole("button", { name: "Newer" });
  }

  async open(query: Record<string, string> = {}): Promise<void> {
    const text = new URLSearchParams(query).toString();
    await this.#page.goto(text === "" ? "/tokens" : `/tokens?${text}`);
    await untilTakesKeys(this.query);
  }

  /** Loads the page again, as it is, until it takes keys. */
  async reload(): Promise<void> {
    await this.#page.reload();
    await untilTakesKeys(this.query);
  }

  row(id: string): Locator {
    return this.list.locator(`tr[id="row-${id}"]`);
  }

  /** Ids of the rows that are shown, from the top. */
  async ids(): Promise<string[]> {
    return this.rows.evaluateAll((rows) => rows.map((row) => row.id.replace("row-", "")));
  }

  cursor(): Locator {
    return this.list.locator("tr[data-cursor]");
  }

  async type(query: string): Promise<void> {
    await this.query.fill(query);
    await this.query.press("Enter");
  }

  /** Adds a filter of a closed list of values by pointing. */
  async addChoice(filter: string, value: string): Promise<void> {
    await this.#page.getByRole("button", { name: "Filter", exact: true }).click();
    await this.#page.getByRole("menuitem", { name: filter, exact: true }).click();
    const editor = this.#page.getByRole("dialog");
    await editor.getByRole("checkbox", { name: value, exact: true }).check();
    await editor.getByRole("button", { name: "Apply" }).click();
  }

  async removeChip(filter: string): Promise<void> {
    await this.#page.getByRole("button", { name: `Remove the filter ${filter}` }).click();
  }

  async sortBy(column: string): Promise<void> {
    await this.list.getByRole("columnheader", { name: column }).getByRole("button", { name: column }).click();
  }

  sortOf(column: string): Promise<string | null> {
    return this.list.getByRole("columnheader", { name: column }).getAttribute("aria-sort");
  }
}
