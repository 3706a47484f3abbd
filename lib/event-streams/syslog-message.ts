import { isRefused, type StreamEvent } from "./stream-event.ts";

/** Facility 13, "log audit". @see RFC 5424 section 6.2.1 */
const FACILITY = 13;
const WARNING = 4;
const INFORMATIONAL = 6;
/** Of documentation (RFC 5612): the product has no number of its own at IANA. */
const ENTERPRISE = 32_473;
const NIL = "-";

const MSGIDS: Record<StreamEvent["type"], string> = { token_use: "USE", admin_act: "ACT", test: "TEST" };

/** PRINTUSASCII of at most `max` characters, or nothing. */
function token(text: string, max: number): string {
  const printable = text.replace(/[^\x21-\x7e]/g, "").slice(0, max);
  return printable === "" ? NIL : printable;
}

/** @see RFC 5424 section 6.3.3: quote, backslash and bracket are escaped; control characters are no part of a name or id. */
function parameter([name, value]: [string, string]): string {
  const safe = value
    .toWellFormed()
    .replace(/\p{Cc}/gu, " ")
    .replace(/["\\\]]/g, "\\$&");
  return `${name}="${safe}"`;
}

function parametersOf(event: StreamEvent): [string, string][] {
  switch (event.type) {
    case "token_use":
      return [
        ["id", event.id],
        ["writer", event.chain.writer],
        ["flush", event.chain.flush],
        ["ordinal", String(event.chain.ordinal)],
        ["outcome", event.outcome],
        ["refusal", event.refusal ?? ""],
        ["client", event.client.clientId],
        ["token", event.token.id],
      ];
    case "admin_act":
      return [
        ["id", event.id],
        ["sequence", event.sequence],
        ["outcome", event.outcome],
        ["act", event.act],
        ["actor", event.actor.name],
        ["target", `${event.target.kind}:${event.target.id}`],
      ];
    case "test":
      return [
        ["id", event.id],
        ["isTest", "true"],
      ];
    default:
      return event satisfies never;
  }
}

/**
 * An event as a syslog message whose text is its JSON. The text is ASCII, everything else in it escaped as JSON has it, so that no receiver has to guess an encoding: no byte-order
 * mark, no line break.
 *
 * @see RFC 5424 section 6
 */
export function syslogMessageOf(event: StreamEvent, json: string, host: string): string {
  const priority = FACILITY * 8 + (isRefused(event) ? WARNING : INFORMATIONAL);
  const data = parametersOf(event)
    .filter(([, value]) => value !== "")
    .map(parameter)
    .join(" ");
  const header = `<${priority}>1 ${event.at} ${token(host, 255)} tokenwarden ${NIL} ${MSGIDS[event.type]}`;
  return `${header} [event@${ENTERPRISE} ${data}] ${asciiJson(json)}`;
}

function asciiJson(json: string): string {
  return json.replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** One message after the other, each behind the number of its bytes. @see RFC 5425 section 4.3, RFC 6587 section 3.4.1 */
export function syslogFrames(messages: readonly string[]): Buffer {
  return Buffer.concat(
    messages.map((message) => {
      const bytes = Buffer.from(message, "utf8");
      return Buffer.concat([Buffer.from(`${bytes.length} `), bytes]);
    }),
  );
}
