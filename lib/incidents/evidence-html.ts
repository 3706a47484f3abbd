import { hash } from "node:crypto";
import { actOutcomeWords } from "../audit/act-words.ts";
import { OUTCOME_WORDS, refusalWords } from "../audit/use-words.ts";
import { visibleText } from "../input/visible-text.ts";
import { CHECKPOINT_KEYS_PATH } from "../keys/checkpoint-keys.ts";
import { countryName } from "../list-query/country.ts";
import { networkWords } from "../places/network-words.ts";
import { reasonWords } from "../revocations/model.ts";
import { orderLine } from "../revocations/target-words.ts";
import { FINDING_KIND_WORDS } from "../scanners/model.ts";
import { readCheckpoint } from "../seals/checkpoint.ts";
import { unprovedWords } from "../seals/unproved-words.ts";
import type { TokenState } from "../tokens/model.ts";
import type { EvidencePack } from "./evidence.ts";
import { ACT_PHASE_WORDS, actCountWords, keptOf, opensOf } from "./leaked-model.ts";
import {
  HELD_STILL_WORDS,
  INCIDENT_STATE_WORDS,
  type LeakedApiToken,
  type OpenedBySecret,
  type OwnSecretOfCase,
  ownSecretWords,
  PHASE_WORDS,
  PHASES,
  SEVERITY_WORDS,
  STEP_WORDS,
} from "./model.ts";

const STYLE = `
:root{color-scheme:light}*{box-sizing:border-box}
body{font:13px/1.45 system-ui,sans-serif;color:#0f1a1c;background:#fff;max-width:1080px;margin:0 auto;padding:24px}
h1{font-size:22px;margin:0 0 4px}h2{font-size:15px;margin:28px 0 8px;border-bottom:1px solid #e1e7e7;padding-bottom:4px}
p{margin:4px 0}.muted{color:#51606a}.mono,code{font:12px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}
table{border-collapse:collapse;width:100%;margin:6px 0}th,td{text-align:left;vertical-align:top;padding:3px 10px 3px 0;border-bottom:1px solid #e1e7e7;overflow-wrap:break-word}
th{font-weight:600;color:#51606a;white-space:nowrap}dl{display:grid;grid-template-columns:180px 1fr;gap:2px 12px;margin:8px 0}dt{color:#51606a}dd{margin:0;overflow-wrap:anywhere}
.refused{color:#a31d1d}.allowed{color:#11662f}.standing{padding:6px 10px;border-left:4px solid}.works{border-color:#a31d1d;background:#fbe9e9}.held{border-color:#8a5a00;background:#fdf1dc}.suspended{color:#7a4f00}.holds{border-color:#11662f;background:#e8f3ec}.warn{background:#fdf1dc;padding:6px 10px;border-radius:6px}
@media screen and (max-width:700px){body{padding:12px}dl{grid-template-columns:1fr}table{display:block;overflow-x:auto}}
@media print{body{padding:0;max-width:none}h2{break-after:avoid}tr{break-inside:avoid}thead{display:table-header-group}th{white-space:normal}td{overflow-wrap:anywhere}}`;

/** Text that came from anywhere, as HTML that shows it and does nothing else. */
function escapeHtml(text: string): string {
  return visibleText(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

const text = (value: string | number | null) =>
  value === null || value === "" ? "–" : escapeHtml(String(value));
const instant = (at: string | null) =>
  at === null
    ? "–"
    : `<time datetime="${escapeHtml(at)}">${escapeHtml(at.replace("T", " ").replace("Z", " UTC"))}</time>`;
const mono = (value: string | null) => `<span class="mono">${text(value)}</span>`;
const list = (names: readonly string[]) =>
  names.length === 0 ? "none" : names.map((name) => text(name)).join(", ");

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '<p class="muted">None.</p>';
  const cells = (tag: "th" | "td", values: readonly string[]) =>
    values.map((value) => (tag === "th" ? `<th scope="col">${value}</th>` : `<td>${value}</td>`)).join("");
  return `<table><thead><tr>${cells("th", heads)}</tr></thead><tbody>${rows.map((row) => `<tr>${cells("td", row)}</tr>`).join("\n")}</tbody></table>`;
}

function facts(items: readonly (readonly [string, string])[]): string {
  return `<dl>${items.map(([key, value]) => `<dt>${key}</dt><dd>${value}</dd>`).join("")}</dl>`;
}

/** The first thing that whoever is handed the file wants to know. */
function standingOf({ standing, generatedAt }: EvidencePack): string {
  if (standing?.is === undefined) return "";
  const tone = standing.is === "refused" ? "holds" : standing.is;
  return `<p class="standing ${tone}"><strong>${standing.says.map((line) => text(line)).join(" ")}</strong> As of ${instant(generatedAt)}.</p>`;
}

/** What has become of a case that was contained. */
function sinceContained({ incident: { containedAt, worksAgain }, standing }: EvidencePack): string {
  if (containedAt === null) return "";
  if (worksAgain !== null) return ". Not any more, as said above.";
  return standing?.is === "held" ? `. ${HELD_STILL_WORDS}` : "";
}

/** That a case is written up tells nothing of what may be done with it. */
function sinceClosed({ incident: { state }, standing }: EvidencePack): string {
  if (state !== "closed") return "";
  return standing?.is === "held"
    ? ` ${HELD_STILL_WORDS}`
    : standing?.is === "works"
      ? " Something of it may still be used."
      : "";
}

/** What a leaked secret gets, in a sentence. */
function openedWords({ isTaken, isHeld, isEnough, permissions, audiences }: OpenedBySecret): string {
  if (isHeld)
    return "gets nothing while the client is disabled, and tokens again when that is enabled: the secret has not ended.";
  if (!isTaken) return "gets nothing any more.";
  const what = permissions.length === 0 ? "no permission" : permissions.join(", ");
  const where = audiences.length === 0 ? "" : ` at ${audiences.join(", ")}`;
  return isEnough
    ? `alone gets tokens with ${what}${where}.`
    : "alone gets no token; beside a stolen code or refresh token it does.";
}

function stateOf(state: TokenState): string {
  return state === "suspended"
    ? '<span class="suspended">suspended: refused now, can be given back</span>'
    : text(state.replaceAll("_", " "));
}

function standsOf({ works, isHeld, until }: OwnSecretOfCase): string {
  if (works) return `<span class="refused">works</span>${until == null ? "" : ` until ${instant(until)}`}`;
  if (isHeld)
    return '<span class="suspended">refused now, and not ended: works again with whose it is</span>';
  return "does not work any more";
}

function headOf(pack: EvidencePack): string {
  const { incident, affected, tokens, uses, blastRadius } = pack;
  const states = Object.entries(tokens.states).map(
    ([state, count]) => `${count} ${state.replaceAll("_", " ")}`,
  );
  return facts([
    [
      "State",
      `${text(INCIDENT_STATE_WORDS[incident.state].name)}, ${text(SEVERITY_WORDS[incident.severity])} severity. ${text(INCIDENT_STATE_WORDS[incident.state].means)}${sinceClosed(pack)}`,
    ],
    ["Opened", `${instant(incident.openedAt)} by ${text(incident.openedBy.name)}`],
    ["Compromised from", `${instant(incident.compromisedFrom)}. ${text(incident.compromisedWhy)}`],
    ["Contained", `${instant(incident.containedAt)}${sinceContained(pack)}`],
    ["Closed", instant(incident.closedAt)],
    ["Tokens", `${tokens.total}: ${list(states)}`],
    ["People", list(affected.people.map(({ name }) => name))],
    ["Services (clients)", list(affected.services.map(({ name }) => name))],
    ...blastRadius.secrets.map(
      (secret) => ["Leaked secret", `${text(secret.name)}: ${text(openedWords(secret))}`] as const,
    ),
    ...(incident.ownSecrets ?? []).map(
      (secret) =>
        ["Leaked of this product", `${text(ownSecretWords(secret))}: ${standsOf(secret)}.`] as const,
    ),
    ["Audiences", list(affected.audiences)],
    ["Permissions", list(affected.permissions)],
    ["Verifiers", list(affected.verifiers.map(({ name }) => name))],
    [
      "Uses",
      PHASES.map((phase) => `${PHASE_WORDS[phase].name.toLowerCase()} ${uses.counts[phase].uses}`).join(", "),
    ],
  ]);
}

function ordersOf({ orders, reach }: EvidencePack): string {
  return (
    table(
      ["When", "Order", "Placed", "Reason", "Note", "By", "Stands"],
      orders.map((order) => [
        instant(order.createdAt),
        text(orderLine(order)),
        order.isOfCase ? "in the case" : "elsewhere",
        text(reasonWords(order.reason, order.actor.kind)),
        text(order.note),
        text(order.actor.name),
        text(order.standing.replaceAll("_", " ")),
      ]),
    ) +
    reach
      .map(
        ({ orderId, reached, open, everywhereAt, openVerifiers }) =>
          `<p>Order ${mono(orderId)}: ${reached} of ${reached + open} verifiers refuse what it took back. ${
            open === 0
              ? "None can accept it any more."
              : `Still able to accept it: ${openVerifiers.map(({ name, until, says }) => `${text(name)} until ${instant(until)} (${text(says)})`).join("; ")}. Refused everywhere by ${instant(everywhereAt)}.`
          }</p>`,
      )
      .join("\n")
  );
}

/** When an API token ended, or that it ends by itself. */
function endOf({ revokedAt, expiresAt }: LeakedApiToken, at: string): string {
  const end = revokedAt ?? expiresAt;
  if (end === null) return "–";
  return `${end <= at ? "ended" : "ends"} ${instant(end)}`;
}

/** What leaked of this product opens, what the API tokens among it made, and what the log has of what was done with it. */
function leakedOf({ incident, blastRadius, leakedActs, generatedAt }: EvidencePack): string {
  if (leakedActs === undefined) return "";
  const { rows, more } = blastRadius.apiTokens ?? { rows: [], more: 0 };
  const kinds = new Map(incident.ownSecrets.map((secret) => [secret.kind, secret]));
  return `<h2>What leaked of this product</h2>
${[...kinds.values()].map((secret) => `<p>${text(FINDING_KIND_WORDS[secret.kind])}: while it works, whoever has it ${text(opensOf(secret))}. Of what was done with it, ${text(keptOf(secret))}</p>`).join("\n")}
${
  rows.length === 0
    ? ""
    : `${table(
        ["API token", "Role", "Leaked", "State", "Made", "Ends or ended", "Last used"],
        rows.map((row) => [
          `${text(row.name)}<br>${mono(row.id)}`,
          text(row.role),
          row.isReported ? "reported" : `made by ${text(row.madeByToken?.name ?? null)}`,
          text(row.state.replaceAll("_", " ")),
          instant(row.createdAt),
          endOf(row, generatedAt),
          `${instant(row.lastUsedAt)} ${mono(row.lastUsedIp)}`,
        ]),
      )}${more > 0 ? `<p class="muted">${more} more that were made with them are not listed; their acts count.</p>` : ""}
<p>Acts by them, and upon them: ${actCountWords(leakedActs)}. They are listed under Who did what, each with when it was.</p>`
}`;
}

/** From which countries and networks, by phase: what the map in the console is drawn of. */
function placesOf({ uses: { map } }: EvidencePack): string {
  if (map.networks.length === 0) return '<p class="muted">No use on record.</p>';
  const day =
    map.networksOf === null
      ? ""
      : ` Networks as the internet announced the addresses on ${map.networksOf}; IP geolocation by DB-IP.`;
  const left = map.moreNetworks > 0 ? ` ${map.moreNetworks} networks with fewer uses are left out.` : "";
  return `<p class="muted">Countries as they were written with each use.${day}${left}</p>
${table(
  ["Country", "Network", ...PHASES.map((phase) => PHASE_WORDS[phase].name), "First", "Last"],
  map.networks.map(({ country, network, networkName, counts, firstAt, lastAt }) => [
    country === null ? "unknown" : text(countryName(country)),
    network === null ? "no address" : text(networkWords({ network, networkName })),
    ...PHASES.map((phase) => String(counts[phase] ?? 0)),
    instant(firstAt),
    instant(lastAt),
  ]),
)}`;
}

function usesOf({ uses }: EvidencePack): string {
  return PHASES.map((phase) => {
    const { uses: count, allowed, refused, issued } = uses.counts[phase];
    const rows = uses.rows.filter((row) => row.phase === phase);
    const left = uses.more[phase] > 0 ? ` The newest ${rows.length} are listed.` : "";
    return `<h3>${PHASE_WORDS[phase].name}: ${count}</h3><p class="muted">${PHASE_WORDS[phase].means} ${allowed} allowed, ${refused} refused, ${issued} issued.${left}</p>${table(
      ["When", "Outcome", "Token", "Verifier", "Resource", "From", "Agent"],
      rows.map((row) => [
        `${row.isMarked ? "★ " : ""}${instant(row.at)}`,
        `<span class="${row.outcome}">${text(OUTCOME_WORDS[row.outcome])}</span>${row.refusal === null ? "" : `<br>${text(refusalWords(row.refusal))}`}`,
        mono(row.token.id),
        text(row.verifier?.name ?? null),
        mono([row.method, row.path].filter((part) => part !== null).join(" ") || row.audience),
        `${mono(row.ip)} ${text(row.country)}`,
        text(row.userAgent),
      ]),
    )}`;
  }).join("\n");
}

/** What of it is proved by seals and checkpoints, and how anybody sees that it is. */
function proofsOf({ uses, acts, proofs }: EvidencePack): string {
  const proved = proofs.acts.reduce((sum, { entries }) => sum + entries.length, 0);
  const checkpoints = proofs.checkpoints.flatMap((jws) => readCheckpoint(jws) ?? []);
  const last = checkpoints.at(-1);
  const under =
    last === undefined
      ? "no checkpoint covers any of them yet"
      : `under ${checkpoints.length === 1 ? "checkpoint" : `${checkpoints.length} checkpoints, the newest`} ${last.number} of ${instant(last.at.toISOString())}`;
  const whys = [...(proofs.unproved?.uses ?? []), ...(proofs.unproved?.acts ?? [])].map(({ why }) => why);
  const others =
    whys.length === 0 ? "" : ` Nothing but what is said here speaks for the others: ${unprovedWords(whys)}.`;
  return `<p>Of the uses that are listed, ${proofs.uses.length} of ${uses.rows.length}, and of the acts ${proved} of ${acts.length} carry the proof that they stand in the audit log as it was sealed when they were written, ${under}.${others} Anybody can verify this file, without the database: <code>npx tokenwarden audit verify FILE</code>, with <code>--keys</code> and all keys that ever signed checkpoints, as the authority publishes them at <code>${CHECKPOINT_KEYS_PATH}</code>, or <code>--checkpoints</code> and a copy of the checkpoints that was kept elsewhere.</p>`;
}

const OWN_HASH = '<meta name="tokenwarden-sha256" content="">';
const OWN_HASH_FILLED = /<meta name="tokenwarden-sha256" content="([0-9a-f]{64})">/;

const sha256 = (page: string) => hash("sha256", page, "hex");

function withOwnHash(page: string): string {
  return page.replace(OWN_HASH, OWN_HASH.replace('""', `"${sha256(page)}"`));
}

/** Whether a page is as it was written: it carries the SHA-256 of itself without that. */
export function isAsWritten(page: string): boolean {
  const [tag, said] = OWN_HASH_FILLED.exec(page) ?? [];
  return tag !== undefined && sha256(page.replace(tag, OWN_HASH)) === said;
}

const DATA_BEGINS = '<script type="application/json" id="evidence">';
const DATA = /<script type="application\/json" id="evidence">([\s\S]*?)<\/script>/;

/** The JSON in a page; null where there is none. */
export function dataOfPage(page: string): string | null {
  return DATA.exec(page)?.[1] ?? null;
}

/** The SHA-256 of what people read of a page: of all of it but its data, which has a hash of its own, and its own hash. */
export function pageSha256(page: string): string {
  return sha256(page.replace(OWN_HASH_FILLED, OWN_HASH).replace(DATA, () => DATA_BEGINS));
}

/** One file that shows a pack by itself: no script, nothing from elsewhere, its JSON inside. Whatever came from outside is text in it. */
export function evidenceHtml(pack: EvidencePack): string {
  const { incident } = pack;
  const title = text(`Case ${incident.number}: ${incident.title}`);
  const json = JSON.stringify(pack)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
  return withOwnHash(`<!doctype html>
<html lang="en"><head><meta charset="utf-8">${OWN_HASH}<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${title}</title><style>${STYLE}</style></head><body>
<h1>${title}</h1>
<p class="muted">Evidence pack of ${text(pack.environment)}, made ${instant(pack.generatedAt)} by ${text(pack.generatedBy.name)}. Times are UTC. It holds no values of tokens.</p>
${standingOf(pack)}
${pack.truncated.length === 0 ? "" : `<p class="warn">${pack.truncated.map((line) => text(line)).join(" ")}</p>`}
${headOf(pack)}
<h2>Steps</h2>
${table(
  ["Step", "Done", "By", "What"],
  incident.steps.map(({ step, doneAt, doneBy, what }) => [
    text(STEP_WORDS[step].name),
    instant(doneAt),
    text(doneBy?.name ?? null),
    text(what),
  ]),
)}
<h2>Notes</h2>
${table(
  ["When", "Step", "By", "Note"],
  incident.notes.map((note) => [
    instant(note.at),
    text(STEP_WORDS[note.step].name),
    text(note.by.name),
    `${note.useId === null ? "" : `On the use ${mono(note.useId)}: `}${text(note.text)}`,
  ]),
)}
<h2>Orders</h2>
${ordersOf(pack)}
<h2>Tokens</h2>
${table(
  ["Token", "Kind", "State", "Ended", "Holder", "Client", "Issued", "Expires"],
  pack.tokens.rows.map((row) => [
    mono(row.id),
    text(`${row.format} ${row.kind}`),
    stateOf(row.state),
    instant(row.endedAt),
    text(row.user?.email ?? row.subject),
    text(row.client.clientId),
    instant(row.issuedAt),
    instant(row.expiresAt),
  ]),
)}
<h2>Uses</h2>
<p class="muted">A use that a verifier reported has the verifier's time, which may differ from ours by ${pack.uses.toleranceSeconds} s: so near to an edge it counts as during the window rather than before, and not as accepted after.</p>
${usesOf(pack)}
${leakedOf(pack)}
<h2>Where from</h2>
${placesOf(pack)}
<h2>Who did what</h2>
${table(
  ["No.", "When", "Who", "Act", "Upon", "Reason and note", "SHA-256"],
  pack.acts.map((act) => [
    text(act.sequence),
    `${instant(act.at)}${act.phase === undefined ? "" : `<br>leaked API token, ${ACT_PHASE_WORDS[act.phase]}`}`,
    text(act.actor.name),
    text(actOutcomeWords(act)),
    text(act.target.name),
    text([act.reason, act.note].filter((part) => part !== null && part !== "").join(": ")),
    mono(act.sha256),
  ]),
)}
<h2>Integrity</h2>
<p>Each of the ${pack.integrity.records} records of the JSON below carries the SHA-256 of its own canonical JSON (keys in order, without <code>sha256</code>). That of the whole, all that is stated in it but <code>integrity</code>: ${mono(pack.integrity.sha256)}. The export is on record in the audit log with the same number, and so is the hash of this page without its data; the proof of that is in the data.</p>
${proofsOf(pack)}
${DATA_BEGINS}${json}</script>
</body></html>
`);
}
