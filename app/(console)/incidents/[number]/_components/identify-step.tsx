import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { groupedNumber } from "#components/display/number-text.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { isBadgeState, StateBadge } from "#components/display/state-badge.tsx";
import { type IncidentDetail, type IncidentTokens, PACK_TOKENS_MAX } from "#lib/incidents/model.ts";
import type { OwnSecretKind } from "#lib/scanners/model.ts";
import type { TokenRow } from "#lib/tokens/model.ts";
import { OwnSecrets } from "./own-secrets.tsx";
import classes from "./steps.module.css";

const SHOWN = 10;

/** Which tokens and secrets of this product, whose, and how they stand. */
export function IdentifyStep({
  incident,
  tokens,
  sees,
}: {
  incident: IncidentDetail;
  tokens: IncidentTokens;
  sees: readonly OwnSecretKind[];
}) {
  const rows = tokens.rows.slice(0, SHOWN);
  const own =
    incident.ownSecrets.length === 0 ? null : <OwnSecrets secrets={incident.ownSecrets} sees={sees} />;
  if (tokens.total === 0) return own ?? <p className="muted">No token of it is on record.</p>;
  return (
    <>
      {own}
      <div className={classes.chips}>
        {Object.entries(tokens.states).map(([state, count]) =>
          isBadgeState(state) ? (
            <StateBadge key={state} state={state}>
              {groupedNumber(count)} {state.replaceAll("_", " ")}
            </StateBadge>
          ) : null,
        )}
      </div>
      <PlainTable
        name="Tokens of the case"
        rows={rows}
        keyOf={(row) => row.id}
        columns={[
          {
            header: "State",
            isWrapping: true,
            cell: (row: TokenRow) => (
              <>
                <StateBadge state={row.state} />
                <small className={classes.narrow}>
                  used <Instant at={row.lastUsedAt} none="never" />
                </small>
              </>
            ),
          },
          {
            header: "Token",
            cell: (row: TokenRow) => (
              <>
                <IdText id={row.id} what="token id" href={`/tokens/${row.id}`} withCopy={false} />
                <small className={classes.second}>
                  {row.format} {row.kind}
                </small>
              </>
            ),
          },
          {
            header: "Holder",
            isWrapping: true,
            cell: (row: TokenRow) => (
              <>
                {row.user?.email ?? row.client.clientId}
                {/* of a service it would say the holder again */}
                {row.user === null ? null : (
                  <small className={classes.second}>through {row.client.clientId}</small>
                )}
              </>
            ),
          },
          {
            header: "Last used",
            isExtra: true,
            cell: (row: TokenRow) => <Instant at={row.lastUsedAt} none="never" />,
          },
          {
            header: "Expires",
            isExtra: true,
            cell: (row: TokenRow) => <Instant at={row.expiresAt} />,
          },
        ]}
      />
      {tokens.total > rows.length || tokens.isCut ? (
        <p className="muted">
          {groupedNumber(tokens.total - rows.length)} more{tokens.isCut ? ", and others beyond those" : ""}.{" "}
          {tokens.total > PACK_TOKENS_MAX
            ? `The evidence pack lists the newest ${groupedNumber(PACK_TOKENS_MAX)}.`
            : "The evidence pack lists them."}
        </p>
      ) : null}
    </>
  );
}
