import { Card } from "#components/display/card.tsx";
import { KeyValue } from "#components/display/key-value.tsx";
import { retentionWords as words } from "./words.ts";

/** What a token leaves behind when it leaves the register. */
export function StaysAndGoes() {
  return (
    <Card title={words.stays}>
      <KeyValue
        wide
        items={[
          {
            key: "Stays",
            value:
              "Every use and every refused attempt, the issue itself, the acts of admins, and the orders: the audit log has a retention of its own. A token that left is found there by its id, its client, its user or its family.",
          },
          {
            key: "Goes",
            value:
              "The token's row in the register with what it carried (permissions, groups, roles, audiences, claims), the hash of its value, its last use and its counts, its place in the family, and its standing.",
          },
          {
            key: "If it comes back",
            value:
              "It is refused and counted as one whose week has left, without an alarm: it had expired. A value with an id of such a week that says it is still valid is forged, and raises the alarm.",
          },
        ]}
      />
    </Card>
  );
}
