// Transformers, and ConvNeXt, which is built like them.
import { describeNetworks } from "./networks.ts";

describeNetworks(["convnext_small", "vit_b_32", "swin_t"]);
