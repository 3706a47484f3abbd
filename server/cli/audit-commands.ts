import { once } from "node:events";
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  openSync,
  readFileSync,
  readSync,
} from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { z } from "zod";
import { openSqlDatabase, type SqlDatabase } from "#lib/db/sql-database.ts";
import type { Env } from "#lib/env.ts";
import { beginsAsPack, PackError, verifyPack } from "#lib/incidents/verify-pack.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import { CHECKPOINT_KEYS_PATH } from "#lib/keys/checkpoint-keys.ts";
import type { CheckpointKey } from "#lib/seals/checkpoint.ts";
import { readCheckpointFile } from "#lib/seals/checkpoint-file.ts";
import { EvidenceFileError, readEvidenceFile, writeEvidence } from "#lib/seals/evidence-file.ts";
import { readCheckpointKeys, readEvidence } from "#lib/seals/read-evidence.ts";
import type { VerifiedCheckpoints } from "#lib/seals/verify-checkpoints.ts";
import type { Verification } from "#lib/seals/verify-evidence.ts";
import { verifyEvidence } from "#lib/seals/verify-evidence.ts";
import type { Command } from "./commands.ts";
import { UsageError } from "./usage-error.ts";
import { packLines, verificationLines } from "./verification-lines.ts";
import { withDatabaseUrl } from "./with-database.ts";

/** Of what a date can say. */
const LAST_SECOND = 8.64e12;

const jwks = z.object({
  keys: z.array(
    z.looseObject({
      kid: z.string(),
      alg: z.string(),
      kty: z.string(),
      revoked: z.looseObject({ revoked_at: z.number().min(0).max(LAST_SECOND) }).optional(),
    }),
  ),
});

function readKeys(file: string): CheckpointKey[] {
  try {
    return jwks.parse(JSON.parse(readFileSync(file, "utf8"))).keys.map(({ revoked, ...jwk }) => ({
      kid: jwk.kid,
      alg: jwk.alg,
      jwk,
      ...(revoked && { compromisedAt: new Date(Math.round(revoked.revoked_at * 1_000)) }),
    }));
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

/** Evidence holds, by keys that it brings itself or that somebody else had: they may have signed it. */
export class EvidenceUnheld extends Error {}

type Given = { keys: CheckpointKey[] | null; held: string[] | null };

function verifyDatabase(env: Env, { keys, held }: Given): Promise<Verification> {
  return withEvidence(env, async (db) =>
    verifyEvidence(readEvidence(db), { keys: keys ?? (await readCheckpointKeys(db)), held, at: new Date() }),
  );
}

/** What a file begins with: enough to tell a pack by, before a whole log is read. */
function isPack(file: string): boolean {
  const beginning = Buffer.alloc(512);
  const opened = openSync(file, "r");
  try {
    return beginsAsPack(beginning.subarray(0, readSync(opened, beginning)).toString("utf8"));
  } finally {
    closeSync(opened);
  }
}

/** What was found, a line each, and how much of it does not hold; why what holds is not held by anything from elsewhere, or null. */
type Found = { lines: string[]; broken: number; unheld: string | null };

const UNHELD = `it holds in itself, by keys that it brings: whoever made it up could have signed it so. Say --keys with what the authority publishes at ${CHECKPOINT_KEYS_PATH}, or --checkpoints with a copy that was kept`;

const NOT_IN_COPY = `its newest checkpoint is not in the copy that was given, and it brings the keys for it itself. Say --keys with what the authority publishes at ${CHECKPOINT_KEYS_PATH}, or --checkpoints with a newer copy`;

/** Why nothing from elsewhere vouches for a file that holds in itself; null where something does. Of a copy of checkpoints, whether it has what the file rests on. */
function whyUnheld(
  { isHeld, isCompromised }: VerifiedCheckpoints["end"],
  { keys, held }: Given,
): string | null {
  if (isHeld) return null;
  if (keys === null) return held === null ? UNHELD : NOT_IN_COPY;
  return !isCompromised
    ? null
    : "it holds, but by a key that was compromised since: whoever had that could have signed it so, with an earlier time. Say --checkpoints with a copy that was kept and has its newest";
}

/** On one line, and nothing in it that a terminal takes for a command: much of it is what strangers wrote. */
function oneLine(text: string): string {
  return visibleText(text.replaceAll(/[\t\n\r]/g, " "));
}

async function verifyPackFile(
  file: string,
  { keys, held, heldIn }: Given & { heldIn: string | null },
): Promise<Found> {
  try {
    const pack = await verifyPack(readFileSync(file, "utf8"), { keys, held });
    if (pack.isPageOfData === null && /\.x?html?$/i.test(file))
      throw new PackError(
        "it is the data of a pack under the name of a page: a browser would show what is in it as one",
      );
    return {
      lines: packLines(pack, { heldIn, hasOwnKeys: keys !== null }),
      broken: pack.faults.length + (pack.left === null ? 1 : 0),
      // each checkpoint of a pack is in the copy, or it does not hold
      unheld: whyUnheld(
        { isHeld: held !== null, isCompromised: pack.compromised.length > 0 },
        { keys, held },
      ),
    };
  } catch (error) {
    throw error instanceof PackError ? new EvidenceFault(oneLine(`${file}: ${error.message}`)) : error;
  }
}

async function verifyFile(file: string, { keys, held }: Given): Promise<Verification> {
  try {
    const evidence = await readEvidenceFile(createInterface({ input: createReadStream(file) }));
    return await verifyEvidence(evidence.source, {
      keys: keys ?? evidence.keys,
      held,
      at: evidence.exportedAt,
    });
  } catch (error) {
    throw error instanceof EvidenceFileError
      ? new EvidenceFault(oneLine(`${file}: ${error.message}`))
      : error;
  }
}

export const auditVerify: Command = {
  usage: "audit verify [FILE…] [--keys JWKS] [--checkpoints FILE]",
  does: "verifies the audit log, of the database or of files that audit export made, and evidence packs of cases",
  async run(args, env) {
    const { values, positionals } = parseArgs({
      args,
      options: { keys: { type: "string" }, checkpoints: { type: "string" } },
      allowPositionals: true,
      strict: true,
    });
    // beside the database that is verified, its own file is what is held elsewhere
    const own = positionals.length === 0 && existsSync(env.checkpointFile) ? env.checkpointFile : null;
    const heldIn = values.checkpoints ?? own;
    const keys = values.keys === undefined ? null : readKeys(values.keys);
    const held = heldIn === null ? null : await readHeld(heldIn);
    const missing = positionals.find((file) => !existsSync(file));
    if (missing !== undefined) throw new UsageError(`${missing} is not there`);
    const ofLog = async (
      verifying: Promise<Verification>,
      unheldOf: (found: Verification) => string | null,
    ): Promise<Found> => {
      const found = await verifying;
      const lines = verificationLines(found, { heldIn, hasOwnKeys: keys !== null });
      return { lines, broken: found.problems.length, unheld: unheldOf(found) };
    };
    const verifications =
      positionals.length === 0
        ? [() => ofLog(verifyDatabase(env, { keys, held }), () => null)]
        : positionals.map(
            (file) => () =>
              isPack(file)
                ? verifyPackFile(file, { keys, held, heldIn })
                : ofLog(verifyFile(file, { keys, held }), ({ checkpoints }) =>
                    whyUnheld(checkpoints.end, { keys, held }),
                  ),
          );
    let broken = 0;
    let unheld: string | null = null;
    for (const [index, verify] of verifications.entries()) {
      if (positionals.length > 1) process.stdout.write(`${index === 0 ? "" : "\n"}${positionals[index]}\n`);
      const found = await verify().catch((error: unknown): Found => {
        // of several files each is told of
        if (positionals.length < 2 || !(error instanceof EvidenceFault)) throw error;
        return { lines: [`BROKEN       ${error.message}`], broken: 1, unheld: null };
      });
      for (const line of found.lines) process.stdout.write(`${oneLine(line)}\n`);
      broken += found.broken;
      unheld ??= found.unheld;
    }
    if (broken > 0)
      throw new EvidenceFault(`the evidence does not hold: ${broken === 1 ? "1 fault" : `${broken} faults`}`);
    if (unheld !== null) throw new EvidenceUnheld(unheld);
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
