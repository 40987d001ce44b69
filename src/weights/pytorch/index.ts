// PyTorch's own files, read as data.
export { openPyTorch, parsePyTorch, readPyTorch } from "./pytorch-file.ts";
