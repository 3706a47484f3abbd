import { afterAll, beforeAll, expect, test } from "vitest";
import { readCheckpointFile } from "#lib/seals/checkpoint-file.ts";
import { issue } from "#server/authority/test-authority.ts";
import { askIntrospection, inTurn } from "./ask.ts";
import { verifySealed } from "./evidence.ts";
import { type Authority, eventually, type Instance, startInstance } from "./instance.ts";

let instance: Instance;
let dying: Authority;
let other: Authority;

beforeAll(async () => {
  instance = await startInstance({ authorities: 2 });
  [dying, other] = instance.authorities as [Authority, Authority];
});
afterAll(() => instance?.stop());

test("kill -9 of an authority and of the worker in the midst of it leaves every answered use once, and all chains verify", async () => {
  const { verifiers, jwtService } = instance.registry;
  const { secret } = verifiers.billing;
  let worker = await instance.startWorker();
  await eventually(
    async () =>
      (await readCheckpointFile(instance.checkpointFile).catch(() => [])).length > 0 ? true : undefined,
    20_000,
  );
  for (const after of [150, 400]) {
    const mark = `/sealed-${after}`;
    const tokens = await inTurn(Array.from({ length: 8 }), 4, () => issue(dying.url, jwtService));
    let answered = 0;
    const asked = inTurn(Array.from({ length: 800 }), 40, async (_, index) => {
      const url = index % 4 === 0 ? other.url : dying.url;
      const answer = await askIntrospection(url, tokens[index % 8] as string, secret, `${mark}/${index}`);
      answered += 1;
      return { path: `${mark}/${index}`, isGood: answer.status === 200 && answer.body.active === true };
    });
    await eventually(async () => (answered >= after ? true : undefined), 30_000);
    await Promise.all([dying.process.kill(), worker.kill()]);
    const good = (await asked).filter(({ isGood }) => isGood).map(({ path }) => path);
    expect(good.length).toBeGreaterThanOrEqual(after / 2);
    const rows = await instance.db.query<{ path: string; times: bigint }>(
      "SELECT path, count(*) AS times FROM token_use WHERE path LIKE $1::text GROUP BY path",
      [`${mark}/%`],
    );
    expect(rows.filter(({ times }) => times !== 1n)).toEqual([]);
    const onRecord = new Set(rows.map(({ path }) => path));
    expect(good.filter((path) => !onRecord.has(path))).toEqual([]);
    dying = await instance.startAuthority(Number(new URL(dying.url).port));
    worker = await instance.startWorker();
  }
  const found = await verifySealed(instance);
  expect(found.problems).toEqual([]);
  const [all] = await instance.db.query<{ count: bigint }>("SELECT count(*) FROM token_use");
  expect(found.uses).toMatchObject({ rows: Number(all?.count), unsealed: 0, before: 0 });
  expect(found.uses.rowsSealedByWorker).toBeGreaterThan(0);
  expect(found.checkpoints.held).toBe(found.checkpoints.count);
}, 180_000);
