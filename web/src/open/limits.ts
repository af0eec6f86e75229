export const MOST_BYTES = 50_000_000;

/** What a packed file may come to in memory. A few megabytes can be made to unpack to gigabytes. */
export const MOST_UNPACKED_BYTES = 100_000_000;
