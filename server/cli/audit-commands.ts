import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { z } from "zod";
import { openSqlDatabase, type SqlDatabase } from "#lib/db/sql-database.ts";
import type { Env } from "#lib/env.ts";
import type { CheckpointKey } from "#lib/seals/checkpoint.ts";
import { readCheckpointFile } from "#lib/seals/checkpoint-file.ts";
import { EvidenceFileError, readEvidenceFile, writeEvidence } from "#lib/seals/evidence-file.ts";
import { readCheckpointKeys, readEvidence } from "#lib/seals/read-evidence.ts";
import type { Verification } from "#lib/seals/verify-evidence.ts";
import { verifyEvidence } from "#lib/seals/verify-evidence.ts";
import type { Command } from "./commands.ts";
import { UsageError } from "./usage-error.ts";
import { verificationLines } from "./verification-lines.ts";
import { withDatabaseUrl } from "./with-database.ts";

const jwks = z.object({
  keys: z.array(z.looseObject({ kid: z.string(), alg: z.string(), kty: z.string() })),
});

function readKeys(file: string): CheckpointKey[] {
  try {
    return jwks
      .parse(JSON.parse(readFileSync(file, "utf8")))
      .keys.map((jwk) => ({ kid: jwk.kid, alg: jwk.alg, jwk }));
  } catch (error) {
    throw new UsageError(`--keys ${file} is no JWKS: ${(error as Error).message.split("\n")[0]}`);
  }
}

async function readHeld(file: string): Promise<string[]> {
  try {
    return await readCheckpointFile(file);
  } catch (error) {
    throw new UsageError(`--checkpoints ${file} cannot be read: ${(error as Error).message}`);
  }
}

async function withEvidence<T>(env: Env, use: (db: SqlDatabase) => Promise<T>): Promise<T> {
  return withDatabaseUrl(env, async (url) => {
    const db = openSqlDatabase({
      url,
      role: "app",
      // a slice's seals and rows are read at once
      maxConnections: 4,
      applicationName: "tokenwarden audit",
    });
    try {
      return await use(db);
    } finally {
      await db.end();
    }
  });
}

/** The evidence does not hold. `message` is what there is to say. */
export class EvidenceFault extends Error {}

type Given = { keys: CheckpointKey[] | null; held: string[] | null; heldIn: string | null };

async function verifyFile(file: string, { keys, held }: Given): Promise<Verification> {
  if (!existsSync(file)) throw new UsageError(`${file} is not there`);
  const evidence = await readEvidenceFile(createInterface({ input: createReadStream(file) }));
  return verifyEvidence(evidence.source, { keys: keys ?? evidence.keys, held, at: evidence.exportedAt });
}

export const auditVerify: Command = {
  usage: "audit verify [FILE] [--keys JWKS] [--checkpoints FILE]",
  does: "verifies the audit log, of the database or of a file that audit export made",
  async run(args, env) {
    const { values, positionals } = parseArgs({
      args,
      options: { keys: { type: "string" }, checkpoints: { type: "string" } },
      allowPositionals: true,
      strict: true,
    });
    const [file, ...rest] = positionals;
    if (rest.length > 0) throw new UsageError("one file at a time");
    // beside the database that is verified, its own file is what is held elsewhere
    const own = file === undefined && existsSync(env.checkpointFile) ? env.checkpointFile : null;
    const heldIn = values.checkpoints ?? own;
    const given: Given = {
      keys: values.keys === undefined ? null : readKeys(values.keys),
      held: heldIn === null ? null : await readHeld(heldIn),
      heldIn,
    };
    const found = await (file === undefined
      ? withEvidence(env, async (db) =>
          verifyEvidence(readEvidence(db), {
            keys: given.keys ?? (await readCheckpointKeys(db)),
            held: given.held,
            at: new Date(),
          }),
        )
      : verifyFile(file, given)
    ).catch((error: unknown) => {
      throw error instanceof EvidenceFileError ? new EvidenceFault(error.message) : error;
    });
    for (const line of verificationLines(found, { ...given, hasOwnKeys: given.keys !== null }))
      process.stdout.write(`${line}\n`);
    if (found.problems.length > 0)
      throw new EvidenceFault(
        found.problems.length === 1
          ? "the evidence does not hold: 1 chain is broken"
          : `the evidence does not hold: ${found.problems.length} chains are broken`,
      );
  },
};

export const auditExport: Command = {
  usage: "audit export FILE",
  does: "writes the whole audit log with its seals and checkpoints to a file, to be verified elsewhere",
  async run(args, env) {
    const { positionals } = parseArgs({ args, options: {}, allowPositionals: true, strict: true });
    const [file, ...rest] = positionals;
    if (file === undefined || rest.length > 0) throw new UsageError("say which file, one");
    const lines = await withEvidence(env, async (db) => {
      const out = createWriteStream(file, { flags: "wx", mode: 0o600 });
      await once(out, "open").catch((error: Error) => {
        throw new UsageError(`${file} cannot be written: ${error.message}`);
      });
      let count = 0;
      const source = readEvidence(db);
      for await (const line of writeEvidence(source, {
        keys: await readCheckpointKeys(db),
        at: new Date(),
      })) {
        count += 1;
        if (!out.write(`${line}\n`)) await once(out, "drain");
      }
      out.end();
      await once(out, "close");
      return count;
    });
    process.stderr.write(`${lines} lines: whoever reads them reads who did what, and from where.\n`);
  },
};
