import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { expect, test } from "../../fixtures/test.ts";
import { CommandPalette } from "../../pages/command-palette.ts";
import { TokenPage } from "../../pages/token-page.ts";
import { TokensPage } from "../../pages/tokens-page.ts";

/** Everything that leaves the browser: addresses, headers and bodies. */
function recordRequests(page: Page): Promise<string>[] {
  const sent: Promise<string>[] = [];
  page.on("request", (request) => {
    const parts = [request.url(), request.postData() ?? ""];
    sent.push(
      request.allHeaders().then(
        (headers) => [...parts, JSON.stringify(headers)].join("\n"),
        () => parts.join("\n"),
      ),
    );
  });
  return sent;
}

for (const tokenFormat of ["jwt", "opaque"] as const) {
  test(`a pasted ${tokenFormat} token is recognised in the browser, and no request carries its value`, async ({
    page,
    authority,
    registry,
    ownerApi,
  }) => {
    const client = await registry.addService({ tokenFormat });
    const value = await authority.issue(client);
    const hash = createHash("sha256").update(value).digest("hex");
    const { rows } = await ownerApi.read<{ rows: { id: string }[] }>(
      `/api/v1/tokens?client=${client.clientId}`,
    );
    const id = rows[0]?.id ?? "";
    await page.goto("/");
    const sent = recordRequests(page);

    const palette = new CommandPalette(page);
    await palette.open();
    await palette.field.fill(`Authorization: Bearer ${value}`);
    await expect(palette.dialog).toContainText("recognised by its id");
    await page.keyboard.press("Enter");
    const tokenPage = new TokenPage(page);
    await expect(page).toHaveURL(`/tokens/${id}`);
    await expect(tokenPage.main).toContainText(client.clientId);

    const tokens = new TokensPage(page);
    await tokens.open();
    await tokens.query.fill(value);
    await expect(page.getByText("its value stays here")).toBeVisible();
    await tokens.query.press("Enter");
    await expect(page).toHaveURL(`/tokens/${id}`);
    await page.goto(`/tokens/${hash}`);
    await expect(page, "its hash finds it too").toHaveURL(`/tokens/${id}`);

    const everything = (await Promise.all(sent)).join("\n");
    expect(everything).toContain(id);
    for (const part of [value, encodeURIComponent(value), value.slice(-24)])
      expect(everything.includes(part), "a request carries the token").toBe(false);
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]),
    );
    expect(kept.includes(value), "the browser keeps the token").toBe(false);
  });
}

test("a token that is not ours says so and is not sent anywhere", async ({ page }) => {
  const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString("base64url");
  const foreign = `${part({ alg: "ES256", typ: "JWT" })}.${part({ iss: "https://elsewhere.example" })}.c2lnbmF0dXJl`;
  expect(decodeJwt(foreign).iss).toBe("https://elsewhere.example");
  await page.goto("/");
  const sent = recordRequests(page);
  const palette = new CommandPalette(page);
  await palette.open();
  await palette.field.fill(foreign);
  await expect(palette.dialog).toContainText("This token carries no id of ours");
  await page.keyboard.press("Escape");
  await expect(palette.dialog).toHaveCount(0);
  expect((await Promise.all(sent)).join("\n").includes(foreign)).toBe(false);
});
