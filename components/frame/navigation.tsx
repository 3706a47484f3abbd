"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";
import { Hint } from "../on-demand/hint.tsx";
import { destinationOf, SECTIONS } from "./destinations.ts";
import classes from "./navigation.module.css";

/** How many things wait, by where the navigation leads. */
export type Counts = Readonly<Record<string, { count: number; means: string }>>;

type NavigationProps = { isCollapsed?: boolean; onNavigate?: () => void; counts?: Counts };

/** What the navigation leads to: icons and words, or icons alone with the words on hover. Stands inside of a `nav`. */
export function Navigation({ isCollapsed = false, onNavigate, counts = {} }: NavigationProps) {
  const current = destinationOf(usePathname());
  const list = useRef<HTMLDivElement>(null);
  // where the window is low, where one is may lie below what is seen of the list
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is moved by where one goes
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest" });
  }, [current]);
  return (
    <div ref={list} className={classes.navigation} data-collapsed={isCollapsed || undefined}>
      {SECTIONS.map((section) => (
        <div key={section.name ?? "first"} className={classes.section}>
          {section.name ? <p className={classes.heading}>{section.name}</p> : null}
          <ul className={classes.list}>
            {section.destinations.map(({ href, name, Icon }) => (
              <li key={href}>
                <Hint label={name} position="right" disabled={!isCollapsed} openDelay={0}>
                  <Link
                    prefetch={false}
                    href={href}
                    className={classes.link}
                    aria-current={href === current ? "page" : undefined}
                    {...(onNavigate ? { onClick: onNavigate } : {})}
                  >
                    <Icon size={18} stroke={1.7} aria-hidden />
                    <span className={classes.word}>{name}</span>
                    <Count of={counts[href]} />
                  </Link>
                </Hint>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}

function Count({ of }: { of: { count: number; means: string } | undefined }) {
  if (of === undefined || of.count === 0) return null;
  return (
    <span className={classes.count}>
      {of.count}
      <span className="for-screen-readers"> {of.means}</span>
    </span>
  );
}
