import type { Locator, Page } from "@playwright/test";
import { untilAlive } from "./alive.ts";

/** What all forms of the registry have: a name, fields, and a button that saves. */
class RegistryForm {
  readonly page: Page;
  readonly form: Locator;
  readonly alert: Locator;
  readonly #path: string;

  constructor(page: Page, path: string, name: string) {
    this.page = page;
    this.#path = path;
    this.form = page.getByRole("form", { name });
    this.alert = this.form.getByRole("alert");
  }

  async open(): Promise<void> {
    await this.page.goto(this.#path);
    await untilAlive(this.page);
  }

  field(name: string): Locator {
    return this.form.getByRole("textbox", { name, exact: true });
  }

  /** Chooses from a list that opens under its field. */
  async choose(name: string, ...options: string[]): Promise<void> {
    const list = this.form.getByRole("combobox", { name, exact: true });
    for (const option of options) {
      await list.fill(option);
      await this.page.getByRole("option", { name: option }).click();
    }
    await list.press("Escape");
  }

  async save(button: "Create" | "Register" | "Invite"): Promise<void> {
    await this.form.getByRole("button", { name: button, exact: true }).click();
  }

  /** The error text that stands at a field. */
  errorOf(field: Locator): Promise<string | null> {
    return field.evaluate((input) => {
      const ids = (input.getAttribute("aria-describedby") ?? "").split(/\s+/);
      const texts = ids
        .map((id) => document.getElementById(id))
        .filter((node) => node?.id.endsWith("-error"));
      return texts.map((node) => node?.textContent ?? "").join(" ") || null;
    });
  }

  /** The text of a secret that is shown this once. */
  async readSecret(name: string): Promise<string> {
    return (await this.page.getByRole("region", { name }).locator("code").textContent()) ?? "";
  }
}

export class AudienceForm extends RegistryForm {
  constructor(page: Page) {
    super(page, "/audiences/new", "Create an audience");
  }

  async addPermission(name: string, description: string): Promise<void> {
    const lines = this.form.getByRole("list", { name: "Permissions" }).getByRole("listitem");
    const isFree = (await lines.last().getByRole("textbox", { name: "Permission" }).inputValue()) === "";
    if (!isFree) await this.form.getByRole("button", { name: "Add a permission" }).click();
    await lines.last().getByRole("textbox", { name: "Permission" }).fill(name);
    await lines.last().getByRole("textbox", { name: "What it allows" }).fill(description);
  }
}

/** Forms that pick audiences and their permissions. */
class PickingForm extends RegistryForm {
  async pick(audience: string, ...permissions: string[]): Promise<void> {
    const item = this.form
      .getByRole("list", { name: "Audiences" })
      .getByRole("listitem")
      .filter({ has: this.page.getByRole("checkbox", { name: audience }) });
    await item.getByRole("checkbox", { name: audience }).check();
    for (const permission of permissions) await item.getByRole("checkbox", { name: permission }).check();
  }
}

export class GroupForm extends PickingForm {
  constructor(page: Page) {
    super(page, "/groups/new", "Create a group");
  }
}

export class ClientForm extends PickingForm {
  readonly lifetime: Locator;

  constructor(page: Page) {
    super(page, "/clients/new", "Register a client");
    this.lifetime = this.form.getByRole("textbox", { name: /^Access token.*, typed$/ });
  }

  async chooseKind(
    kind: "Service" | "Web application" | "Browser application" | "Native application" | "Device",
  ): Promise<void> {
    await this.form.getByRole("radio", { name: new RegExp(`^${kind}`) }).click();
  }

  /** Gives the client's access tokens a lifetime of their own. */
  async setOwnLifetime(unit: "seconds" | "minutes" | "hours" | "days", amount: string): Promise<void> {
    await this.lifetime.fill(`${amount} ${unit}`);
    await this.lifetime.blur();
  }
}

export class VerifierForm extends RegistryForm {
  constructor(page: Page) {
    super(page, "/verifiers/new", "Register a verifier");
  }
}

export class UserForm extends RegistryForm {
  readonly password: Locator;

  constructor(page: Page) {
    super(page, "/users/new", "Create a user");
    this.password = this.form.locator('input[autocomplete="new-password"]');
  }
}

export class AdminForm extends RegistryForm {
  constructor(page: Page) {
    super(page, "/admins/new", "Invite an admin");
  }
}
