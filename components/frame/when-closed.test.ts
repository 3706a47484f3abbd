import { createSpotlight } from "@mantine/spotlight";
import { expect, test, vi } from "vitest";
import { whenClosed } from "./when-closed.ts";

test("that the palette closes is told at once, once each time, and of nothing else", () => {
  const [store, spotlight] = createSpotlight();
  const onClosed = vi.fn();
  const stop = whenClosed(store, onClosed);
  spotlight.close();
  spotlight.open();
  store.setState({ ...store.getState(), query: "revoke" });
  expect(onClosed).not.toHaveBeenCalled();

  spotlight.close();
  expect(onClosed).toHaveBeenCalledOnce();
  spotlight.close();
  expect(onClosed).toHaveBeenCalledOnce();
  spotlight.open();
  spotlight.close();
  expect(onClosed).toHaveBeenCalledTimes(2);

  spotlight.open();
  stop();
  spotlight.close();
  expect(onClosed).toHaveBeenCalledTimes(2);
});
