import { readAudience } from "../audiences/get-audience.ts";
import { readClient } from "../clients/get-client.ts";
import { isConfidential, isSenderConstrained } from "../clients/model.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, type FieldProblem } from "../errors.ts";
import { run, sql, trusted } from "../list-query/sql-fragment.ts";
import { readOrganisation } from "../organisation/get-organisation.ts";
import { LIFETIME_RANGES, lifetimeProblems } from "../organisation/model.ts";
import { clientLifetimeProblems } from "./client-lifetime-problems.ts";
import { CLIENT_LIFETIME_SQL } from "./columns.ts";
import { type ClientLimits, shortenedLimits } from "./limits.ts";
import {
  CLIENT_SETTING_KEYS,
  type ClientLifetimes,
  type LifetimeSubject,
  type OrganisationLifetimes,
} from "./model.ts";
import type { NewLimits } from "./outliving.ts";
import { changedLifetimes, type LifetimesChange } from "./save-client-lifetimes.ts";

export type OrganisationChange = {
  [key in keyof OrganisationLifetimes]?: OrganisationLifetimes[key] | undefined;
};

/** A change that is looked at before it is saved. Nothing in it: what outlives the present settings. */
export type LifetimeChange =
  | { kind: "client"; id: string; settings: LifetimesChange }
  | { kind: "organisation"; settings: OrganisationChange }
  | { kind: "audience"; id: string; settings: { accessTokenTtlMaxSeconds?: number | null | undefined } };

/** What of a change of the organisation is about lifetimes. */
export function givenOrganisationLifetimes(settings: OrganisationChange): OrganisationChange {
  const keys = [
    ...Object.keys(LIFETIME_RANGES),
    "rotatesConfidentialRefreshTokens",
  ] as (keyof OrganisationChange)[];
  return Object.fromEntries(
    keys.flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]])),
  );
}

/** What was given of a change, in an order of its own: two that say the same are the same text. */
export function settingsText(settings: object): string {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return JSON.stringify(Object.fromEntries(given.sort(([a], [b]) => (a < b ? -1 : 1))));
}

export type LookedAt = { name: string; limits: NewLimits };

function refuse(fields: FieldProblem[]): void {
  if (fields.length > 0)
    throw new DomainError("INVALID_INPUT", `${fields[0]?.path}: ${fields[0]?.message}`, { fields });
}

async function ofClient(
  ctx: Context,
  { id, settings }: { id: string; settings: LifetimesChange },
): Promise<LookedAt> {
  const client = await readClient(ctx.db, { id, now: ctx.now });
  const organisation = await readOrganisation(ctx.db);
  const subject: LifetimeSubject = {
    ...client,
    isConfidential: isConfidential(client.kind),
    isSenderConstrained: isSenderConstrained(client),
  };
  const changed = new Set(CLIENT_SETTING_KEYS.filter((key) => settings[key] !== undefined));
  const after = { ...subject, ...changedLifetimes(client, settings) };
  refuse(clientLifetimeProblems(after, organisation, changed));
  const before = changed.size === 0 ? null : { client: subject, organisation };
  const limits = shortenedLimits(id, before, { client: after, organisation });
  return { name: client.clientId, limits: { by: "client", limits: limits === null ? [] : [limits] } };
}

type SubjectRecord = ClientLifetimes & { id: string; grantTypes: string[]; kind: "web" };

async function ofOrganisation(ctx: Context, settings: OrganisationChange): Promise<LookedAt> {
  const { name, ...before } = await readOrganisation(ctx.db);
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const after = { ...before, ...given };
  refuse(lifetimeProblems(after));
  const isUnchanged = Object.keys(given).length === 0;
  const clients = await run<SubjectRecord>(
    ctx.db as Sql,
    sql`SELECT c.id, c.kind, c.grant_types AS "grantTypes", ${trusted(CLIENT_LIFETIME_SQL)} FROM client c`,
  );
  const limits: ClientLimits[] = clients.flatMap(({ id, kind, ...rest }) => {
    // how refresh tokens are replaced has no say in how long they live
    const client = { ...rest, isConfidential: isConfidential(kind), isSenderConstrained: false };
    const one = shortenedLimits(id, isUnchanged ? null : { client, organisation: before }, {
      client,
      organisation: after,
    });
    return one === null ? [] : [one];
  });
  return { name, limits: { by: "client", limits } };
}

/**
 * The limits that a change makes shorter.
 *
 * @throws {DomainError} NOT_FOUND, INVALID_INPUT where it could not be saved.
 */
export async function lookAtChange(ctx: Context, change: LifetimeChange): Promise<LookedAt> {
  switch (change.kind) {
    case "client":
      return ofClient(ctx, change);
    case "organisation":
      return ofOrganisation(ctx, change.settings);
    case "audience": {
      const { name, accessTokenTtlMaxSeconds: was } = await readAudience(ctx.db, change.id);
      const given = change.settings.accessTokenTtlMaxSeconds;
      const is = given === undefined ? was : given;
      const isShorter = is !== null && (given === undefined || was === null || is < was);
      const limits: NewLimits = isShorter
        ? { by: "audience", name, seconds: is }
        : { by: "client", limits: [] };
      return { name, limits };
    }
    default:
      return change satisfies never;
  }
}
