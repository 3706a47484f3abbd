import { MigrationError } from "#lib/db/migrate.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { EnvError, getEnv } from "#lib/env.ts";
import { DomainError } from "#lib/errors.ts";
import { MasterKeyError } from "#lib/keys/master-keys.ts";
import { StartRefusal } from "#server/start-refusal.ts";
import { EvidenceFault, EvidenceUnheld } from "./audit-commands.ts";
import { COMMANDS, type Command } from "./commands.ts";
import { UsageError } from "./usage-error.ts";

function help(): string {
  const width = Math.max(...Object.values(COMMANDS).map((command) => command.usage.length));
  const lines = Object.values(COMMANDS).map((command) => `  ${command.usage.padEnd(width)}  ${command.does}`);
  return [
    "usage: npx tokenwarden <command>",
    "",
    ...lines,
    `  ${"help".padEnd(width)}  prints this`,
    "",
    "It works on the database of DATABASE_URL, else on the embedded one of DATA_DIR (./.data).",
    "",
  ].join("\n");
}

function findCommand(words: string[]): { command: Command; args: string[] } | null {
  for (const count of [2, 1]) {
    const command = COMMANDS[words.slice(0, count).join(" ")];
    if (command && words.length >= count) return { command, args: words.slice(count) };
  }
  return null;
}

function isUsageError(error: unknown): error is Error {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return error instanceof UsageError || code.startsWith("ERR_PARSE_ARGS");
}

/** The exit code of a failed command, after saying in one line what is wrong. */
function explain(error: unknown, command: Command): number {
  const say = (line: string) => process.stderr.write(`tokenwarden: ${line}\n`);
  if (error instanceof EvidenceFault) {
    say(error.message);
    return 1;
  }
  if (error instanceof EvidenceUnheld) {
    say(error.message);
    return 3;
  }
  if (error instanceof EnvError) {
    say(error.message);
    return 2;
  }
  if (isUsageError(error)) {
    // what follows tells of arguments that begin with a dash: no command takes one
    say(`${error.message.split(" To specify a positional")[0]}\nusage: npx tokenwarden ${command.usage}`);
    return 2;
  }
  if (isUnavailable(error) && !(error instanceof DomainError)) {
    // a host with several addresses: the words are in what failed at each
    const first = error instanceof AggregateError ? error.errors[0] : error;
    say(`the database cannot be used: ${(first as Error).message}`);
    return 1;
  }
  const isForPeople = [StartRefusal, MigrationError, MasterKeyError, DomainError].some(
    (kind) => error instanceof kind,
  );
  const known = error instanceof Error && (isForPeople || error.constructor === Error);
  say(known ? error.message : String((error as Error).stack ?? error));
  return 1;
}

const words = process.argv.slice(2);
if (words.length === 0 || ["help", "--help", "-h"].includes(words[0] ?? "")) {
  process.stdout.write(help());
  process.exit(words.length === 0 ? 2 : 0);
}
const found = findCommand(words);
if (!found) {
  process.stderr.write(`tokenwarden: there is no command ${JSON.stringify(words.join(" "))}\n\n${help()}`);
  process.exit(2);
}
if (found.args.some((arg) => arg === "--help" || arg === "-h")) {
  process.stdout.write(`usage: npx tokenwarden ${found.command.usage}\n\n${found.command.does}\n`);
  process.exit(0);
}
try {
  await found.command.run(found.args, getEnv());
  process.exit(0);
} catch (error) {
  process.exit(explain(error, found.command));
}
