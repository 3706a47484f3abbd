import type { Page } from "@playwright/test";
import { decodeJwt } from "jose";
import { expect, test } from "../../fixtures/test.ts";
import { AuditPage } from "../../pages/audit-page.ts";

const LIVE = /^live\./;

/** All that the refused counts on the page come to. */
async function refusedOn(page: Page): Promise<number> {
  const cells = await page.locator('tbody td[data-label="Refused"]').allTextContents();
  return cells.reduce((sum, text) => sum + Number(text.replaceAll(",", "")), 0);
}

test("what is refused without a token is counted on the open page by itself, at once", async ({
  page,
  authority,
  registry,
}) => {
  await authority.introspect("no-token-of-ours", registry.verifier);
  await page.goto(`/audit/refused?asker=${registry.verifier.name}`);
  await expect(page.getByRole("button", { name: LIVE }).first()).toBeVisible();
  await expect(page.locator("tbody tr").first()).toBeVisible();
  // what was asked for before is written by now
  await expect.poll(() => refusedOn(page)).toBeGreaterThan(0);
  const tookMs: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const before = await refusedOn(page);
    const startedAt = performance.now();
    for (let count = 0; count < 5; count += 1)
      await authority.introspect(`no-token-${round}-${count}`, registry.verifier);
    await expect
      .poll(() => refusedOn(page), { timeout: 10_000, intervals: [100] })
      .toBeGreaterThanOrEqual(before + 5);
    tookMs.push(performance.now() - startedAt);
  }
  // counts are written once a second, and drawn within a second after that where the machine has time for it
  expect(Math.min(...tookMs), "milliseconds").toBeLessThan(3_000);
});

test("open pages of uses and of acts show what comes by itself, keep still while they are paused, and then have all of it", async ({
  page,
  authority,
  registry,
  ownerApi,
}) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  const audit = new AuditPage(page);
  let named = 0;
  const logs = [
    {
      open: () => audit.openUses({ token: String(decodeJwt(token).jti) }),
      rows: audit.uses,
      happen: () => authority.verify(token, registry.verifier),
    },
    {
      open: () => audit.openActs({ targetId: registry.group.id }),
      rows: audit.acts,
      happen: async () => {
        const { version } = await ownerApi.read<{ version: number }>(`/api/v1/groups/${registry.group.id}`);
        named += 1;
        const change = { version, description: `for the ${named}. time` };
        expect((await ownerApi.send("PATCH", `/api/v1/groups/${registry.group.id}`, change)).status()).toBe(
          200,
        );
      },
    },
  ];
  for (const { open, rows, happen } of logs) {
    await open();
    await expect(rows).toHaveCount(1);
    const live = page.getByRole("button", { name: LIVE }).first();
    await expect(live).toBeVisible();
    await happen();
    await expect(rows, "by itself").toHaveCount(2);
    await live.click();
    const paused = page.getByRole("button", { name: /^paused\./ }).first();
    await expect(paused).toBeVisible();
    // a page beside it has drawn the third by the time that this one would have
    const beside = await page.context().newPage();
    await beside.goto(page.url());
    await expect(beside.getByRole("button", { name: LIVE }).first()).toBeVisible();
    await happen();
    await expect(beside.locator("tbody tr")).toHaveCount(3);
    await beside.close();
    await expect(rows, "it keeps still").toHaveCount(2);
    await paused.click();
    await expect(rows, "nothing was missed").toHaveCount(3);
  }
});

test("the chart of uses follows the time range in the address, and a dragged part of it becomes the range", async ({
  page,
  authority,
  registry,
}) => {
  const client = await registry.addService();
  const token = await authority.issue(client);
  await authority.verify(token, registry.verifier);
  await page.goto(`/audit?client=${client.clientId}`);
  const ranges = page.getByRole("navigation", { name: "Time range" });
  const chart = page.getByRole("group", { name: /^Token uses over time/ });
  await expect(ranges.getByRole("link", { name: "Any time" })).toHaveAttribute("aria-current", "true");
  await expect(
    page.getByText(/^all (since records begin, .+|there is, within the last 5 minutes) · per /),
    "the chart is of any time too",
  ).toBeVisible();

  for (const [name, at, words] of [
    ["7 days", "within:7d", /^last 7 days · per 2 h/],
    ["30 days", "within:30d", /^last 30 days · per 12 h/],
    ["24 hours", "within:24h", /^last 24 hours · per 30 min/],
    ["1 hour", "within:1h", /^last 1 hour · per 1 min/],
  ] as const) {
    await ranges.getByRole("link", { name }).click();
    await expect(page).toHaveURL((url) => url.searchParams.get("at") === at);
    await expect(page, "other filters stay").toHaveURL(/client=/);
    await expect(page.getByText(words)).toBeVisible();
    await expect(page.getByText("allowed 1", { exact: false }).first()).toBeVisible();
  }
  await page.reload();
  await expect(ranges.getByRole("link", { name: "1 hour" })).toHaveAttribute("aria-current", "true");
  await expect(page.getByText(/^last 1 hour/)).toBeVisible();

  const box = await chart.boundingBox();
  if (box === null) throw new Error("there is no chart");
  await page.mouse.move(box.x + box.width * 0.5, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 40, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL((url) => /\.\./.test(url.searchParams.get("at") ?? ""));
  await page.mouse.move(0, 0);
  await expect(page.getByText(/ – .+ · per (5|10) s/)).toBeVisible();
  await expect(ranges.locator("[aria-current]")).toHaveCount(0);
});

test("counts beside the chart set a filter and clear it, and a token that is followed shows what it called", async ({
  page,
  authority,
  registry,
}) => {
  const token = await authority.issue(await registry.addService());
  const path = `/counted/${registry.mark}`;
  for (let call = 0; call < 2; call += 1) await authority.verify(token, registry.verifier, path);
  const audit = new AuditPage(page);
  await audit.openUses({ token: String(decodeJwt(token).jti) });
  await audit.unfold("Counts by value");
  await audit.unfold("Places and endpoints");
  const counts = page.getByRole("region", { name: "Counts of what is shown" });
  const allowed = counts.getByRole("link", { name: /^Allowed/ });
  await expect(page, "what is open is in the address alone").toHaveURL(/unfold=counts&unfold=places/);
  await expect(counts, "it stays open").toBeVisible();
  await expect(allowed).toHaveText(/2$/);
  await expect(counts.getByRole("link", { name: new RegExp(`^${registry.verifier.name}`) })).toHaveText(/2$/);
  await expect(page.getByRole("region", { name: "Endpoints" })).toContainText(`GET ${path}`);

  await allowed.click();
  await expect(page).toHaveURL((url) => url.searchParams.get("outcome") === "allowed");
  await expect(allowed).toHaveAttribute("aria-current", "true");
  await expect(counts.getByRole("link", { name: /^Issued/ }), "its own facet stays whole").toHaveText(/1$/);
  await allowed.click();
  await expect(page).toHaveURL((url) => !url.searchParams.has("outcome"));

  await counts.getByRole("link", { name: "Leave out allowed" }).click();
  await expect(page).toHaveURL((url) => url.searchParams.get("notOutcome") === "allowed");
  await expect(page.getByRole("combobox", { name: "Filters as text" })).toHaveValue(/-outcome:allowed$/);
  await expect(page.getByRole("list", { name: "Filters" })).toContainText("Outcome is not Allowed");
  await expect(audit.uses).toHaveCount(1);

  // what is left out is kept with a view
  const name = `Not allowed ${registry.mark}`;
  const views = page.getByRole("button", { name: /^(Views|Not allowed)/ });
  await views.click();
  await page.getByRole("menuitem", { name: "Save as a new view…" }).click();
  const dialog = page.getByRole("dialog", { name: "Save as a new view" });
  await dialog.getByRole("textbox", { name: "Name" }).fill(name);
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(views).toHaveText(name);
  await page.goto("/audit");
  await views.click();
  await page.getByRole("menuitem", { name }).click();
  await expect(page).toHaveURL((url) => url.searchParams.get("notOutcome") === "allowed");
  await expect(page.getByRole("list", { name: "Filters" })).toContainText("Outcome is not Allowed");
  await expect(audit.uses).toHaveCount(1);

  // and the evidence of all that is verified where it is read
  await page.getByRole("navigation", { name: "Logs" }).getByRole("link", { name: "Integrity" }).click();
  const verifying = page.getByRole("form", { name: "Verify a span" });
  const end = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
  await verifying.getByLabel("Until").fill(end);
  await expect(verifying.getByRole("button", { name: "Verify" })).toBeEnabled();
  await verifying.getByRole("button", { name: "Verify" }).click();
  await expect(page.getByText("The verification has begun.")).toBeVisible();
  const newest = page.getByRole("table").getByRole("row").nth(1);
  await expect(newest, "without a reload").toContainText("Holds", { timeout: 20_000 });
  await expect(newest).toContainText(/\d+ uses? in \d+ seals?, \d+ acts?/);
});

test("uses are looked for by path, method and agent, and left out, as typed; the tab of acts begins with those of admins", async ({
  page,
  authority,
  registry,
}) => {
  const token = await authority.issue(await registry.addService());
  for (const path of ["/ledger/a", "/ledger/b", "/health"])
    await authority.verify(token, registry.verifier, `${path}?of=${registry.mark}`);
  const audit = new AuditPage(page);
  await audit.openUses({ token: String(decodeJwt(token).jti) });
  await expect(audit.uses).toHaveCount(4);
  await page.goto(`/audit?token=${decodeJwt(token).jti}&path=%2Fledger&method=get&notPath=%2Fledger%2Fb`);
  await expect(audit.uses).toHaveCount(1);
  await expect(audit.uses).toContainText("GET /ledger/a");
  await expect(page.getByRole("combobox", { name: "Filters as text" })).toHaveValue(
    /path:\/ledger method:GET .*-path:\/ledger\/b$/,
  );

  await page.getByRole("navigation", { name: "Logs" }).getByRole("link", { name: "Admin acts" }).click();
  await expect(page, "acts of admins are where it begins, and no filter").toHaveURL("/audit/acts");
  await expect(page.getByRole("group", { name: /^Acts over time/ })).toBeVisible();
  const whose = page.getByRole("navigation", { name: "Whose acts" });
  await expect(whose.getByRole("link", { name: "Of admins" })).toHaveAttribute("aria-current", "true");
  await whose.getByRole("link", { name: "Of anyone" }).click();
  await expect(page).toHaveURL(/\?by=anyone$/);
  const filters = page.getByRole("list", { name: "Filters" });
  await expect(filters, "anyone is no filter").toHaveCount(0);
  await page.goto("/audit/acts?by=anyone&act=client.created");
  await expect(filters).toContainText("Act is");
  await filters.getByRole("button", { name: "Clear all" }).click();
  await expect(page, "nothing is left: it is as it begins").toHaveURL("/audit/acts");
  await expect(filters).toHaveCount(0);
  await expect(page.getByRole("combobox", { name: "Filters as text" })).toHaveValue("");
  await expect(whose.getByRole("link", { name: "Of admins" })).toHaveAttribute("aria-current", "true");
});
