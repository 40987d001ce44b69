// Transformers, and ConvNeXt, which is built like them.
import { describeNetworks } from "./networks.ts";

describeNetworks(["convnext_small", "vit_b_32", "swin_t", "swin_v2_t"]);
// With timm's numbers and names.
describeNetworks(["vit_small_patch14_reg4_dinov2", "vit_base_patch32_clip_quickgelu_224"]);
