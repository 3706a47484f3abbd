import { parseArgs } from "node:util";
import { confirmRestore } from "#lib/restore/confirm-restore.ts";
import { findRestore, readOpenRestore } from "#lib/restore/find-restore.ts";
import type { OpenRestore } from "#lib/restore/model.ts";
import type { Command } from "./commands.ts";
import { UsageError } from "./usage-error.ts";
import { withContext } from "./with-database.ts";

const counted = (count: number, one: string) => `${count} ${count === 1 ? one : `${one}s`}`;
const print = (line: string) => void process.stdout.write(`${line}\n`);

/** What is lost, a line each. */
function lossLines({ common, mark, lostActs, lostCheckpoints }: OpenRestore): string[] {
  return [
    `kept outside   up to checkpoint ${mark.number} of ${mark.at}`,
    common === null
      ? "database       has none of the checkpoints that are kept outside: it may be another one"
      : `database       up to checkpoint ${common.number} of ${common.at}`,
    `lost           ${counted(lostCheckpoints, "minute")} of evidence, ${counted(lostActs, "act")} at least, and every token, revocation and use of that time`,
    "back           who was erased since the dump, with all that was erased of them: nothing here says who that was; erase them again",
  ];
}

export const restoreConfirm: Command = {
  usage: "restore confirm --tokens revoke|keep",
  does: "confirms that the database was restored from an older dump, and lets it be served; revoke ends all tokens from before",
  async run(args, env) {
    const { values } = parseArgs({ args, options: { tokens: { type: "string" } }, strict: true });
    const { tokens } = values;
    if (tokens !== undefined && tokens !== "revoke" && tokens !== "keep")
      throw new UsageError("--tokens must be revoke or keep");
    await withContext(env, async (ctx) => {
      await findRestore(ctx.db, env.checkpointFile);
      const restore = await readOpenRestore(ctx.db);
      if (restore === null) {
        print("No restore waits to be confirmed: everything is served.");
        return;
      }
      for (const line of lossLines(restore)) print(line);
      if (tokens === undefined)
        throw new UsageError(
          "say --tokens revoke: all tokens from before end, since which of them had been revoked is not known; or --tokens keep: those that had been revoked work again",
        );
      const { orderId } = await confirmRestore(ctx, { revokesTokens: tokens === "revoke" });
      print(
        orderId === null
          ? "Confirmed. Tokens that had been revoked since the dump work again."
          : `Confirmed. All tokens from before are revoked, by order ${orderId}.`,
      );
    });
  },
};
