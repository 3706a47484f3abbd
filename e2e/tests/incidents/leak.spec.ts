import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { issueLongAgo } from "../../fixtures/old-tokens.ts";
import { OWNER_STATE } from "../../fixtures/product.ts";
import { expect, test } from "../../fixtures/test.ts";
import { untilTakenOver } from "../../pages/alive.ts";

// the request that is broken on purpose
test.use({ expectedNoise: /net::ERR_FAILED/ });

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
  product,
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
  await expect(page.getByRole("heading", { name: "All 2,401 lines of the paste" })).toBeVisible();
  expect(asked).toEqual([1_000, 1_000, 401]);
  await expect(page.getByRole("textbox", { name: "Title" })).toHaveValue(
    `Leaked token of ${client.clientId}`,
  );

  // thousands of ours, whose second request breaks: pressing again goes on with the same case
  const many = await issueLongAgo(product, { clientId: client.id, weeks: 0, count: 5_100 });
  await page.getByRole("button", { name: "Paste something else" }).click();
  await field.focus();
  await paste(page, many.map(({ id }) => id).join("\n"));
  await expect(page.getByRole("status").filter({ hasText: "Ours and live" })).toContainText("5,100");
  await page.route("**/api/v1/incidents/*/subjects", (route) => route.abort(), { times: 1 });
  await page.getByRole("button", { name: "Open a case" }).click();
  const stopped = page
    .getByRole("alert")
    .filter({ hasText: /is open with 5,000 of 5,100 of what was found/ });
  await expect(stopped).toBeVisible();
  const number = /Case (\d+)/.exec((await stopped.textContent()) ?? "")?.[1];
  await page.getByRole("button", { name: `Add the rest to case ${number}` }).click();
  await expect(page).toHaveURL(`/incidents/${number}`);
  await expect(page.getByText("5,100 active").first()).toBeVisible();

  // a case is open on it: what leaked beside it, in a header of Basic, goes into the same one
  const other = await authority.issue(client);
  const gist = await ownerApi.make<{ number: number }>("/api/v1/incidents", {
    title: `Gist ${registry.mark}`,
    tokenIds: [String(decodeJwt(ours).jti)],
  });
  await page.goto("/leak-desk");
  await field.focus();
  await paste(page, `${ours}\nAuthorization: Basic ${btoa(`git:${other}`)}`);
  await page.getByRole("button", { name: `Add the other token to case ${gist.number}` }).click();
  await expect(page).toHaveURL(RegExp(`/incidents/${gist.number}$`));
  await expect(page.getByText("2 named")).toBeVisible();

  // a note that holds a token is refused, with one reason
  await page.getByRole("textbox", { name: "Note" }).fill(`It was ${ours}`);
  await page.getByRole("button", { name: "Add note" }).click();
  await expect(page.getByText("Looks like a token or a secret")).toHaveCount(1);
  await expect(page.getByText("A token seems to stand in it")).toHaveCount(0);

  // its client's secret: whose it is, and a case that is open for as long as it works
  await page.goto("/leak-desk");
  await field.focus();
  await paste(page, `CLIENT_SECRET=${client.secret}`);
  const table = page.getByRole("region", { name: "What was recognised" });
  await expect(table.getByRole("link", { name: client.clientId })).toHaveAttribute(
    "href",
    `/clients/${client.id}`,
  );
  await page.getByRole("button", { name: "Open a case" }).click();
  await expect(page.getByText(`The leaked secret of ${client.clientId} still works`)).toBeVisible();

  // a secret of this product, by its hash: what it is, that it works, and where it is ended
  const { verifier } = registry;
  await page.goto("/leak-desk");
  await field.focus();
  await paste(page, createHash("sha256").update(verifier.secret).digest("hex"));
  const own = page
    .getByRole("alert")
    .filter({ hasText: RegExp(`A secret of the verifier ${verifier.name} .*works`) });
  await expect(own.getByRole("link", { name: "End it on its page" })).toHaveAttribute(
    "href",
    `/verifiers/${verifier.id}`,
  );
  await expect(page.getByText("Ours and live")).toBeVisible();
  await expect(page.getByText("there is nothing to contain")).toHaveCount(0);
});

test("two who are at one case see each other's notes, ticks and orders as they come, and lose nothing that they had begun", async ({
  page,
  browser,
  product,
  authority,
  registry,
  ownerApi,
}) => {
  const token = await authority.issue(await registry.addService());
  const { number } = await ownerApi.make<{ number: number }>("/api/v1/incidents", {
    title: `Two at it ${registry.mark}`,
    tokenIds: [decodeJwt(token).jti],
  });
  const theirs = await browser.newContext({ storageState: OWNER_STATE, baseURL: product.consoleUrl });
  const other = await theirs.newPage();
  for (const one of [page, other]) {
    await one.goto(`/incidents/${number}`);
    await untilTakenOver(one);
    await expect(one.getByRole("button", { name: /^live\./ }).first()).toBeVisible();
  }
  const noteOf = (one: Page) => one.getByRole("textbox", { name: "Note", exact: true });
  await noteOf(page).fill("half a thou");

  await noteOf(other).fill("It was pushed at nine.");
  await other.getByRole("button", { name: "Add note" }).click();
  await expect(page.getByText("It was pushed at nine."), "a note").toBeVisible();
  await other.getByRole("button", { name: "Mark done: Blast radius" }).click();
  await expect(page.getByRole("button", { name: "Reopen: Blast radius" }), "a tick").toBeVisible();
  await other.getByRole("button", { name: "Take back the token…" }).click();
  const dialog = other.getByRole("dialog");
  await dialog.getByRole("button", { name: /^Revoke / }).click();
  await expect(dialog.getByText(/stopped working/)).toBeVisible();
  await other.keyboard.press("Escape");
  await expect(page.getByText("Contained", { exact: true }), "an order").toBeVisible();

  await expect(noteOf(page), "what was begun stays").toHaveValue("half a thou");
  await page.reload();
  await expect(noteOf(page), "after a reload too").toHaveValue("half a thou");
  await noteOf(page).fill("half a thought more");
  await page.getByRole("button", { name: "Add note" }).click();
  await expect(other.getByText("half a thought more")).toBeVisible();
  await expect(noteOf(page)).toHaveValue("");
  await theirs.close();
});
