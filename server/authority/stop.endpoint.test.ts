import { expect, test } from "vitest";
import { issue, startTestInstance } from "./test-authority.ts";

test("an authority stops as soon as what is under way is answered, however busy its clients keep their connections", async () => {
  const instance = await startTestInstance();
  const { issuer, registry } = instance;
  let issued = 0;
  const failures: string[] = [];
  const load = Array.from({ length: 4 }, async () => {
    while (failures.length === 0) {
      await issue(issuer, registry.jwtService).then(
        () => {
          issued += 1;
        },
        (error: Error) => failures.push(error.message),
      );
    }
  });
  await expect.poll(() => issued, { timeout: 20_000 }).toBeGreaterThan(20);
  const startedAt = performance.now();
  await instance.authorities[0]?.stop();
  expect(performance.now() - startedAt).toBeLessThan(8_000);
  await Promise.all(load);
  // a door that is closed, never an answer that is wrong
  for (const failure of failures) expect(failure).toBe("fetch failed");
  const [row] = await instance.db.query<{ n: bigint }>("SELECT count(*) AS n FROM token");
  expect(Number(row?.n)).toBeGreaterThanOrEqual(issued);
  await instance.db.end();
});
