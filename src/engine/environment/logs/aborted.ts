/** Resolves when the signal aborts, or before that when the other is done; nothing is left on the signal. */
export function untilAborted(signal: AbortSignal, other?: Promise<unknown>): Promise<unknown> {
  if (signal.aborted) return Promise.resolve();
  let stop = () => {};
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener("abort", stop, { once: true });
  });
  return Promise.race(other === undefined ? [aborted] : [aborted, other]).finally(() =>
    signal.removeEventListener("abort", stop),
  );
}
