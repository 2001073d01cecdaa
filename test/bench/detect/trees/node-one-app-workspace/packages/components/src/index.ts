export const colour = "teal";
