import Link from "next/link";
import { JourneySummary } from "#app/(console)/_components/journey-summary.tsx";
import { PropagationLink } from "#app/(console)/_components/propagation-link.tsx";
import { Instant } from "#components/display/instant.tsx";
import type { MayRevoke } from "#components/revocation/revocable-by.ts";
import type { IncidentDetail, IncidentTokens } from "#lib/incidents/model.ts";
import type { Journey } from "#lib/propagation/model.ts";
import { type OrderRow, reasonWords } from "#lib/revocations/model.ts";
import { orderLine } from "#lib/revocations/target-words.ts";
import { incidentWords as words } from "../../_components/words.ts";
import { ContainActions } from "./contain-actions.tsx";
import { containChoices } from "./contain-choices.ts";
import classes from "./steps.module.css";

const SHOWN = 6;

/** Takes it back, and tells what was taken back and who can still accept it until when. */
export function ContainStep({
  incident,
  tokens,
  orders,
  journey,
  may,
  canWrite,
}: {
  incident: IncidentDetail;
  tokens: IncidentTokens;
  orders: OrderRow[];
  journey: Journey | null;
  may: MayRevoke;
  canWrite: boolean;
}) {
  return (
    <>
      {canWrite && incident.state !== "closed" ? (
        <div className={classes.chips} style={{ alignItems: "center" }}>
          <ContainActions
            number={incident.number}
            {...containChoices(incident, tokens)}
            may={may}
            isCut={tokens.isCut}
          />
          <span className="muted">{words.unsure}</span>
        </div>
      ) : null}
      {orders.length === 0 ? (
        <p className="muted">No order was placed in this case yet.</p>
      ) : (
        <ul className={classes.plain}>
          {orders.slice(0, SHOWN).map((order) => (
            <li key={order.id}>
              <Link prefetch={false} href={`/orders/${order.id}`}>
                {orderLine(order)}
              </Link>{" "}
              <span className="muted">
                {reasonWords(order.reason, order.actor.kind)}, by {order.actor.name},{" "}
                <Instant at={order.createdAt} focusable />
              </span>
            </li>
          ))}
          {orders.length > SHOWN ? (
            <li className="muted">and {orders.length - SHOWN} more, all in the evidence pack</li>
          ) : null}
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
