// torchvision's ImageNet weights: facts only, a line for each file. Of one architecture the one to prefer comes last.

/**
 * Architecture, name (behind `IMAGENET1K_`), file (`.pth`), MiB, parameters, top-1, top-5, shorter side after resizing,
 * crop, interpolation, normalisation. From the metadata of torchvision 0.29, the transforms' of 0.14 alike; GoogLeNet and
 * Inception v3, which torchvision has change ImageNet's normalisation to one half themselves, take that of the pictures here.
 */
const TABLE = `
alexnet            V1             alexnet-owt-7be5be79               233.087  61100840  56.522 79.066 256 224 bilinear imagenet
vgg11              V1             vgg11-8a719046                     506.84   132863336 69.02  88.628 256 224 bilinear imagenet
vgg11_bn           V1             vgg11_bn-6002323d                  506.881  132868840 70.37  89.81  256 224 bilinear imagenet
vgg13              V1             vgg13-19584684                     507.545  133047848 69.928 89.246 256 224 bilinear imagenet
vgg13_bn           V1             vgg13_bn-abd245e5                  507.59   133053736 71.586 90.374 256 224 bilinear imagenet
vgg16              V1             vgg16-397923af                     527.796  138357544 71.592 90.382 256 224 bilinear imagenet
vgg16_bn           V1             vgg16_bn-6c64b313                  527.866  138365992 73.36  91.516 256 224 bilinear imagenet
vgg19              V1             vgg19-dcbb9e9d                     548.051  143667240 72.376 90.876 256 224 bilinear imagenet
vgg19_bn           V1             vgg19_bn-c79401a0                  548.143  143678248 74.218 91.842 256 224 bilinear imagenet
squeezenet1_0      V1             squeezenet1_0-b66bff10             4.778    1248424   58.092 80.42  256 224 bilinear imagenet
squeezenet1_1      V1             squeezenet1_1-b8a52dc0             4.729    1235496   58.178 80.624 256 224 bilinear imagenet
googlenet          V1             googlenet-1378be20                 49.731   6624904   69.778 89.53  256 224 bilinear half
inception_v3       V1             inception_v3_google-0cc3c7bd       103.903  27161264  77.294 93.45  342 299 bilinear half
densenet121        V1             densenet121-a639ec97               30.845   7978856   74.434 91.972 256 224 bilinear imagenet
densenet161        V1             densenet161-8d451a50               110.369  28681000  77.138 93.56  256 224 bilinear imagenet
densenet169        V1             densenet169-b2777c0a               54.708   14149480  75.6   92.806 256 224 bilinear imagenet
densenet201        V1             densenet201-c1103571               77.373   20013928  76.896 93.37  256 224 bilinear imagenet
resnet18           V1             resnet18-f37072fd                  44.661   11689512  69.758 89.078 256 224 bilinear imagenet
resnet34           V1             resnet34-b627a593                  83.275   21797672  73.314 91.42  256 224 bilinear imagenet
resnet50           V1             resnet50-0676ba61                  97.781   25557032  76.13  92.862 256 224 bilinear imagenet
resnet50           V2             resnet50-11ad3fa6                  97.79    25557032  80.858 95.434 232 224 bilinear imagenet
resnet101          V1             resnet101-63fe2227                 170.511  44549160  77.374 93.546 256 224 bilinear imagenet
resnet101          V2             resnet101-cd907fc2                 170.53   44549160  81.886 95.78  232 224 bilinear imagenet
resnet152          V1             resnet152-394f9c45                 230.434  60192808  78.312 94.046 256 224 bilinear imagenet
resnet152          V2             resnet152-f82ba261                 230.474  60192808  82.284 96.002 232 224 bilinear imagenet
resnext50_32x4d    V1             resnext50_32x4d-7cdf4587           95.789   25028904  77.618 93.698 256 224 bilinear imagenet
resnext50_32x4d    V2             resnext50_32x4d-1a0047aa           95.833   25028904  81.198 95.34  232 224 bilinear imagenet
resnext101_32x8d   V1             resnext101_32x8d-8ba56ff5          339.586  88791336  79.312 94.526 256 224 bilinear imagenet
resnext101_32x8d   V2             resnext101_32x8d-110c445d          339.673  88791336  82.834 96.228 232 224 bilinear imagenet
resnext101_64x4d   V1             resnext101_64x4d-173b62eb          319.318  83455272  83.246 96.454 232 224 bilinear imagenet
wide_resnet50_2    V1             wide_resnet50_2-95faca4d           131.82   68883240  78.468 94.086 256 224 bilinear imagenet
wide_resnet50_2    V2             wide_resnet50_2-9ba9bcbe           263.124  68883240  81.602 95.758 232 224 bilinear imagenet
wide_resnet101_2   V1             wide_resnet101_2-32ee1156          242.896  126886696 78.848 94.284 256 224 bilinear imagenet
wide_resnet101_2   V2             wide_resnet101_2-d733dc28          484.747  126886696 82.51  96.02  232 224 bilinear imagenet
mobilenet_v2       V1             mobilenet_v2-b0353104              13.555   3504872   71.878 90.286 256 224 bilinear imagenet
mobilenet_v2       V2             mobilenet_v2-7ebf99e0              13.598   3504872   72.154 90.822 232 224 bilinear imagenet
mobilenet_v3_large V1             mobilenet_v3_large-8738ca79        21.114   5483032   74.042 91.34  256 224 bilinear imagenet
mobilenet_v3_large V2             mobilenet_v3_large-5c1a4163        21.107   5483032   75.274 92.566 232 224 bilinear imagenet
mobilenet_v3_small V1             mobilenet_v3_small-047dcff4        9.829    2542856   67.668 87.402 256 224 bilinear imagenet
mnasnet0_5         V1             mnasnet0.5_top1_67.823-3ffadce67e  8.591    2218512   67.734 87.49  256 224 bilinear imagenet
mnasnet0_75        V1             mnasnet0_75-7090bc5f               12.303   3170208   71.18  90.496 232 224 bilinear imagenet
mnasnet1_0         V1             mnasnet1.0_top1_73.512-f206786ef8  16.915   4383312   73.456 91.51  256 224 bilinear imagenet
mnasnet1_3         V1             mnasnet1_3-a4c69d6f                24.246   6282256   76.506 93.522 232 224 bilinear imagenet
shufflenet_v2_x0_5 V1             shufflenetv2_x0.5-f707e7126e       5.282    1366792   60.552 81.746 256 224 bilinear imagenet
shufflenet_v2_x1_0 V1             shufflenetv2_x1-5666bf0f80         8.791    2278604   69.362 88.316 256 224 bilinear imagenet
shufflenet_v2_x1_5 V1             shufflenetv2_x1_5-3c479a10         13.557   3503624   72.996 91.086 232 224 bilinear imagenet
shufflenet_v2_x2_0 V1             shufflenetv2_x2_0-8be3c8ee         28.433   7393996   76.23  93.006 232 224 bilinear imagenet
efficientnet_b0    V1             efficientnet_b0_rwightman-7f5810bc 20.451   5288548   77.692 93.532 256 224 bicubic imagenet
efficientnet_b1    V1             efficientnet_b1_rwightman-bac287d4 30.134   7794184   78.642 94.186 256 240 bicubic imagenet
efficientnet_b1    V2             efficientnet_b1-c27df63c           30.136   7794184   79.838 94.934 255 240 bilinear imagenet
efficientnet_b2    V1             efficientnet_b2_rwightman-c35c1473 35.174   9109994   80.608 95.31  288 288 bicubic imagenet
efficientnet_b3    V1             efficientnet_b3_rwightman-b3899882 47.184   12233232  82.008 96.054 320 300 bicubic imagenet
efficientnet_b4    V1             efficientnet_b4_rwightman-23ab8bcd 74.489   19341616  83.384 96.594 384 380 bicubic imagenet
efficientnet_b5    V1             efficientnet_b5_lukemelas-1a07897c 116.864  30389784  83.444 96.628 456 456 bicubic imagenet
efficientnet_b6    V1             efficientnet_b6_lukemelas-24a108a5 165.362  43040704  84.008 96.916 528 528 bicubic imagenet
efficientnet_b7    V1             efficientnet_b7_lukemelas-c5b4e57e 254.675  66347960  84.122 96.908 600 600 bicubic imagenet
efficientnet_v2_s  V1             efficientnet_v2_s-dd5fe13b         82.704   21458488  84.228 96.878 384 384 bilinear imagenet
efficientnet_v2_m  V1             efficientnet_v2_m-dc08266a         208.01   54139356  85.112 97.156 480 480 bilinear imagenet
efficientnet_v2_l  V1             efficientnet_v2_l-59c71312         454.573  118515272 85.808 97.788 480 480 bicubic half
regnet_y_400mf     V1             regnet_y_400mf-c65dace8            16.806   4344144   74.046 91.716 256 224 bilinear imagenet
regnet_y_400mf     V2             regnet_y_400mf-e6988f5f            16.806   4344144   75.804 92.742 232 224 bilinear imagenet
regnet_y_800mf     V1             regnet_y_800mf-1b27b58c            24.774   6432512   76.42  93.136 256 224 bilinear imagenet
regnet_y_800mf     V2             regnet_y_800mf-58fc7688            24.774   6432512   78.828 94.502 232 224 bilinear imagenet
regnet_y_1_6gf     V1             regnet_y_1_6gf-b11a554e            43.152   11202430  77.95  93.966 256 224 bilinear imagenet
regnet_y_1_6gf     V2             regnet_y_1_6gf-0d7bc02a            43.152   11202430  80.876 95.444 232 224 bilinear imagenet
regnet_y_3_2gf     V1             regnet_y_3_2gf-b5a9779c            74.567   19436338  78.948 94.576 256 224 bilinear imagenet
regnet_y_3_2gf     V2             regnet_y_3_2gf-9180c971            74.567   19436338  81.982 95.972 232 224 bilinear imagenet
regnet_y_8gf       V1             regnet_y_8gf-d0d0e4a8              150.701  39381472  80.032 95.048 256 224 bilinear imagenet
regnet_y_8gf       V2             regnet_y_8gf-dc2b1b54              150.701  39381472  82.828 96.33  232 224 bilinear imagenet
regnet_y_16gf      SWAG_E2E_V1    regnet_y_16gf_swag-43afe44d        319.49   83590140  86.012 98.054 384 384 bicubic imagenet
regnet_y_16gf      SWAG_LINEAR_V1 regnet_y_16gf_lc_swag-f3ec0043     319.49   83590140  83.976 97.244 224 224 bicubic imagenet
regnet_y_16gf      V1             regnet_y_16gf-9e6ed7dd             319.49   83590140  80.424 95.24  256 224 bilinear imagenet
regnet_y_16gf      V2             regnet_y_16gf-3e4a00f9             319.49   83590140  82.886 96.328 232 224 bilinear imagenet
regnet_y_32gf      SWAG_E2E_V1    regnet_y_32gf_swag-04fdfa75        554.076  145046770 86.838 98.362 384 384 bicubic imagenet
regnet_y_32gf      SWAG_LINEAR_V1 regnet_y_32gf_lc_swag-e1583746     554.076  145046770 84.622 97.48  224 224 bicubic imagenet
regnet_y_32gf      V1             regnet_y_32gf-4dee3f7a             554.076  145046770 80.878 95.34  256 224 bilinear imagenet
regnet_y_32gf      V2             regnet_y_32gf-8db6d4b5             554.076  145046770 83.368 96.498 232 224 bilinear imagenet
regnet_y_128gf     SWAG_LINEAR_V1 regnet_y_128gf_lc_swag-cbe8ce12    2461.564 644812894 86.068 97.844 224 224 bicubic imagenet
regnet_y_128gf     SWAG_E2E_V1    regnet_y_128gf_swag-c8ce3e52       2461.564 644812894 88.228 98.682 384 384 bicubic imagenet
regnet_x_400mf     V1             regnet_x_400mf-adf1edd5            21.258   5495976   72.834 90.95  256 224 bilinear imagenet
regnet_x_400mf     V2             regnet_x_400mf-62229a5f            21.257   5495976   74.864 92.322 232 224 bilinear imagenet
regnet_x_800mf     V1             regnet_x_800mf-ad17e45c            27.945   7259656   75.212 92.348 256 224 bilinear imagenet
regnet_x_800mf     V2             regnet_x_800mf-94a99ebd            27.945   7259656   77.522 93.826 232 224 bilinear imagenet
regnet_x_1_6gf     V1             regnet_x_1_6gf-e3633e7f            35.339   9190136   77.04  93.44  256 224 bilinear imagenet
regnet_x_1_6gf     V2             regnet_x_1_6gf-a12f2b72            35.339   9190136   79.668 94.922 232 224 bilinear imagenet
regnet_x_3_2gf     V1             regnet_x_3_2gf-f342aeae            58.756   15296552  78.364 93.992 256 224 bilinear imagenet
regnet_x_3_2gf     V2             regnet_x_3_2gf-7071aa85            58.756   15296552  81.196 95.43  232 224 bilinear imagenet
regnet_x_8gf       V1             regnet_x_8gf-03ceed89              151.456  39572648  79.344 94.686 256 224 bilinear imagenet
regnet_x_8gf       V2             regnet_x_8gf-2b70d774              151.456  39572648  81.682 95.678 232 224 bilinear imagenet
regnet_x_16gf      V1             regnet_x_16gf-2007eb11             207.627  54278536  80.058 94.944 256 224 bilinear imagenet
regnet_x_16gf      V2             regnet_x_16gf-ba3796d7             207.627  54278536  82.716 96.196 232 224 bilinear imagenet
regnet_x_32gf      V1             regnet_x_32gf-9d47f8d0             412.039  107811560 80.622 95.248 256 224 bilinear imagenet
regnet_x_32gf      V2             regnet_x_32gf-6eb8fdc6             412.039  107811560 83.014 96.288 232 224 bilinear imagenet
convnext_tiny      V1             convnext_tiny-983f1562             109.119  28589128  82.52  96.146 236 224 bilinear imagenet
convnext_small     V1             convnext_small-0c510722            191.703  50223688  83.616 96.65  230 224 bilinear imagenet
convnext_base      V1             convnext_base-6075fbad             338.064  88591464  84.062 96.87  232 224 bilinear imagenet
convnext_large     V1             convnext_large-ea097f82            754.537  197767336 84.414 96.976 232 224 bilinear imagenet
vit_b_16           SWAG_E2E_V1    vit_b_16_swag-9ac1b537             331.398  86859496  85.304 97.65  384 384 bicubic imagenet
vit_b_16           SWAG_LINEAR_V1 vit_b_16_lc_swag-4e70ced5          330.285  86567656  81.886 96.18  224 224 bicubic imagenet
vit_b_16           V1             vit_b_16-c867db91                  330.285  86567656  81.072 95.318 256 224 bilinear imagenet
vit_b_32           V1             vit_b_32-d86f8d99                  336.604  88224232  75.912 92.466 256 224 bilinear imagenet
vit_l_16           SWAG_E2E_V1    vit_l_16_swag-4f3808c9             1164.258 305174504 88.064 98.512 512 512 bicubic imagenet
vit_l_16           SWAG_LINEAR_V1 vit_l_16_lc_swag-4d563306          1161.023 304326632 85.146 97.422 224 224 bicubic imagenet
vit_l_16           V1             vit_l_16-852ce7e3                  1161.023 304326632 79.662 94.638 242 224 bilinear imagenet
vit_l_32           V1             vit_l_32-c7638314                  1169.449 306535400 76.972 93.07  256 224 bilinear imagenet
vit_h_14           SWAG_LINEAR_V1 vit_h_14_lc_swag-c1eb923e          2411.209 632045800 85.708 97.73  224 224 bicubic imagenet
vit_h_14           SWAG_E2E_V1    vit_h_14_swag-80465313             2416.643 633470440 88.552 98.694 518 518 bicubic imagenet
swin_t             V1             swin_t-704ceda3                    108.19   28288354  81.474 95.776 232 224 bicubic imagenet
swin_s             V1             swin_s-5e29d889                    189.786  49606258  83.196 96.36  246 224 bicubic imagenet
swin_b             V1             swin_b-68c6b09e                    335.364  87768224  83.582 96.64  238 224 bicubic imagenet
swin_v2_t          V1             swin_v2_t-b137f0e2                 108.626  28351570  82.072 96.132 260 256 bicubic imagenet
swin_v2_s          V1             swin_v2_s-637d8ceb                 190.675  49737442  83.712 96.816 260 256 bicubic imagenet
swin_v2_b          V1             swin_v2_b-781e5279                 336.372  87930848  84.112 96.864 272 256 bicubic imagenet
maxvit_t           V1             maxvit_t-bc5ab103                  118.769  30919624  83.700 96.722 224 224 bicubic imagenet
`;

/** One line of the table. */
export interface ImageNetWeights {
  readonly architecture: string;
  /** `V1` is the paper's recipe, `V2` torchvision's of 2021; SWAG's are for non-commercial use. */
  readonly version: "V1" | "V2" | "SWAG_E2E_V1" | "SWAG_LINEAR_V1";
  /** Without its ending. */
  readonly file: string;
  readonly fileSizeMiB: number;
  readonly parameters: number;
  readonly accuracyTop1: number;
  readonly accuracyTop5: number;
  readonly resizeSize: number;
  readonly cropSize: number;
  readonly interpolation: "bilinear" | "bicubic";
  /** Mean and standard deviation: ImageNet's, or one half for all channels. */
  readonly normalization: "imagenet" | "half";
}

type Line = [string, ImageNetWeights["version"], string, ...string[]];
type Six = [number, number, number, number, number, number];
type Tail = [ImageNetWeights["interpolation"], ImageNetWeights["normalization"]];

/** All lines, in order. */
export const IMAGENET_WEIGHTS: readonly ImageNetWeights[] = TABLE.trim()
  .split("\n")
  .map((line) => {
    const [architecture, version, file, ...rest] = line.split(/ +/) as Line;
    const [interpolation, normalization] = rest.splice(6) as Tail;
    const [fileSizeMiB, parameters, accuracyTop1, accuracyTop5, resizeSize, cropSize] = rest.map(
      Number,
    ) as Six;
    const accuracy = { accuracyTop1, accuracyTop5 };
    const picture = { resizeSize, cropSize, interpolation, normalization };
    return { architecture, version, file, fileSizeMiB, parameters, ...accuracy, ...picture };
  });
