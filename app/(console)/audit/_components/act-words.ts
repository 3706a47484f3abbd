import { incidentHref } from "#lib/incidents/model.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const isUuid = (id: string) => UUID.test(id);

/** What the console calls things otherwise than the log does. */
const NOUNS: Record<string, string> = {
  api_token: "API token",
  incident: "Case",
  mail: "E-mail",
  mail_settings: "Mail server",
  signal_receiver: "Peer",
  sign_in_policy: "Sign-in",
  sign_in_provider: "Sign-in provider",
  user_group: "Group",
};

/** An act as people read it: `client.secret_rotated` → `Client: secret rotated`. */
export function actWords(act: string): string {
  const [noun = act, verb] = act.split(".");
  const words = (text: string) => text.replaceAll("_", " ");
  const named = Object.hasOwn(NOUNS, noun) ? NOUNS[noun] : undefined;
  const subject = named ?? words(noun).replace(/^./, (first) => first.toUpperCase());
  return verb === undefined ? subject : `${subject}: ${words(verb)}`;
}

const PAGES: Record<string, (id: string) => string> = {
  token: (id) => `/tokens/${id}`,
  family: (id) => `/tokens?family=${encodeURIComponent(id)}`,
  session: (id) => `/tokens?session=${encodeURIComponent(id)}`,
  user: (id) => `/users/${id}`,
  client: (id) => `/clients/${id}`,
  // acts upon the thing carry its id, orders upon its tokens its name
  group: (id) => (isUuid(id) ? `/groups/${id}` : `/tokens?group=${encodeURIComponent(id)}`),
  audience: (id) => (isUuid(id) ? `/audiences/${id}` : `/tokens?audience=${encodeURIComponent(id)}`),
  permission: (id) => `/tokens?permission=${encodeURIComponent(id)}`,
  everything: () => "/tokens",
  verifier: (id) => `/verifiers/${id}`,
  signal_stream: (id) => `/settings/signals/streams/${id}`,
  event_stream: (id) => `/settings/event-streams/${id}`,
  signal_receiver: (id) => `/settings/signals/peers/${id}`,
  scanner: (id) => `/settings/scanners/${id}`,
  mail_settings: () => "/settings/mail",
  mail: () => "/settings/mail",
  sign_in_provider: (id) => `/settings/sign-in/${id}`,
  sign_in_policy: () => "/settings/sign-in",
  notification_settings: () => "/settings/notifications",
  notification_webhook: () => "/settings/notifications",
  admin: (id) => (isUuid(id) ? `/admins/${id}` : "/admins"),
  api_token: (id) => (isUuid(id) ? `/api-tokens/${id}` : "/api-tokens"),
  user_import: (id) => `/users/import?id=${id}`,
  group_import: (id) => `/groups/import?id=${id}`,
  organisation: () => "/settings",
  register_week: () => "/settings/retention",
  evidence_check: () => "/audit/integrity",
  log_day: () => "/settings/retention/log",
  log_acts: () => "/settings/retention/log",
  order: (id) => `/orders/${id}`,
  revocation_order: (id) => `/orders/${id}`,
  key_policy: () => "/keys",
  approval: (id) => `/approvals/${id}`,
  approval_policy: () => "/settings/approvals",
  signing_key: (id) => `/keys/${encodeURIComponent(id)}`,
};

/** A case is found by its number: its name begins with it, and who was refused it asked for no more. */
function caseHref({ id, name }: { id: string; name: string }): string | null {
  const number = /^#(\d{1,9})(?: |$)/.exec(name)?.[1] ?? /^\d{1,9}$/.exec(id)?.[0];
  return number === undefined ? null : incidentHref(Number(number));
}

/** The page of what an act was upon, or null where it has none. */
export function targetHref(target: { kind: string; id: string; name: string }): string | null {
  if (target.kind === "incident") return caseHref(target);
  if (!Object.hasOwn(PAGES, target.kind)) return null;
  return PAGES[target.kind]?.(target.id) ?? null;
}
