declare module "mammoth/mammoth.browser.min.js" {
  type ImageConverter = { readonly converter: unique symbol };
  const mammoth: {
    convertToHtml(input: { arrayBuffer: ArrayBuffer }, options: { convertImage: ImageConverter }): Promise<{ value: string }>;
    images: { imgElement(attributes: () => Promise<{ src: string }>): ImageConverter };
  };
  export default mammoth;
}

declare module "pdfjs-dist/legacy/build/pdf.min.mjs" {
  export * from "pdfjs-dist";
}
