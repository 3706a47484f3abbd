import { html } from "./html.ts";
import { layout } from "./layout.ts";

export type LoginPage = {
  action: string;
  /** What it leads to: an application's name, "your account". */
  goal: string;
  /** Whether there is an application to go back to. */
  canCancel: boolean;
  email: string;
  /** Why the last try was refused, or null. */
  problem: string | null;
  /** What was done a moment ago, or null. */
  notice: string | null;
  organisation: string;
  environment: string;
};

export function loginPage({
  action,
  goal,
  canCancel,
  email,
  problem,
  notice,
  organisation,
  environment,
}: LoginPage): string {
  return layout({
    title: "Sign in",
    organisation,
    environment,
    body: html`<h1>Sign in</h1>
<p>to go on to <strong>${goal}</strong></p>
${notice !== null && html`<div class="notice" role="status">${notice}</div>`}
<form method="post" action="${action}">
${problem !== null && html`<div class="alert" role="alert">${problem}</div>`}
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="${email}"${email === "" && html` autofocus`}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required maxlength="1024"${email !== "" && html` autofocus`}>
<div class="actions">
<button class="primary" name="decision" value="sign_in">Sign in</button>
${canCancel && html`<button name="decision" value="cancel" formnovalidate>Cancel</button>`}
</div>
</form>`,
  });
}
