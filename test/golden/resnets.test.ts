// ResNets.
import { describeNetworks } from "./networks.ts";

describeNetworks(["resnet18", "resnet34", "resnet50"]);
