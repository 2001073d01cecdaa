export const rules = "e4";
