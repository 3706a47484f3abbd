"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBookmark, IconCheck, IconPencil, IconPlus, IconTrash, IconUsers } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { usePathname, useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import type { ListName } from "#lib/lists/model.ts";
import type { SavedView } from "#lib/views/model.ts";
import { type MenuParts, OnDemandMenu } from "../on-demand/menu.tsx";
import { useHeldKeys } from "../on-demand/use-held-keys.ts";
import { useWasEver } from "../on-demand/use-was-ever.ts";
import { requestJson } from "../request/request-json.ts";
import classes from "./data-table.module.css";
import { useViewId, useViews, withView } from "./use-views.ts";

const ViewDialog = dynamic(() => import("./view-dialog.tsx").then((module) => module.ViewDialog), {
  ssr: false,
});
const ConfirmDialog = dynamic(
  () => import("../overlay/confirm-dialog.tsx").then((module) => module.ConfirmDialog),
  { ssr: false },
);

type ViewsMenuProps = {
  list: ListName;
  /** Filters and order as the address has them. */
  text: string;
  /** Ids of the columns that are not shown. */
  hidden: string[];
  onHide: (hidden: string[]) => void;
};

/**
 * Whether a view is arrived at by its address for the first time in this tab: then it sets the columns. A reload does not take back what was changed
 * since; choosing it again does.
 */
function isNewHere(list: ListName, viewId: string): boolean {
  const key = `tokenwarden.view.${list}`;
  try {
    if (sessionStorage.getItem(key) === viewId) return false;
    sessionStorage.setItem(key, viewId);
  } catch {
    // a browser that keeps nothing sets them with every load
  }
  return true;
}

function isSame(view: SavedView, text: string, hidden: string[]): boolean {
  const columns = view.hiddenColumns;
  return view.query === text && (columns === null || columns.toSorted().join() === hidden.toSorted().join());
}

/** A list's saved views: filters, order and columns under a name, one's own and shared. */
export function ViewsMenu({ list, text, hidden, onHide }: ViewsMenuProps) {
  const router = useRouter();
  const path = usePathname();
  const viewId = useViewId();
  const [isOpen, setIsOpen] = useState(false);
  const [asking, setAsking] = useState<"save" | "rename" | "delete" | null>(null);
  const wasAsked = useWasEver(asking === "delete");
  useHeldKeys(asking !== null, () => setAsking(null));
  const { views, error, reload } = useViews(list, isOpen || viewId !== null);
  const current = views?.find((view) => view.id === viewId) ?? null;
  const isChanged = current !== null && !isSame(current, text, hidden);
  const [own, shared] = [views?.filter((view) => !view.isShared), views?.filter((view) => view.isShared)];

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each view that is arrived at
  useEffect(() => {
    if (current?.hiddenColumns && isNewHere(list, current.id)) onHide(current.hiddenColumns);
  }, [current?.id]);

  function choose(view: SavedView) {
    isNewHere(list, view.id);
    if (view.hiddenColumns) onHide(view.hiddenColumns);
    router.push(withView(view.query === "" ? path : `${path}?${view.query}`, view.id));
  }

  async function change(view: SavedView, body: object, said: string) {
    await requestJson(`/api/v1/saved-views/${view.id}`, {
      method: "PATCH",
      body: { version: view.version, ...body },
    });
    reload();
    notifications.show({ message: said, color: "green" });
  }

  /** For what has no dialog of its own to say so. */
  function attempt(act: Promise<void>) {
    act.catch((cause: Error) => {
      reload();
      notifications.show({ title: "The view was not changed", message: cause.message, color: "red" });
    });
  }

  async function save({ name, isShared }: { name: string; isShared: boolean }) {
    const saved = await requestJson<SavedView>("/api/v1/saved-views", {
      method: "POST",
      body: { list, name, query: text, hiddenColumns: hidden, isShared },
    });
    isNewHere(list, saved.id);
    reload();
    router.replace(withView(text === "" ? path : `${path}?${text}`, saved.id), { scroll: false });
  }

  function line({ Item }: MenuParts, view: SavedView) {
    return (
      <Item
        key={view.id}
        leftSection={
          view.id === viewId ? <IconCheck size={15} aria-label="open" /> : <span className={classes.noIcon} />
        }
        onClick={() => choose(view)}
      >
        {view.name}
        {view.isShared ? <small className={classes.viewOwner}>{view.owner.name}</small> : null}
      </Item>
    );
  }

  return (
    <>
      <OnDemandMenu
        isOpen={isOpen}
        onChange={setIsOpen}
        position="bottom-start"
        width={280}
        dropdown={{ mah: 420, style: { overflow: "auto" } }}
        target={
          <Button leftSection={<IconBookmark size={15} />} className={classes.views}>
            <span className={classes.viewName}>{current?.name ?? "Views"}</span>
            {isChanged ? <span className="muted">&nbsp;· changed</span> : null}
          </Button>
        }
      >
        {(Menu) => (
          <>
            {error ? (
              <Menu.Label role="alert">The views could not be read. Open the menu again.</Menu.Label>
            ) : null}
            {views?.length === 0 ? (
              <Menu.Label>No view yet: set filters, order and columns, and save them.</Menu.Label>
            ) : null}
            {own && own.length > 0 ? <Menu.Label>Yours</Menu.Label> : null}
            {own?.map((view) => line(Menu, view))}
            {shared && shared.length > 0 ? <Menu.Label>Shared</Menu.Label> : null}
            {shared?.map((view) => line(Menu, view))}
            <Menu.Divider />
            {current?.mayChange && isChanged ? (
              <Menu.Item
                leftSection={<IconCheck size={15} />}
                onClick={() =>
                  attempt(
                    change(current, { query: text, hiddenColumns: hidden }, `“${current.name}” is updated.`),
                  )
                }
              >
                Update “{current.name}”
              </Menu.Item>
            ) : null}
            <Menu.Item leftSection={<IconPlus size={15} />} onClick={() => setAsking("save")}>
              Save as a new view…
            </Menu.Item>
            {current?.mayChange ? (
              <>
                <Menu.Item leftSection={<IconPencil size={15} />} onClick={() => setAsking("rename")}>
                  Rename…
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconUsers size={15} />}
                  onClick={() =>
                    attempt(
                      change(
                        current,
                        { isShared: !current.isShared },
                        current.isShared
                          ? `“${current.name}” is its owner's alone.`
                          : `“${current.name}” is shared.`,
                      ),
                    )
                  }
                >
                  {current.isShared ? "Share no more" : "Share with everybody"}
                </Menu.Item>
                <Menu.Item
                  leftSection={<IconTrash size={15} />}
                  color="red"
                  onClick={() => setAsking("delete")}
                >
                  Delete…
                </Menu.Item>
              </>
            ) : null}
          </>
        )}
      </OnDemandMenu>
      {asking === "save" ? (
        <ViewDialog
          title="Save as a new view"
          act="Save"
          name=""
          isShared={false}
          onClose={() => setAsking(null)}
          onSave={save}
        />
      ) : null}
      {asking === "rename" && current ? (
        <ViewDialog
          title={`Rename “${current.name}”`}
          act="Rename"
          name={current.name}
          onClose={() => setAsking(null)}
          onSave={({ name }) => change(current, { name }, `The view is called “${name}” now.`)}
        />
      ) : null}
      {current && wasAsked ? (
        <ConfirmDialog
          isOpen={asking === "delete"}
          onClose={() => setAsking(null)}
          title={`Delete “${current.name}”?`}
          act="Delete the view"
          isDanger
          onConfirm={async () => {
            await requestJson(`/api/v1/saved-views/${current.id}`, { method: "DELETE" });
            reload();
            router.replace(text === "" ? path : `${path}?${text}`, { scroll: false });
          }}
        >
          {current.isShared
            ? "It goes for everybody. Links to it show the list as it comes. No token is touched."
            : "No token is touched."}
        </ConfirmDialog>
      ) : null}
    </>
  );
}
