import { createHash, randomBytes } from "node:crypto";
import type { AuthorityDoor, Origin } from "./authority-door.ts";
import type { CookieJar } from "./cookie-jar.ts";
import { findForms, type HtmlForm } from "./html-form.ts";
import type { HttpAnswer } from "./http-exchange.ts";
import { type ClientIdentity, type HeldPair, Refusal, redeemCode } from "./tokens.ts";

export type SignInRequest = {
  client: ClientIdentity;
  redirectUri: string;
  scopes: readonly string[];
  email: string;
  password: string;
  from: Origin;
  /** The browser: with the session of an earlier sign-in nobody is asked again. */
  jar: CookieJar;
  /** Whether the first attempt has a typing error in the password. */
  mistypes: boolean;
};

const MAX_STEPS = 14;
const NO = /deny|denied|cancel|abort|reject|refuse|switch|sign.?out|log.?out/i;

function fill(form: HtmlForm, email: string, password: string): URLSearchParams {
  const filled = new URLSearchParams();
  for (const { name, value, type } of form.fields) {
    if (type === "password") filled.append(name, password);
    else if (type === "email" || /^(?:email|login|username)$/.test(name)) filled.append(name, email);
    else filled.append(name, value);
  }
  const yes = form.buttons.find(({ name, value }) => !NO.test(`${name} ${value}`));
  if (yes !== undefined && yes.name !== "") filled.append(yes.name, yes.value);
  return filled;
}

/** The form that goes on: one that asks for the password, else the first whose buttons are not all a no. */
function nextForm(html: string): HtmlForm | undefined {
  const forms = findForms(html);
  return (
    forms.find(({ fields }) => fields.some(({ type }) => type === "password")) ??
    forms.find(
      ({ action, buttons }) =>
        !NO.test(action) && buttons.some(({ name, value }) => !NO.test(`${name} ${value}`)),
    )
  );
}

/** Goes through the authority's pages as a browser does, until it sends the browser back to the client. */
async function walk(door: AuthorityDoor, start: string, request: SignInRequest): Promise<URL> {
  const { jar, from, email } = request;
  const { origin } = new URL(door.issuer);
  const isMistyped = request.mistypes;
  let passwords = 0;
  let at = new URL(start, door.issuer);
  const step = async (form: URLSearchParams | null): Promise<HttpAnswer> => {
    const target = at.pathname + at.search;
    const cookie = jar.header(at.pathname);
    const headers = {
      accept: "text/html",
      "sec-fetch-site": form === null ? "cross-site" : "same-origin",
      "sec-fetch-mode": "navigate",
      ...(cookie === undefined ? {} : { cookie }),
      ...(form === null ? {} : { origin, referer: at.href }),
    };
    const answer = await (form === null
      ? door.get(target, from, headers)
      : door.post(target, form, from, headers));
    jar.take(answer.headers["set-cookie"]);
    return answer;
  };

  let answer = await step(null);
  for (let steps = 0; steps < MAX_STEPS; steps += 1) {
    const { location } = answer.headers;
    if (answer.status >= 300 && answer.status < 400 && location !== undefined) {
      at = new URL(location, at);
      if (at.origin !== origin) return at;
      answer = await step(null);
      continue;
    }
    const form = nextForm(answer.body);
    if (form === undefined) throw new Refusal(`page ${answer.status}`);
    if (form.fields.some(({ type }) => type === "password")) passwords += 1;
    // a person who is turned away twice gives up, long before the authority would throttle them
    if (passwords > 2 || answer.status === 429) throw new Refusal("sign-in");
    const filled = fill(
      form,
      email,
      isMistyped && passwords === 1 ? `${request.password}.` : request.password,
    );
    if (form.action !== "") at = new URL(form.action, at);
    if (at.origin !== origin) throw new Refusal("the form goes elsewhere");
    answer = await step(filled);
  }
  throw new Refusal("the sign-in does not end");
}

/**
 * One sign-in by authorization code and PKCE, through the real pages.
 *
 * @throws {Refusal} with the authority's error; {Unreachable} where it does not answer.
 */
export async function signIn(door: AuthorityDoor, request: SignInRequest): Promise<HeldPair> {
  const { authorize } = await door.endpoints();
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(16).toString("base64url");
  const query = new URLSearchParams({
    response_type: "code",
    client_id: request.client.clientId,
    redirect_uri: request.redirectUri,
    scope: ["openid", "profile", "email", ...request.scopes].join(" "),
    state,
    nonce: randomBytes(16).toString("base64url"),
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  });
  const back = await walk(door, `${authorize}?${query}`, request);
  const error = back.searchParams.get("error");
  if (error !== null) throw new Refusal(error);
  const code = back.searchParams.get("code");
  const isOurs =
    back.href.startsWith(request.redirectUri) &&
    back.searchParams.get("state") === state &&
    back.searchParams.get("iss") === door.issuer;
  if (code === null || !isOurs) throw new Refusal("the answer is for somebody else");
  const given = { code, verifier, redirectUri: request.redirectUri };
  return redeemCode(door, request.client, given, request.from);
}
