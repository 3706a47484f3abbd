import { z } from "zod";
import type { DeclaredAct } from "#lib/access/model.ts";
import { operationId } from "./openapi.ts";
import type { AnyRouteSpec, Route } from "./route-spec.ts";

/** What a person is asked again for without waiting for a second one: it changes nothing, is done while nothing is served, or only shuts out. */
export const NEVER_WAITS: ReadonlySet<string> = new Set([
  "POST /api/v1/sign-in-providers/test",
  "POST /api/v1/restore/confirm",
  "POST /api/v1/sign-in-providers/{id}/disable",
]);

/** The field of a body that something is typed into to confirm. */
const TYPED = "confirm";

function isTyped({ body }: AnyRouteSpec): boolean {
  if (body === undefined) return false;
  const { properties } = z.toJSONSchema(body, { io: "input", unrepresentable: "any" }) as {
    properties?: Record<string, unknown>;
  };
  return properties !== undefined && Object.hasOwn(properties, TYPED);
}

/** A sentence's part that is about the words of the API is left out for people. */
function inWords(summary: string): string {
  return summary.split(";")[0] as string;
}

/** What may be done, as the routes themselves declare it: everything that changes something, but for what nobody has to sign in for. */
export function declaredActs(routes: readonly Route[]): DeclaredAct[] {
  return routes.flatMap(({ spec }) =>
    spec.method === "GET" || spec.permission === "public"
      ? []
      : [
          {
            id: operationId(spec),
            method: spec.method,
            path: spec.path,
            summary: inWords(spec.summary),
            permission: spec.permission === "signed-in" ? null : spec.permission,
            stepUp:
              spec.stepUp === undefined
                ? null
                : typeof spec.stepUp === "string"
                  ? { kind: spec.stepUp, where: null }
                  : spec.stepUp,
            shutsOut: spec.shutsOut === true,
            isTyped: isTyped(spec),
            neverWaits: NEVER_WAITS.has(`${spec.method} ${spec.path}`),
          },
        ],
  );
}
