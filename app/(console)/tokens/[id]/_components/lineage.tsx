import Link from "next/link";
import { Instant } from "#components/display/instant.tsx";
import { Scroller } from "#components/display/scroller.tsx";
import { StateBadge } from "#components/display/state-badge.tsx";
import type { ActivityRow } from "#lib/audit/model.ts";
import type { LineageNode, TokenDetail } from "#lib/tokens/model.ts";
import classes from "./lineage.module.css";
import { ScrollTo } from "./scroll-to.tsx";

type Generation = { refresh: LineageNode[]; access: LineageNode[] };

/** Generations of a family: those without a parent first, then what came from them. */
function generationsOf(nodes: LineageNode[]): Generation[] {
  const depths = new Map<string, number>();
  const generations: Generation[] = [];
  for (const node of nodes) {
    const parent = node.parentId === null ? undefined : depths.get(node.parentId);
    const depth = parent === undefined ? 0 : parent + 1;
    depths.set(node.id, depth);
    generations[depth] ??= { refresh: [], access: [] };
    generations[depth][node.kind].push(node);
  }
  return generations.filter((generation) => generation !== undefined);
}

function Node({ node, isThis, isReplayed }: { node: LineageNode; isThis: boolean; isReplayed: boolean }) {
  const isOver = node.state === "consumed" || node.state === "expired";
  return (
    <Link
      prefetch={false}
      href={`/tokens/${node.id}`}
      className={classes.node}
      data-this={isThis || undefined}
      data-over={(isOver && !isReplayed) || undefined}
      data-state={node.state}
      aria-current={isThis ? "page" : undefined}
    >
      <span className={classes.id}>
        {node.id.slice(0, 4)}…{node.id.slice(-4)}
      </span>
      <StateBadge state={node.state} />
      <span className={classes.words}>
        {isThis ? "this token" : node.kind} · <Instant at={node.consumedAt ?? node.issuedAt} />
      </span>
      {isReplayed ? <span className={classes.reused}>used again after its exchange</span> : null}
    </Link>
  );
}

/** The family as a tree: each generation with its refresh token above and the access tokens it gave beneath. */
export function Lineage({ token, activity }: { token: TokenDetail; activity: ActivityRow[] }) {
  const generations = generationsOf(token.lineage);
  const replayed = new Set(
    activity.flatMap((row) =>
      row.kind === "use" && row.use.refusal === "replayed" ? [row.use.token.id] : [],
    ),
  );
  const isAlone = token.lineage.length === 1 && token.grantType === "client_credentials";
  return (
    <>
      <Scroller className={classes.scroll} label="Family of this token">
        <ol className={classes.tree}>
          <li className={classes.generation}>
            <div className={classes.row}>
              <span className={classes.root}>
                <span>
                  {token.grantType === "client_credentials" ? "client credentials" : "authorization"}
                </span>
                <span className={classes.words}>
                  <Instant at={token.rootedAt} />
                </span>
              </span>
            </div>
          </li>
          {generations.map((generation) => (
            <li key={(generation.refresh[0] ?? generation.access[0])?.id} className={classes.generation}>
              <div className={classes.row}>
                {generation.refresh.map((node) => (
                  <Node
                    key={node.id}
                    node={node}
                    isThis={node.id === token.id}
                    isReplayed={replayed.has(node.id)}
                  />
                ))}
                {generation.refresh.length === 0 && !isAlone ? (
                  <span className={classes.gap}>no refresh token</span>
                ) : null}
                {isAlone
                  ? generation.access.map((node) => (
                      <Node key={node.id} node={node} isThis isReplayed={false} />
                    ))
                  : null}
              </div>
              {isAlone
                ? null
                : generation.access.map((node) => (
                    <div key={node.id} className={classes.child}>
                      <Node node={node} isThis={node.id === token.id} isReplayed={false} />
                    </div>
                  ))}
            </li>
          ))}
        </ol>
        <ScrollTo selector="[aria-current='page']" />
      </Scroller>
      {isAlone ? (
        <p className="muted">A family of its own: client credentials give no refresh token.</p>
      ) : token.lineageTotal > token.lineage.length ? (
        <p className="muted">
          The newest {token.lineage.length} of {token.lineageTotal}.{" "}
          <Link prefetch={false} href={`/tokens?family=${token.familyId}`}>
            All in the table
          </Link>
          {" · "}
          <Link prefetch={false} href={`/families/${token.familyId}`}>
            The family through time
          </Link>
        </p>
      ) : (
        <p className="muted">
          <Link prefetch={false} href={`/tokens?family=${token.familyId}`}>
            The family in the table
          </Link>
          {" · "}
          <Link prefetch={false} href={`/families/${token.familyId}`}>
            The family through time
          </Link>
        </p>
      )}
    </>
  );
}
