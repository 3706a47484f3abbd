import type { GrantRow, UserAccess } from "#lib/sign-on/model.ts";
import { tokensWords } from "../pages/account.ts";
import { type Html, html } from "../pages/html.ts";

const NOTICES = {
  session: "That browser is signed out, and what applications got through it has ended.",
  "signed-out": "You are signed out of this browser, and what applications got through it has ended.",
  others: "All other browsers are signed out, and what applications got through them has ended.",
  everywhere: "You are logged out everywhere. No application has access until you sign in again.",
  grant: "The application's access is withdrawn. It has to ask you again.",
};
export type Done = keyof typeof NOTICES;

/** What is said of something that was done a moment ago; null for what nobody knows. */
export function noticeOf(done: string): string | null {
  return Object.hasOwn(NOTICES, done) ? NOTICES[done as Done] : null;
}

export function withdrawEffects({ client, isAsked, liveTokens }: GrantRow): Html[] {
  return [
    html`${liveTokens === 0 ? html`<strong>${client.name}</strong> has no live token of yours at present.` : html`<strong>${tokensWords(liveTokens)}</strong> of ${client.name} ${liveTokens === 1 ? "stops" : "stop"} working, on all of your devices.`}`,
    isAsked
      ? html`It has to ask you again before it can act for you. You stay signed in, and other applications go on.`
      : html`Your organisation allows this application without asking you: it gets access again when it next sends you here. You stay signed in, and other applications go on.`,
    html`This cannot be undone.`,
  ];
}

export function everywhereEffects({ sessionCount, grants }: UserAccess): Html[] {
  const tokens = grants.reduce((sum, grant) => sum + grant.liveTokens, 0);
  return [
    html`You are signed out of <strong>${sessionCount === 1 ? "one browser" : `${sessionCount.toLocaleString("en")} browsers`}</strong>, this one included, and <strong>${tokensWords(tokens)}</strong> of your applications ${tokens === 1 ? "stops" : "stop"} working.`,
    html`What you allowed applications stays: they get access again once you sign in through them.`,
    html`This cannot be undone.`,
  ];
}
