import { html } from "./html.ts";
import { layout } from "./layout.ts";

/** `isNew`: the person has not given it to the application before. Only said where they have given it something. */
export type ConsentLine = { text: string; isNew: boolean };

export type ConsentAudience = {
  title: string;
  permissions: { name: string; description: string; isNew: boolean }[];
};

export type ConsentPage = {
  action: string;
  clientName: string;
  userEmail: string;
  /** Whether the person has given this application something before. */
  isRepeated: boolean;
  /** What the application learns about the person. */
  about: ConsentLine[];
  audiences: ConsentAudience[];
  /** Whether its access tokens name the groups of the person. */
  carriesGroups: boolean;
  /** Whether it asks for permissions of which the person holds not one. */
  lacksAll: boolean;
  /** A duration in words, or null where it can do nothing without the person. */
  staysConnected: string | null;
  organisation: string;
  environment: string;
};

const NEW = html` <strong class="new">New</strong>`;

function repeatedWords({ about, audiences }: ConsentPage): string {
  const lines = [...about, ...audiences.flatMap(({ permissions }) => permissions)];
  return lines.some((line) => line.isNew)
    ? "You have allowed this application before. It asks for more now: that is marked as new."
    : "You have allowed all of this before. The application asks you again.";
}

export function consentPage(page: ConsentPage): string {
  const about =
    page.about.length > 0 &&
    html`<h2>About you</h2><ul>${page.about.map(({ text, isNew }) => html`<li>${text}${isNew && NEW}</li>`)}</ul>`;
  const audiences = page.audiences.map(
    ({ title, permissions }) => html`<h2>At ${title}</h2>
<ul>${permissions.map(({ name, description, isNew }) =>
      description === ""
        ? html`<li><code>${name}</code>${isNew && NEW}</li>`
        : html`<li>${description}${isNew && NEW}<span><code>${name}</code></span></li>`,
    )}</ul>`,
  );
  const isEmpty = page.about.length === 0 && page.audiences.length === 0;
  return layout({
    title: "Allow access",
    organisation: page.organisation,
    environment: page.environment,
    body: html`<h1>${page.clientName} asks for access</h1>
<p>You are signed in as <strong>${page.userEmail}</strong>. If you allow it, the application may:</p>
${isEmpty && html`<p>know that you signed in.</p>`}
${about}
${audiences}
${page.carriesGroups && html`<p class="after">The applications that its access tokens open also see which groups you are in.</p>`}
${page.lacksAll && html`<p class="after">You hold none of the permissions that it asks for.</p>`}
${page.isRepeated && html`<p class="after">${repeatedWords(page)} If you deny it, what you allowed before stays allowed.</p>`}
${
  page.staysConnected !== null &&
  html`<h2>For how long</h2><p>It stays connected for up to ${page.staysConnected}, also while you are away.</p>`
}
<p class="after">You can withdraw this at any time on <a href="/account">your account's page</a>.</p>
<form method="post" action="${page.action}">
<div class="actions">
<button class="primary" name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</div>
</form>`,
  });
}
