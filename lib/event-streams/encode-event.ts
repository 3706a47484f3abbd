import type { Format } from "./model.ts";
import { ocsfEventOf } from "./ocsf-event.ts";
import type { StreamEvent } from "./stream-event.ts";

/** An event as one line of JSON, without a line break. */
export function jsonOf(event: StreamEvent, format: Format): string {
  switch (format) {
    case "ndjson":
      return JSON.stringify(event);
    case "ocsf":
      return JSON.stringify(ocsfEventOf(event));
    default:
      return format satisfies never;
  }
}
