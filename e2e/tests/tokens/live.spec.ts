import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { expect, test } from "../../fixtures/test.ts";
import { TokensPage } from "../../pages/tokens-page.ts";

const ISSUES = 9;
const SEEN_WITHIN_MS = 1_000;
/** A machine that is busy with something else gets so many tries. */
const ROUNDS = 3;

/** Notes, in the page itself, when each row was there: how often a test looks does not count as the product's time. */
async function watchRows(page: Page): Promise<(id: string) => Promise<number>> {
  await page.evaluate(() => {
    const seen = new Map<string, number>();
    Object.assign(window, { rowSeenAt: (id: string) => seen.get(id) });
    new MutationObserver(() => {
      for (const row of document.querySelectorAll("tr[id]"))
        if (!seen.has(row.id)) seen.set(row.id, Date.now());
    }).observe(document.body, { childList: true, subtree: true });
  });
  return async (id) => {
    const seen = await page.waitForFunction(
      (row) => (window as unknown as { rowSeenAt: (id: string) => number | undefined }).rowSeenAt(row),
      `row-${id}`,
      { polling: 50 },
    );
    return Number(await seen.jsonValue());
  };
}

test("a new token stands in the open table within a second of the token endpoint's answer", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  await authority.issue(client);
  const tokens = new TokensPage(page);
  await tokens.open({ client: client.clientId });
  await expect(tokens.rows).toHaveCount(1);
  await expect(page.getByRole("button", { name: /^live\./ }).first()).toBeVisible();
  const seenAt = await watchRows(page);
  const rounds: number[][] = [];
  const isSoon = (tookMs: number[]) =>
    // the worst of them belongs to the machine as much as to the product
    Number(tookMs[Math.floor(ISSUES / 2)]) <= SEEN_WITHIN_MS && Number(tookMs.at(-2)) <= SEEN_WITHIN_MS * 2;
  while (rounds.length < ROUNDS && !rounds.some(isSoon)) {
    const tookMs: number[] = [];
    for (let count = 0; count < ISSUES; count += 1) {
      const token = await authority.issue(client);
      const answeredAt = Date.now();
      tookMs.push((await seenAt(String(decodeJwt(token).jti))) - answeredAt);
    }
    rounds.push(tookMs.sort((one, other) => one - other));
  }
  expect(rounds.some(isSoon), `milliseconds, of ${ISSUES}: ${rounds.join("; ")}`).toBe(true);
});

test.describe("a live connection that is refused", () => {
  // the browser itself writes a line for each such answer, and for what it was asked while the network was gone
  test.use({
    expectedNoise: /the server responded with a status of (429|503)|net::ERR_INTERNET_DISCONNECTED/,
  });

  test("a live connection that was answered with errors is tried again, and what happened meanwhile is there with it", async ({
    page,
    authority,
    registry,
  }) => {
    const client = await registry.addService();
    await authority.issue(client);
    let asked = 0;
    let isRefused = true;
    await page.route("**/api/v1/live", (route) => {
      asked += 1;
      return isRefused ? route.fulfill({ status: 503, body: "not now" }) : route.continue();
    });
    const tokens = new TokensPage(page);
    await tokens.open({ client: client.clientId });
    await expect(tokens.rows).toHaveCount(1);
    await expect(page.getByRole("button", { name: /^not live\./ }).first()).toBeVisible();
    await expect.poll(() => asked, "it is tried again").toBeGreaterThan(1);
    await authority.issue(client);
    isRefused = false;
    const refused = asked;
    await expect(page.getByRole("button", { name: /^live\./ }).first()).toBeVisible();
    expect(asked).toBe(refused + 1);
    await expect(tokens.rows).toHaveCount(2);
  });

  test("a refused live connection waits its turn, and is tried at once when the network is back", async ({
    page,
    context,
  }) => {
    const askedAt: number[] = [];
    let isRefused = true;
    await page.route("**/api/v1/live", (route) => {
      askedAt.push(Date.now());
      return isRefused ? route.fulfill({ status: 429, body: "too many" }) : route.continue();
    });
    await new TokensPage(page).open();
    await expect.poll(() => askedAt.length, { intervals: [20] }).toBe(3);
    expect(Number(askedAt[1]) - Number(askedAt[0]), "milliseconds between the first two").toBeGreaterThan(
      500,
    );
    // the fourth would wait two seconds at least
    isRefused = false;
    const backAt = Date.now();
    await context.setOffline(true);
    await context.setOffline(false);
    await expect.poll(() => askedAt.length, { intervals: [20] }).toBe(4);
    expect(Number(askedAt[3]) - backAt, "milliseconds after the network is back").toBeLessThan(1_800);
    await expect(page.getByRole("button", { name: /^live\./ }).first()).toBeVisible();
  });
});
