import { openSqlDatabase } from "#lib/db/sql-database.ts";
import { readCheckpointFile } from "#lib/seals/checkpoint-file.ts";
import { readCheckpointKeys, readEvidence } from "#lib/seals/read-evidence.ts";
import { sealGoneWriters } from "#lib/seals/seal-gone-writers.ts";
import { type Verification, verifyEvidence } from "#lib/seals/verify-evidence.ts";
import { eventually, type Instance } from "./instance.ts";

/** The living ones say so each second. */
const GONE_AFTER_SECONDS = 5;

/** Rows that a test wrote by itself: whoever wrote them seals nothing, and nobody does it for them. */
const BY_TESTS = `
  SELECT count(*) FROM token_use u WHERE NOT EXISTS (SELECT FROM evidence_writer w WHERE w.id = u.writer_id AND w.seals_begun_at IS NOT NULL)`;

/** Waits until everything that an instance wrote is sealed, by its writers or after they were killed, and verifies all of it, with the checkpoints that its worker keeps elsewhere. */
export async function verifySealed(instance: Instance): Promise<Verification> {
  const db = openSqlDatabase({
    url: instance.databaseUrl,
    role: "app",
    maxConnections: 4,
    applicationName: "test",
  });
  const verify = async () => {
    const held = await readCheckpointFile(instance.checkpointFile).catch(() => null);
    return verifyEvidence(readEvidence(db), { keys: await readCheckpointKeys(db), held, at: new Date() });
  };
  try {
    await eventually(async () => {
      await sealGoneWriters(db, GONE_AFTER_SECONDS);
      const [byTests] = await db.query<{ count: bigint }>(BY_TESTS);
      const { unsealed, before } = (await verify()).uses;
      return unsealed + before === Number(byTests?.count) ? true : undefined;
    }, 30_000);
    return await verify();
  } finally {
    await db.end();
  }
}
