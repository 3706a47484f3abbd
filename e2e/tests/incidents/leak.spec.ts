import { readFile } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { expect, test } from "../../fixtures/test.ts";
import { RevokeDialog } from "../../pages/revoke-dialog.ts";

/** From the pasted token to the evidence pack, the way there included. */
const CLICKS_MAX = 12;

/** Pastes where the focus is, as a person does: typing thousands of lines would take a browser a minute. */
function paste(page: Page, text: string): Promise<void> {
  return page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", pasted);
    const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(event);
  }, text);
}

test("a leaked token goes from the paste to the evidence pack in few clicks; the attacker is refused, and that is in the pack", async ({
  page,
  authority,
  registry,
  ownerApi,
}) => {
  const client = await registry.addService();
  const leaked = await authority.issue(client);
  const id = String(decodeJwt(leaked).jti);
  const attack = () => authority.verify(leaked, registry.verifier, `/stolen/${registry.mark}`);
  expect((await attack()).status).toBe(200);
  const sent: string[] = [];
  page.on("request", (request) => sent.push(`${request.url()}\n${request.postData() ?? ""}`));
  let clicks = 0;
  const click = async (what: Locator) => {
    clicks += 1;
    await what.click();
  };

  await page.goto("/");
  await click(page.getByRole("navigation", { name: "Console" }).getByRole("link", { name: "Leak desk" }));
  const field = page.getByRole("textbox", { name: "What leaked" });
  await expect(field).toBeFocused();
  await paste(page, `Found in a gist:\nAuthorization: Bearer ${leaked}`);
  await expect(page.getByRole("status").filter({ hasText: "Ours and live" })).toBeVisible();
  await click(page.getByRole("button", { name: "Open a case" }));
  await expect(page).toHaveURL(/\/incidents\/\d+$/);
  const number = Number(page.url().split("/").at(-1));
  const step = (name: string) => page.getByRole("region", { name, exact: true });
  await expect(step("Identify")).toContainText("Done by");
  await expect(step("Blast radius")).toContainText(registry.audience.name);
  await expect(step("Blast radius")).toContainText(registry.verifier.name);
  await click(page.getByRole("button", { name: "Mark done: Blast radius" }));

  await click(page.getByRole("button", { name: "The token…" }));
  const dialog = new RevokeDialog(page);
  await expect(dialog.dialog).toContainText("1 token stops working");
  await click(dialog.confirm);
  await expect(dialog.outcome).toContainText("1 live token stopped working");
  await page.keyboard.press("Escape");
  await expect(page.getByText("Contained", { exact: true }).first()).toBeVisible();
  await expect(step("Contain")).toContainText("Done by");

  expect(await authority.introspect(leaked, registry.verifier)).toEqual({ active: false });
  for (let call = 0; call < 3; call += 1) expect((await attack()).status).toBe(401);
  await expect(step("Audit").getByRole("button", { name: /Refused after/ })).toHaveText(/[34]/);
  await expect(step("Audit")).toContainText(`/stolen/${registry.mark}`);
  await click(page.getByRole("button", { name: "Mark done: Audit" }));
  await expect(step("Audit")).toContainText("Done by");

  const download = page.waitForEvent("download");
  await click(page.getByRole("link", { name: "Evidence pack", exact: true }));
  const pack = await readFile(await (await download).path(), "utf8");
  expect(clicks).toBeLessThanOrEqual(CLICKS_MAX);
  expect(pack).toContain(id);
  expect(pack).toContain(`/stolen/${registry.mark}`);
  expect(pack).toContain("The token is revoked");
  expect(pack).not.toContain(leaked);
  expect(sent.join("\n"), "what left the browser").not.toContain(leaked.slice(-40));
  const { rows } = await ownerApi.read<{ rows: { act: string }[] }>(
    `/api/v1/audit-entries?target=incident&q=${encodeURIComponent(`#${number} `)}`,
  );
  expect(rows.map(({ act }) => act)).toContain("incident.evidence_exported");
});

test("a paste without a token, of somebody else's, and of thousands is answered clearly", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const ours = await authority.issue(client);
  await page.goto("/leak-desk");
  const field = page.getByRole("textbox", { name: "What leaked" });
  await field.fill("no token in here");
  await page.getByRole("button", { name: "Look up" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "No token stands in that" })).toBeVisible();
  await expect(field).toHaveValue("");

  const foreign = Array.from({ length: 2_400 }, () => crypto.randomUUID());
  const asked: number[] = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/api/v1/leak-desk"))
      asked.push((request.postDataJSON() as { values: unknown[] }).values.length);
  });
  await field.focus();
  await paste(page, [...foreign, ours].join("\n"));
  const counts = page.getByRole("status").filter({ hasText: "Not ours" });
  await expect(counts).toContainText("2,400");
  await expect(counts).toContainText("Ours and live");
  expect(asked).toEqual([1_000, 1_000, 401]);
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue(
    `Leaked token of ${client.clientId}`,
  );
});
