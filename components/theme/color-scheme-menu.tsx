"use client";

import { ActionIcon, useMantineColorScheme } from "@mantine/core";
import { useMounted } from "@mantine/hooks";
import { IconCheck, IconMoon, IconSun } from "@tabler/icons-react";
import { Hint } from "../on-demand/hint.tsx";
import { OnDemandMenu } from "../on-demand/menu.tsx";
import classes from "./color-scheme-menu.module.css";
import { COLOR_SCHEMES } from "./color-schemes.ts";

/** Chooses light, dark or the system's theme; kept in this browser. */
export function ColorSchemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const isMounted = useMounted();
  return (
    <OnDemandMenu
      width={180}
      target={
        <Hint label="Theme">
          <ActionIcon aria-label="Theme">
            <IconSun size={18} className={classes.inLight} />
            <IconMoon size={18} className={classes.inDark} />
          </ActionIcon>
        </Hint>
      }
    >
      {(Menu) => (
        <>
          {COLOR_SCHEMES.map(({ value, word, Icon }) => (
            <Menu.Item
              key={value}
              leftSection={<Icon size={16} />}
              rightSection={
                isMounted && colorScheme === value ? <IconCheck size={14} aria-label="chosen" /> : null
              }
              onClick={() => setColorScheme(value)}
            >
              {word}
            </Menu.Item>
          ))}
        </>
      )}
    </OnDemandMenu>
  );
}
