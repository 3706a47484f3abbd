import { IconCheck, IconX } from "@tabler/icons-react";
import Link from "next/link";
import { Card } from "#components/display/card.tsx";
import { Narrow } from "#components/display/narrow.tsx";
import { PlainTable } from "#components/display/plain-table.tsx";
import { Tag } from "#components/display/tag.tsx";
import type { Explained, Obstacle, PermissionRow } from "#lib/access/model.ts";
import { ROLE_WORDS } from "#lib/authz/roles.ts";
import { obstacleWords, accessWords as words } from "./access-words.ts";

/** Whether somebody may: by icon and word. */
export function MayMark({ may }: { may: boolean }) {
  return may ? (
    <Tag tone="active">
      <IconCheck size={14} aria-hidden /> {words.yes}
    </Tag>
  ) : (
    <Tag>
      <IconX size={14} aria-hidden /> {words.no}
    </Tag>
  );
}

const TONES = { step_up: "standby", four_eyes: "accent", typed: "suspended", owner_only: "expired" } as const;

/** What stands in the way, each once and with its sentence. */
export function Obstacles({ obstacles, none }: { obstacles: readonly Obstacle[]; none: string }) {
  if (obstacles.length === 0) return <span className="faint">{none}</span>;
  const chips = new Map(
    obstacles.map((one) => {
      const { name, means } = obstacleWords(one);
      return [name, { name, means, tone: TONES[one.kind] }];
    }),
  );
  return (
    <span style={{ display: "inline-flex", flexWrap: "wrap", gap: 4 }}>
      {[...chips.values()].map(({ name, means, tone }) => (
        <span key={name} title={means}>
          <Tag tone={tone}>{name}</Tag>
        </span>
      ))}
    </span>
  );
}

function Acts({ acts }: { acts: PermissionRow["acts"] }) {
  if (acts.length === 0) return null;
  return (
    <details>
      <summary className="muted">{words.acts(acts.length)}</summary>
      <ul style={{ margin: "4px 0 0", paddingInlineStart: 18 }}>
        {acts.map(({ id, summary }) => (
          <li key={id}>
            <Link prefetch={false} href={`/access?act=${id}`}>
              {summary}
            </Link>
          </li>
        ))}
      </ul>
    </details>
  );
}

/** What somebody may do, part by part of the console. */
export function AccessTable({ areas }: Pick<Explained, "areas">) {
  return (
    <>
      {areas.map(({ area, permissions }) => (
        <Card key={area} title={area} level={3} flush>
          <PlainTable
            name={area}
            rows={permissions}
            keyOf={({ permission }) => permission}
            columns={[
              {
                header: words.allows,
                isWrapping: true,
                cell: ({ allows, permission, acts, obstacles }: PermissionRow) => (
                  <div style={{ paddingBlock: 6 }}>
                    <div>{allows}</div>
                    <code className="faint" style={{ whiteSpace: "nowrap" }}>
                      {permission}
                    </code>
                    <Acts acts={acts} />
                    {obstacles.length === 0 ? null : (
                      <Narrow>
                        <Obstacles obstacles={obstacles} none={words.nothing} />
                      </Narrow>
                    )}
                  </div>
                ),
              },
              {
                header: words.may,
                isWrapping: true,
                cell: ({ may, roles }: PermissionRow) => (
                  <div style={{ paddingBlock: 6 }}>
                    <MayMark may={may} />
                    {may ? null : (
                      <div className="muted">
                        {words.ofOthers(roles.map((role) => ROLE_WORDS[role].name).join(", "))}
                      </div>
                    )}
                  </div>
                ),
              },
              {
                header: words.inTheWay,
                isWrapping: true,
                isExtra: true,
                cell: ({ obstacles, acts }: PermissionRow) => (
                  <Obstacles
                    obstacles={obstacles}
                    none={acts.length === 0 ? words.nothingToDo : words.nothing}
                  />
                ),
              },
            ]}
          />
        </Card>
      ))}
    </>
  );
}
