import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import Link from "next/link";
import { StandingBadge } from "#app/(console)/_components/standing-badge.tsx";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { NumberText } from "#components/display/number-text.tsx";
import { type BadgeState, isBadgeState, StateBadge } from "#components/display/state-badge.tsx";
import { Tag } from "#components/display/tag.tsx";
import type { Overview } from "#lib/overview/model.ts";
import { reasonWords } from "#lib/revocations/model.ts";
import { orderVerbWords } from "#lib/revocations/order-words.ts";
import { targetWords } from "#lib/revocations/target-words.ts";
import classes from "./overview.module.css";

/** Keys that sign, and whether one needs a look. */
export function KeysCard({ overview }: { overview: Overview }) {
  return (
    <Card
      title="Keys"
      aside={
        <Link prefetch={false} href="/keys">
          All keys
        </Link>
      }
    >
      {overview.keys.length === 0 ? (
        <p className="muted">No key is there yet: the authority makes the first ones when it starts.</p>
      ) : (
        <ul className={classes.rows}>
          {overview.keys.map((key) => (
            <li key={`${key.kid} ${key.purpose}`}>
              <span>
                <Link prefetch={false} href={key.href} className="mono">
                  {key.kid}
                </Link>{" "}
                <small>
                  {key.purpose.replaceAll("_", " ")}, {key.algorithm}
                </small>
                <br />
                <small className={key.health === "attention" ? classes.attention : undefined}>
                  {key.health === "attention" ? <IconAlertTriangle size={13} aria-hidden /> : null} {key.says}
                </small>
              </span>
              {isBadgeState(key.state) ? (
                // a key is active when it signs: one word for it, here and on the page of keys
                <StateBadge state={key.state === "active" ? "signing" : key.state} />
              ) : (
                <Tag>{key.state}</Tag>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

/** Services that check tokens: those in trouble first, and how many there are of them. */
export function VerifiersCard({ overview }: { overview: Overview }) {
  return (
    <Card
      title="Verifiers"
      aside={
        overview.verifiersBehind.value > 0 ? (
          <Link prefetch={false} href={overview.verifiersBehind.href}>
            {overview.verifiersBehind.value} behind, silent or old
          </Link>
        ) : (
          <Link prefetch={false} href="/verifiers">
            All verifiers
          </Link>
        )
      }
    >
      {overview.verifiers.length === 0 ? (
        <p className="muted">
          No verifier is registered.{" "}
          <Link prefetch={false} href="/verifiers/new">
            Register the first
          </Link>
          , so that a service can ask whether a token is good.
        </p>
      ) : (
        <ul className={classes.rows}>
          {overview.verifiers.map((verifier) => (
            <li key={verifier.id}>
              <span>
                <Link prefetch={false} href={verifier.href}>
                  {verifier.name}
                </Link>{" "}
                <small>{verifier.mode}</small>
              </span>
              {verifier.isDisabled ? (
                <StateBadge state="disabled" />
              ) : (
                <StandingBadge of={verifier.propagation} />
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

const VERB_STATES = {
  revoke: "revoked",
  suspend: "suspended",
  restore: "enabled",
  cancel: "expired",
} as const;

/** One that has not begun, or is over, is not shown as if it held. */
function badgeOf({ verb, standing }: Overview["recentOrders"][number]): BadgeState {
  if (standing === "scheduled") return "not_yet_valid";
  return standing === "in_force" ? VERB_STATES[verb] : "expired";
}

function TargetLink({ order }: { order: Overview["recentOrders"][number] }) {
  const { lead, name } = targetWords(order.target);
  return (
    <Link prefetch={false} href={`/orders/${order.id}`} title={order.target.name}>
      {lead} {name}
    </Link>
  );
}

/** What was taken back of late. */
export function OrdersCard({ overview }: { overview: Overview }) {
  const { recentOrders, unsettledOrders } = overview;
  return (
    <Card
      title="Orders"
      aside={
        <Link prefetch={false} href="/orders">
          All orders
        </Link>
      }
    >
      {recentOrders.length === 0 ? (
        <p className="muted">Nobody revoked or suspended anything yet.</p>
      ) : (
        <ul className={classes.rows}>
          {recentOrders.map((order) => (
            <li key={order.id}>
              <span>
                <TargetLink order={order} />
                <small className={classes.oneLine} title={order.actor.name}>
                  <Instant at={order.createdAt} /> · {reasonWords(order.reason, order.actor.kind)} ·{" "}
                  {order.actor.name}
                </small>
              </span>
              <StateBadge state={badgeOf(order)}>{orderVerbWords(order)}</StateBadge>
            </li>
          ))}
        </ul>
      )}
      <p className={classes.more}>
        {unsettledOrders.value > 0 ? (
          <Link prefetch={false} href={unsettledOrders.href}>
            <NumberText value={unsettledOrders.value} unit={["order", "orders"]} /> being written down; in
            force already
          </Link>
        ) : (
          <span className={classes.fine}>
            <IconCircleCheck size={14} aria-hidden /> every order is written down
          </span>
        )}{" "}
        ·{" "}
        <Link prefetch={false} href="/orders?by=client">
          given up by clients themselves
        </Link>
      </p>
    </Card>
  );
}
