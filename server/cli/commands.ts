import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createSetupLink } from "#lib/admins/create-setup-link.ts";
import { linkOwnerOnMachine } from "#lib/admins/link-owner-on-machine.ts";
import { createTokenOnMachine } from "#lib/api-tokens/create-on-machine.ts";
import { createApiTokenInput } from "#lib/api-tokens/input.ts";
import { ROLES } from "#lib/authz/roles.ts";
import { migrate } from "#lib/db/migrate.ts";
import { type Env, readOrigin } from "#lib/env.ts";
import { changeIssuer } from "#lib/issuer/change-issuer.ts";
import { turnLocalSignInOn } from "#lib/sign-in-providers/sign-in-policy.ts";
import { auditExport, auditVerify } from "./audit-commands.ts";
import { parseDuration } from "./duration.ts";
import { restoreConfirm } from "./restore-commands.ts";
import { rewrap } from "./rewrap.ts";
import { UsageError } from "./usage-error.ts";
import { withContext, withDatabaseUrl } from "./with-database.ts";

export interface Command {
  /** As a person writes it. */
  usage: string;
  does: string;
  run(args: string[], env: Env): Promise<void>;
}

const print = (line: string) => void process.stdout.write(`${line}\n`);
const remark = (line: string) => void process.stderr.write(`${line}\n`);

const OPTIONS: Record<string, string> = {
  name: "--name",
  role: "--role",
  expiresInSeconds: "--expires-in",
  networks: "--networks",
};

function explainIssue(issue: { path: PropertyKey[]; message: string } | undefined): string {
  const option = OPTIONS[String(issue?.path[0])] ?? "an option";
  if (option === "--role") return `--role must be one of ${ROLES.join(", ")}`;
  return `${option} ${issue?.message.replace(/^Invalid input: /, "") ?? "cannot be used"}`;
}

function requireNoArguments(args: string[]): void {
  parseArgs({ args, options: {}, strict: true });
}

const setupLink: Command = {
  usage: "setup-link",
  does: "prints a one-time link with which the first owner is created",
  async run(args, env) {
    requireNoArguments(args);
    const link = await withContext(env, (ctx) => createSetupLink(ctx));
    if (!link) throw new Error("there is an owner already; ask an owner to invite you in the console");
    print(link.url);
    remark(`It works once, until ${link.expiresAt}.`);
  },
};

const ownerLink: Command = {
  usage: "owner link EMAIL",
  does: "prints a one-time link for an owner who has lost every way in; what they had is taken, and all other owners are alarmed",
  async run(args, env) {
    const { positionals } = parseArgs({ args, options: {}, allowPositionals: true, strict: true });
    const [email, ...rest] = positionals;
    if (email === undefined || rest.length > 0) throw new UsageError("EMAIL must be the address of an owner");
    const link = await withContext(env, (ctx) => linkOwnerOnMachine(ctx, { email }));
    print(link.url);
    remark(`It works once, until ${link.expiresAt}. Password, factors and sessions of ${email} are gone.`);
  },
};

const apiTokenCreate: Command = {
  usage:
    "api-token create --role ROLE --name NAME [--expires-in 90d] [--networks 10.0.0.0/8,2001:db8::/32] [--unattended]",
  does: `makes an API token for automation, good for 90 days unless told otherwise, and prints it; ROLE is ${ROLES.join(", ")}`,
  async run(args, env) {
    const { values } = parseArgs({
      args,
      options: {
        role: { type: "string" },
        name: { type: "string" },
        "expires-in": { type: "string" },
        networks: { type: "string" },
        unattended: { type: "boolean", default: false },
      },
      strict: true,
    });
    const expiresIn = values["expires-in"];
    const input = createApiTokenInput.safeParse({
      name: values.name,
      role: values.role,
      expiresInSeconds: expiresIn === undefined ? undefined : parseDuration(expiresIn),
      networks: values.networks?.split(","),
    });
    if (!input.success) throw new UsageError(explainIssue(input.error.issues[0]));
    const created = await withContext(env, (ctx) =>
      createTokenOnMachine(ctx, { ...input.data, isUnattended: values.unattended }),
    );
    print(created.token);
    const { name, role, expiresAt, isUnattended, networks } = created.row;
    const until = expiresAt ? `until ${expiresAt}` : "until it is revoked";
    const from = networks.length === 0 ? "from anywhere" : `from ${networks.join(", ")}`;
    remark(`API token ${name} (${created.id}), role ${role}, good ${until}, ${from}. It is shown only now.`);
    if (created.isAlarm)
      remark(
        "It acts unattended. Four eyes is on: every owner is alarmed, and one of them is to review it under Approvals.",
      );
    else if (isUnattended)
      remark(
        "It acts unattended: what a person is asked again for it does by itself, but for who may use the console and how they sign in, unless it only shuts somebody out. Four eyes is off.",
      );
    else
      remark(
        "It does not act unattended, since four eyes is on: what a person is asked again for waits for an approval. --unattended gives it that right, and alarms the owners.",
      );
  },
};

const dbMigrate: Command = {
  usage: "db migrate",
  does: "brings the database to the schema of this version",
  async run(args, env) {
    requireNoArguments(args);
    const applied = await withDatabaseUrl(env, (url) => migrate(url));
    for (const name of applied) print(`applied ${name}`);
    if (applied.length === 0) print("the database is up to date");
  },
};

const issuerSet: Command = {
  usage: "issuer set ORIGIN --instead-of PRESENT",
  does: "changes the issuer for good: tokens of the present one are refused by every authority that starts after it",
  async run(args, env) {
    const { values, positionals } = parseArgs({
      args,
      options: { "instead-of": { type: "string" } },
      allowPositionals: true,
      strict: true,
    });
    const [issuer, ...rest] = positionals.map((text) => readOrigin(text));
    const insteadOf = values["instead-of"];
    if (issuer === undefined || rest.length > 0)
      throw new UsageError("ORIGIN must be one origin such as https://tokens.example.com");
    if (insteadOf === undefined)
      throw new UsageError("say with --instead-of which issuer it replaces: its tokens will be refused");
    await withContext(env, (ctx) => changeIssuer(ctx, { issuer, insteadOf }));
    print(issuer);
    remark(
      `Start every authority with AUTHORITY_ISSUER=${issuer}. Tokens of ${insteadOf} are refused from then on.`,
    );
  },
};

const signInLocalOn: Command = {
  usage: "sign-in local on",
  does: "lets admins sign in without a provider again, where the provider is gone",
  async run(args, env) {
    if (args.length !== 1 || args[0] !== "on") throw new UsageError("say `sign-in local on`");
    const wasOff = await withContext(env, (ctx) => turnLocalSignInOn(ctx));
    print(wasOff ? "sign-in without a provider is on" : "sign-in without a provider was on already");
  },
};

/** What ran with the version before looks each second whether it must give way; until then it knows of no other master key than its own. */
const GIVE_WAY_MS = 2_000;

const keysRewrap: Command = {
  usage: "keys rewrap",
  does: "replaces the master key, and wraps everything under the new one while all goes on",
  async run(args, env) {
    requireNoArguments(args);
    const { keyId, wrapped, kept } = await withContext(env, async (ctx, applied) => {
      if (applied.length > 0) {
        remark(
          "The database was migrated just now: waiting for what ran with the version before to give way.",
        );
        await wait(GIVE_WAY_MS);
      }
      return rewrap({ ...ctx, now: new Date() }, env);
    });
    print(keyId);
    if (wrapped === null) remark("An earlier run had wrapped everything; what it had left to do is done.");
    else
      remark(
        `${wrapped.signingKeys} signing keys, ${wrapped.secondFactors} second factors and ${wrapped.receivers} receivers' secrets are wrapped under the new master key. The old one opens nothing of this database any more.`,
      );
    if (kept !== null) {
      remark(
        `What runs reads the new key by itself. The old one is kept in ${kept} for backups from before:`,
      );
      remark("delete it with the last of them.");
    } else if (env.masterKey)
      remark(
        "Start everything with MASTER_KEY set to the new key. What runs with MASTER_KEY_NEXT goes on until then. An authority without it says in its log what it lacks; a console without it refuses sign-ins with a second factor, and a worker without it fails deliveries to receivers that want an Authorization.",
      );
  },
};

/** By the words a person writes. */
export const COMMANDS: Record<string, Command> = {
  "setup-link": setupLink,
  "owner link": ownerLink,
  "api-token create": apiTokenCreate,
  "db migrate": dbMigrate,
  "issuer set": issuerSet,
  "audit verify": auditVerify,
  "audit export": auditExport,
  "keys rewrap": keysRewrap,
  "sign-in local": signInLocalOn,
  "restore confirm": restoreConfirm,
};
