import type { Env } from "#lib/env.ts";
import { findFreePort, isPortFree } from "#server/embedded-database/free-port.ts";
import { StartRefusal } from "#server/start-refusal.ts";

async function requireFree(port: number, variable: string, host?: string): Promise<void> {
  if (await isPortFree(port, host)) return;
  throw new StartRefusal(
    `port ${port} is in use (${variable}): stop what listens there, or set ${variable} to a free port`,
  );
}

/**
 * Makes sure that every port can be listened on, and returns the one for metrics: another than the default when that
 * is taken and nobody asked for it.
 *
 * @throws {StartRefusal} naming the port and its variable.
 */
export async function requireFreePorts(env: Env): Promise<{ metricsPort: number }> {
  await requireFree(env.consolePort, "CONSOLE_PORT");
  await requireFree(env.authorityPort, "AUTHORITY_PORT");
  if (env.metricsPortIsSet) await requireFree(env.metricsPort, "METRICS_PORT", "127.0.0.1");
  return { metricsPort: env.metricsPortIsSet ? env.metricsPort : await findFreePort(env.metricsPort) };
}
