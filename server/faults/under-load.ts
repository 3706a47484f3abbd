import { expect } from "vitest";
import { issue, revokeAs } from "#server/authority/test-authority.ts";
import { askRefresh, countBy, inTurn } from "./ask.ts";
import { eventually, type Instance } from "./instance.ts";
import { type Asked, type Load, startLoad } from "./load.ts";
import { type Minted, openMint } from "./mint.ts";

/** No answer may take longer, whatever became of the database: a wait for a connection and one for a statement. */
const BOUND_MS = 13_000;

export const isGood = (one: Asked) =>
  one.status === 200 && one.kind !== "refresh" && one.body.active !== false;

export type Tokens = { good: string[]; revoked: string[] };

async function mintTokens(instance: Instance): Promise<Tokens> {
  const { jwtService } = instance.registry;
  const good = await inTurn(Array.from({ length: 6 }), 2, () => issue(instance.issuer, jwtService));
  const revoked = await inTurn(Array.from({ length: 3 }), 2, () => issue(instance.issuer, jwtService));
  for (const token of revoked) expect((await revokeAs(instance.issuer, jwtService, token)).status).toBe(200);
  return { good, revoked };
}

/** What must hold of all that was answered, whatever happened to the database meanwhile. */
async function expectTrue(
  instance: Instance,
  mark: string,
  { asked }: Load,
  { revoked }: Tokens,
): Promise<void> {
  expect(Object.keys(countBy(asked, (one) => String(one.status))).sort()).toEqual(
    asked.some((one) => one.status === 401) ? ["200", "401", "503"] : ["200", "503"],
  );
  expect(asked.filter((one) => one.status === 401 && !revoked.includes(one.token))).toEqual([]);
  expect(asked.filter((one) => isGood(one) && revoked.includes(one.token))).toEqual([]);
  const slow = asked.filter((one) => one.ms > BOUND_MS);
  expect(slow.map(({ kind, status, ms }) => `${kind} ${status} after ${ms} ms`)).toEqual([]);

  const rows = await instance.db.query<{ path: string }>(
    "SELECT path FROM token_use WHERE path LIKE $1::text",
    [`/${mark}/%`],
  );
  const onRecord = new Set(rows.map((row) => row.path));
  const answered = asked.filter((one) => one.path !== null && one.status !== 503);
  expect(answered.filter((one) => !onRecord.has(one.path as string))).toEqual([]);
}

/** Brings load over an instance before, during and after a fault of its database; tells everything that was asked. */
export async function openLoads(instance: Instance) {
  const mint = await openMint(instance);
  const tokens = await mintTokens(instance);
  return async function underLoad(mark: string, fault: (load: Load) => Promise<void>): Promise<Asked[]> {
    const families = await mint.families(6);
    const load = startLoad(instance, { mark, tokens: [...tokens.good, ...tokens.revoked], families });
    await eventually(async () => (load.asked.length > 300 ? true : undefined), 30_000);
    await fault(load);
    const faultOver = performance.now();
    const isServing = () => load.asked.filter((one) => one.startedAt > faultOver && isGood(one)).length > 100;
    await eventually(async () => (isServing() ? true : undefined), 60_000);
    const next = await load.stop();
    await expectTrue(instance, mark, load, tokens);
    // nobody is locked out, no family was ended
    const further = await Promise.all(
      families.map((family: Minted, index) =>
        askRefresh(instance.issuer, family.client, next[index] as string),
      ),
    );
    expect(countBy(further, (one) => String(one.status))).toEqual({ "200": families.length });
    const ended = await instance.db.query("SELECT id FROM revocation_order WHERE target_kind = 'family'");
    expect(ended).toEqual([]);
    return [...load.asked];
  };
}

export function tell(what: string, asked: Asked[]): void {
  const refused = asked.filter((one) => one.status === 503);
  const slowest = Math.round(Math.max(...asked.map((one) => one.ms)));
  const from = Math.min(...refused.map((one) => one.startedAt + one.ms));
  const until = Math.max(...refused.map((one) => one.startedAt + one.ms));
  console.info(
    `${what}: ${asked.length} answers, ${refused.length} of them 503 over ${Math.round(until - from)} ms; the slowest took ${slowest} ms`,
  );
}
