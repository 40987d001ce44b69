// Convolutional networks but ResNets.
import { describeNetworks } from "./networks.ts";

describeNetworks(["mobilenet_v2", "mobilenet_v3_small", "efficientnet_b1", "efficientnet_v2_s"]);
