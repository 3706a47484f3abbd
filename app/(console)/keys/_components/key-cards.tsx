import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import { durationWords } from "#components/display/duration.ts";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { countedNumber } from "#components/display/number-text.tsx";
import { actUponItWords } from "#lib/audit/act-words.ts";
import { KEY_PURPOSE_WORDS, type KeyDetail, type KeyRow } from "#lib/keys/model.ts";
import { REASON_WORDS, type Reason } from "#lib/revocations/model.ts";
import classes from "./key-cards.module.css";
import { KEY_BADGES, keyWords as words } from "./words.ts";

/** How long it signs, or signed. */
function Cryptoperiod({ row, now }: { row: KeyRow; now: Date }) {
  if (row.activatedAt === null) return row.state === "standby" ? "has not begun" : "never signed";
  const end = row.retiringAt ?? row.compromisedAt;
  const spanMs = (end === null ? now.getTime() : Date.parse(end)) - Date.parse(row.activatedAt);
  const seconds = Math.floor(spanMs / 60_000) * 60;
  return (
    <>
      {seconds < 60 ? "less than a minute" : durationWords(seconds)}
      {end === null ? ", so far" : ""}
    </>
  );
}

export function LastSigned({ row }: { row: KeyRow }) {
  if (row.lastSigned === null) return <span className="faint">not registered</span>;
  if (!row.lastSigned.isKnown) return <span className="faint">took too long to find</span>;
  return <Instant at={row.lastSigned.at} none="never" focusable />;
}

/** Times that a key has, those to come among them. */
function timesOf(row: KeyRow): { key: string; at: string | null }[] {
  return [
    { key: "Created", at: row.createdAt },
    { key: "In every cache from", at: row.readyAt },
    { key: "Signs by itself from", at: row.state === "standby" ? row.activatesAt : null },
    { key: "Signed from", at: row.activatedAt },
    { key: "Signed until", at: row.retiringAt },
    { key: "Verifies at least until", at: row.state === "retiring" ? row.retiresAt : null },
    { key: "Retired", at: row.retiredAt },
    { key: "Compromised", at: row.compromisedAt },
    { key: "Destroyed", at: row.destroyedAt },
  ].filter(({ at }) => at !== null);
}

export function KeyFacts({ row, now }: { row: KeyRow; now: Date }) {
  return (
    <Card title={words.facts}>
      <KeyValue
        items={[
          { key: "State", value: KEY_BADGES[row.state].means },
          { key: "Purpose", value: KEY_PURPOSE_WORDS[row.purpose].means },
          { key: "Algorithm", value: <span className="mono">{row.algorithm}</span> },
          { key: "Thumbprint", value: <IdText id={row.thumbprint} what="thumbprint" head={10} tail={6} /> },
          { key: "Cryptoperiod", value: <Cryptoperiod row={row} now={now} /> },
          { key: "Last signature", value: <LastSigned row={row} /> },
          {
            key: "Live tokens",
            value:
              row.liveTokens === null ? (
                <span className="faint">{words.notRegistered}</span>
              ) : (
                <Link
                  prefetch={false}
                  href={`/tokens?${new URLSearchParams({ key: row.kid, state: "active" })}`}
                >
                  {countedNumber(row.liveTokens)}
                </Link>
              ),
          },
          ...timesOf(row).map(({ key, at }) => ({ key, value: <Instant at={at} focusable /> })),
        ]}
      />
    </Card>
  );
}

/** Each change with who did it and why, oldest first. */
export function KeyHistory({ row }: { row: KeyRow }) {
  return (
    <Card title={words.history}>
      {row.changes.length === 0 ? (
        <p className="muted">{words.noHistory}</p>
      ) : (
        <ol className={classes.history}>
          {row.changes.map((change) => (
            <li key={change.id}>
              <Link prefetch={false} href={`/audit/acts/${change.id}`}>
                {change.actor.name} {actUponItWords({ act: change.act, outcome: "done" })}
              </Link>
              <br />
              <small className="muted">
                {[
                  change.reason === null ? null : (REASON_WORDS[change.reason as Reason] ?? change.reason),
                  change.note,
                ]
                  .filter((part) => part !== null && part !== "")
                  .map((part) => `${part} · `)}
                <Instant at={change.at} focusable />
              </small>
            </li>
          ))}
        </ol>
      )}
    </Card>
  );
}

export function PublicHalf({ detail }: { detail: KeyDetail }) {
  return (
    <Card title={words.publicHalf}>
      <CommandLine text={JSON.stringify(detail.publicJwk, null, 2)} what="public JWK" />
    </Card>
  );
}

/** Both key sets, as authorities answer them. */
export function ServedSets({
  common,
  feed,
  cacheSeconds,
}: {
  common: object;
  feed: object;
  cacheSeconds: number;
}) {
  return (
    <Card title={words.served}>
      <p className="muted">{words.servedNote(durationWords(cacheSeconds))}</p>
      <details className={classes.sets}>
        <summary>{words.tokensSet}</summary>
        <CommandLine text={JSON.stringify(common, null, 2)} what="JWKS of tokens" />
      </details>
      <details className={classes.sets}>
        <summary>{words.feedSet}</summary>
        <CommandLine text={JSON.stringify(feed, null, 2)} what="JWKS of the feed" />
      </details>
    </Card>
  );
}
