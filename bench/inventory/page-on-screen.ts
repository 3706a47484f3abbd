import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import type { Page } from "@playwright/test";
import { findBrowser, openBrowser, signIn } from "#bench/browser.ts";
import { baseEnv, startChild } from "#bench/child.ts";
import { findPorts } from "#bench/ports.ts";
import { percentile } from "#bench/report/percentile.ts";
import { median } from "#bench/report/statistics.ts";
import type { Database } from "#lib/db/database.ts";
import { uuidv7 } from "#lib/ids.ts";
import { parseListQueryStrict } from "#lib/list-query/parse-list-query.ts";
import { formatTypedQuery } from "#lib/list-query/typed-query.ts";
import { hashPassword } from "#lib/passwords/hash-password.ts";
import { tokensTable } from "#lib/tokens/table.ts";
import type { Inventory } from "./open-inventory.ts";
import type { Question } from "./questions.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const READY_MS = 60_000;
/** A page that takes longer is given up, and counted as having taken so long. */
const LIMIT_MS = 10_000;

/** From the key that sets a filter to the frame that shows its rows, in a browser beside the servers on the same machine. */
export type PageReport = {
  medianMs: number;
  p95Ms: number;
  worst: { name: string; ms: number };
  pages: number;
};

/** Why no page can be looked at here, or null. */
function obstacle(): string | null {
  if (!existsSync(path.join(ROOT, ".next/BUILD_ID"))) return "the console is not built";
  return findBrowser() === null ? "there is no Chromium" : null;
}

/** An owner of this run, who enrols a second factor at the first sign-in. */
async function addOwner(db: Database): Promise<{ email: string; password: string }> {
  const [email, password] = [`bench-${Date.now()}@synthetic.example`, randomBytes(18).toString("base64url")];
  const now = new Date();
  await db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, created_at)
     VALUES ($1::uuid, $2::text, 'The benchmark', 'owner', $3::text, $4::timestamptz)`,
    [uuidv7(now), email, await hashPassword(password), now],
  );
  return { email, password };
}

/** Milliseconds from Enter in the filter field to the frame that has the answer's rows, or says that there are none. */
async function timeFilter(page: Page, typed: string): Promise<number> {
  const field = page.getByRole("combobox", { name: "Filters as text" });
  await field.fill(typed);
  const took = page.evaluate(
    (limitMs) =>
      new Promise<number>((resolve) => {
        const before = location.search;
        const main = document.querySelector("main");
        addEventListener(
          "keydown",
          () => {
            const began = performance.now();
            const look = () => {
              const elapsed = performance.now() - began;
              const isThere =
                location.search !== before && main?.querySelector('[aria-busy="true"]') === null;
              // one frame more: what was drawn is on the screen then
              if (isThere) requestAnimationFrame(() => resolve(performance.now() - began));
              else if (elapsed > limitMs) resolve(elapsed);
              else requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
          },
          { once: true, capture: true },
        );
      }),
    LIMIT_MS,
  );
  await field.press("Enter");
  const ms = await took;
  const isShown = page.locator("tbody tr").first().or(page.getByText("No tokens match"));
  await isShown.first().waitFor({ timeout: LIMIT_MS });
  return ms;
}

function typedOf({ text }: Question): string {
  const given = new URLSearchParams(text);
  const parameters = Object.fromEntries([...given.keys()].map((key) => [key, given.getAll(key)]));
  return formatTypedQuery(tokensTable, parseListQueryStrict(tokensTable, parameters).filters);
}

async function startConsole({ url, dataDir }: Inventory, stack: AsyncDisposableStack): Promise<string> {
  const [port] = (await findPorts(1)) as [number];
  const origin = `http://localhost:${port}`;
  await startChild({
    name: `console on ${port}`,
    command: process.execPath,
    args: [path.join(ROOT, "server/console/main.ts")],
    cwd: ROOT,
    kind: "tied",
    env: {
      ...baseEnv(),
      DATABASE_URL: url,
      DATA_DIR: dataDir,
      CONSOLE_PORT: String(port),
      CONSOLE_URL: origin,
    },
    isReady: () =>
      fetch(`${origin}/api/health`).then(
        (answer) => answer.ok,
        () => false,
      ),
    readyWithinMs: READY_MS,
    stack,
  });
  return origin;
}

/**
 * Opens the built console on the inventory in a browser, and times each filter from the key to the rows on screen.
 *
 * @returns null where there is no build or no Chromium; the log says which.
 */
export async function measurePages(
  inventory: Inventory,
  questions: readonly Question[],
  { log, stack }: { log(line: string): void; stack: AsyncDisposableStack },
): Promise<PageReport | null> {
  const missing = obstacle();
  if (missing !== null) {
    log(`pages on screen: not measured, ${missing}`);
    return null;
  }
  const origin = await startConsole(inventory, stack);
  const browser = await openBrowser(stack);
  const page = await browser.newPage({ baseURL: origin, viewport: { width: 1440, height: 900 } });
  await signIn(page, await addOwner(inventory.db));
  await page.goto("/tokens", { waitUntil: "load" });
  await timeFilter(page, "kind:refresh state:active");
  const times: { name: string; ms: number }[] = [];
  for (const question of questions)
    times.push({ name: question.name, ms: await timeFilter(page, typedOf(question)) });
  await browser.close();
  const all = times.map((one) => one.ms);
  const [worst] = times.toSorted((one, other) => other.ms - one.ms);
  log(`pages on screen: done, ${times.length} of them`);
  return {
    medianMs: median(all),
    p95Ms: percentile(all, 0.95),
    worst: worst as { name: string; ms: number },
    pages: times.length,
  };
}
