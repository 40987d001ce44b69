// Convolutional networks before and beside ResNets. The loss of GoogLeNet is that of its auxiliary classifiers as well.
import { describeNetworks } from "./networks.ts";

describeNetworks(["vgg11_bn", "squeezenet1_1", "googlenet", "inception_v3", "densenet121"]);
