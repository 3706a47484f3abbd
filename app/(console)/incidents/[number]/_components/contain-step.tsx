import { Alert } from "@mantine/core";
import Link from "next/link";
import { JourneySummary } from "#app/(console)/_components/journey-summary.tsx";
import { OwnerLink } from "#app/(console)/_components/owner-link.tsx";
import { PropagationLink } from "#app/(console)/_components/propagation-link.tsx";
import { Instant } from "#components/display/instant.tsx";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import {
  clientHeldWords,
  type IncidentDetail,
  type IncidentOrders,
  type IncidentTokens,
  type OpenedBySecret,
  ownHeldWords,
  ownSecretWords,
} from "#lib/incidents/model.ts";
import type { Journey } from "#lib/propagation/model.ts";
import { reasonWords } from "#lib/revocations/model.ts";
import { orderLine } from "#lib/revocations/target-words.ts";
import type { OwnSecretKind } from "#lib/scanners/model.ts";
import { incidentWords as words } from "../../_components/words.ts";
import { ClosedHeld } from "./closed-held.tsx";
import { ContainActions } from "./contain-actions.tsx";
import { containChoices } from "./contain-choices.ts";
import { heldLines } from "./held-lines.ts";
import classes from "./steps.module.css";

const SHOWN = 6;

/** Takes it back, and tells what was taken back, here or elsewhere, and who can still accept it until when. */
export function ContainStep({
  incident,
  tokens,
  orders,
  journey,
  secrets,
  sees,
  may,
  canWrite,
}: {
  incident: IncidentDetail;
  tokens: IncidentTokens;
  orders: IncidentOrders;
  journey: Journey | null;
  /** Leaked secrets of clients: those that still get tokens keep the case open whatever is taken back, and those that may again keep it from being contained. */
  secrets: readonly OpenedBySecret[];
  sees: readonly OwnSecretKind[];
  may: MayRevoke;
  canWrite: boolean;
}) {
  const { worksAgain } = incident;
  const taken = secrets.filter(({ isTaken }) => isTaken);
  const ownWorking = incident.ownSecrets.filter(({ works }) => works);
  const more = orders.rows.length - SHOWN + orders.leftOut;
  return (
    <>
      {worksAgain === null ? null : (
        <Alert color="red" role="alert" title={words.worksAgain}>
          {words.worksAgainText(worksAgain)}
        </Alert>
      )}
      {worksAgain !== null || incident.state === "closed"
        ? null
        : taken.map((secret) => (
            <Alert key={secret.clientId} color="red" title={words.stillTaken(secret.name)}>
              {words.stillTakenText(secret.isEnough)} <a href="#step-reissue">{words.toReissue}</a>
            </Alert>
          ))}
      {incident.state === "closed"
        ? null
        : ownWorking.map((secret) => (
            <Alert
              key={`${secret.ownerId} ${secret.hint}`}
              color="red"
              title={words.ownWorks(ownSecretWords(secret))}
            >
              {words.ownWorksText}{" "}
              {secret.until === null ? null : (
                <>
                  {words.ownUntil} <Instant at={secret.until} show="exact" />.{" "}
                </>
              )}
              <OwnerLink {...secret} sees={sees} otherwise={words.notYours}>
                {words.toOwn}
              </OwnerLink>
            </Alert>
          ))}
      {incident.state === "closed" ? (
        <ClosedHeld lines={heldLines(incident, tokens, secrets)} />
      ) : (
        <>
          {secrets
            .filter(({ isHeld }) => isHeld)
            .map(({ clientId, name }) => (
              <Alert key={clientId} color="yellow" title={words.heldSecret(name)}>
                {clientHeldWords(name)} <a href="#step-reissue">{words.toReissue}</a>
              </Alert>
            ))}
          {incident.ownSecrets
            .filter(({ isHeld }) => isHeld)
            .map((secret) => (
              <Alert
                key={`${secret.ownerId} ${secret.hint}`}
                color="yellow"
                title={words.ownHeld(ownSecretWords(secret))}
              >
                {ownHeldWords(secret)}{" "}
                <OwnerLink {...secret} sees={sees} otherwise={words.notYours}>
                  {words.toOwn}
                </OwnerLink>
              </Alert>
            ))}
        </>
      )}
      {incident.state === "held" && (tokens.states.suspended ?? 0) > 0 ? (
        <Alert color="yellow" title={words.held}>
          {words.heldText(tokens.states.suspended ?? 0)}
        </Alert>
      ) : null}
      {canWrite && incident.state !== "closed" ? (
        <div className={classes.chips} style={{ alignItems: "center" }}>
          <ContainActions
            number={incident.number}
            {...containChoices(incident, tokens)}
            may={may}
            isCut={tokens.isCut}
            hasTokens={Object.keys(tokens.states).length > 0}
            isOpenBySecret={
              secrets.some(({ isTaken, isHeld }) => isTaken || isHeld) ||
              incident.ownSecrets.some(({ works, isHeld }) => works || isHeld)
            }
          />
          {incident.state !== "open" || tokens.liveIds.length === 0 ? null : (
            <span className="muted">{words.unsure}</span>
          )}
        </div>
      ) : null}
      {orders.rows.length === 0 ? (
        <p className="muted">No order was placed in this case yet, and none holds its tokens.</p>
      ) : (
        <ul className={classes.plain}>
          {orders.rows.slice(0, SHOWN).map((order) => (
            <li key={order.id}>
              <Link prefetch={false} href={`/orders/${order.id}`}>
                {orderLine(order)}
              </Link>{" "}
              <span className="muted">
                {reasonWords(order.reason, order.actor.kind)}, by {order.actor.name},{" "}
                <Instant at={order.createdAt} focusable />
                {order.isOfCase ? "" : `, ${words.elsewhere}`}
              </span>
            </li>
          ))}
          {more > 0 ? <li className="muted">and {more} more; the evidence pack lists up to 200</li> : null}
        </ul>
      )}
      {journey === null ? null : (
        <div>
          <JourneySummary journey={journey} />
          <PropagationLink orderId={journey.order.id} />
        </div>
      )}
    </>
  );
}
