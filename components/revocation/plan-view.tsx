"use client";

import { IconAlertTriangle } from "@tabler/icons-react";
import type { OrderPlan } from "#lib/order-plans/model.ts";
import { groupedNumber } from "../display/number-text.tsx";
import { WaitsHint } from "../second-person/waits-hint.tsx";
import classes from "./revoke-dialog.module.css";
import { StillWorks } from "./until.tsx";

/** What an order would do, in words: what stops, who would notice, what goes on. */
export function PlanView({ plan }: { plan: OrderPlan }) {
  return (
    <>
      <div className={`${classes.effect} ${classes[plan.verb]}`}>
        <IconAlertTriangle size={18} aria-hidden />
        <div>
          {plan.sentences.map((sentence, index) => (
            <p
              key={sentence}
              className={
                index === plan.sentences.length - 1 && !plan.isAlreadyRevoked ? classes.final : undefined
              }
            >
              {sentence}
            </p>
          ))}
          {plan.needsOwner ? <p>Only an owner may do this.</p> : null}
        </div>
      </div>
      {plan.secondPerson === null ? null : <WaitsHint why={plan.secondPerson} />}
      {plan.callers.length > 0 ? (
        <div>
          <h3 className={classes.heading}>Called with it in the last 24 hours</h3>
          <Callers title="Clients that it was used by" plan={plan} kind="client" />
          <Callers title="Verifiers that saw the same uses" plan={plan} kind="verifier" />
        </div>
      ) : null}
      <Affected plan={plan} />
      {plan.remains.length > 0 ? (
        <div>
          <h3 className={classes.heading}>This will still work</h3>
          <ul className={classes.remains}>
            {plan.remains.map((remaining) => (
              <li key={`${remaining.kind} ${remaining.says}`}>
                <StillWorks remaining={remaining} />
              </li>
            ))}
          </ul>
        </div>
      ) : null}
    </>
  );
}

/** Who would notice, of one kind: clients and verifiers count the same uses, each from its own side. */
function Callers({
  title,
  plan,
  kind,
}: {
  title: string;
  plan: OrderPlan;
  kind: OrderPlan["callers"][number]["kind"];
}) {
  const ofKind = plan.callers.filter((caller) => caller.kind === kind);
  if (ofKind.length === 0) return null;
  return (
    <>
      <p className="muted">{title}</p>
      <ul className={classes.callers} aria-label={title}>
        {ofKind.map((caller) => (
          <li key={caller.id}>
            <span>{caller.name}</span>
            <span className="muted">
              {groupedNumber(caller.uses)} {caller.uses === 1 ? "use" : "uses"}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

const NAMED = [
  ["users", "Users"],
  ["clients", "Clients"],
  ["verifiers", "Verifiers"],
] as const;

/** Whom the plan names; the order reaches nobody else. Of one user and one client there is nothing to unfold. */
function Affected({ plan }: { plan: OrderPlan }) {
  const many = NAMED.filter(
    ([kind]) => plan[kind].value > 1 || (kind === "verifiers" && plan[kind].value > 0),
  );
  if (many.length === 0) return null;
  return (
    <details className={classes.affected}>
      <summary>
        Whom it reaches:{" "}
        {many
          .map(([kind, words]) => {
            const { value, isExact } = plan[kind];
            const unit = value === 1 ? words.toLowerCase().slice(0, -1) : words.toLowerCase();
            return `${groupedNumber(value)}${isExact ? "" : "+"} ${unit}`;
          })
          .join(", ")}
      </summary>
      <dl>
        {many.map(([kind, words]) => {
          const more = plan[kind].value - plan.named[kind].length;
          return (
            <div key={kind}>
              <dt>{words}</dt>
              <dd>
                {plan.named[kind].map((one) => one.name).join(", ")}
                {more > 0 ? ` and ${groupedNumber(more)} more` : ""}
              </dd>
            </div>
          );
        })}
      </dl>
    </details>
  );
}
