import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { expect, test } from "../../fixtures/test.ts";

/** Pastes where the focus is, as a person does: typing thousands of lines would take a browser a minute. */
function paste(page: Page, text: string): Promise<void> {
  return page.evaluate((pasted) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", pasted);
    const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
    document.activeElement?.dispatchEvent(event);
  }, text);
}

test("a paste without a token, of somebody else's, and of thousands is answered clearly", async ({
  page,
  authority,
  registry,
  ownerApi,
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
  const counts = page.getByRole("status").filter({ hasText: "Not on record" });
  await expect(counts).toContainText("2,400");
  await expect(counts).toContainText("Ours and live");
  expect(asked).toEqual([1_000, 1_000, 401]);
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue(
    `Leaked token of ${client.clientId}`,
  );

  // a case is open on it: what leaked beside it, in a header of Basic, goes into the same one
  const other = await authority.issue(client);
  const { number } = await ownerApi.make<{ number: number }>("/api/v1/incidents", {
    title: `Gist ${registry.mark}`,
    tokenIds: [String(decodeJwt(ours).jti)],
  });
  await page.getByRole("button", { name: "Paste something else" }).click();
  await expect(field).toBeVisible();
  await field.focus();
  await paste(page, `${ours}\nAuthorization: Basic ${btoa(`git:${other}`)}`);
  await page.getByRole("button", { name: `Add the other token to case ${number}` }).click();
  await expect(page).toHaveURL(RegExp(`/incidents/${number}$`));
  await expect(page.getByText("2 named")).toBeVisible();
});
