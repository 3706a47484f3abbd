import { setTimeout as wait } from "node:timers/promises";
import type { Context } from "#lib/context.ts";
import { openDatabase } from "#lib/db/database.ts";
import { revokeClientTokens } from "#lib/revocations/revoke-client-tokens.ts";
import { listTokens } from "#lib/tokens/list-tokens.ts";
import { askedAt, queryOf } from "../measure.ts";
import type { Inventory } from "../open-inventory.ts";
import type { SyntheticClient } from "../seed/synthetic-organisation.ts";
import type { Settings } from "../settings.ts";
import { Probe, type Probed } from "./probe.ts";
import { armClient, type Caller, startProduct } from "./start-product.ts";

export type SettleReport = {
  /** Tokens that the order reached. */
  tokens: number;
  /** From the call to the moment when both authorities refuse. */
  inForceMs: number;
  settleSeconds: number;
  rowsPerSecond: number;
  before: Record<Probing, Probed>;
  during: Record<Probing, Probed>;
};

type Probing = "list" | "issue" | "verify";
const PROBINGS: readonly Probing[] = ["list", "issue", "verify"];

const SETTLE_MAX_MS = 600_000;
/** What a person and a few services do meanwhile. */
const LISTS = ["", "state=active", "kind=refresh", "state=revoked", "permission=billing:read"];

async function issue(origin: string, caller: Caller): Promise<string> {
  const response = await fetch(`${origin}/oauth/token`, {
    method: "POST",
    headers: {
      authorization: caller.clientAuthorization,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: caller.form,
  });
  const answer = (await response.json()) as { access_token?: string };
  if (answer.access_token === undefined) throw new Error(`no token was issued: ${JSON.stringify(answer)}`);
  return answer.access_token;
}

async function isActive(origin: string, caller: Caller, token: string): Promise<boolean> {
  const response = await fetch(`${origin}/oauth/introspect`, {
    method: "POST",
    headers: {
      authorization: caller.verifierAuthorization,
      "content-type": "application/x-www-form-urlencoded",
    },
    body: new URLSearchParams({ token }),
  });
  const answer = (await response.json()) as { active?: boolean };
  if (answer.active === undefined) throw new Error(`introspection answers ${response.status}`);
  return answer.active;
}

async function untilRefused(origin: string, caller: Caller, token: string): Promise<void> {
  while (await isActive(origin, caller, token)) await wait(2);
}

async function settledAfter(ctx: Context, orderId: string): Promise<number> {
  const until = performance.now() + SETTLE_MAX_MS;
  while (performance.now() < until) {
    const [order] = await ctx.db.query<{ at: Date | null; count: number }>(
      "SELECT settled_at AS at, settled_count AS count FROM revocation_order WHERE id = $1",
      [orderId],
    );
    if (order?.at) return order.count;
    await wait(100);
  }
  throw new Error(`the order is not settled after ${SETTLE_MAX_MS / 1_000} s`);
}

/** Takes back everything of the client with the most tokens, with two authorities and a worker at work, and tells what everybody else felt. */
export async function measureSettling(
  inventory: Inventory,
  { watchSeconds }: Pick<Settings, "watchSeconds">,
  options: { log(line: string): void; stack: AsyncDisposableStack },
): Promise<SettleReport> {
  const { log, stack } = options;
  const owner = openDatabase({
    url: inventory.url,
    role: "owner",
    maxConnections: 2,
    applicationName: "tokenwarden bench",
  });
  stack.defer(() => owner.end());
  const [origin, other] = await startProduct(inventory, options);
  const { clients } = inventory.organisation;
  const target = await armClient(owner, clients[0] as SyntheticClient);
  const bystander = await armClient(owner, clients[2] as SyntheticClient);
  await wait(2_000);
  const [token, theirs] = [await issue(origin, target), await issue(other, bystander)];
  for (const one of [origin, other])
    if (!(await isActive(one, target, token))) throw new Error("a token that was just issued is not active");

  const reader = () => askedAt(inventory.db, new Date());
  let turn = 0;
  const probes: Record<Probing, Probe> = {
    list: new Probe(async () => {
      const { rows } = await listTokens(reader(), queryOf(LISTS[turn++ % LISTS.length] as string));
      return rows.length > 0;
    }, 20),
    issue: new Probe(async () => (await issue(origin, bystander)) !== "", 20),
    verify: new Probe(() => isActive(other, bystander, theirs), 10),
  };
  const take = () =>
    Object.fromEntries(PROBINGS.map((one) => [one, probes[one].take()])) as Record<Probing, Probed>;
  for (const probe of Object.values(probes)) stack.defer(() => probe.stop());
  await wait(watchSeconds * 1_000);
  const before = take();
  log("placing an order upon the client with the most tokens");
  const ctx = reader();
  const responder = { ...ctx, actor: { ...ctx.actor, role: "responder" } as Context["actor"] };
  const from = performance.now();
  const [result, inForceMs] = await Promise.all([
    revokeClientTokens(responder, { id: target.id, reason: "test", note: "" }),
    Promise.all([untilRefused(origin, target, token), untilRefused(other, target, token)]).then(
      () => performance.now() - from,
    ),
  ]);
  const tokens = await settledAfter(ctx, result.order.id);
  const settleSeconds = (performance.now() - from) / 1_000;
  const during = take();
  for (const probe of Object.values(probes)) await probe.stop();
  return { tokens, inForceMs, settleSeconds, rowsPerSecond: tokens / settleSeconds, before, during };
}
