import type { Route } from "#app/_lib/route-spec.ts";
import type { RunStored } from "#lib/approvals/approve.ts";

async function findRoute(method: string, path: string): Promise<Route> {
  // the routes know of this one: they are looked up when they are needed
  const { allRoutes } = await import("../_definitions.ts");
  const route = allRoutes().find(({ spec }) => spec.method === method && spec.path === path);
  if (route === undefined) throw new Error(`there is no ${method} ${path}`);
  return route;
}

/** Runs stored requests by the routes that they were sent to. */
export function runStoredBy(request: Request): RunStored {
  return async (ctx, { method, path, request: stored }) => {
    const route = await findRoute(method, path);
    const url = new URL(stored.query, request.url).toString();
    const { params, body, seenVersion } = stored;
    return route.replay(ctx, { params, url, body: body ?? undefined, seenVersion }, request);
  };
}
