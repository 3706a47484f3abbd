import Link from "next/link";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { Narrow } from "#components/display/narrow.tsx";
import { countedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import { RevokeButton } from "#components/revocation/revoke-button.tsx";
import { KEY_PURPOSE_WORDS, type KeyRow } from "#lib/keys/model.ts";
import { LastSigned } from "./key-cards.tsx";
import { KEY_BADGES, keyWords as words } from "./words.ts";

/** When a key last changed its state. */
function changedAt(key: KeyRow): string {
  return (
    key.destroyedAt ??
    key.compromisedAt ??
    key.retiredAt ??
    key.retiringAt ??
    key.activatedAt ??
    key.createdAt
  );
}

/** Every key in words: the twin of the timeline. */
export function KeysTable({ keys, may }: { keys: KeyRow[]; may: MayRevoke }) {
  return (
    <PlainTable
      name={words.all}
      rows={keys}
      keyOf={(row) => row.kid}
      columns={[
        {
          header: "Key",
          cell: (row: KeyRow) => (
            <>
              <IdText id={row.kid} what="key id" head={20} tail={6} href={`/keys/${row.kid}`} />
              <Narrow>
                <span className="muted">
                  {KEY_PURPOSE_WORDS[row.purpose].name}
                  {row.liveTokens === null ? "" : `, ${words.live(countedNumber(row.liveTokens))}`}
                </span>
              </Narrow>
            </>
          ),
        },
        {
          header: "State",
          cell: (row: KeyRow) => (
            <span title={KEY_BADGES[row.state].means}>
              <StateBadge state={KEY_BADGES[row.state].badge} />
            </span>
          ),
        },
        { header: "Purpose", isExtra: true, cell: (row: KeyRow) => KEY_PURPOSE_WORDS[row.purpose].name },
        {
          header: "Algorithm",
          isExtra: true,
          cell: (row: KeyRow) => <span className="mono">{row.algorithm}</span>,
        },
        {
          header: "Live tokens",
          align: "end",
          isExtra: true,
          cell: (row: KeyRow) =>
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
        { header: "Last signature", isExtra: true, cell: (row: KeyRow) => <LastSigned row={row} /> },
        {
          header: "To come",
          isExtra: true,
          cell: (row: KeyRow) =>
            row.state === "standby" && row.activatesAt !== null ? (
              <>
                signs <Instant at={row.activatesAt} />
              </>
            ) : row.state === "retiring" && row.retiresAt !== null ? (
              <>
                leaves <Instant at={row.retiresAt} />
              </>
            ) : null,
        },
        {
          header: "Changed",
          isExtra: true,
          cell: (row: KeyRow) => (
            <span title={row.changes.at(-1)?.note ?? row.changes.at(-1)?.reason ?? ""}>
              <Instant at={changedAt(row)} />
              {row.changes.length === 0 ? "" : ` by ${row.changes.at(-1)?.actor.name}`}
            </span>
          ),
        },
        {
          header: words.takeBack,
          align: "end",
          cell: (row: KeyRow) =>
            row.liveTokens === null ? null : (
              <RevokeButton
                target={{ kind: "signing_key", id: row.kid }}
                label={words.revokeTokens}
                about={`tokens signed by ${row.kid}`}
                isAllowed={may.signing_key}
                size="compact-sm"
              />
            ),
        },
      ]}
    />
  );
}
