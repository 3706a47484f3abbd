import { openSqlDatabase } from "#lib/db/sql-database.ts";
import { readCheckpointFile } from "#lib/seals/checkpoint-file.ts";
import { readCheckpointKeys, readEvidence } from "#lib/seals/read-evidence.ts";
import { sealGoneWriters } from "#lib/seals/seal-gone-writers.ts";
import { type Verification, verifyEvidence } from "#lib/seals/verify-evidence.ts";
import { eventually, type Instance } from "./instance.ts";

/** The living ones say so each second; what a killed one wrote is sealed from what the database holds. */
const GONE_AFTER_SECONDS = 5;

/** Rows that a test wrote by itself: whoever wrote them seals nothing, and nobody does it for them. */
const BY_TESTS = `
  SELECT count(*) FROM token_use u WHERE NOT EXISTS (SELECT FROM evidence_writer w WHERE w.id = u.writer_id AND w.seals_begun_at IS NOT NULL)`;

/**
 * Kills an instance's authorities, waits until everything that they wrote is sealed, and verifies all of it, with the checkpoints that its worker keeps elsewhere. A living one looks only
 * a minute later for what became of a write whose connection broke, and leaves that unsealed until then.
 */
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
    await Promise.all(instance.authorities.map((authority) => authority.process.kill()));
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
