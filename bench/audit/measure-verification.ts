import { startLoadGenerator } from "#bench/load/load-generator.ts";
import { median } from "#bench/report/statistics.ts";
import type { Database } from "#lib/db/database.ts";

export type VerificationReport = { usesPerSecond: number; rounds: number[]; unrecorded: number };

/** Uses a second that come on record by `/verify`, each before it is answered. */
export async function measureVerification(
  db: Database,
  options: { authority: string; secret: string; tokens: string[]; rounds: number; seconds: number },
): Promise<VerificationReport> {
  const { authority, secret, tokens, rounds, seconds } = options;
  const generator = startLoadGenerator();
  const counted = async () => {
    const [row] = await db.query<{ uses: bigint }>(
      "SELECT count(*) AS uses FROM token_use WHERE source = 'forward_auth' AND received_at > now() - interval '1 hour'",
    );
    return Number(row?.uses ?? 0);
  };
  const load = (forSeconds: number) =>
    generator.run({
      url: `${authority}/verify`,
      method: "GET",
      headers: { "x-tokenwarden-verifier": secret, "x-original-method": "GET", "x-original-uri": "/orders" },
      body: null,
      tokens: { values: tokens, carrier: "bearer", once: false },
      connections: 50,
      seconds: forSeconds,
      amount: null,
      expect: { status: 200, text: null },
      collects: null,
    });
  try {
    const before = await counted();
    const results = [await load(Math.min(1, seconds))];
    for (let round = 0; round < rounds; round += 1) results.push(await load(seconds));
    const answered = results.reduce((sum, { answered: n }) => sum + n, 0);
    const wrong = results.reduce((sum, { wrong: n, errors }) => sum + n + errors, 0);
    if (wrong > 0)
      throw new Error(
        `${wrong} of ${answered} verifications were answered wrongly: ${results[0]?.wrongBody}`,
      );
    const measured = results.slice(1).map(({ perSecond }) => perSecond);
    return {
      usesPerSecond: median(measured),
      rounds: measured,
      unrecorded: Math.abs((await counted()) - before - answered),
    };
  } finally {
    generator.stop();
  }
}
