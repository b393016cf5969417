/** Formats a count, such as "1 number" or "3 numbers". */
export const counted = (count: number): string => (count === 1 ? '1 number' : `${count} numbers`);
