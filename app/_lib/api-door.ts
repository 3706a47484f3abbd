import { getEnv } from "#lib/env.ts";
import { API_ACCESS } from "./access-matrix.ts";
import { requireWithinBound, tellBound } from "./actor-bound.ts";
import { clientAddress, trustedList } from "./client-address.ts";
import { RequestRefusal } from "./problem.ts";
import { problemDocument, problemHeaders } from "./problem-document.ts";

type KnownPath = { pattern: RegExp; methods: Set<string> };

/** Of next-auth, what the console's own pages ask for, and nothing else: some of the rest fails with 500. */
const OTHER: Record<string, readonly string[]> = {
  "/api/health": ["GET"],
  "/api/auth/csrf": ["GET"],
  "/api/auth/error": ["GET"],
  "/api/auth/providers": ["GET"],
  "/api/auth/session": ["GET"],
  "/api/auth/signin": ["GET"],
  "/api/auth/callback/credentials": ["POST"],
  "/api/auth/callback/passkey": ["POST"],
  "/api/auth/signout": ["POST"],
  "/api/auth/signin/{provider}": ["POST"],
  "/api/auth/callback/{provider}": ["GET"],
};

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(".", "\\.").replaceAll(/\{\w+\}/g, "[^/]+")}$`);
}

function knownPaths(): KnownPath[] {
  const methods = new Map<string, Set<string>>();
  for (const key of Object.keys(API_ACCESS)) {
    const [method = "", path = ""] = key.split(" ");
    methods.set(path, (methods.get(path) ?? new Set()).add(method));
  }
  for (const [path, allowed] of Object.entries(OTHER)) methods.set(path, new Set(allowed));
  // `/tokens/find` before `/tokens/{id}`
  const ordered = [...methods].sort(([a], [b]) => Number(a.includes("{")) - Number(b.includes("{")));
  return ordered.map(([path, allowed]) => {
    if (allowed.has("GET")) allowed.add("HEAD");
    return { pattern: patternOf(path), methods: allowed.add("OPTIONS") };
  });
}

const PATHS = knownPaths();
/** Pages are read and nothing else: Server Actions are not used. */
const PAGE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

function answerMethod(method: string, allowed: ReadonlySet<string>, requestId: string): Response | null {
  const allow = [...allowed].sort().join(", ");
  if (method === "OPTIONS") return new Response(null, { status: 204, headers: { allow } });
  if (allowed.has(method)) return null;
  const headers = problemHeaders(requestId);
  headers.set("allow", allow);
  const detail = `${method.slice(0, 20)} is not a method of this address.`;
  const body = problemDocument(405, "METHOD_NOT_ALLOWED", detail, requestId);
  return new Response(JSON.stringify(body), { status: 405, headers });
}

export function answerNotFound(requestId: string): Response {
  const body = problemDocument(404, "NOT_FOUND", "There is nothing at this address.", requestId);
  return new Response(JSON.stringify(body), { status: 404, headers: problemHeaders(requestId) });
}

/**
 * The same as whoever asks at an address that there is: counted for their address, as nobody is looked for who may be there, and told what is left of it.
 *
 * @see draft-ietf-httpapi-ratelimit-headers
 */
function bounded(answer: Response, asked: Headers, requestId: string): Response {
  const actor = { kind: "anonymous", id: "anonymous", name: "anonymous" } as const;
  const caller = { actor, ip: clientAddress(asked, trustedList(getEnv().trustedProxies)) };
  const told = within(caller) ?? answer;
  tellBound(told.headers, caller);
  return told;

  function within(by: typeof caller): Response | null {
    try {
      requireWithinBound(by);
      return null;
    } catch (error) {
      if (!(error instanceof RequestRefusal)) throw error;
      const body = problemDocument(error.status, error.code, error.message, requestId);
      return new Response(JSON.stringify(body), {
        status: error.status,
        headers: problemHeaders(requestId),
      });
    }
  }
}

/**
 * What no route of the console answers: an address of the API that is none, and a method that an address does not have. Next itself would
 * answer with a page of HTML, and without `Allow`.
 *
 * @returns null where a route answers.
 * @see RFC 9110 sections 15.5.5 and 15.5.6
 */
export function answerAtDoor(
  pathname: string,
  { method, headers }: Pick<Request, "method" | "headers">,
  requestId: string,
): Response | null {
  if (!/^\/api(?:\/|$)/.test(pathname)) return answerMethod(method, PAGE_METHODS, requestId);
  const known = PATHS.find(({ pattern }) => pattern.test(pathname));
  const answer =
    known === undefined ? answerNotFound(requestId) : answerMethod(method, known.methods, requestId);
  return answer === null ? null : bounded(answer, headers, requestId);
}
