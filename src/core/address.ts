// Addresses as they may be shown and written down: without the user and password in them.

const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi;

/** `https://***@host/path` instead of `https://user:password@host/path`, wherever an address stands in a text. */
export function withoutPasswords(text: string): string {
  return text.includes("://") ? text.replaceAll(USER_INFO, "$1***@") : text;
}
