import Link from "next/link";

/** Where a form needs an audience and there is none yet. */
export function NoAudiences({ why }: { why: string }) {
  return (
    <p className="muted">
      {why}{" "}
      <Link prefetch={false} href="/audiences/new">
        Create an audience
      </Link>
    </p>
  );
}
