import { isCancelled, type Task } from "../process/index.ts";

/** Does all at the same time. The first failure cancels the rest: nothing goes on unseen in the background. */
export async function together(
  task: Task,
  works: readonly ((task: Task) => Promise<unknown>)[],
): Promise<void> {
  const cancel = new AbortController();
  const signal = AbortSignal.any([task.signal, cancel.signal]);
  let first: { thrown: unknown } | undefined;
  await Promise.all(
    works.map((work) =>
      work({ ...task, signal }).catch((thrown: unknown) => {
        if (!first || isCancelled(first.thrown)) first = { thrown };
        cancel.abort();
      }),
    ),
  );
  if (first) throw first.thrown;
}
