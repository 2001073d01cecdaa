export const vat = 0.2;
