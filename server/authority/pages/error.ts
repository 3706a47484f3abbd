import { html } from "./html.ts";
import { layout } from "./layout.ts";

export type ErrorPage = {
  title: string;
  text: string;
  /** The protocol's word for it. */
  code: string;
  description: string | null;
  requestId: string;
  organisation: string;
  environment: string;
};

export function errorPage({
  title,
  text,
  code,
  description,
  requestId,
  organisation,
  environment,
}: ErrorPage): string {
  return layout({
    title,
    organisation,
    environment,
    body: html`<h1>${title}</h1>
<p>${text}</p>
<dl>
<dt>Error</dt><dd>${code}</dd>
${description !== null && html`<dt>Detail</dt><dd>${description}</dd>`}
<dt>Request id</dt><dd>${requestId}</dd>
</dl>`,
  });
}
