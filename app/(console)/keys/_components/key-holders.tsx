import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { Tag } from "#components/display/tag.tsx";
import {
  isPublished,
  KEY_PURPOSE_WORDS,
  type KeyDetail,
  type KeyHolder,
  type KeyRow,
} from "#lib/keys/model.ts";
import classes from "./key-cards.module.css";
import { HOLDING_WORDS, keyWords as words } from "./words.ts";

/** Which verifiers have a key, as far as they say who they are. */
export function KeyHoldersCard({ detail }: { detail: KeyDetail }) {
  const { says, count, rows } = detail.holders;
  const holdings = HOLDING_WORDS[isPublished(detail.state) ? "served" : "gone"];
  return (
    <Card title={words.holders}>
      <p>{says}</p>
      {rows.length === 0 ? null : (
        <div className={classes.inset}>
          <PlainTable
            name={words.holders}
            rows={rows}
            keyOf={(row) => row.verifierId}
            columns={[
              {
                header: "Verifier",
                cell: (row: KeyHolder) => (
                  <Link prefetch={false} href={`/verifiers/${row.verifierId}`}>
                    {row.name}
                  </Link>
                ),
              },
              {
                header: "Has it",
                cell: (row: KeyHolder) => {
                  const { word, tone, means } = holdings[row.holding];
                  return (
                    <span title={means}>
                      <Tag tone={tone}>{word}</Tag>
                    </span>
                  );
                },
              },
              {
                header: "Processes",
                isExtra: true,
                cell: (row: KeyHolder) =>
                  row.processes === null ? (
                    <span className="faint">{words.processesUntold}</span>
                  ) : (
                    `${row.processes.have} of ${row.processes.of}`
                  ),
              },
              {
                header: "First known to have it",
                isExtra: true,
                cell: (row: KeyHolder) => <Instant at={row.firstAt} none="never" focusable />,
              },
            ]}
          />
        </div>
      )}
      {count > rows.length ? <p className="muted">{words.holdersMore(count - rows.length)}</p> : null}
      <p className={`muted ${classes.note}`}>{words.holdersNote}</p>
    </Card>
  );
}

/** How far a planned rotation has come: a line for each key that is announced. */
export function Readiness({ keys }: { keys: KeyRow[] }) {
  const announced = keys.filter(({ readiness }) => readiness !== null);
  return announced.map((key) => (
    <p key={key.kid} className="muted">
      {KEY_PURPOSE_WORDS[key.purpose].name}, next key{" "}
      <Link prefetch={false} href={`/keys/${key.kid}`} className="mono">
        {key.kid}
      </Link>
      : {key.readiness}
    </p>
  ));
}
