import { changesOf } from "../audit/changes.ts";
import { CHANNELS, type Choices, NOTIFICATION_KINDS } from "./model.ts";

/** As an act says it: `detection_high by mail`. */
function flat(choices: Choices): Record<string, unknown> {
  return Object.fromEntries(
    NOTIFICATION_KINDS.flatMap((kind) =>
      CHANNELS.flatMap((channel) => {
        const chosen = choices[kind]?.[channel];
        return chosen === undefined ? [] : [[`${kind} by ${channel}`, chosen ? "on" : "off"]];
      }),
    ),
  );
}

/** Both say the same fields, so that what is gone shows. */
export function choiceChanges(before: Choices, after: Choices) {
  const [was, is] = [flat(before), flat(after)];
  const none = Object.fromEntries(
    [...Object.keys(was), ...Object.keys(is)].map((key) => [key, "as it comes"]),
  );
  return changesOf({ ...none, ...was }, { ...none, ...is });
}
