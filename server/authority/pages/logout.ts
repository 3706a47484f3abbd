import { Html, html } from "./html.ts";
import { layout } from "./layout.ts";

export type LogoutPage = {
  /** The engine's form. */ form: string;
  clientName: string | null;
  organisation: string;
  environment: string;
};

export function logoutPage({ form, clientName, organisation, environment }: LogoutPage): string {
  return layout({
    title: "Sign out",
    organisation,
    environment,
    body: html`<h1>Sign out?</h1>
<p>${clientName !== null && html`<strong>${clientName}</strong> asks to sign you out. `}Other applications that use this sign-in will ask you to sign in again.</p>
${new Html(form)}
<div class="actions">
<button class="primary" type="submit" form="op.logoutForm" name="logout" value="yes">Sign out</button>
<button type="submit" form="op.logoutForm">Stay signed in</button>
</div>`,
  });
}

export function loggedOutPage({
  clientName,
  organisation,
  environment,
}: {
  clientName: string | null;
  organisation: string;
  environment: string;
}): string {
  return layout({
    title: clientName === null ? "Signed out" : "Still signed in",
    organisation,
    environment,
    body:
      clientName === null
        ? html`<h1>You are signed out</h1><p>You can close this page.</p>`
        : html`<h1>You left ${clientName}</h1><p>You are still signed in here. You can close this page.</p>`,
  });
}
