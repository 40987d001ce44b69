// What is used of a page or web worker, and the types of Node.js do not know.

interface Link {
  href: string;
  download: string;
  click(): void;
}

interface Page {
  readonly navigator?: { readonly gpu?: GPU; readonly userAgent: string };
  readonly document?: { createElement(tag: "a"): Link };
}

/** The global object; in Node.js some of it is missing. */
export const page: Page = globalThis as unknown as Page;
