import Link from "next/link";
import { lifelineHref } from "#lib/lifelines/model.ts";

/** An address, with the way to all that came from it. */
export function AddressLink({ ip }: { ip: string }) {
  return (
    <Link prefetch={false} className="mono" href={lifelineHref({ kind: "address", id: ip })}>
      {ip}
    </Link>
  );
}
