import { html } from "./html.ts";
import { layout } from "./layout.ts";

export type ConsentAudience = { title: string; permissions: { name: string; description: string }[] };

export type ConsentPage = {
  action: string;
  clientName: string;
  userEmail: string;
  /** What the application learns about the person. */
  about: string[];
  audiences: ConsentAudience[];
  /** A duration in words, or null where it can do nothing without the person. */
  staysConnected: string | null;
  organisation: string;
  environment: string;
};

export function consentPage(page: ConsentPage): string {
  const about =
    page.about.length > 0 &&
    html`<h2>About you</h2><ul>${page.about.map((line) => html`<li>${line}</li>`)}</ul>`;
  const audiences = page.audiences.map(
    ({ title, permissions }) => html`<h2>At ${title}</h2>
<ul>${permissions.map(({ name, description }) =>
      description === ""
        ? html`<li><code>${name}</code></li>`
        : html`<li>${description}<span><code>${name}</code></span></li>`,
    )}</ul>`,
  );
  const isEmpty = page.about.length === 0 && page.audiences.length === 0;
  return layout({
    title: "Allow access",
    organisation: page.organisation,
    environment: page.environment,
    body: html`<h1>${page.clientName} asks for access</h1>
<p>You are signed in as <strong>${page.userEmail}</strong>. If you allow it, the application may:</p>
${isEmpty && html`<p>know that you signed in. You hold none of the permissions that it asks for.</p>`}
${about}
${audiences}
${
  page.staysConnected !== null &&
  html`<h2>For how long</h2><p>It stays connected for up to ${page.staysConnected}, also while you are away.</p>`
}
<form method="post" action="${page.action}">
<div class="actions">
<button class="primary" name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button>
</div>
</form>`,
  });
}
