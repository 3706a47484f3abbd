import { randomUUID } from "node:crypto";
import { NextRequest } from "next/server";
import NextAuth from "next-auth";
import { authOptions } from "#app/_lib/auth-options.ts";
import { callerOf } from "#app/_lib/context-of.ts";
import { requireNoForeignOrigin } from "#app/_lib/origin-check.ts";
import { passkeyCookie, passkeyCookieName } from "#app/_lib/passkey-cookie.ts";
import { logProblem, problemResponse, RequestRefusal } from "#app/_lib/problem.ts";
import { readBounded } from "#app/_lib/read-body.ts";
import { findCookie } from "#app/_lib/session-cookie.ts";
import { getEnv } from "#lib/env.ts";

const MAX_FORM_BYTES = 16 * 1024;

type Segments = { params: Promise<{ nextauth: string[] }> };

/** What next-auth would put into a header, and fail: it echoes `error` and `callbackUrl`. */
function requirePlainQuery(url: string): void {
  for (const [name, value] of new URL(url).searchParams)
    if (/\p{Cc}/u.test(name + value)) {
      const path = name.replaceAll(/\p{Cc}/gu, "").slice(0, 100) || "query";
      const message = "has control characters";
      throw new RequestRefusal(400, "INVALID_INPUT", `${path}: ${message}`, [{ path, message }]);
    }
}

function requireForm(headers: Headers): void {
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (type.trim().toLowerCase() !== "application/x-www-form-urlencoded")
    throw new RequestRefusal(
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      "Send the form as application/x-www-form-urlencoded.",
    );
}

/** next-auth behind the same door as the API: who calls is known first, other sites' pages and large bodies are refused. */
async function handle(request: NextRequest, context: Segments): Promise<Response> {
  const requestId = randomUUID();
  try {
    const { ctx } = await callerOf(request.headers, requestId);
    requirePlainQuery(request.url);
    let bounded = request;
    if (request.method === "POST") {
      requireNoForeignOrigin(request.headers, getEnv().consoleUrl);
      requireForm(request.headers);
      const body = await readBounded(request, MAX_FORM_BYTES);
      bounded = new NextRequest(request.url, {
        method: "POST",
        headers: request.headers,
        body: body as BodyInit,
      });
    }
    const failures: unknown[] = [];
    const challenge = findCookie(request.headers.get("cookie"), passkeyCookieName(getEnv()));
    const response: Response = await NextAuth(bounded, context, authOptions(ctx, failures, challenge));
    if (failures.length > 0) throw failures[0];
    // answered once, whatever came of it: the page asks for another one
    if (challenge !== null && request.nextUrl.pathname.endsWith("/callback/passkey"))
      response.headers.append("set-cookie", passkeyCookie(getEnv(), ""));
    response.headers.set("cache-control", "no-store");
    return response;
  } catch (error) {
    logProblem(error, requestId, `${request.method} /api/auth`);
    return problemResponse(error, requestId);
  }
}

export { handle as GET, handle as POST };
