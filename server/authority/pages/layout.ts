import { STYLESHEET_PATH } from "#server/authority/engine/security-headers.ts";
import { type Html, html } from "./html.ts";

export type Layout = {
  title: string;
  organisation: string;
  environment: string;
  body: Html;
  /** For lists. */
  isWide?: boolean;
};

/** The frame of every page: one card, whose sign-in it is, the environment's name, no script. */
export function layout({ title, organisation, environment, body, isWide = false }: Layout): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${title} · ${organisation}</title>
<link rel="stylesheet" href="${STYLESHEET_PATH}">
</head>
<body>
<main${isWide && html` class="wide"`}>
<header>
<svg width="28" height="28" viewBox="0 0 28 28" aria-hidden="true"><path class="shield" d="M14 2 4 5.8v7.4c0 6 4.2 10.6 10 12.8 5.8-2.2 10-6.8 10-12.8V5.8z"/><circle class="eye" cx="14" cy="12" r="3"/><path class="eye" d="M12.6 14h2.8l1 5.4h-4.8z"/></svg>
<span class="brand"><strong>${organisation}</strong> <small>secured by Tokenwarden</small></span>
<span class="environment">${environment}</span>
</header>
<section class="card">
${body}
</section>
</main>
</body>
</html>
`.markup;
}
