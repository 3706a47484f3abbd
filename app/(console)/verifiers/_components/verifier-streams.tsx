import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import { DELIVERY_WORDS, type StreamRow, streamHealth } from "#lib/signals/model.ts";
import { verifierWords as words } from "./words.ts";

/** Streams of security events that belong to it; nothing where there is none. */
export function VerifierStreams({ streams }: { streams: readonly StreamRow[] }) {
  if (streams.length === 0) return null;
  return (
    <Card title={words.streams}>
      <ul style={{ display: "grid", gap: 6, padding: 0, listStyle: "none" }}>
        {streams.map((stream) => (
          <li key={stream.id}>
            <Link prefetch={false} href={`/settings/signals/streams/${stream.id}`}>
              {stream.description || DELIVERY_WORDS[stream.delivery].name}
            </Link>{" "}
            <StateBadge state={streamHealth(stream)} />
          </li>
        ))}
      </ul>
    </Card>
  );
}
