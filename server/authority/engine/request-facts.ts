import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { cleanText } from "#lib/audit/clean-text.ts";
import type { SqlContext } from "#lib/context.ts";
import type { EngineDeps } from "./deps.ts";

/** What goes on record of a request. */
export type RequestFacts = { requestId: string; ip: string | null; userAgent: string | null };

const MAX_USER_AGENT = 512;
const known = new WeakMap<IncomingMessage, RequestFacts>();

/** The facts of a request; the same ones however often they are asked for. */
export function factsOf(deps: Pick<EngineDeps, "clientIp">, req: IncomingMessage): RequestFacts {
  let facts = known.get(req);
  if (facts === undefined) {
    facts = {
      requestId: randomUUID(),
      ip: deps.clientIp(req),
      userAgent: cleanText(req.headers["user-agent"] ?? null, MAX_USER_AGENT),
    };
    known.set(req, facts);
  }
  return facts;
}

/** A context for a person, or nobody yet, at this door. */
export function contextOf(deps: EngineDeps, req: IncomingMessage, actor: SqlContext["actor"]): SqlContext {
  return { db: deps.db, now: new Date(), actor, ...factsOf(deps, req) };
}

export const NOBODY = { kind: "anonymous", id: "anonymous", name: "not signed in" } as const;
