// Convolutional networks for few operations.
import { describeNetworks } from "./networks.ts";

describeNetworks([
  "mobilenet_v2",
  "shufflenet_v2_x1_0",
  "mnasnet1_0",
  "mobilenet_v3_small",
  "efficientnet_b1",
  "efficientnet_v2_s",
  "regnet_x_400mf",
]);
