import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseOpaque } from "#lib/tokens/opaque.ts";
import { type Answer, askRefresh, countBy, inTurn } from "./ask.ts";
import { Brake, type Place } from "./brake.ts";
import { type Authority, eventually, type Instance, startInstance } from "./instance.ts";
import { type Mint, type Minted, openMint } from "./mint.ts";

/** Refreshes of a step; with the steps, a thousand in all. */
const REFRESHES = 120;

let instance: Instance;
let mint: Mint;
let dying: Authority;
let other: Authority;

beforeAll(async () => {
  instance = await startInstance({ authorities: 2 });
  mint = await openMint(instance);
  [dying, other] = instance.authorities as [Authority, Authority];
});
afterAll(() => instance?.stop());

const STEPS: Record<string, Place & { isFrozen?: boolean }> = {
  "after find, before consume": { table: "refresh_consumption", when: "before" },
  "after consume": { table: "refresh_consumption", when: "after" },
  "before the next token's state is saved": {
    table: "protocol_state",
    when: "before",
    condition: "NEW.model = 'RefreshToken'",
  },
  "after the next token's state is saved": {
    table: "protocol_state",
    when: "after",
    condition: "NEW.model = 'RefreshToken'",
  },
  "before the register is written": { table: "token", when: "before" },
  "after the register is written": { table: "token", when: "after" },
  "after the use is written, before COMMIT": {
    table: "token_use",
    when: "after",
    condition: "NEW.source = 'refresh'",
  },
  "within COMMIT": { table: "refresh_consumption", when: "commit" },
  "after COMMIT, before the answer": { table: "refresh_consumption", when: "commit", isFrozen: true },
};

async function countConsumed(tokens: readonly Minted[]): Promise<number> {
  const rows = await instance.db.query(
    "SELECT token_id FROM refresh_consumption WHERE token_id = ANY ($1::uuid[])",
    [tokens.map((token) => token.id)],
  );
  return rows.length;
}

/** Kills the process while exchanges are held at the place, in the midst of refreshes. */
async function refreshAndKill(tokens: readonly Minted[], brake: Brake, isFrozen: boolean): Promise<Answer[]> {
  let answered = 0;
  const answers = inTurn(tokens, 12, async (token) => {
    const answer = await askRefresh(dying.url, token.client, token.value);
    answered += 1;
    return answer;
  });
  await eventually(async () => (answered >= REFRESHES / 3 ? true : undefined), 60_000);
  await brake.hold();
  await brake.held();
  if (isFrozen) {
    const before = await countConsumed(tokens);
    await dying.process.kill("SIGSTOP");
    await brake.letGo();
    await eventually(async () => ((await countConsumed(tokens)) > before ? true : undefined), 20_000);
    await dying.process.kill();
  } else {
    await dying.process.kill();
    await brake.letGo();
  }
  return answers;
}

describe("kill -9 of an authority in the midst of refreshes,", () => {
  test.each(Object.entries(STEPS))(
    "%s, loses nothing: what was answered is on record, and whoever was not asks again and goes on",
    async (_name, { isFrozen = false, ...place }) => {
      const tokens = await mint.families(REFRESHES);
      const brake = await Brake.at(instance.databaseUrl, place);
      let answers: Answer[];
      try {
        answers = await refreshAndKill(tokens, brake, isFrozen);
      } finally {
        await brake.remove(place.table);
      }
      expect(Object.keys(countBy(answers, (one) => String(one.status))).sort()).toEqual(["0", "200"]);

      const answered = answers.filter((one) => one.status === 200);
      const ids = answered.map((one) => parseOpaque(String(one.body.refresh_token))?.id);
      const onRecord = await instance.db.query(
        `SELECT t.id FROM token t JOIN refresh_consumption c ON c.token_id = t.parent_id
           JOIN token_use u ON u.token_id = t.parent_id AND u.source = 'refresh' AND u.outcome = 'allowed' WHERE t.id = ANY ($1::uuid[])`,
        [ids],
      );
      expect(onRecord).toHaveLength(answered.length);

      // each client goes on at the other authority: with the new token where it has one, with the old one where no answer came
      const going = await inTurn(tokens, 12, (token, index) => {
        const answer = answers[index] as Answer;
        const value = answer.status === 200 ? String(answer.body.refresh_token) : token.value;
        return askRefresh(other.url, token.client, value);
      });
      expect(countBy(going, (one) => String(one.status))).toEqual({ "200": REFRESHES });
      const further = await inTurn(tokens, 12, (token, index) =>
        askRefresh(other.url, token.client, String(going[index]?.body.refresh_token)),
      );
      expect(countBy(further, (one) => String(one.status))).toEqual({ "200": REFRESHES });
      const ended = await instance.db.query(
        "SELECT id FROM revocation_order WHERE target_kind = 'family' AND target_id = ANY ($1::text[])",
        [tokens.map((token) => token.familyId)],
      );
      expect(ended).toEqual([]);
      const unanswered = answers.length - answered.length;
      const slowest = Math.round(Math.max(...going.map((one) => one.ms)));
      console.info(`${_name}: ${unanswered} without an answer; the slowest second try took ${slowest} ms`);

      dying = await instance.startAuthority(Number(new URL(dying.url).port));
    },
    60_000,
  );

  test("a replay of what was answered before the kill still ends its family", async () => {
    const [token] = (await mint.families(1)) as [Minted];
    const first = await askRefresh(dying.url, token.client, token.value);
    expect(first.status).toBe(200);
    // a second and more later, the database knows that the answer left
    await eventually(async () => {
      const [row] = await instance.db.query<{ known: boolean }>(
        `SELECT u.flush <= w.counted_flush AND u.flush <> ALL (w.open_flushes) AS known
         FROM token_use u JOIN evidence_writer w ON w.id = u.writer_id WHERE u.token_id = $1::uuid AND u.source = 'refresh'`,
        [token.id],
      );
      return row?.known ? true : undefined;
    }, 5_000);
    await dying.process.kill();
    expect((await askRefresh(other.url, token.client, token.value)).status).toBe(400);
    const next = await askRefresh(other.url, token.client, String(first.body.refresh_token));
    expect(next.body.error).toBe("invalid_grant");
    dying = await instance.startAuthority(Number(new URL(dying.url).port));
  });
});
