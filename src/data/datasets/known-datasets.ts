// The data sets known by name: their files, where to fetch them, and what they must hash to.

/** A file to be fetched, and how to know that it is whole. */
export interface KnownFile {
  readonly name: string;
  readonly url: string;
  /** SHA-256 of the file as it is fetched. */
  readonly sha256: string;
}

/** One data set, by the format of its files. */
export type KnownDataset =
  | {
      readonly kind: "idx";
      readonly classes: readonly string[];
      /** Pictures and labels of training and test, gzipped. */
      readonly files: readonly [KnownFile, KnownFile, KnownFile, KnownFile];
    }
  | {
      readonly kind: "cifar";
      /** The file of class names, one a line. */
      readonly classFile: string;
      readonly labelBytes: number;
      readonly trainFiles: readonly string[];
      readonly testFiles: readonly string[];
      /** A gzipped tar of the files above. */
      readonly archive: KnownFile;
    };

const IDX_NAMES = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

const digits: readonly string[] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

function idx(
  base: string,
  classes: readonly string[],
  hashes: readonly [string, string, string, string],
): KnownDataset {
  const file = (index: 0 | 1 | 2 | 3): KnownFile => ({
    name: IDX_NAMES[index],
    url: `${base}${IDX_NAMES[index]}.gz`,
    sha256: hashes[index],
  });
  return { kind: "idx", classes, files: [file(0), file(1), file(2), file(3)] };
}

/** By the name that `data.name` gives. */
export const KNOWN_DATASETS: Readonly<Record<string, KnownDataset>> = {
  mnist: idx("https://ossci-datasets.s3.amazonaws.com/mnist/", digits, [
    "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
    "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
    "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
    "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
  ]),
  fashion_mnist: idx(
    "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    [
      "T-shirt/top",
      "Trouser",
      "Pullover",
      "Dress",
      "Coat",
      "Sandal",
      "Shirt",
      "Sneaker",
      "Bag",
      "Ankle boot",
    ],
    [
      "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
      "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
      "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
      "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
    ],
  ),
  kmnist: idx(
    "http://codh.rois.ac.jp/kmnist/dataset/kmnist/",
    ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"],
    [
      "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
      "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
      "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
      "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c",
    ],
  ),
  cifar10: {
    kind: "cifar",
    classFile: "batches.meta.txt",
    labelBytes: 1,
    trainFiles: [1, 2, 3, 4, 5].map((part) => `data_batch_${part}.bin`),
    testFiles: ["test_batch.bin"],
    archive: {
      name: "cifar-10-binary.tar.gz",
      url: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
      sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    },
  },
  cifar100: {
    kind: "cifar",
    classFile: "fine_label_names.txt",
    labelBytes: 2,
    trainFiles: ["train.bin"],
    testFiles: ["test.bin"],
    archive: {
      name: "cifar-100-binary.tar.gz",
      url: "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
      sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
    },
  },
};
