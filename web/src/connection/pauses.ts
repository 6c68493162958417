/** How long to wait before the next attempt to connect. */

export const SHORTEST_MS = 250;
export const LONGEST_MS = 10_000;

/**
 * The pause before attempt number `attempt` (0 is the first after a loss), in milliseconds.
 *
 * It doubles up to ten seconds, and `random` (0 to 1) spreads it over its upper half, so that an
 * office that lost its server together does not come back in one instant.
 */
export function pauseBefore(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full / 2 + (full / 2) * random);
}
