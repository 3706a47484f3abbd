import { countryName } from "#lib/list-query/country.ts";
import { deviceWords } from "#lib/sign-on/device-words.ts";
import type { GrantRow, SignOnRow, UserAccess } from "#lib/sign-on/model.ts";
import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";
import { when } from "./when.ts";

export type AccountPage = {
  person: { name: string; email: string };
  access: UserAccess;
  /** The session that asks. */
  uid: string;
  /** What was done a moment ago, or null. */
  notice: string | null;
  now: Date;
  organisation: string;
  environment: string;
};

/** What an application learns about a person, in words. */
const LEARNS: Readonly<Record<string, string>> = {
  openid: "that it is you",
  profile: "your name",
  email: "your e-mail address",
  groups: "your groups",
};

const LIST = new Intl.ListFormat("en");

export function tokensWords(count: number): string {
  return `${count.toLocaleString("en")} ${count === 1 ? "token" : "tokens"}`;
}

function placeOf({ country, ip }: SignOnRow): string {
  const place = country === null ? null : countryName(country);
  return [place, ip].filter((part) => part !== null).join(" · ");
}

function sessionItem(session: SignOnRow, isThis: boolean, now: Date): Html {
  const { uid, applications } = session;
  const device = session.seenAt === null ? "A browser of an earlier time" : deviceWords(session.userAgent);
  const place = placeOf(session);
  const through =
    applications.length === 0
      ? "No application has access through it."
      : `Gave access to ${LIST.format(applications)}.`;
  return html`<li class="entry">
<div>
<strong>${device}</strong>${isThis && html` <strong class="new">This browser</strong>`}
<span>${place !== "" && html`${place}, `}${session.seenAt === null ? "last seen not known" : html`seen ${when(session.seenAt, now)}`}</span>
<span>${session.isSignedIn ? (session.signedInAt === null ? "Signed in." : html`Signed in ${when(session.signedInAt, now)}.`) : "No longer signed in, but applications are still connected."} ${through}</span>
</div>
<form method="post" action="/account/sessions/${encodeURIComponent(uid)}/end"><button class="danger" aria-label="${isThis ? "Sign out of this browser" : `End ${device}`}">${isThis ? "Sign out" : "End"}</button></form>
</li>`;
}

function grantItem(grant: GrantRow, now: Date): Html {
  const learns = Object.keys(LEARNS).flatMap((scope) =>
    grant.scopes.includes(scope) ? [LEARNS[scope] as string] : [],
  );
  return html`<li class="entry">
<div>
<strong>${grant.client.name}</strong>
<span>${grant.permissions.length === 0 ? "No permissions." : grant.permissions.map((name) => html`<code>${name}</code> `)}</span>
<span>${learns.length > 0 && `It knows ${LIST.format(learns)}. `}${grant.isAsked ? grant.givenAt !== null && html`Allowed ${when(grant.givenAt, now)}. ` : "Your organisation allows it. "}${grant.lastUsedAt === null ? "No access at present." : html`Last used ${when(grant.lastUsedAt, now)}.`}${grant.until !== null && html` Connected until ${when(grant.until, now)} at most.`}</span>
</div>
<a class="button danger" href="/account/grants/${grant.client.id}/withdraw" aria-label="Withdraw access of ${grant.client.name}">Withdraw</a>
</li>`;
}

/** A person's own page: where they are signed in, and which applications may act for them. */
export function accountPage({
  person,
  access,
  uid,
  notice,
  now,
  organisation,
  environment,
}: AccountPage): string {
  const { sessions, sessionCount, grants } = access;
  const ordered = [
    ...sessions.filter((session) => session.uid === uid),
    ...sessions.filter((session) => session.uid !== uid),
  ];
  const others = sessionCount - sessions.filter((session) => session.uid === uid).length;
  return layout({
    title: "Your account",
    organisation,
    environment,
    isWide: true,
    body: html`<h1>${person.name}</h1>
<p>Signed in as <strong>${person.email}</strong></p>
${notice !== null && html`<div class="notice" role="status">${notice}</div>`}
<h2>Where you are signed in</h2>
<p class="aside">Ending one signs that browser out and stops what applications got through it. What you allowed them stays.</p>
<ul>${ordered.map((session) => sessionItem(session, session.uid === uid, now))}</ul>
${sessionCount > sessions.length && html`<p class="after">And ${(sessionCount - sessions.length).toLocaleString("en")} more, seen longer ago.</p>`}
${
  others > 0 &&
  html`<form class="after" method="post" action="/account/end-others"><button>${others === 1 ? "End the other one" : `End all ${others.toLocaleString("en")} others`}</button></form>`
}
<h2>Applications with access</h2>
<p class="aside">Withdrawing stops an application on all of your devices; it has to ask you again. You stay signed in.</p>
${grants.length === 0 ? html`<p>No application may act for you.</p>` : html`<ul>${grants.map((grant) => grantItem(grant, now))}</ul>`}
<h2>Everything at once</h2>
<p class="aside">If you think that somebody else is using your account, log out everywhere and ask your administrator for a new password.</p>
<a class="button danger" href="/account/sign-out-everywhere">Log out everywhere</a>`,
  });
}
