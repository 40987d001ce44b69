// Zip archives, read in place.
export { LOCAL_HEADER_SIZE, type LocalHeader, readLocalHeader } from "./local-header.ts";
export { readZipDirectory, type ZipEntry, ZipError, type ZipSource } from "./zip-directory.ts";
export { zipName } from "./zip-name.ts";
