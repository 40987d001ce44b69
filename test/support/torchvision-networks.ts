// The networks that torchvision has as well; the others have timm's names.
import { findNetwork, NETWORK_NAMES, type NetworkName } from "../../src/models/index.ts";

const TIMM_FAMILIES: ReadonlySet<string> = new Set(["DINOv2", "CLIP"]);

export const TORCHVISION_NETWORKS: readonly NetworkName[] = NETWORK_NAMES.filter(
  (name) => !TIMM_FAMILIES.has(findNetwork(name).family),
);
