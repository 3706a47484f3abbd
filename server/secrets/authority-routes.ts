import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { FastifyInstance } from "fastify";
// @ts-expect-error the engine's own table of routes: it has no types, and nobody but this search looks at it
import EngineRouter from "oidc-provider/lib/helpers/router.js";
import { startTestInstance } from "#server/authority/test-authority.ts";

/** `path` has `{name}` where a request has a value, and `{*}` where anything may follow. */
export type AuthorityRoute = { method: string; path: string };

const VERBS = ["get", "post", "put", "delete", "options"] as const;
type Register = (this: unknown, name: string, path: string, ...stack: unknown[]) => unknown;

/** Pages that people meet at the engine, which no table of routes has. */
const PAGES: AuthorityRoute[] = [
  { method: "GET", path: "/interaction/{uid}" },
  { method: "POST", path: "/interaction/{uid}" },
  { method: "GET", path: "/interaction/pages.css" },
];

function asPath(url: string): string {
  return url.replaceAll(/:(\w+)/g, "{$1}").replace(/\*$/, "{*}");
}

/**
 * Every route that an authority has, from the tables that it answers by: one is started beside the product and tells what it registers. A new
 * endpoint is here without anybody's doing.
 */
export async function listAuthorityRoutes(): Promise<AuthorityRoute[]> {
  const routes = new Map<string, AuthorityRoute>();
  const engineRoutes: AuthorityRoute[] = [];
  const add = (route: AuthorityRoute) => routes.set(`${route.method} ${route.path}`, route);
  const onFastify = (message: unknown) =>
    void (message as { fastify: FastifyInstance }).fastify.addHook("onRoute", ({ method, url }) => {
      for (const one of [method].flat()) add({ method: one, path: asPath(url) });
    });
  const prototype = EngineRouter.prototype as Record<string, Register>;
  const originals = VERBS.map((verb) => [verb, prototype[verb] as Register] as const);
  for (const [verb, register] of originals)
    prototype[verb] = function (name, path, ...stack) {
      engineRoutes.push({ method: verb.toUpperCase(), path: asPath(path) });
      return register.call(this, name, path, ...stack);
    };
  subscribe("fastify.initialization", onFastify);
  try {
    const instance = await startTestInstance(1);
    // the engine is built for the first request that needs it
    await fetch(`${instance.issuer}/.well-known/openid-configuration`);
    await instance.stop();
  } finally {
    unsubscribe("fastify.initialization", onFastify);
    for (const [verb, register] of originals) prototype[verb] = register;
  }
  // what the door answers itself never comes to the engine
  const ours = new Set([...routes.values()].map(({ path }) => path));
  for (const route of [...engineRoutes.filter(({ path }) => !ours.has(path)), ...PAGES]) add(route);
  return [...routes.values()];
}

/** Whether a request went to a route. */
export function isOf(route: AuthorityRoute, asked: { method: string; path: string }): boolean {
  const pattern = route.path
    .replaceAll(/[.()]/g, "\\$&")
    .replace("{*}", ".*")
    .replaceAll(/\{\w+\}/g, "[^/]+");
  return asked.method === route.method && new RegExp(`^${pattern}$`).test(asked.path);
}
