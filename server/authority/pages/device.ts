import { html } from "./html.ts";
import { layout } from "./layout.ts";

type Where = { organisation: string; environment: string };
type Form = { action: string; xsrf: string };
type Place = { ip: string | null; userAgent: string | null; country: string | null };

export type DeviceProblem = "none" | "unknown" | "expired" | "used" | "taken" | "denied" | "failed";

const PROBLEM_WORDS: Record<DeviceProblem, string> = {
  none: "Type the code that the device shows.",
  unknown: "There is no such code. Look at the device again: it may show another one by now.",
  expired: "This code is too old. Let the device show a new one.",
  used: "This code was used already. Let the device show a new one.",
  taken:
    "Somebody else answered for this device at the same moment. If that was not you, let it show a new code.",
  denied: "You did not allow it: the device gets no access. You can close this page.",
  failed: "That did not work, and nothing was given. Let the device show a new code.",
};

export type DeviceInputPage = Form & Where & { problem: DeviceProblem | null };

/** Where a person types what a device shows. */
export function deviceInputPage({ action, xsrf, problem, ...where }: DeviceInputPage): string {
  return layout({
    title: "Connect a device",
    ...where,
    body: html`<h1>Connect a device</h1>
<p>Type the code that the device shows. Only type one that you see on a device of yours: whoever sends you a code wants to be let in as you.</p>
<form method="post" action="${action}">
${problem !== null && html`<div class="alert" role="alert">${PROBLEM_WORDS[problem]}</div>`}
<input type="hidden" name="xsrf" value="${xsrf}">
<label for="user_code">Code</label>
<input id="user_code" name="user_code" class="code" autocomplete="off" autocapitalize="characters" spellcheck="false" required maxlength="32" placeholder="XXXX-XXXX"${problem !== "denied" && html` autofocus`}>
<div class="actions">
<button class="primary">Go on</button>
</div>
</form>`,
  });
}

export type DeviceConfirmPage = Form &
  Where & {
    clientName: string;
    userCode: string;
    /** Where the device asked from, and where this browser is. */
    device: Place;
    here: Place;
    askedAt: Date;
    now: Date;
  };

const COUNTRIES = new Intl.DisplayNames(["en"], { type: "region" });
const TIME = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

function countryName(country: string | null): string | null {
  return country === null ? null : (COUNTRIES.of(country) ?? country);
}

function placeWords({ device, here }: DeviceConfirmPage): string {
  const address = device.ip ?? "an address that is not known";
  const country = countryName(device.country);
  const place = country === null ? address : `${country}, ${address}`;
  return device.ip !== null && device.ip === here.ip ? `${place} (as this browser)` : place;
}

/** Said where the device asked from another country than this browser is in. */
function farWords({ device, here }: DeviceConfirmPage): string | null {
  if (device.country === null || here.country === null || device.country === here.country) return null;
  return `The device is in ${countryName(device.country)}, this browser in ${countryName(here.country)}. Unless you know why, somebody else wants to be let in as you.`;
}

function askedWords({ askedAt, now }: DeviceConfirmPage): string {
  const minutes = Math.max(0, Math.round((now.getTime() - askedAt.getTime()) / 60_000));
  const ago = minutes === 0 ? "just now" : minutes === 1 ? "1 minute ago" : `${minutes} minutes ago`;
  return `${ago} (${TIME.format(askedAt)} UTC)`;
}

/** What a person must see before they let a device in: which application, its code, from where. @see RFC 8628 section 5.4 */
export function deviceConfirmPage(page: DeviceConfirmPage): string {
  const far = farWords(page);
  return layout({
    title: "Is this your device?",
    organisation: page.organisation,
    environment: page.environment,
    body: html`<h1>Is this your device?</h1>
<p><strong>${page.clientName}</strong> wants to be let in as you. Go on only if it is in front of you and shows this code.</p>
<p class="shown-code">${page.userCode}</p>
${far !== null && html`<div class="alert" role="alert">${far}</div>`}
<dl>
<dt>Asked from</dt><dd>${placeWords(page)}</dd>
<dt>Asked</dt><dd>${askedWords(page)}</dd>
<dt>Software</dt><dd>${page.device.userAgent ?? "did not say"}</dd>
</dl>
<form method="post" action="${page.action}">
<input type="hidden" name="xsrf" value="${page.xsrf}">
<input type="hidden" name="user_code" value="${page.userCode}">
<div class="actions">
<button class="primary" name="confirm" value="yes">Yes, it is mine</button>
<button name="abort" value="yes">No, it is not</button>
</div>
</form>`,
  });
}

export function deviceDonePage({ clientName, ...where }: Where & { clientName: string }): string {
  return layout({
    title: "The device is connected",
    ...where,
    body: html`<h1>The device is connected</h1>
<p>Go back to <strong>${clientName}</strong>. You can close this page.</p>`,
  });
}
