// Stochastic depth by depth: how often each block of a network is left out.

/**
 * The probability for block `i` of a stage, growing evenly from 0 for the first block of the network to `last`.
 * @param layers blocks of each stage
 */
export function depthProbability(
  last: number,
  layers: readonly number[],
): (stage: number, i: number) => number {
  const total = layers.reduce((sum, blocks) => sum + blocks, 0);
  return (stage, i) => {
    const before = layers.slice(0, stage).reduce((sum, blocks) => sum + blocks, 0);
    return total === 1 ? 0 : (last * (before + i)) / (total - 1);
  };
}
