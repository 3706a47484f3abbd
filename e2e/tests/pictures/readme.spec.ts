import { mkdirSync } from "node:fs";
import path from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../../fixtures/test.ts";
import { TokenPage } from "../../pages/token-page.ts";
import { TokensPage } from "../../pages/tokens-page.ts";

const PICTURES = path.resolve(import.meta.dirname, "../../../docs/pictures");
const ENOUGH_TOKENS = 150;

test.skip(process.env.UPDATE_PICTURES !== "1", "with UPDATE_PICTURES=1, on the sample organisation");
test.use({ viewport: { width: 1440, height: 900 } });

async function take(page: Page, name: string): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  await expect(page.getByText(/^Loading/)).toHaveCount(0);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: path.join(PICTURES, `${name}.png`), animations: "disabled", caret: "hide" });
}

test("takes the pictures of the README", async ({ page, ownerApi }) => {
  test.setTimeout(300_000);
  const list = async (query: string) =>
    ownerApi.read<{ rows: { id: string }[]; total: { value: number } }>(`/api/v1/tokens?${query}`);
  await expect
    .poll(async () => (await list("")).total.value, { message: "the sample is at work", timeout: 240_000 })
    .toBeGreaterThan(ENOUGH_TOKENS);
  const [used] = (await list("kind=access&format=jwt&state=active&group=Finance&lastUsed=within:15m")).rows;
  if (!used) throw new Error("there is no token to take a picture of");
  await ownerApi.make(`/api/v1/tokens/${used.id}/revoke`, {
    reason: "token_leaked",
    note: "found in a public repository",
  });

  const tokens = new TokensPage(page);
  await tokens.open();
  await expect(tokens.rows.first()).toBeVisible();
  await take(page, "tokens-light");
  await page.emulateMedia({ colorScheme: "dark" });
  await take(page, "tokens-dark");
  await page.emulateMedia({ colorScheme: "light" });

  const tokenPage = new TokenPage(page);
  await tokenPage.open(used.id);
  await expect(tokenPage.signature).toBeVisible();
  await take(page, "token-light");

  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await take(page, "overview-light");
});
