import { ROLE_WORDS, type Role } from "../authz/roles.ts";
import { KEY_PURPOSE_WORDS, type KeyPurpose } from "../keys/model.ts";
import type { OrderPlan } from "../order-plans/model.ts";
import { GUARDED_WORDS, type GuardedKind, type Shown, type ShownAct } from "./model.ts";

/** What an order by plan does, as its title: "Revoke 128 live tokens of 40 users: client reports-spa". The order writes down used and expired ones too, and says so. */
export function planTitle({
  verb,
  tokens,
  users,
  target,
}: Pick<OrderPlan, "verb" | "tokens" | "users" | "target">): string {
  const act = verb === "revoke" ? "Revoke" : "Suspend";
  const many = ({ value, isExact }: OrderPlan["tokens"], one: string, more: string) =>
    `${isExact ? "" : "at least "}${value.toLocaleString("en")} ${value === 1 ? one : more}`;
  const of = users.isExact && users.value > 0 ? ` of ${many(users, "user", "users")}` : "";
  const what = `${act} ${many(tokens, "live token", "live tokens")}${of}`;
  if (target.kind === "everything") return `${what}: everything`;
  return `${what}: ${target.kind.replaceAll("_", " ")} ${target.name}`;
}

/** A role in words; nothing where it is none. */
export const roleOf = (value: unknown): string =>
  typeof value === "string" && Object.hasOwn(ROLE_WORDS, value) ? ROLE_WORDS[value as Role].name : "";

export function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

/** The first of them, and how many more there are. */
function listWords(names: readonly string[]): string {
  return `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
}

const purposeOf = (value: unknown): string =>
  typeof value === "string" && Object.hasOwn(KEY_PURPOSE_WORDS, value)
    ? KEY_PURPOSE_WORDS[value as KeyPurpose].name.toLowerCase().replace(/^id /, "ID ")
    : "tokens";

const kindNames = (kinds: readonly string[]) =>
  listWords(kinds.map((kind) => GUARDED_WORDS[kind as GuardedKind]?.name.toLowerCase() ?? kind));

function policyTitle({ before, after }: ShownAct): string | null {
  const [was, is] = [namesOf(before?.kinds), namesOf(after?.kinds)];
  const added = is.filter((kind) => !was.includes(kind));
  const gone = was.filter((kind) => !is.includes(kind));
  if (added.length > 0 && gone.length > 0)
    return `Want a second person for ${kindNames(added)}, and none for ${kindNames(gone)}`;
  if (added.length > 0) return `Want a second person for ${kindNames(added)}`;
  if (gone.length > 0) return `Want no second person any more for ${kindNames(gone)}`;
  return typeof after?.bulkTokens === "number"
    ? `Want a second person to revoke ${after.bulkTokens.toLocaleString("en")} tokens or more`
    : null;
}

function signInTitle({ before, after }: ShownAct): string | null {
  if (before?.localSignIn === after?.localSignIn || typeof after?.localSignIn !== "boolean") {
    const named = namesOf(after?.breakGlassOwners);
    return named.length === 0 ? null : `Name as break-glass owners: ${listWords(named)}`;
  }
  return `Turn sign-in without a provider ${after.localSignIn ? "on" : "off"}`;
}

/** Of one act upon one thing: what it does to it, from what it would record. */
const TITLES: Record<string, (act: ShownAct) => string | null> = {
  "admin.invited": ({ target, after }) =>
    `Invite ${target.name}${roleOf(after?.role) === "" ? "" : ` as ${roleOf(after?.role)}`}`,
  "admin.role_changed": ({ target, before, after }) =>
    `Make ${target.name} ${roleOf(after?.role)} instead of ${roleOf(before?.role)}`,
  "admin.disabled": ({ target }) => `Disable ${target.name}`,
  "admin.enabled": ({ target }) => `Enable ${target.name}`,
  "admin.enrolment_reset": ({ target }) => `Give ${target.name} a new link`,
  "api_token.created": ({ target, after }) =>
    `Make the API token ${target.name}, ${roleOf(after?.role)}${after?.isUnattended === true ? ", that acts unattended" : ""}`,
  "approval_policy.changed": policyTitle,
  "sign_in_policy.updated": signInTitle,
  "key.created": ({ after }) => `Rotate the key of ${purposeOf(after?.purpose)}`,
  "key_policy.updated": ({ target }) => `Change when the key is rotated: ${target.name}`,
  "key.destroyed": ({ target }) => `Destroy the signing key ${target.name}`,
  "key.cancelled": ({ target }) => `Call off the rotation to the key ${target.name}`,
  "sign_in_provider.created": ({ target }) => `Let admins sign in by ${target.name}`,
  "sign_in_provider.updated": ({ target }) => `Change the sign-in provider ${target.name}`,
  "sign_in_provider.removed": ({ target }) => `Remove the sign-in provider ${target.name}`,
  "sign_in_provider.disabled": ({ target }) => `Stop sign-in by ${target.name}`,
  "sign_in_provider.enabled": ({ target }) => `Let admins sign in by ${target.name} again`,
  "event_stream.paused": ({ target }) => `Pause the stream ${target.name}`,
  "event_stream.resumed": ({ target }) => `Resume the stream ${target.name}`,
  "event_stream.removed": ({ target }) => `Remove the stream ${target.name}`,
  "signal_stream.removed": ({ target }) => `Remove the stream ${target.name}`,
  "signal_receiver.disabled": ({ target }) => `Switch the peer ${target.name} off`,
  "signal_receiver.enabled": ({ target }) => `Switch the peer ${target.name} on`,
  "notification_webhook.paused": () => "Pause the webhook of notifications",
  "notification_webhook.resumed": () => "Resume the webhook of notifications",
};

/** What only follows from another act. */
const FOLLOWS: ReadonlySet<string> = new Set(["admin.invitation_withdrawn"]);

/** What acts do, as their title, from what they would record; null where it has no words of its own here. */
export function actsTitle({ acts, actCount }: Pick<Shown, "acts" | "actCount">): string | null {
  const [first] = acts.filter(({ act }) => !FOLLOWS.has(act));
  const following = acts.filter(({ act }) => FOLLOWS.has(act)).length;
  const compromised = acts.find(({ act }) => act === "key.compromised");
  if (compromised !== undefined) return `Declare the signing key ${compromised.target.name} compromised`;
  if (first === undefined || actCount - following !== 1) return null;
  return TITLES[first.act]?.(first) ?? null;
}
