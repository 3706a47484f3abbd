import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countMissedUses } from "#lib/verification/count-missed-uses.ts";
import { issue } from "#server/authority/test-authority.ts";
import { type Answer, askIntrospection, askVerify, countBy, inTurn } from "./ask.ts";
import { type Authority, eventually, type Instance, startInstance } from "./instance.ts";

const VERIFICATIONS = 1_000;

let instance: Instance;
let dying: Authority;
let other: Authority;
let secret: string;
let tokens: string[];

beforeAll(async () => {
  instance = await startInstance({ authorities: 2 });
  [dying, other] = instance.authorities as [Authority, Authority];
  secret = instance.registry.verifiers.billing.secret;
  const { jwtService, opaqueService } = instance.registry;
  tokens = await inTurn(Array.from({ length: 20 }), 4, (_, index) =>
    issue(other.url, index % 2 === 0 ? jwtService : opaqueService),
  );
});
afterAll(() => instance?.stop());

/** One verification with a mark of its own, half of them introspections. */
function ask(url: string, index: number, mark: string): Promise<Answer> {
  const token = tokens[index % tokens.length] as string;
  const path = `/${mark}/${index}`;
  return index % 2 === 0 ? askIntrospection(url, token, secret, path) : askVerify(url, token, secret, path);
}

const isGood = (answer: Answer) => answer.status === 200 && answer.body.active !== false;

describe("kill -9 of an authority in the midst of 1,000 introspections and forward-auth requests", () => {
  test.each([100, 350, 650])(
    "after %d answers leaves every one that was answered on record",
    async (after) => {
      const mark = `killed-after-${after}`;
      let answered = 0;
      const asked = inTurn(Array.from({ length: VERIFICATIONS }), 50, async (_, index) => {
        const answer = await ask(dying.url, index, mark);
        answered += 1;
        return answer;
      });
      await eventually(async () => (answered >= after ? true : undefined), 30_000);
      await dying.process.kill();
      const answers = await asked;
      expect(Object.keys(countBy(answers, (one) => String(one.status))).sort()).toEqual(["0", "200"]);

      const rows = await instance.db.query<{ path: string }>(
        "SELECT path FROM token_use WHERE path LIKE $1::text AND outcome = 'allowed'",
        [`/${mark}/%`],
      );
      const onRecord = new Set(rows.map((row) => row.path));
      const unrecorded = answers.flatMap((answer, index) =>
        isGood(answer) && !onRecord.has(`/${mark}/${index}`) ? [index] : [],
      );
      expect(unrecorded).toEqual([]);
      expect(answers.filter(isGood).length).toBeGreaterThanOrEqual(after);

      dying = await instance.startAuthority(Number(new URL(dying.url).port));
      const again = await ask(dying.url, 0, `${mark}-restarted`);
      expect([again.status, again.body.active]).toEqual([200, true]);
    },
  );

  test("loses no count: what the killed ones had not counted is made up from the evidence", async () => {
    const usage = () =>
      instance.db.query(
        `SELECT t.id, coalesce(us.use_count, 0) AS counted, count(u.id) AS uses
         FROM token t LEFT JOIN token_usage us ON us.token_id = t.id LEFT JOIN token_use u ON u.token_id = t.id AND u.outcome = 'allowed'
         GROUP BY t.id, us.use_count HAVING coalesce(us.use_count, 0) <> count(u.id)`,
      );
    // the living ones write their counts within a second
    const isHeard = await eventually(async () => {
      const [row] = await instance.db.query<{ living: bigint }>(
        "SELECT count(*) AS living FROM evidence_writer WHERE ended_at IS NULL AND seen_at < clock_timestamp() - interval '4 seconds'",
      );
      return row?.living === 3n ? true : undefined;
    }, 20_000);
    expect(isHeard).toBe(true);
    const missed = await usage();
    const madeUp = await countMissedUses(instance.db, 4);
    expect(madeUp).toBeGreaterThan(0);
    console.info(`${missed.length} tokens had counts missing; ${madeUp} uses were made up for`);
    await eventually(async () => ((await usage()).length === 0 ? true : undefined), 10_000);
  });
});
