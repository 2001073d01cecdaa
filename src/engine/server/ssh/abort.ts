import { type Fault, fault } from "../../process/index.ts";

/** Waits for something, unless the signal aborts first. What comes too late goes to `late`. */
export function orAbort<T>(
  wanted: Promise<T>,
  signal: AbortSignal,
  what: string,
  late: (value: T) => void = () => {},
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancelled = (): Fault => fault("cancelled", [what]);
    const abort = () => {
      wanted.then(late, () => {});
      reject(cancelled());
    };
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    wanted.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Waits for a while, unless the signal aborts first. */
export function pause(ms: number, signal: AbortSignal, what: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return orAbort(over, signal, what).finally(() => clearTimeout(timer));
}
