import type { Sql } from "../db/sql.ts";
import { DomainError, type FieldProblem } from "../errors.ts";
import type { ClientLifetimes } from "../lifetimes/model.ts";
import { findLifetimeProblems, type LifetimesChange } from "../lifetimes/save-client-lifetimes.ts";
import {
  type ClientKind,
  grantChoiceOf,
  hasRedirects,
  isConfidential,
  isSenderConstrained,
} from "./model.ts";
import { redirectUriProblem } from "./redirect-uri.ts";

/** What of a client depends on its kind, the organisation and the registry. */
export type ClientSettings = {
  kind: ClientKind;
  redirectUris: readonly string[];
  postLogoutRedirectUris: readonly string[];
  grantTypes: readonly string[];
  audienceIds: readonly string[];
  permissionIds: readonly string[];
  groupIds: readonly string[];
  jwksUri: string | null;
  jwks: object | null;
  requireDpop: boolean;
  requirePar: boolean;
};

/**
 * Refuses settings that contradict the client's kind, the organisation's bounds or each other. The organisation's row is held, so
 * that bounds do not move meanwhile.
 *
 * @param changed the settings to look at: what was valid once is not refused because of a change elsewhere.
 * @throws {DomainError} INVALID_INPUT naming every field.
 */
export async function checkSettings(
  tx: Sql,
  settings: ClientSettings,
  changed: ReadonlySet<keyof ClientSettings>,
  lifetimes: { before: ClientLifetimes; change: LifetimesChange },
): Promise<void> {
  const fields: FieldProblem[] = [];
  if (changed.has("redirectUris")) fields.push(...uriProblems(settings, "redirectUris"));
  if (changed.has("postLogoutRedirectUris")) fields.push(...uriProblems(settings, "postLogoutRedirectUris"));
  if (changed.has("redirectUris") && hasRedirects(settings.kind) && settings.redirectUris.length === 0)
    fields.push({ path: "redirectUris", message: "must have at least one address" });
  if (changed.has("grantTypes")) fields.push(...grantProblems(settings));
  if (changed.has("jwksUri") || changed.has("jwks")) fields.push(...keyProblems(settings));
  if (changed.has("requirePar") && settings.requirePar && !hasRedirects(settings.kind))
    fields.push({ path: "requirePar", message: "has no authorization requests to push" });
  const subject = {
    ...lifetimes.before,
    grantTypes: settings.grantTypes,
    isConfidential: isConfidential(settings.kind),
    isSenderConstrained: isSenderConstrained(settings),
  };
  fields.push(...(await findLifetimeProblems(tx, subject, lifetimes.change)));
  if (changed.has("groupIds") && settings.kind !== "service" && settings.groupIds.length > 0)
    fields.push({ path: "groupIds", message: "only services stand in groups: people bring their own" });
  if (changed.has("groupIds"))
    fields.push(...(await unknown(tx, "groupIds", settings.groupIds, "user_group", "is no group")));
  if (changed.has("audienceIds") || changed.has("permissionIds")) {
    fields.push(...(await unknown(tx, "audienceIds", settings.audienceIds, "audience", "is no audience")));
    fields.push(...(await strayPermissions(tx, settings)));
  }
  if (fields.length > 0)
    throw new DomainError("INVALID_INPUT", `${fields[0]?.path}: ${fields[0]?.message}`, { fields });
}

function uriProblems(
  settings: ClientSettings,
  path: "redirectUris" | "postLogoutRedirectUris",
): FieldProblem[] {
  if (!hasRedirects(settings.kind) && settings[path].length > 0)
    return [
      {
        path,
        message:
          settings.kind === "service"
            ? "a service has none: nobody signs in"
            : "a device has none: people sign in on another screen",
      },
    ];
  return settings[path].flatMap((uri, index) => {
    const message = redirectUriProblem(uri, settings.kind);
    return message === null ? [] : [{ path: `${path}.${index}`, message }];
  });
}

function grantProblems({ kind, grantTypes }: ClientSettings): FieldProblem[] {
  const { always, choice } = grantChoiceOf(kind);
  const missing = always.filter((grant) => !grantTypes.includes(grant));
  const allowed: readonly string[] = [...always, ...choice];
  return [
    ...missing.map((grant) => ({ path: "grantTypes", message: `must have ${grant}: its kind is that` })),
    ...grantTypes.flatMap((grant, index) =>
      allowed.includes(grant)
        ? []
        : [{ path: `grantTypes.${index}`, message: `is no grant of this kind: ${allowed.join(", ")}` }],
    ),
  ];
}

function keyProblems({ kind, jwksUri, jwks }: ClientSettings): FieldProblem[] {
  if (jwksUri !== null && jwks !== null)
    return [{ path: "jwks", message: "is beside an address of keys: have one or the other" }];
  if ((jwksUri !== null || jwks !== null) && !isConfidential(kind))
    return [
      {
        path: jwksUri === null ? "jwks" : "jwksUri",
        message: "a client of this kind keeps no key: it cannot prove who it is",
      },
    ];
  return [];
}

async function unknown(
  tx: Sql,
  path: string,
  ids: readonly string[],
  table: "user_group" | "audience",
  message: string,
): Promise<FieldProblem[]> {
  const rows = await tx.query<{ id: string }>(`SELECT id FROM ${table} WHERE id = ANY ($1::uuid[])`, [ids]);
  const known = new Set(rows.map((row) => row.id));
  return ids.flatMap((id, index) => (known.has(id) ? [] : [{ path: `${path}.${index}`, message }]));
}

async function strayPermissions(tx: Sql, settings: ClientSettings): Promise<FieldProblem[]> {
  const rows = await tx.query<{ id: string }>(
    "SELECT id FROM permission WHERE id = ANY ($1::uuid[]) AND audience_id = ANY ($2::uuid[])",
    [settings.permissionIds, settings.audienceIds],
  );
  const known = new Set(rows.map((row) => row.id));
  return settings.permissionIds.flatMap((id, index) =>
    known.has(id)
      ? []
      : [{ path: `permissionIds.${index}`, message: "is no permission of the chosen audiences" }],
  );
}
