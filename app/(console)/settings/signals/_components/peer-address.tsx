import { CardHeading } from "#components/display/card.tsx";
import { CommandLine } from "#components/display/command-line.tsx";
import { signalWords as words } from "./words.ts";

/** Where a peer sends its events. */
export function PeerAddress({ issuer, receiverId }: { issuer: string; receiverId: string }) {
  return (
    <div>
      <CardHeading>{words.sendTo}</CardHeading>
      <CommandLine text={`${issuer}/signals/${receiverId}`} what="address" />
    </div>
  );
}
