import type { RawInput, Route } from "#app/_lib/route-spec.ts";
import { guardedOf } from "#app/_lib/second-person.ts";
import type { StoredRequest } from "#lib/approvals/approval-row.ts";
import type { GuardStored } from "#lib/approvals/look-again.ts";
import type { RunStored } from "#lib/approvals/run-for-requester.ts";

async function findRoute(method: string, path: string): Promise<Route> {
  // the routes know of this one: they are looked up when they are needed
  const { allRoutes } = await import("../_definitions.ts");
  const route = allRoutes().find(({ spec }) => spec.method === method && spec.path === path);
  if (route === undefined) throw new Error(`there is no ${method} ${path}`);
  return route;
}

function rawOf({ params, query, body, seenVersion }: StoredRequest, request: Request): RawInput {
  const url = new URL(query, request.url).toString();
  return { params, url, body: body ?? undefined, seenVersion };
}

/** Runs stored requests by the routes that they were sent to. */
export function runStoredBy(request: Request): RunStored {
  return async (ctx, { method, path, request: stored }) => {
    const route = await findRoute(method, path);
    return route.replay(ctx, rawOf(stored, request), request);
  };
}

/** Stored requests under the guard of four eyes, as the routes that they were sent to declare them. */
export function guardStoredBy(request: Request): GuardStored {
  return async (ctx, { method, path, request: stored }) => {
    const route = await findRoute(method, path);
    const raw = rawOf(stored, request);
    // what holds a secret is not stored
    const guarded = guardedOf(ctx, { spec: route.spec, raw, hasSecret: false });
    return { ...guarded, act: (own) => route.replay(own, raw, request) };
  };
}
