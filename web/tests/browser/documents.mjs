// The smallest documents that readers of Word and PDF files take.

/** A Word file: a zip archive of files that are stored as they are. Lines within a paragraph are parted by line breaks. */
export function docx(paragraphs) {
  const text = (part) => part.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll("\n", "</w:t><w:br/><w:t>");
  const body = paragraphs.map((part) => `<w:p><w:r><w:t>${text(part)}</w:t></w:r></w:p>`).join("");
  const main = "http://schemas.openxmlformats.org/";
  return zip({
    "[Content_Types].xml": `<Types xmlns="${main}package/2006/content-types"><Override PartName="/word/document.xml" ` +
      'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": `<Relationships xmlns="${main}package/2006/relationships"><Relationship Id="r1" Target="word/document.xml" ` +
      `Type="${main}officeDocument/2006/relationships/officeDocument"/></Relationships>`,
    "word/document.xml": `<w:document xmlns:w="${main}wordprocessingml/2006/main"><w:body>${body}</w:body></w:document>`,
  });
}

function zip(files) {
  const entries = [];
  const directory = [];
  let at = 0;
  for (const [name, content] of Object.entries(files)) {
    const [path, bytes] = [Buffer.from(name), Buffer.from(content)];
    const shared = numbers([2, 20], [2, 0x800], [2, 0], [2, 0], [2, 0x21], [4, crc32(bytes)], [4, bytes.length], [4, bytes.length], [2, path.length], [2, 0]);
    entries.push(Buffer.concat([numbers([4, 0x04034b50]), shared, path, bytes]));
    directory.push(Buffer.concat([numbers([4, 0x02014b50], [2, 20]), shared, numbers([2, 0], [2, 0], [2, 0], [4, 0], [4, at]), path]));
    at += entries.at(-1).length;
  }
  const size = Buffer.concat(directory).length;
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, directory.length], [2, directory.length], [4, size], [4, at], [2, 0]);
  return Buffer.concat([...entries, ...directory, end]);
}

function numbers(...fields) {
  return Buffer.concat(fields.map(([size, value]) => {
    const field = Buffer.alloc(size);
    field.writeUIntLE(value, 0, size);
    return field;
  }));
}

function crc32(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** An archive whose directory says that its first file unpacks to `bytes`. */
export function unpackingTo(bytes, archive) {
  const changed = Buffer.from(archive);
  changed.writeUInt32LE(bytes, changed.indexOf("PK\x01\x02") + 24);
  return changed;
}

/** A PDF with these lines on each page; without lines it has nothing to read. */
export function pdf(...pages) {
  const numbers = pages.map((_, at) => 4 + at * 2);
  return pdfOf([
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${numbers.map((number) => `${number} 0 R`).join(" ")}] /Count ${pages.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ...pages.flatMap((lines, at) => pdfPage(lines, numbers[at] + 1)),
  ]);
}

function pdfPage(lines, content) {
  const drawn = lines.map((line, at) => `BT /F 12 Tf 72 ${700 - at * 14} Td (${line}) Tj ET`).join("\n");
  return [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${content} 0 R /Resources << /Font << /F 3 0 R >> >> >>`,
    `<< /Length ${drawn.length} >>\nstream\n${drawn}\nendstream`,
  ];
}

/** A PDF that no empty password opens. */
export function encrypted() {
  const id = "00".repeat(16);
  const encrypt = `/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <${"11".repeat(32)}> /U <${"22".repeat(32)}> >> /ID [<${id}> <${id}>]`;
  return pdfOf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"], encrypt);
}

function pdfOf(objects, trailer = "") {
  let text = "%PDF-1.4\n";
  const places = objects.map((object, at) => {
    const place = text.length;
    text += `${at + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(place).padStart(10, "0")} 00000 n \n`;
  });
  const start = text.length;
  const table = `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${places.join("")}`;
  return `${text}${table}trailer << /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`;
}
