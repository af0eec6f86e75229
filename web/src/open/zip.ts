// Signatures of the format (APPNOTE 4.3.12 and 4.3.16), as numbers in little-endian order.
const ENTRY = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const MOST_COMMENT_BYTES = 0xffff;

/** The bytes that an archive's directory says its files unpack to; 0 where there is no directory. */
export function unpackedBytes(content: ArrayBuffer): number {
  const view = new DataView(content);
  const end = endOf(view);
  if (end === undefined) return 0;
  let total = 0;
  let at = view.getUint32(end + 16, true);
  while (at + ENTRY_BYTES <= end && view.getUint32(at, true) === ENTRY) {
    total += view.getUint32(at + 24, true);
    const variable = [28, 30, 32].reduce((sum, field) => sum + view.getUint16(at + field, true), 0);
    at += ENTRY_BYTES + variable;
  }
  return total;
}

/** Where the record is that ends an archive; a comment may follow it. */
function endOf(view: DataView): number | undefined {
  const last = view.byteLength - END_BYTES;
  for (let at = last; at >= Math.max(0, last - MOST_COMMENT_BYTES); at--) {
    if (view.getUint32(at, true) === END) return at;
  }
  return undefined;
}
