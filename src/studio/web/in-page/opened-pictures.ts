// The opened data set as files of this page: each picture in the folder of its class, in that of its part.
import type { PageFile } from "classifier-training/browser";
import type { ListedPicture, PictureRange } from "../../data/api.ts";
import { get, Refused } from "../client.ts";

/** Pictures that are taken into the page at most: they are held in memory. */
export const MOST_OPENED = 3000;

const AT_ONCE = 1000;
const TOGETHER = 6;

/**
 * Of more than `MOST_OPENED` pictures every so manieth is taken. One that cannot be had is left out.
 * @param told how many are here, of how many
 */
export async function openedPictures(
  classes: readonly string[],
  told: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<PageFile[]> {
  const listed = await list(signal);
  const step = Math.max(1, listed.length / MOST_OPENED);
  const chosen = listed.filter((_, i) => Math.floor(i / step) !== Math.floor((i - 1) / step));
  const files: PageFile[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < chosen.length && !signal.aborted) {
      const picture = chosen[next++]!;
      const response = await fetch(`/api/data/pictures/${picture.id}/whole`, { signal });
      if (response.ok) files.push({ path: pathOf(picture, classes), file: await response.blob() });
      told(files.length, chosen.length);
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, work));
  if (files.length === 0) throw new Refused("NO_PICTURES", "none of the pictures can be read");
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function list(signal: AbortSignal): Promise<ListedPicture[]> {
  const all: ListedPicture[] = [];
  for (;;) {
    const { total, pictures } = await get<PictureRange>(
      `/api/data/pictures?from=${all.length}&count=${AT_ONCE}`,
      signal,
    );
    all.push(...pictures);
    if (all.length >= total || pictures.length === 0) return all;
  }
}

/** The number keeps pictures of one name apart. */
function pathOf({ id, name, part, labels }: ListedPicture, classes: readonly string[]): string {
  const folder = classes[labels[0]!]!.replaceAll("/", "_");
  return `pictures/${part}/${folder}/${id}-${name.split("/").at(-1)}`;
}
