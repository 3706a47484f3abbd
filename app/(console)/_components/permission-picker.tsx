"use client";

import { Checkbox } from "@mantine/core";
import type { AudienceRow } from "#lib/audiences/model.ts";
import classes from "./permission-picker.module.css";

export type Picked = { audienceIds: string[]; permissionIds: string[] };

type PickableAudience = Pick<AudienceRow, "id" | "name" | "title" | "permissions">;

/** Audiences, and under each that is chosen the permissions that may be asked for. */
export function PermissionPicker({
  audiences,
  value,
  onChange,
  error,
}: {
  audiences: PickableAudience[];
  value: Picked;
  onChange: (next: Picked) => void;
  error?: string | undefined;
}) {
  const chosen = new Set(value.audienceIds);
  const allowed = new Set(value.permissionIds);

  function setAudience(audience: PickableAudience, isOn: boolean) {
    const own = audience.permissions.map((permission) => permission.id);
    onChange({
      audienceIds: isOn
        ? [...value.audienceIds, audience.id]
        : value.audienceIds.filter((id) => id !== audience.id),
      permissionIds: value.permissionIds.filter((id) => isOn || !own.includes(id)),
    });
  }

  function setPermissions(ids: string[], isOn: boolean) {
    const others = value.permissionIds.filter((id) => !ids.includes(id));
    onChange({ ...value, permissionIds: isOn ? [...others, ...ids] : others });
  }

  return (
    <div>
      <ul className={classes.list} aria-label="Audiences">
        {audiences.map((audience) => {
          const own = audience.permissions.map((permission) => permission.id);
          const count = own.filter((id) => allowed.has(id)).length;
          return (
            <li key={audience.id} className={classes.audience} data-on={chosen.has(audience.id) || undefined}>
              <Checkbox
                checked={chosen.has(audience.id)}
                onChange={(event) => setAudience(audience, event.currentTarget.checked)}
                label={
                  <>
                    {audience.title} <span className="mono faint">{audience.name}</span>
                  </>
                }
              />
              {chosen.has(audience.id) && own.length > 0 ? (
                <div className={classes.permissions}>
                  <Checkbox
                    label={`All ${own.length}`}
                    checked={count === own.length}
                    indeterminate={count > 0 && count < own.length}
                    onChange={(event) => setPermissions(own, event.currentTarget.checked)}
                  />
                  {audience.permissions.map((permission) => (
                    <Checkbox
                      key={permission.id}
                      checked={allowed.has(permission.id)}
                      onChange={(event) => setPermissions([permission.id], event.currentTarget.checked)}
                      label={
                        <>
                          <span className="mono">{permission.name}</span>{" "}
                          <span className="faint">{permission.description}</span>
                        </>
                      }
                    />
                  ))}
                </div>
              ) : null}
            </li>
          );
        })}
      </ul>
      {error ? (
        <p className={classes.error} data-fault>
          {error}
        </p>
      ) : null}
    </div>
  );
}
