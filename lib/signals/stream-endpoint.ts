import type { KeyWrapper } from "../keys/key-wrapper.ts";
import type { Outbound } from "../outbound/outbound.ts";

/** What it takes to keep a receiver's address: to look where it leads, and to wrap what it wants as Authorization. */
export type EndpointKeeping = { outbound: Outbound; wrapper: KeyWrapper };

/** What the wrapped value is bound to. */
export const authorizationLabel = (streamId: string) => `signal stream ${streamId}`;

/** Seals what a receiver wants as Authorization; bound to the stream. */
export function wrapAuthorization(wrapper: KeyWrapper, streamId: string, value: string): Promise<Buffer> {
  return wrapper.wrap(Buffer.from(value, "utf8"), authorizationLabel(streamId));
}

/** Opens it again. @throws {DomainError} SEALED */
export async function openAuthorization(
  wrapper: KeyWrapper,
  streamId: string,
  wrapped: Buffer,
): Promise<string> {
  return (await wrapper.unwrap(wrapped, authorizationLabel(streamId))).toString("utf8");
}
