import { ocsfOfAct } from "./ocsf-act.ts";
import { type OcsfEvent, ocsfBase } from "./ocsf-base.ts";
import { ocsfOfUse } from "./ocsf-use.ts";
import type { StreamEvent } from "./stream-event.ts";

/**
 * An event as OCSF has it: authentication (3002), entity management (3004), API activity (6003) or detection finding (2004). What the schema has no place for is under `unmapped`.
 *
 * @see https://schema.ocsf.io/1.8.0
 */
export function ocsfEventOf(event: StreamEvent): OcsfEvent {
  switch (event.type) {
    case "token_use":
      return ocsfOfUse(event);
    case "admin_act":
      return ocsfOfAct(event);
    case "test":
      return {
        ...ocsfBase("entity_management", 99, {
          id: event.id,
          at: event.at,
          loggedAt: event.at,
          code: "test",
          log: "test",
          isRefused: false,
        }),
        activity_name: "Test",
        message: event.message,
        entity: { uid: event.stream.id, name: event.stream.name, type: "Event stream", type_id: 99 },
        unmapped: { is_test: true },
      };
    default:
      return event satisfies never;
  }
}
