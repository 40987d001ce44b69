// Fetching files over HTTP: whole and right under their names, or not there at all.

export { type DownloadOptions, type DownloadProgress, download } from "./download.ts";
