import Link from "next/link";
import type { ReactNode } from "react";
import { OwnerLink } from "#app/(console)/_components/owner-link.tsx";
import { IdText } from "#components/display/id-text.tsx";
import { Instant } from "#components/display/instant.tsx";
import { countedNumber, groupedNumber } from "#components/display/number-text.tsx";
import { ScopeList } from "#components/display/scope-list.tsx";
import { ROLE_WORDS } from "#lib/authz/roles.ts";
import { opensOf } from "#lib/incidents/leaked-model.ts";
import {
  type BlastRadius,
  type IncidentDetail,
  type OpenedBySecret,
  type OwnSecretOfCase,
  ownSecretWords,
} from "#lib/incidents/model.ts";
import { visibleText } from "#lib/input/visible-text.ts";
import type { OwnSecretKind } from "#lib/scanners/model.ts";
import { incidentWords as words } from "../../_components/words.ts";
import classes from "./steps.module.css";

function List({ label, children, more = 0 }: { label: string; children: ReactNode[]; more?: number }) {
  return (
    <div>
      <h3 className={classes.label}>{label}</h3>
      <ul className={classes.plain}>
        {children.length === 0 ? <li className="faint">none</li> : children}
        {more > 0 ? <li className="muted">and {groupedNumber(more)} more</li> : null}
      </ul>
    </div>
  );
}

function liveWords(live: number | null): string {
  return live === null ? "live tokens not counted in time" : `${groupedNumber(live)} live`;
}

/** What whoever has a leaked secret gets by it, over the whole width: it comes before what was got with it already. */
function OpenedBy({ secret }: { secret: OpenedBySecret }) {
  return (
    <div className={classes.wide}>
      <h3 className={classes.label}>{words.leakedSecret(secret.name)}</h3>
      <p className={classes.says}>{words.opensNow(secret)}</p>
      {secret.isTaken && secret.isEnough && secret.permissions.length > 0 ? (
        <ScopeList values={secret.permissions} what={["permission", "permissions"]} shown={16} isWrapping />
      ) : null}
    </div>
  );
}

/** What whoever has secrets of this product does with them, and the API tokens that were made with those that leaked. */
function OpenedByOwn({
  secrets,
  apiTokens = { rows: [], more: 0 },
  sees,
}: {
  secrets: readonly OwnSecretOfCase[];
  sees: readonly OwnSecretKind[];
  apiTokens: BlastRadius["apiTokens"];
}) {
  const roleOf = (ownerId: string) =>
    apiTokens.rows.flatMap(({ id, role }) => (id === ownerId ? [`: ${ROLE_WORDS[role].name}`] : [])).join("");
  const made = apiTokens.rows.filter(({ isReported }) => !isReported);
  return (
    <>
      <List label="What leaked of this product">
        {secrets.map((secret) => (
          <li key={`${secret.ownerId} ${secret.hint}`}>
            {visibleText(ownSecretWords(secret))}{" "}
            <span className="muted">
              {words.ownOpens(opensOf(secret))}
              {roleOf(secret.ownerId)}
            </span>
          </li>
        ))}
      </List>
      {secrets.some(({ kind }) => kind === "api_token") ? (
        <List label="API tokens that were made with them" more={apiTokens.more}>
          {made.map(({ id, name, role, state, madeByToken }) => (
            <li key={id}>
              <OwnerLink kind="api_token" ownerId={id} sees={sees}>
                {visibleText(name)}
              </OwnerLink>{" "}
              <span className="muted">
                {ROLE_WORDS[role].name}, {state.replaceAll("_", " ")},{" "}
                {words.madeWith(madeByToken?.name ?? null)}
              </span>
            </li>
          ))}
        </List>
      ) : null}
    </>
  );
}

/** What the tokens open, who answers for it, and what else hangs on them. */
export function BlastRadiusStep({
  incident,
  radius,
  sees,
  hasTokens,
}: {
  incident: IncidentDetail;
  radius: BlastRadius;
  sees: readonly OwnSecretKind[];
  /** Else nothing hangs on them. */
  hasTokens: boolean;
}) {
  const own =
    incident.ownSecrets.length === 0 ? null : (
      <OpenedByOwn secrets={incident.ownSecrets} apiTokens={radius.apiTokens} sees={sees} />
    );
  if (own !== null && !hasTokens) return <div className={classes.lists}>{own}</div>;
  return (
    <div className={classes.lists}>
      {radius.secrets.map((secret) => (
        <OpenedBy key={secret.clientId} secret={secret} />
      ))}
      {own}
      <List label="Audiences">
        {radius.audiences.map(({ name, live }) => (
          <li key={name}>
            <span className="mono">{name}</span> <span className="muted">{liveWords(live)}</span>
          </li>
        ))}
      </List>
      <div>
        <h3 className={classes.label}>Permissions</h3>
        <ScopeList
          values={radius.permissions.map(({ name }) => name)}
          what={["permission", "permissions"]}
          shown={16}
          isWrapping
        />
      </div>
      <List label="Verifiers that answer for them">
        {radius.verifiers.map(({ id, name, acceptsUntil }) => (
          <li key={id}>
            <Link prefetch={false} href={`/verifiers/${id}`}>
              {name}
            </Link>{" "}
            <span className="muted">
              {acceptsUntil === null ? (
                "nothing of the case is live for it"
              ) : (
                <>
                  the last expires <Instant at={acceptsUntil} focusable />
                </>
              )}
            </span>
          </li>
        ))}
      </List>
      <List label="All tokens of the users" more={radius.more.users}>
        {radius.users.map(({ id, name, liveTokens }) => (
          <li key={id}>
            <Link prefetch={false} href={`/users/${id}`}>
              {name}
            </Link>{" "}
            <span className="muted">{liveWords(liveTokens)}</span>
          </li>
        ))}
      </List>
      <List label="All tokens of the clients" more={radius.more.clients}>
        {radius.clients.map(({ id, name, liveTokens }) => (
          <li key={id}>
            <Link prefetch={false} href={`/clients/${id}`}>
              {name}
            </Link>{" "}
            <span className="muted">{liveWords(liveTokens)}</span>
          </li>
        ))}
      </List>
      <List label="Same sign-in, other applications" more={radius.more.sessions}>
        {radius.sessions.map(({ uid, liveTokens }) => (
          <li key={uid}>
            <IdText id={uid} what="session id" head={6} tail={6} />{" "}
            <span className="muted">{countedNumber({ value: liveTokens, isExact: true })} live</span>
          </li>
        ))}
      </List>
    </div>
  );
}
