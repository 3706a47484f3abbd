/**
 * Where a form needs an audience and there is none yet. It is created in another tab, so that nothing typed is lost; the list of this
 * one follows by itself.
 */
export function NoAudiences({ why }: { why: string }) {
  return (
    <p className="muted">
      {why}{" "}
      <a href="/audiences/new" target="_blank" rel="noopener">
        Create an audience in another tab
      </a>
      , and it stands here when you come back.
    </p>
  );
}
