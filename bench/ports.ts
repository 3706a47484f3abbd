import { freePort } from "#lib/test-port.ts";

/**
 * Free ports for servers that start one after the other: of a stretch that no other benchmark or test of the same moment is given, and above all that fetch refuses to ask.
 *
 * @throws where there are not enough.
 */
export async function findPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freePort());
  return ports;
}
