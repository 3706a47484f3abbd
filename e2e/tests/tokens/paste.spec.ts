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

test("a rewritten signature is said, before and after its token is opened", async ({
  page,
  authority,
  registry,
}) => {
  const value = await authority.issue(await registry.addService());
  const { jti } = decodeJwt(value);
  const last = value.at(-2) === "A" ? "B" : "A";
  const rewritten = `${value.slice(0, -2)}${last}${value.at(-1)}`;
  await page.goto("/");
  const sent = recordRequests(page);
  const palette = new CommandPalette(page);
  await palette.open();
  await palette.field.fill(rewritten);
  await expect(palette.dialog).toContainText("the signature differs from the one on record");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`/tokens/${jti}?pasted=differs`);
  await expect(
    page.getByRole("status").filter({ hasText: "The signature of what you pasted differs" }),
  ).toBeVisible();
  expect((await Promise.all(sent)).join("\n").includes(rewritten.slice(-24))).toBe(false);
});

test("a scanner's findings, a log line, a hash and a jti lead to their token from the search of any list", async ({
  page,
  authority,
  registry,
}) => {
  const value = await authority.issue(await registry.addService());
  const opaque = await authority.issue(await registry.addService({ tokenFormat: "opaque" }));
  const id = String(decodeJwt(value).jti);
  const hash = createHash("sha256").update(value).digest("hex");
  const field = page.getByRole("combobox", { name: "Filters as text" });
  const pasteInto = async (path: string, text: string) => {
    await page.goto(path);
    await field.fill(text);
    await field.press("Enter");
  };
  const sent = recordRequests(page);
  await pasteInto(
    "/users",
    JSON.stringify([{ token: value, type: "jwt", url: "https://git.example/a/b#L7" }]),
  );
  await expect(page).toHaveURL(`/tokens/${id}`);
  await pasteInto("/audit/acts", `10:02:11 GET /invoices authorization="Bearer ${value}" 200 12ms`);
  await expect(page).toHaveURL(`/tokens/${id}`);
  await pasteInto("/audit", hash);
  await expect(page).toHaveURL(`/tokens/${id}`);
  await pasteInto("/orders", id);
  await expect(page).toHaveURL(`/tokens/${id}`);
  await pasteInto("/clients", opaque);
  await expect(page).toHaveURL(/\/tokens\/[0-9a-f-]{36}$/);
  await pasteInto("/groups", opaque.slice(0, -4));
  await expect(
    page.getByRole("alert").filter({ hasText: "cut, mistyped, or was issued by somebody else" }),
  ).toBeVisible();
  await pasteInto("/verifiers", registry.verifier.secret);
  await expect(page.getByRole("alert").filter({ hasText: "That is a secret, not a token" })).toBeVisible();

  await page.goto("/tokens");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("menuitem", { name: "User", exact: true }).click();
  const editor = page.getByRole("dialog").filter({ has: page.getByRole("button", { name: "Apply" }) });
  await editor.getByRole("combobox", { name: "User" }).fill(value);
  await expect(page, "the editor of a chip takes it for what it is").toHaveURL(`/tokens/${id}`);

  const palette = new CommandPalette(page);
  await palette.open();
  await palette.field.evaluate((field, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", text);
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, `${value}\n${opaque}`);
  await expect(palette.line(/^Open token/)).toHaveCount(2);

  const everything = (await Promise.all(sent)).join("\n");
  for (const part of [
    value.slice(-24),
    opaque.slice(4, 28),
    opaque.slice(-24),
    registry.verifier.secret.slice(4),
  ])
    expect(everything.includes(part), "a request carries a value").toBe(false);
});
