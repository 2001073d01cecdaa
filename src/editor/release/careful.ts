/** Whether people use what runs there, as far as its name says. */
export const isCareful = (stage: string): boolean => /^(prod|live)/i.test(stage);
