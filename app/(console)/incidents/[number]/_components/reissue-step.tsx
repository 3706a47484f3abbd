import { Instant } from "#components/display/instant.tsx";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import type { BlastRadius, IncidentNotices, Reissue } from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";
import { OwnersTold } from "./owners-told.tsx";
import { EndUser, NewSecret } from "./reissue-actions.tsx";
import classes from "./steps.module.css";

/** A new secret for the clients, a forced sign-in for the people, and word to both. */
export function ReissueStep({
  number,
  radius,
  isOfOwnAlone,
  reissues,
  notices,
  isClosed,
  may,
  canRotate,
  canTell,
}: {
  number: number;
  radius: BlastRadius;
  /** Nothing is in the case but what leaked of this product: it has no clients and no people. */
  isOfOwnAlone: boolean;
  /** New secrets that were given in the case, newest first. */
  reissues: Reissue[];
  notices: IncidentNotices;
  isClosed: boolean;
  may: MayRevoke;
  canRotate: boolean;
  canTell: boolean;
}) {
  const taken = radius.secrets.filter(({ isTaken, isHeld }) => isTaken || isHeld);
  // a client of which nothing but its secret leaked may hold no token of the case; those whose secret is still taken come first, by themselves
  const clients = [
    ...radius.clients,
    ...radius.secrets
      .filter(({ clientId }) => radius.clients.every(({ id }) => id !== clientId))
      .map(({ clientId, name }) => ({ id: clientId, name })),
  ].filter(({ id }) => taken.every(({ clientId }) => clientId !== id));
  if (isOfOwnAlone) return <p className="muted">{words.reissueOwn}</p>;
  return (
    <>
      {taken.map(({ clientId, name, isEnough, isHeld }) => (
        <div key={clientId} className={classes.primary}>
          <NewSecret
            clientId={clientId}
            name={name}
            number={number}
            isAllowed={canRotate && !isClosed}
            isFirst
          />
          <span className="muted">{isHeld ? words.replaceHeld : words.replaceText(isEnough)}</span>
        </div>
      ))}
      <div className={classes.lists}>
        <div>
          <h3 className={classes.label}>Clients: a new secret, the leaked one ends at once</h3>
          <ul className={classes.plain}>
            {clients.map(({ id, name }) => (
              <li key={id}>
                {name}{" "}
                <NewSecret clientId={id} name={name} number={number} isAllowed={canRotate && !isClosed} />
                {reissues
                  .filter(({ clientId }) => clientId === id)
                  .slice(0, 1)
                  .map(({ hint, at, by }) => (
                    <div key={at} className="muted">
                      New secret <span className="mono">{hint}</span> by {by}, <Instant at={at} focusable />
                    </div>
                  ))}
              </li>
            ))}
            {clients.length === 0 ? (
              <li className="faint">{taken.length > 0 ? "no others" : "none"}</li>
            ) : null}
          </ul>
        </div>
        <div>
          <h3 className={classes.label}>People: a forced sign-in</h3>
          <ul className={classes.plain}>
            {radius.users.map(({ id, name }) => (
              <li key={id}>
                {name} <EndUser userId={id} name={name} number={number} isAllowed={may.user && !isClosed} />
              </li>
            ))}
            {radius.users.length === 0 ? (
              <li className="faint">
                {taken.length > 0
                  ? "none: its people did not leak anything"
                  : radius.clients.length > 0
                    ? "none: services hold these tokens"
                    : "none"}
              </li>
            ) : null}
          </ul>
        </div>
      </div>
      <OwnersTold number={number} notices={notices} canTell={canTell && !isClosed} />
    </>
  );
}
