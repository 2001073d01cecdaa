/** Does several things at once. If one fails the others are told to stop, and it is thrown when all of them have ended. */
export async function together<T>(
  tasks: readonly ((signal: AbortSignal) => Promise<T>)[],
  signal: AbortSignal | undefined,
): Promise<T[]> {
  const failed = new AbortController();
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  const settled = await Promise.allSettled(
    tasks.map(async (task) => {
      try {
        return await task(either);
      } catch (error) {
        failed.abort(error); // only the first is kept
        throw error;
      }
    }),
  );
  if (failed.signal.aborted) throw failed.signal.reason;
  return settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
}
