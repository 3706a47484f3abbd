import { html } from "./html.ts";
import { layout } from "./layout.ts";

export type LoginPage = {
  action: string;
  clientName: string;
  email: string;
  /** Why the last try was refused, or null. */
  problem: string | null;
  organisation: string;
  environment: string;
};

export function loginPage({
  action,
  clientName,
  email,
  problem,
  organisation,
  environment,
}: LoginPage): string {
  return layout({
    title: "Sign in",
    organisation,
    environment,
    body: html`<h1>Sign in</h1>
<p>to go on to <strong>${clientName}</strong></p>
<form method="post" action="${action}">
${problem !== null && html`<div class="alert" role="alert">${problem}</div>`}
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="${email}"${email === "" && html` autofocus`}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024"${email !== "" && html` autofocus`}>
<div class="actions">
<button class="primary" name="decision" value="sign_in">Sign in</button>
<button name="decision" value="cancel" formnovalidate>Cancel</button>
</div>
</form>`,
  });
}
