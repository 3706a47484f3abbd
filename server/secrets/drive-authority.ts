import { createHash, randomBytes } from "node:crypto";
import type { Answer, Ask, Transcript } from "./transcript.ts";

export type Credentials = { clientId: string; secret: string };
export type SignIn = {
  clientId: string;
  redirectUri: string;
  email: string;
  password: string;
  scope: string;
  state: string;
  nonce: string;
};

export function basic({ clientId, secret }: Credentials): string {
  return `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`).toString("base64")}`;
}

/** What applications and people do at the authority. */
export class AuthorityDriver {
  readonly url: string;
  readonly #transcript: Transcript;

  constructor(transcript: Transcript, url: string) {
    this.url = url;
    this.#transcript = transcript;
  }

  ask(path: string, ask: Ask = {}, cookies?: Map<string, string>): Promise<Answer> {
    return this.#transcript.ask("authority", new URL(path, this.url).toString(), ask, cookies);
  }

  token(client: Credentials | null, form: Record<string, string>, ask: Ask = {}): Promise<Answer> {
    const headers: Record<string, string> = client === null ? {} : { authorization: basic(client) };
    return this.ask("/oauth/token", { ...ask, form, headers: { ...headers, ...ask.headers } });
  }

  /** Through the pages to the redirect back; the code, and what must be kept of it. */
  async signIn(who: SignIn, cookies: Map<string, string>) {
    const verifier = randomBytes(32).toString("base64url");
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const query = new URLSearchParams({
      client_id: who.clientId,
      redirect_uri: who.redirectUri,
      response_type: "code",
      scope: who.scope,
      state: who.state,
      nonce: who.nonce,
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
    let answer = await this.ask(`/oauth/authorize?${query}`, {}, cookies);
    for (let hop = 0; hop < 8; hop += 1) {
      const location = answer.headers.get("location");
      if (location?.startsWith(who.redirectUri)) {
        answer.handsOut.add("authorization code").add("state");
        return { code: new URL(location).searchParams.get("code") ?? "", verifier, cookies };
      }
      if (location !== null) answer = await this.ask(location, {}, cookies);
      else answer = await this.#submit(answer, who, cookies);
    }
    throw new Error(`no way through the pages: ${answer.status} ${answer.text}`);
  }

  /** Through the question of the sign-out page to its end. */
  async signOut(idToken: string, cookies: Map<string, string>): Promise<void> {
    const page = await this.ask(`/oauth/logout?id_token_hint=${idToken}`, {}, cookies);
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)?.[1];
    if (xsrf === undefined) throw new Error(`no question: ${page.status} ${page.text}`);
    const headers = { origin: this.url, "sec-fetch-site": "same-origin" };
    await this.ask("/oauth/logout/confirm", { form: { xsrf, logout: "yes" }, headers }, cookies);
  }

  /** Types a device's code, confirms it, signs in where that is asked, to the last page. */
  async letDeviceIn(
    userCode: string,
    who: Pick<SignIn, "email" | "password">,
    cookies: Map<string, string>,
  ): Promise<Answer> {
    const headers = { origin: this.url, "sec-fetch-site": "same-origin" };
    let answer = await this.ask("/device", {}, cookies);
    const steps: Record<string, string>[] = [{}, { confirm: "yes" }];
    for (const more of steps) {
      const xsrf = /name="xsrf" value="([^"]+)"/.exec(answer.text)?.[1] ?? "";
      answer = await this.ask("/device", { form: { xsrf, user_code: userCode, ...more }, headers }, cookies);
    }
    for (let hop = 0; hop < 8 && !answer.text.includes("is connected"); hop += 1) {
      const location = answer.headers.get("location");
      answer =
        location === null ? await this.#submit(answer, who, cookies) : await this.ask(location, {}, cookies);
    }
    return answer;
  }

  #submit(
    page: Answer,
    { email, password }: Pick<SignIn, "email" | "password">,
    cookies: Map<string, string>,
  ): Promise<Answer> {
    const form: Record<string, string> = page.text.includes('name="password"')
      ? { email, password, decision: "sign_in" }
      : { decision: "allow" };
    return this.ask(
      page.path,
      { form, headers: { origin: this.url, "sec-fetch-site": "same-origin" } },
      cookies,
    );
  }
}
