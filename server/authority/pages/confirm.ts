import { type Html, html } from "./html.ts";
import { layout } from "./layout.ts";

export type ConfirmPage = {
  title: string;
  /** What will happen, in words. */
  effects: Html[];
  /** Where the form leads, and what its button says. */
  action: string;
  act: string;
  organisation: string;
  environment: string;
};

/** Asks before something that cannot be undone; the way back is the plainer one. */
export function confirmPage({ title, effects, action, act, organisation, environment }: ConfirmPage): string {
  return layout({
    title,
    organisation,
    environment,
    body: html`<h1>${title}</h1>
${effects.map((effect) => html`<p>${effect}</p>`)}
<form method="post" action="${action}">
<div class="actions">
<button class="primary danger">${act}</button>
<a class="button" href="/account">Cancel</a>
</div>
</form>`,
  });
}
