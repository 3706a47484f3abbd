import { ExpiryBar } from "#components/display/expiry-bar.tsx";
import { Instant } from "#components/display/instant.tsx";
import { LAST_USED_PRECISION_SECONDS, type TokenRow } from "#lib/tokens/model.ts";
import classes from "./token-cells.module.css";

/** What a person reads of when a token's counts were taken. */
export const PRECISION = `Exact to ${LAST_USED_PRECISION_SECONDS} seconds.`;

/** Whose token it is, with the groups that stand in it. */
export function Holder({ token }: { token: Pick<TokenRow, "user" | "subject" | "groups"> }) {
  const [local, domain] = (token.user?.email ?? token.subject).split("@");
  const [group, ...more] = token.groups;
  return (
    <span className={classes.holder}>
      <span className={classes.name} title={token.user?.email ?? token.subject}>
        {local}
        {domain ? <span className="muted">@{domain}</span> : null}
      </span>
      <span className={classes.groups} title={token.groups.join(", ")}>
        {group ?? (token.user ? "no groups" : "service")}
        {more.length > 0 ? ` +${more.length}` : ""}
      </span>
    </span>
  );
}

/** Until when it lives, or since when it does not. */
export function Expiry({ token }: { token: Pick<TokenRow, "state" | "issuedAt" | "expiresAt" | "endedAt"> }) {
  const { state, issuedAt, expiresAt, endedAt } = token;
  if (state === "revoked" || state === "consumed" || state === "expired")
    return (
      <span className="muted">
        <Instant at={endedAt ?? expiresAt} prefix="ended" />
      </span>
    );
  return (
    <span className={classes.expiry}>
      <ExpiryBar from={issuedAt} to={expiresAt} tone={state === "suspended" ? "suspended" : "accent"} />
      <Instant at={expiresAt} />
    </span>
  );
}

/** When it was last used, how often it was refused since. */
export function LastUse({ token }: { token: Pick<TokenRow, "lastUsedAt" | "refusedCount" | "lastIp"> }) {
  return (
    <Instant
      at={token.lastUsedAt}
      none="never"
      hint={`${token.lastIp ? `From ${token.lastIp}. ` : ""}${PRECISION}`}
    />
  );
}
