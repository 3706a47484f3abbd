import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { Instant } from "#components/display/instant.tsx";
import { KeyValue, type KeyValueItem } from "#components/display/key-value.tsx";
import type { LifetimesExplanation, SignInEnds } from "#lib/lifetimes/explain-model.ts";
import { clientLifetimesWords as words } from "./words.ts";

function exact(at: string) {
  return <Instant at={at} show="exact" focusable />;
}

/** The ends of a sign-in, the one that matters first. */
function itemsOf(ends: SignInEnds, signOn: string): KeyValueItem[] {
  const items: KeyValueItem[] = [];
  if (ends.refreshEndsAt !== null)
    items.push(
      { key: words.latest, value: exact(ends.latestEndsAt) },
      { key: words.unused, value: exact(ends.unusedEndsAt) },
      { key: words.refresh, value: exact(ends.refreshEndsAt) },
    );
  if (ends.accessEndsAt !== null) items.push({ key: words.access, value: exact(ends.accessEndsAt) });
  if (ends.signOnEndsAt !== null) items.push({ key: signOn, value: exact(ends.signOnEndsAt) });
  if (ends.endedBy !== null)
    items.push({
      key: words.endedBy,
      value: (
        <>
          <Link prefetch={false} href={`/orders/${ends.endedBy.orderId}`}>
            {ends.endedBy.target}
          </Link>
          , {exact(ends.endedBy.at)}
        </>
      ),
    });
  return items;
}

/** When a sign-in ends: of now, and those that live. To the second. */
export function SignInCards({ told }: { told: LifetimesExplanation }) {
  const isService = told.client.kind === "service";
  return (
    <>
      <Card title={isService ? words.ifIssued : words.ifNow}>
        {told.ifNow === null ? (
          <p className="muted">{told.why}</p>
        ) : (
          <KeyValue wide items={itemsOf(told.ifNow, words.signOn)} />
        )}
      </Card>
      {told.user === null || isService ? null : (
        <Card title={words.live(told.user.email)}>
          {told.signIns.length === 0 ? (
            <p className="muted">{words.noneLive}</p>
          ) : (
            told.signIns.map((signIn) => (
              <div key={signIn.familyId} style={{ marginBottom: 16 }}>
                <KeyValue
                  wide
                  items={[
                    {
                      key: words.signedIn,
                      value: (
                        <>
                          {exact(signIn.signedInAt)}
                          {signIn.isSuspended ? `, ${words.suspended}` : ""}
                        </>
                      ),
                    },
                    ...itemsOf(signIn, words.signOnLive),
                  ]}
                />
              </div>
            ))
          )}
        </Card>
      )}
    </>
  );
}
