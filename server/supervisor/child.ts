/** How long `onStop` may take before the process ends all the same; the supervisor kills a little later. */
const STOP_MS = 9_000;

/**
 * Ties a process of the product to its supervisor, if it has one: it stops on SIGTERM, on SIGINT, and when the
 * supervisor is gone. `onStop` is called once, to let go of work and connections; then the process ends.
 *
 * `ready` tells the supervisor that the process does its work; `stop` ends it from within, with a code.
 */
export function attachToSupervisor(options: { onStop: () => void | Promise<void> }): {
  ready: () => void;
  stop: (exitCode: number) => Promise<void>;
} {
  let isStopping = false;
  const end = async (exitCode: number) => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(1), STOP_MS).unref();
    try {
      await options.onStop();
      process.exit(exitCode);
    } catch (error) {
      console.error(error);
      process.exit(1);
    }
  };
  const stop = () => end(0);
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  if (process.send) process.once("disconnect", stop);
  return {
    stop: end,
    ready: () => {
      if (process.connected) process.send?.({ ready: true });
    },
  };
}
