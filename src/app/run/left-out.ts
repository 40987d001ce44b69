// What is said of training pictures that an epoch leaves out because they would be a batch of their own.

const REASON = "a batch of one picture gives batch norm a single value a channel";

/** Of an epoch's last batch, which is known to be a single picture. */
export const LEAVES_OUT_LAST: string = `each epoch leaves out its last training picture, another each time: ${REASON}; data.drop_last=true or another data.batch_size decides otherwise`;

/** Of batches that pictures which cannot be read have left with a single one. */
export function leftOutAlone(count: number): string {
  return `${count} batches of the epoch were left out, each with a single picture that can be read: ${REASON}`;
}
