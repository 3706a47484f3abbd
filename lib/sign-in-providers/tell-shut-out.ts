import { tellWayInByAnother } from "../admins/tell-way-in-by-another.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";

type Person = { id: string };
type Provider = { id: string; name: string };

const POLICY = { kind: "sign_in_policy", id: "1", name: "Sign-in" };
const idsOf = (people: readonly Person[]) => people.map(({ id }) => id);

/** Tells owners who were named, or are named no more, to come in without a provider whatever is set. */
export async function tellBreakGlassNamed(
  tx: Sql,
  ctx: Context,
  { before, after }: { before: readonly Person[]; after: readonly Person[] },
): Promise<void> {
  for (const { id } of after.filter((owner) => !before.some((other) => other.id === owner.id)))
    await tellWayInByAnother(tx, ctx, {
      adminIds: [id],
      what: "You are a break-glass owner now",
      did: "named you one.",
      means:
        "You sign in without a provider even while that is off for everybody else: every owner is told each time that you do.",
    });
  for (const { id } of before.filter((owner) => !after.some((other) => other.id === owner.id)))
    await tellWayInByAnother(tx, ctx, {
      adminIds: [id],
      what: "You are no break-glass owner any more",
      did: "took it back.",
      means: "While sign-in without a provider is off, you cannot sign in with an account of this console.",
    });
}

/** Tells whom it leaves without a way in that sign-in without a provider was turned off, and whom it gives theirs back that it is on again. */
export async function tellLocalSwitched(
  tx: Sql,
  ctx: Context,
  { isOn, admins }: { isOn: boolean; admins: readonly Person[] },
): Promise<void> {
  await tellWayInByAnother(tx, ctx, {
    adminIds: idsOf(admins),
    what: isOn
      ? "You can sign in without a provider again"
      : "You cannot sign in without a provider any more",
    did: isOn ? "turned it on again." : "turned it off.",
    means: isOn
      ? "Your password and passkeys let you in as before."
      : "Your sessions were ended, your API tokens open nothing, and you have no other way in: ask an owner of this console to invite you for a provider.",
    subject: POLICY,
  });
}

/** The admins who are linked to one of a provider's people. */
export async function readLinked(tx: Sql, providerId: string): Promise<Person[]> {
  return tx.query(
    "SELECT admin_id AS id FROM admin_identity WHERE provider_id = $1::uuid AND subject IS NOT NULL ORDER BY admin_id",
    [providerId],
  );
}

const SWITCHED = {
  disabled: {
    what: (name: string) => `You cannot sign in by ${name} any more`,
    did: "disabled it.",
    means:
      "Your sessions by it were ended, and your API tokens open nothing. If you do not know why, ask an owner of this console.",
  },
  enabled: {
    what: (name: string) => `You can sign in by ${name} again`,
    did: "enabled it.",
    means: "You sign in by it as before.",
  },
  removed: {
    what: (name: string) => `You are not linked to ${name} any more`,
    did: "removed the provider.",
    means: "You have no way to sign in until an owner of this console gives you one: ask them.",
  },
};

/** Tells a provider's people that it was disabled, enabled or removed. Call it before their links go. */
export async function tellProviderSwitched(
  tx: Sql,
  ctx: Context,
  { provider, became }: { provider: Provider; became: keyof typeof SWITCHED },
): Promise<void> {
  const { what, did, means } = SWITCHED[became];
  await tellWayInByAnother(tx, ctx, {
    adminIds: idsOf(await readLinked(tx, provider.id)),
    what: what(provider.name),
    did,
    means,
    subject: { kind: "sign_in_provider", id: provider.id, name: provider.name },
  });
}

/** Tells an admin that their provider gives them no role any more. */
export async function tellLetGo(
  tx: Sql,
  ctx: Context,
  { admin, provider }: { admin: Person; provider: string },
): Promise<void> {
  await tellWayInByAnother(tx, ctx, {
    adminIds: [admin.id],
    who: provider,
    what: `${provider} gives you no role in this console any more`,
    did: "said so of your groups when you signed in.",
    means:
      "Your sessions were ended, and your API tokens open nothing until it gives you one again. If that is a mistake, ask whoever looks after your groups there.",
  });
}
