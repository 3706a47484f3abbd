"use client";

import { Avatar, UnstyledButton } from "@mantine/core";
import { IconFingerprint, IconLogout, IconUserShield } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import { Hint } from "../on-demand/hint.tsx";
import { OnDemandMenu } from "../on-demand/menu.tsx";
import classes from "./frame.module.css";

export type Person = { name: string; email: string; role: { name: string; means: string } };

function initials(name: string): string {
  const words = name.trim().split(/[\s.@]+/);
  return ((words[0]?.[0] ?? "?") + (words[1]?.[0] ?? "")).toUpperCase();
}

/** Who is signed in, what their role allows, and the way out. */
export function AccountMenu({ person, onSignOut }: { person: Person; onSignOut: () => Promise<void> }) {
  const [isLeaving, setIsLeaving] = useState(false);
  return (
    <OnDemandMenu
      width={280}
      target={
        <Hint label="Account">
          <UnstyledButton
            aria-label={`${initials(person.name)}, account of ${person.name}`}
            className={classes.account}
          >
            <Avatar size={28} radius="xl" color="accent" variant="light" aria-hidden>
              {initials(person.name)}
            </Avatar>
          </UnstyledButton>
        </Hint>
      }
    >
      {(Menu) => (
        <>
          <div className={classes.person}>
            <p className={classes.personName}>{person.name}</p>
            {person.email === person.name ? null : <p className="muted">{person.email}</p>}
          </div>
          <Menu.Divider />
          <div className={classes.role}>
            <IconUserShield size={16} aria-hidden />
            <p>
              <strong>{person.role.name}</strong>
              <br />
              <span className="muted">{person.role.means}</span>
            </p>
          </div>
          <Menu.Divider />
          <Menu.Item
            component={Link}
            href="/account"
            prefetch={false}
            leftSection={<IconFingerprint size={16} />}
          >
            My account
          </Menu.Item>
          <Menu.Item
            leftSection={<IconLogout size={16} />}
            disabled={isLeaving}
            closeMenuOnClick={false}
            onClick={() => {
              setIsLeaving(true);
              void onSignOut().finally(() => setIsLeaving(false));
            }}
          >
            {isLeaving ? "Signing out…" : "Sign out"}
          </Menu.Item>
        </>
      )}
    </OnDemandMenu>
  );
}
